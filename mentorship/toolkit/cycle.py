"""The coming days of the Match cycle, of one stage or of all.

``now`` is the moment by the reader's clock. The days are those of New York: a deadline in its
evening is still ahead of a reader for whom the next day has begun.
"""

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
A_DAY = dt.timedelta(days=1)


def days(session: Session, *, now: dt.datetime, stage_id: str | None = None) -> tuple[Day, ...]:
    """Return all coming days of the cycle, or those of one stage."""
    if stage_id is None:
        return next_days(session, now=now, limit=MOST_DATES)
    return stage_days(session, stage_id, now=now, limit=MOST_DATES)[0]


def next_days(session: Session, *, now: dt.datetime, limit: int) -> tuple[Day, ...]:
    """Return the next days of the cycle."""
    rows = session.scalars(sa.select(CycleDate).where(_may_come(now)).order_by(*SOONEST))
    coming = [date for date in rows if not _is_over(date, now)]
    return tuple(shown_day(date, days_away=_days_away(date, now)) for date in coming[:limit])


def stage_days(
    session: Session, stage_id: str, *, now: dt.datetime, limit: int
) -> tuple[tuple[Day, ...], str]:
    """Return the next days of a stage, and the cycle that has any to come, of whatever stage.

    In one query: a stage without a day needs to say so of the cycle; "" if there is none.
    """
    of_stage = sa.select(CycleDateStage.date_id).where(CycleDateStage.stage_id == stage_id)
    select = sa.select(CycleDate, CycleDate.id.in_(of_stage)).where(_may_come(now))
    rows = session.execute(select.order_by(*SOONEST))
    coming = [(date, is_mine) for date, is_mine in rows if not _is_over(date, now)]
    mine = [date for date, is_mine in coming if is_mine][:limit]
    cycle = coming[0][0].cycle if coming else ""
    return tuple(shown_day(date, days_away=_days_away(date, now)) for date in mine), cycle


def shown_day(date: CycleDate, *, days_away: int) -> Day:
    return Day(
        id=date.id,
        cycle=date.cycle,
        day=date.day,
        event=date.event,
        note=date.note,
        in_source=date.amount_in_source,
        provenance=Provenance.of(date),
        days_away=days_away,
        moment=_moment(date),
    )


def _may_come(now: dt.datetime) -> sa.ColumnElement[bool]:
    """Match what may be ahead: for a reader in the east New York still has the day before."""
    return CycleDate.day >= now.date() - A_DAY


def _is_over(date: CycleDate, now: dt.datetime) -> bool:
    moment = _moment(date)
    return moment < now if moment else date.day < now.date()


def _days_away(date: CycleDate, now: dt.datetime) -> int:
    """Count the days by the reader's calendar, in which the moment may be on another day."""
    moment = _moment(date)
    day = moment.astimezone(now.tzinfo).date() if moment else date.day
    return (day - now.date()).days


def _moment(date: CycleDate) -> dt.datetime | None:
    if date.eastern is None:
        return None
    hour = dt.time.fromisoformat(date.eastern)
    return dt.datetime.combine(date.day, hour, tzinfo=EASTERN)
