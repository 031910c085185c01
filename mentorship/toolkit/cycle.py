"""The coming days of the Match cycle, of one stage or of all."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.toolkit.models import CycleDate, CycleDateStage
from mentorship.toolkit.provenance import Provenance
from mentorship.toolkit.shown import Day

MOST_DATES = 100
SOONEST = (CycleDate.day, CycleDate.id)
EASTERN = ZoneInfo("America/New_York")


def days(session: Session, *, today: dt.date, stage_id: str | None = None) -> tuple[Day, ...]:
    """Return all coming days of the cycle, or those of one stage."""
    if stage_id is None:
        return next_days(session, today=today, limit=MOST_DATES)
    return stage_days(session, stage_id, today=today, limit=MOST_DATES)[0]


def next_days(session: Session, *, today: dt.date, limit: int) -> tuple[Day, ...]:
    """Return the next days of the cycle."""
    coming = sa.select(CycleDate).where(CycleDate.day >= today).order_by(*SOONEST).limit(limit)
    return tuple(shown_day(date, today=today) for date in session.scalars(coming))


def stage_days(
    session: Session, stage_id: str, *, today: dt.date, limit: int
) -> tuple[tuple[Day, ...], str]:
    """Return the next days of a stage, and the cycle that has any to come, of whatever stage.

    In one query: a stage without a day needs to say so of the cycle; "" if there is none.
    """
    of_stage = sa.select(CycleDateStage.date_id).where(CycleDateStage.stage_id == stage_id)
    coming = sa.select(CycleDate, CycleDate.id.in_(of_stage)).where(CycleDate.day >= today)
    rows = session.execute(coming.order_by(*SOONEST).limit(MOST_DATES)).all()
    mine = [date for date, is_mine in rows if is_mine][:limit]
    cycle = rows[0][0].cycle if rows else ""
    return tuple(shown_day(date, today=today) for date in mine), cycle


def shown_day(date: CycleDate, *, today: dt.date) -> Day:
    return Day(
        id=date.id,
        cycle=date.cycle,
        day=date.day,
        event=date.event,
        note=date.note,
        in_source=date.amount_in_source,
        provenance=Provenance.of(date),
        days_away=(date.day - today).days,
        moment=_moment(date),
    )


def _moment(date: CycleDate) -> dt.datetime | None:
    if date.eastern is None:
        return None
    hour = dt.time.fromisoformat(date.eastern)
    return dt.datetime.combine(date.day, hour, tzinfo=EASTERN)
