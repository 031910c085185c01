"""One page of a longer list, with the state of the list in the address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

PAGE_SIZE = 25
LONGEST_WORDS = 120

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
    page, last = _place(len(rows), wanted.page)
    start = (page - 1) * PAGE_SIZE
    return Listing(rows[start : start + PAGE_SIZE], len(rows), page, last)


def fetch(
    session: Session, query: sa.Select[*tuple[Any, ...]], wanted: Wanted
) -> Listing[sa.Row[*tuple[Any, ...]]]:
    """Return one page of what an ordered query finds."""
    counted = sa.select(sa.func.count()).select_from(query.order_by(None).subquery())
    found = session.scalars(counted).one()
    page, last = _place(found, wanted.page)
    rows = session.execute(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    return Listing(rows, found, page, last)


def _place(found: int, page: int) -> tuple[int, int]:
    last = max(1, -(-found // PAGE_SIZE))
    return min(max(1, page), last), last
