"""Which facts and resources a leader should look at: old, unsure, changing, dead or reported."""

from __future__ import annotations

import calendar
import datetime as dt
import enum
import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.toolkit.kinds import KINDS, Kind
from mentorship.toolkit.links import is_dead
from mentorship.toolkit.models import Confidence, Resource, UrlCheck
from mentorship.toolkit.provenance import readable_date
from mentorship.toolkit.shelf_models import ResourceReport

STALE_MONTHS = 12
VOLATILE_MONTHS = 3  # what is being changed grows old faster
PER_PAGE = 25
ALWAYS_FRESH = "9999"  # the date of advice, which does not grow old by itself


class Reason(enum.StrEnum):
    OLD = "old"
    MAY_CHANGE = "may_change"
    LOW = "low"
    NO_SOURCE = "no_source"
    NOT_OPENED = "not_opened"
    DEAD = "dead"
    REPORTED = "reported"


REASON_NAMES: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.OLD: "Older than 12 months, or undated",
        Reason.MAY_CHANGE: "May change, and older than 3 months",
        Reason.LOW: "Low confidence",
        Reason.NO_SOURCE: "No source",
        Reason.NOT_OPENED: "Page not opened by us",
        Reason.DEAD: "Link found dead",
        Reason.REPORTED: "Reported by members",
    }
)


FIRST = (Reason.DEAD, Reason.REPORTED, Reason.MAY_CHANGE, Reason.LOW)


@dataclass(frozen=True, slots=True)
class Wanted:
    reason: Reason | None = None
    kind: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    kind: Kind
    id: str
    label: str
    date: str  # of the source, or of the last check
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Report:
    lines: tuple[Line, ...]
    total: int
    page: int
    pages: int
    counts: Mapping[Reason, int]  # of all kinds, whatever is asked
    facts: int  # advice of ours among them


def freshness(
    session: Session, *, today: dt.date, wanted: Wanted | None = None, page: int = 1
) -> Report:
    """Return one page of what to look at, in two queries: the most urgent first.

    With a kind or words but without a reason, facts that are fine are found too: a leader who
    read something wrong must be able to find it.
    """
    wanted = wanted or Wanted()
    all_facts = _all_facts()
    reasons = _reasons(all_facts, today)
    chosen = [reasons[wanted.reason]] if wanted.reason else []
    if wanted.kind:
        chosen.append(all_facts.c.kind == wanted.kind)
    chosen += [_says(all_facts, word) for word in wanted.words.split()]
    fits = sa.and_(*chosen) if chosen else sa.or_(*reasons.values())
    counted = session.execute(
        sa.select(
            sa.func.count(),
            _count(fits),
            *(_count(reasons[reason]) for reason in Reason),
        ).select_from(all_facts)
    ).one()
    pages = max(1, math.ceil(counted[1] / PER_PAGE))
    page = min(max(1, page), pages)
    rows = session.execute(
        sa.select(all_facts, *(sa.case((reasons[r], 1), else_=0) for r in Reason))
        .where(fits)
        .order_by(
            *(sa.case((reasons[r], 0), else_=1) for r in FIRST),
            all_facts.c.date.nulls_first(),
            all_facts.c.kind,
            all_facts.c.label,
            all_facts.c.id,
        )
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    return Report(
        lines=tuple(_line(row) for row in rows),
        total=counted[1],
        page=page,
        pages=pages,
        counts=dict(zip(Reason, counted[2:], strict=True)),
        facts=counted[0],
    )


def to_look_at(session: Session, *, today: dt.date) -> Mapping[Reason, int]:
    """Count the facts of each reason, in one query, for a leader's home page."""
    all_facts = _all_facts()
    reasons = _reasons(all_facts, today)
    counts = sa.select(*(_count(reasons[r]) for r in Reason)).select_from(all_facts)
    return dict(zip(Reason, session.execute(counts).one(), strict=True))


def _all_facts() -> sa.Subquery:
    """Return every fact that leaders may correct, of all tables, in the same few columns."""
    return sa.union_all(*(_facts_of(kind) for kind in KINDS.values())).subquery("facts")


def _facts_of(kind: Kind) -> sa.Select[Any]:
    table = kind.table
    columns: dict[str, Any] = {
        "kind": sa.literal(kind.id),
        "id": sa.cast(table.id, sa.String),
        "label": sa.cast(_label(kind), sa.Text),
        "said": _said(kind),
    }
    columns |= _marks_of(kind) if kind.is_fact else _MARKS_OF_ADVICE
    if kind.linked:
        columns["dead"] = is_dead(getattr(table, kind.linked))
    return sa.select(*(column.label(name) for name, column in columns.items())).where(kind.only)


def _marks_of(kind: Kind) -> dict[str, Any]:
    table, address = kind.table, getattr(kind.table, kind.address)
    reported = sa.exists().where(
        ResourceReport.resource_id == table.id, ResourceReport.settled_at.is_(None)
    )
    return {
        "date": sa.func.coalesce(
            sa.cast(table.checked_on, sa.String), getattr(table, "as_of", None)
        ),
        "ages": sa.true() if kind.ages else sa.false(),
        "confidence": sa.cast(getattr(table, "confidence", ""), sa.String),
        "volatile": getattr(table, "volatile", sa.false()),
        "has_source": address.is_not(None),
        "unopened": table.url_check == UrlCheck.NOT_OPENED,
        "dead": is_dead(address),
        "reported": reported if table is Resource else sa.false(),
    }


_MARKS_OF_ADVICE: Mapping[str, Any] = MappingProxyType(
    {
        "date": sa.literal(ALWAYS_FRESH),
        "ages": sa.false(),
        "confidence": sa.literal(""),
        "volatile": sa.false(),
        "has_source": sa.true(),
        "unopened": sa.false(),
        "dead": sa.false(),
        "reported": sa.false(),
    }
)


def _label(kind: Kind) -> sa.ColumnElement[object]:
    """Return the words a fact is known by; those of a state or a year are known by their key."""
    column = getattr(kind.table, kind.fields[0])
    by_key = kind.fields[0] in {"img_years", "us_img", "standing", "status", "board_url"}
    return kind.table.id if by_key else column


def _said(kind: Kind) -> sa.ColumnElement[str]:
    """Return all words of a fact in one, to be searched."""
    columns = [getattr(kind.table, name) for name in ("id", *kind.fields)]
    texts: list[sa.ColumnElement[str]] = [
        sa.func.coalesce(column, "") for column in columns if _is_text(column.type)
    ]
    return functools.reduce(lambda all_, text: all_ + " " + text, texts)


def _is_text(kind: sa.types.TypeEngine[object]) -> bool:
    return isinstance(kind, sa.String) and not isinstance(kind, sa.Enum)


def _says(facts: sa.Subquery, word: str) -> sa.ColumnElement[bool]:
    """Tell which facts hold a word; a state is found by its name too."""
    names = vocabulary.LISTS["state"].values()
    states = [state.id for state in names if word.casefold() in state.name.casefold()]
    return sa.or_(facts.c.said.icontains(word, autoescape=True), facts.c.id.in_(states))


def _reasons(facts: sa.Subquery, today: dt.date) -> dict[Reason, sa.ColumnElement[bool]]:
    """Return the condition of each reason; a year or a month counts from its first day."""
    year = _months_before(today, STALE_MONTHS).isoformat()
    season = _months_before(today, VOLATILE_MONTHS).isoformat()
    dated = facts.c.date
    return {
        Reason.OLD: sa.and_(facts.c.ages, sa.or_(dated.is_(None), dated < year)),
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
    return Line(kind, row.id, row.label, date, reasons)
