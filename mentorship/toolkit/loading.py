"""Bringing the facts files into the database: afterwards its rows are those of the files.

What leaders corrected lies on top.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.extensions import Model
from mentorship.hosts.service import ship
from mentorship.toolkit.facts import DATA, KEYS, TABLES, Facts, Key, Row, read_facts
from mentorship.toolkit.resource_models import Resource, ResourceStage, ResourceTopic
from mentorship.toolkit.truth import lay_over
from mentorship.toolkit.versions import follow

WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class TableReport:
    """How many rows of one table were added, changed, removed and left as they were."""

    table: str
    added: int
    changed: int
    removed: int
    kept: int


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did, table by table."""

    tables: tuple[TableReport, ...]

    @property
    def changed_nothing(self) -> bool:
        return not any(each.added or each.changed or each.removed for each in self.tables)


def load_facts(session: Session, *, folder: Path = DATA) -> LoadReport:
    """Add, change and remove rows until the tables hold what the files say. The caller commits.

    Rows that are right already are not touched, so a second load writes nothing. What leaders
    corrected stands above the files.

    Raises
    ------
    FactsRefused
        A file is wrong somewhere; nothing was touched.

    """
    facts = read_facts(folder)
    ship(session, _addresses(facts))  # before what leaders corrected lies on top
    lay_over(session, facts)
    present = {table: _present(session, table) for table in TABLES}
    for table in reversed(TABLES):
        for key, row in present[table].items():
            if key not in facts.rows[table]:
                session.delete(row)
        session.flush()
    reports = tuple(_bring_in(session, table, facts, present[table]) for table in TABLES)
    session.flush()
    return LoadReport(reports)


def _addresses(facts: Facts) -> set[str]:
    cells = (cell for rows in facts.rows.values() for row in rows.values() for cell in row.values())
    return {cell for cell in cells if isinstance(cell, str) and cell.startswith(WEB)}


def _present(session: Session, table: type[Model]) -> dict[Key, Model]:
    rows = session.scalars(sa.select(table).where(*_of_the_files(table)))
    return {tuple(getattr(row, name) for name in KEYS[table]): row for row in rows}


def _of_the_files(table: type[Model]) -> tuple[sa.ColumnElement[bool], ...]:
    """Leave alone what sections added to the catalog."""
    theirs = sa.select(Resource.id).where(Resource.section_id.is_not(None))
    if table is Resource:
        return (Resource.section_id.is_(None),)
    if table is ResourceStage or table is ResourceTopic:
        return (table.resource_id.not_in(theirs),)
    return ()


def _bring_in(
    session: Session, table: type[Model], facts: Facts, present: dict[Key, Model]
) -> TableReport:
    wanted = facts.rows[table]
    new = [table(**row) for key, row in wanted.items() if key not in present]
    session.add_all(new)
    session.flush()
    old = ((present[key], row) for key, row in wanted.items() if key in present)
    changed = sum(_change(session, row, values) for row, values in old)
    return TableReport(
        table=table.__tablename__,
        added=len(new),
        changed=changed,
        removed=sum(key not in wanted for key in present),
        kept=len(wanted) - len(new) - changed,
    )


def _change(session: Session, row: Model, wanted: Row) -> bool:
    """Write the values that differ; say whether any did."""
    now = {name: getattr(row, name) for name in wanted}
    before = {name: value for name, value in now.items() if value != wanted[name]}
    for name in before:
        setattr(row, name, wanted[name])
    if before and isinstance(row, Resource):
        follow(session, row, before)
    return bool(before)
