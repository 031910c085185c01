"""All rows of the database as they lie there, to tell what a request changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mentorship.extensions import Base

Key = tuple[object, ...]
Rows = Mapping[str, Mapping[Key, Mapping[str, object]]]  # table -> primary key -> row


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One column of one row; ``column`` is "" for a row that came or went."""

    table: str
    column: str
    before: str
    after: str


def rows(session: Session) -> Rows:
    """Read every table without what the models make of its values (sealed ones stay sealed)."""
    session.flush()
    found: dict[str, dict[Key, Mapping[str, object]]] = {}
    for table in Base.metadata.sorted_tables:
        keys = [column.name for column in table.primary_key]
        name = session.get_bind().dialect.identifier_preparer.quote(table.name)
        read = session.connection().exec_driver_sql(f"SELECT * FROM {name}").mappings()  # noqa: S608
        found[table.name] = {tuple(row[key] for key in keys): dict(row) for row in read}
    return found


def changes(before: Rows, after: Rows) -> Iterator[Change]:
    """Yield what differs, column by column; of a new row, each column that is filled."""
    for table in after:
        old, new = before[table], after[table]
        for key in old.keys() - new.keys():
            yield Change(table, "", str(key), "gone")
        for key in new.keys() - old.keys():
            yield Change(table, "", "none", str(key))
        for key in old.keys() & new.keys():
            for column, value in new[key].items():
                if value != old[key][column]:
                    yield Change(table, column, str(old[key][column]), str(value))
