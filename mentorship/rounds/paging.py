"""One page of a longer list, with the state of the list in the address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

PAGE_SIZE = 25
MOST_PAGES = 100_000
LONGEST_WORDS = 120
LONGEST_CHOICE = 20

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asks for: words to look for, an order, one part of the list, a page."""

    words: str = ""
    sort: str = ""
    show: str = ""
    page: int = 1

    @property
    def narrowed(self) -> bool:
        return bool(self.words or self.show)


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """``found`` rows in all, of which these are one page; beyond the last page comes the last."""

    rows: Sequence[Row]
    found: int
    page: int
    last: int


def cut(rows: Sequence[Row], wanted: Wanted) -> Listing[Row]:
    """Return one page of a list that is in memory."""
    here, page, last = part(len(rows), wanted)
    return Listing(rows[here.start : here.stop], len(rows), page, last)


def part(found: int, wanted: Wanted) -> tuple[range, int, int]:
    """Return which of so many rows are on the page, which page that is, and the last one."""
    page, last = _place(found, wanted.page)
    start = (page - 1) * PAGE_SIZE
    return range(start, min(start + PAGE_SIZE, found)), page, last


def fetch(
    session: Session,
    query: sa.Select[*tuple[Any, ...]],
    wanted: Wanted,
    *,
    key: sa.ColumnElement[Any] | sa.orm.InstrumentedAttribute[Any],
) -> Listing[tuple[Any, ...]]:
    """Return one page of what an ordered query finds, in one query unless there is no such page.

    ``key`` tells its rows apart and is of the table that all others are joined to. All that was
    found is counted and put in order by the key alone; what is shown of a row (sealed parts,
    counts of notes) is read for one page only.
    """
    page = min(max(1, wanted.page), MOST_PAGES)
    rows = _rows(session, query, key, page)
    if not rows and page > 1:
        counted = sa.select(sa.func.count()).select_from(query.order_by(None).subquery())
        page, _ = _place(session.scalars(counted).one(), page)
        rows = _rows(session, query, key, page)
    found = rows[0][-1] if rows else 0
    return Listing([row[:-1] for row in rows], found, *_place(found, page))


def _rows(
    session: Session, query: sa.Select[*tuple[Any, ...]], key: Any, page: int
) -> Sequence[tuple[Any, ...]]:
    """Return the rows of a page, each with the number of all rows at its end."""
    counted = key.label("key"), sa.func.count().over().label("found")
    cut_out = query.with_only_columns(*counted)
    here = cut_out.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE).subquery()
    shown = query.add_columns(here.c.found).join(here, here.c.key == key)
    return [tuple(row) for row in session.execute(shown)]


def _place(found: int, page: int) -> tuple[int, int]:
    last = max(1, -(-found // PAGE_SIZE))
    return min(max(1, page), last), last
