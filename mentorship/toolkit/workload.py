"""How much there is to check, and where to begin: by page, since one visit settles all on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.toolkit.all_facts import all_facts
from mentorship.toolkit.freshness import wants_a_look
from mentorship.toolkit.kinds import KINDS, Harm, Kind


@dataclass(frozen=True, slots=True)
class PageLoad:
    """A page that facts rest on which want a look."""

    source: str
    facts: int  # that want a look
    harm: Harm  # of the worst among them


@dataclass(frozen=True, slots=True)
class KindLoad:
    kind: Kind
    wanting: int
    checked: int  # by a leader, at any time
    all: int


@dataclass(frozen=True, slots=True)
class Workload:
    kinds: Sequence[KindLoad]
    pages: Sequence[PageLoad]  # the first few: the worst harm first, then those that settle most
    page_count: int  # of all pages with something to check

    @property
    def wanting(self) -> int:
        return sum(each.wanting for each in self.kinds)

    @property
    def checked(self) -> int:
        return sum(each.checked for each in self.kinds)

    @property
    def all(self) -> int:
        return sum(each.all for each in self.kinds)


def workload(session: Session, *, today: dt.date, pages: int = 8) -> Workload:
    """Return what there is to check, by kind and by page, in three queries; advice is left out."""
    facts = all_facts()
    looks = wants_a_look(facts, today)
    kinds = session.execute(
        sa.select(facts.c.kind, _sum(looks), _sum(facts.c.checked), sa.func.count())
        .where(facts.c.kind.in_([kind.id for kind in KINDS.values() if kind.is_fact]))
        .group_by(facts.c.kind)
    )
    found = {kind: counts for kind, *counts in kinds}
    count, worst = sa.func.count().label("count"), sa.func.min(facts.c.harm).label("worst")
    rest = sa.and_(looks, facts.c.source.is_not(None))
    by_page = sa.select(facts.c.source, count, worst).where(rest).group_by(facts.c.source)
    first = by_page.order_by(worst, count.desc(), facts.c.source).limit(pages)
    return Workload(
        kinds=tuple(KindLoad(kind, *found[key]) for key, kind in KINDS.items() if key in found),
        pages=tuple(PageLoad(url, n, Harm(harm)) for url, n, harm in session.execute(first)),
        page_count=session.scalar(sa.select(sa.func.count(facts.c.source.distinct())).where(rest))
        or 0,
    )


def _sum(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)
