"""What a database holds, to be noted with its backup and compared after it was restored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.audit import first_bad
from mentorship.crypto import UnreadableField, keyring
from mentorship.extensions import Base
from mentorship.keys import sealed_columns
from mentorship.operations.service import revision_of


class NotTheSame(RuntimeError):
    """What was restored is not what was backed up; the message says where."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of a database at one instant."""

    revision: str | None
    rows: dict[str, int]  # of each table
    audit_entries: int
    audit_head: str

    @classmethod
    def of(cls, connection: sa.Connection) -> Standing:
        """Read it in the transaction that the connection is in.

        Raises
        ------
        NotTheSame
            The log of who did what is not whole.

        """
        there = set(sa.inspect(connection).get_table_names())
        rows = {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table.name in there
        }
        with Session(connection, join_transaction_mode="rollback_only") as session:
            bad, entries, head = first_bad(session)
        if bad is not None:
            raise NotTheSame(f"entry {bad} of the log was changed, or one before it is missing")
        return cls(revision_of(connection), rows, entries, head)

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> Standing:
        return cls(**given)

    def compare(self, restored: Standing) -> None:
        """Raise ``NotTheSame`` if they differ; ``self`` is what was backed up."""
        for name, count in self.rows.items():
            if restored.rows.get(name) != count:
                raise NotTheSame(f"{name} has {restored.rows.get(name)} rows and not {count}")
        if restored.revision != self.revision:
            raise NotTheSame(f"at migration {restored.revision} and not {self.revision}")
        if (restored.audit_entries, restored.audit_head) != (self.audit_entries, self.audit_head):
            raise NotTheSame("the log of who did what ends elsewhere")


def open_one_of_each(connection: sa.Connection) -> int:
    """Open a value of every sealed column that has one; return how many did.

    Raises
    ------
    NotTheSame
        One does not open: the field keys are not those it was sealed with.

    """
    inspector, opened = sa.inspect(connection), 0
    for column in sealed_columns():
        table = column.table
        if not inspector.has_table(table.name):
            continue
        if column.name not in {each["name"] for each in inspector.get_columns(table.name)}:
            continue
        key = table.columns["id"]
        found = connection.execute(
            sa.select(key, column).where(column.is_not(None)).limit(1)
        ).one_or_none()
        if found is not None:
            try:
                keyring.open(found[1], place=f"{table.name}.{column.name}.{found[0]}")
            except UnreadableField as problem:
                raise NotTheSame(f"a sealed value does not open: {problem}") from None
            opened += 1
    return opened
