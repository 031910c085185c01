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
EASTERN = ZoneInfo("America/New_York")


def days(session: Session, *, today: dt.date, stage_id: str | None = None) -> tuple[Day, ...]:
    """Return all coming days of the cycle, or those of one stage."""
    return next_days(session, stage_id, today=today, limit=MOST_DATES)


def next_days(
    session: Session, stage_id: str | None = None, *, today: dt.date, limit: int
) -> tuple[Day, ...]:
    """Return the next days of the cycle, of one stage or of all."""
    coming = sa.select(CycleDate).where(CycleDate.day >= today)
    if stage_id is not None:
        of_stage = sa.select(CycleDateStage.date_id).where(CycleDateStage.stage_id == stage_id)
        coming = coming.where(CycleDate.id.in_(of_stage))
    rows = session.scalars(coming.order_by(CycleDate.day, CycleDate.id).limit(limit))
    return tuple(shown_day(date, today=today) for date in rows)


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
