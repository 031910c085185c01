"""Which facts and resources a leader should look at: old, unsure, changing, dead or reported."""

from __future__ import annotations

import calendar
import datetime as dt
import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.toolkit.all_facts import ALWAYS_FRESH, all_facts, says
from mentorship.toolkit.kinds import KINDS, Harm, Kind
from mentorship.toolkit.models import Confidence
from mentorship.toolkit.provenance import readable_date

STALE_MONTHS = 12
VOLATILE_MONTHS = 3  # what is being changed grows old faster
PER_PAGE = 25


class Reason(enum.StrEnum):
    OLD = "old"
    UNDATED = "undated"
    MAY_CHANGE = "may_change"
    LOW = "low"
    NO_SOURCE = "no_source"
    NOT_OPENED = "not_opened"
    DEAD = "dead"
    REPORTED = "reported"


REASON_NAMES: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.OLD: "Older than 12 months",
        Reason.UNDATED: "Source without a date",
        Reason.MAY_CHANGE: "May change, and undated or older than 3 months",
        Reason.LOW: "Low confidence",
        Reason.NO_SOURCE: "No source",
        Reason.NOT_OPENED: "Page not opened by us",
        Reason.DEAD: "Link found dead",
        Reason.REPORTED: "Reported by members",
    }
)


FIRST = (
    Reason.DEAD,
    Reason.MAY_CHANGE,
    Reason.LOW,
    Reason.NO_SOURCE,
)  # of those that do the same harm
URGENT = (Reason.REPORTED, *FIRST)
HARM_NAMES: Mapping[Harm, str] = MappingProxyType(
    {
        Harm.STAY: "Visas and licenses",
        Harm.MONEY: "Dates, exams and costs",
        Harm.SMALL: "All else",
    }
)


@dataclass(frozen=True, slots=True)
class Wanted:
    reason: Reason | None = None
    look: bool = False  # only what wants a look, for whatever reason
    harm: Harm | None = None
    kind: str = ""
    source: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    kind: Kind
    id: str
    label: str
    date: str  # of the source, or of the last check
    reasons: tuple[Reason, ...]
    source: str  # "" for none
    same_source: int  # how many of what is asked rest on that page


@dataclass(frozen=True, slots=True)
class Report:
    lines: tuple[Line, ...]
    total: int
    page: int
    pages: int
    counts: Mapping[Reason, int]  # of all kinds, whatever is asked
    harms: Mapping[Harm, int]  # of what wants a look
    facts: int  # advice of ours among them


def freshness(
    session: Session, *, today: dt.date, wanted: Wanted | None = None, page: int = 1
) -> Report:
    """Return one page of what to look at, in two queries: the most harmful first.

    With a kind, a source or words but without a reason, facts that are fine are found too: a
    leader who read something wrong must be able to find it.
    """
    wanted = wanted or Wanted()
    facts = all_facts()
    reasons = _reasons(facts, today)
    looks = _wants_a_look(reasons)
    fits = _fits(facts, reasons, wanted)
    counted = session.execute(
        sa.select(
            sa.func.count(),
            _count(fits),
            *(_count(reasons[reason]) for reason in Reason),
            *(_count(sa.and_(looks, facts.c.harm == int(harm))) for harm in Harm),
        ).select_from(facts)
    ).one()
    pages = max(1, math.ceil(counted[1] / PER_PAGE))
    page = min(max(1, page), pages)
    skip = (page - 1) * PER_PAGE
    return Report(
        lines=_lines(session, facts, reasons, fits, limit=PER_PAGE, skip=skip),
        total=counted[1],
        page=page,
        pages=pages,
        counts=dict(zip(Reason, counted[2 : 2 + len(Reason)], strict=True)),
        harms=dict(zip(Harm, counted[2 + len(Reason) :], strict=True)),
        facts=counted[0],
    )


def to_check_first(session: Session, *, today: dt.date, limit: int = 5) -> tuple[Line, ...]:
    """Return the few facts a leader should look at first, in one query; old ones can wait."""
    facts = all_facts()
    reasons = _reasons(facts, today)
    urgent = sa.or_(*(reasons[reason] for reason in URGENT))
    return _lines(session, facts, reasons, urgent, limit=limit)


def resting_on(session: Session, source: str) -> tuple[tuple[str, str], ...]:
    """Return the kind and key of every fact that names this page as its source, in one query."""
    facts = all_facts()
    rows = sa.select(facts.c.kind, facts.c.id).where(facts.c.source == source)
    return tuple((kind, key) for kind, key in session.execute(rows))


def wants_a_look(facts: sa.Subquery, today: dt.date) -> sa.ColumnElement[bool]:
    """Return the condition of the list as it opens."""
    return _wants_a_look(_reasons(facts, today))


def _wants_a_look(
    reasons: Mapping[Reason, sa.ColumnElement[bool]],
) -> sa.ColumnElement[bool]:
    """Return the condition of the list as it opens: no page gets a date from being looked at."""
    return sa.or_(*(reasons[reason] for reason in Reason if reason is not Reason.UNDATED))


def _fits(
    facts: sa.Subquery, reasons: Mapping[Reason, sa.ColumnElement[bool]], wanted: Wanted
) -> sa.ColumnElement[bool]:
    """Return the condition of what is asked for."""
    chosen = [says(facts, word) for word in wanted.words.split()]
    if wanted.kind:
        chosen.append(facts.c.kind == wanted.kind)
    if wanted.source:
        chosen.append(facts.c.source == wanted.source)
    if wanted.reason:
        chosen.append(reasons[wanted.reason])
    elif wanted.look or not chosen:
        chosen.append(_wants_a_look(reasons))
    if wanted.harm is not None:
        chosen.append(facts.c.harm == int(wanted.harm))
    return sa.and_(*chosen)


def _lines(  # noqa: PLR0913  which facts, and which of them
    session: Session,
    facts: sa.Subquery,
    reasons: Mapping[Reason, sa.ColumnElement[bool]],
    fits: sa.ColumnElement[bool],
    *,
    limit: int,
    skip: int = 0,
) -> tuple[Line, ...]:
    """Return the facts that fit: the reported first, then the most harmful and urgent."""
    same = sa.func.count().over(partition_by=facts.c.source).label("same_source")
    rows = session.execute(
        sa.select(facts, same, *(sa.case((reasons[r], 1), else_=0) for r in Reason))
        .where(fits)
        .order_by(
            sa.case((reasons[Reason.REPORTED], 0), else_=1),
            facts.c.harm,
            *(sa.case((reasons[r], 0), else_=1) for r in FIRST),
            facts.c.date.nulls_first(),
            facts.c.kind,
            facts.c.label,
            facts.c.id,
        )
        .limit(limit)
        .offset(skip)
    )
    return tuple(_line(row) for row in rows)


def _reasons(facts: sa.Subquery, today: dt.date) -> dict[Reason, sa.ColumnElement[bool]]:
    """Return the condition of each reason; a year or a month counts from its first day."""
    year = _months_before(today, STALE_MONTHS).isoformat()
    season = _months_before(today, VOLATILE_MONTHS).isoformat()
    dated = facts.c.date
    return {
        Reason.OLD: sa.and_(facts.c.ages, dated < year),
        Reason.UNDATED: sa.and_(facts.c.wants_date, dated.is_(None)),
        Reason.MAY_CHANGE: sa.and_(facts.c.volatile, sa.or_(dated.is_(None), dated < season)),
        Reason.LOW: facts.c.confidence == Confidence.LOW.value,
        Reason.NO_SOURCE: sa.not_(facts.c.has_source),
        Reason.NOT_OPENED: facts.c.unopened,
        Reason.DEAD: facts.c.dead,
        Reason.REPORTED: facts.c.reported,
    }


def _count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


def _months_before(day: dt.date, months: int) -> dt.date:
    month = day.year * 12 + day.month - 1 - months
    year, number = divmod(month, 12)
    last = calendar.monthrange(year, number + 1)[1]
    return dt.date(year, number + 1, min(day.day, last))


def _line(row: sa.Row[tuple[object, ...]]) -> Line:
    values = tuple(row)
    flags = values[-len(Reason) :]
    reasons = tuple(reason for reason, yes in zip(Reason, flags, strict=True) if yes)
    kind = KINDS[row.kind]
    date = "" if row.date == ALWAYS_FRESH else readable_date(row.date)
    return Line(
        kind,
        row.id,
        row.label,
        date,
        reasons,
        row.source or "",
        row.same_source if row.source else 0,
    )
