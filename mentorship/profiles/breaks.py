"""Whether a mentor is on a break now: it ends as its day begins by the mentor's own clock."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections import defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache

import sqlalchemy as sa

from mentorship.accounts.models import User
from mentorship.profiles.models import Profile, ProfileKind

LONGEST = dt.timedelta(days=731)  # two years: a later day is a slip of the keys
TOO_LONG = "Choose a day within the next two years."


def break_of(until: dt.date | None, now: dt.datetime) -> dt.date | None:
    """Return the day a break ends, if somebody is on one; ``now`` is by their own clock."""
    return until if until and until > now.date() else None


def on_break(now: dt.datetime) -> sa.ColumnElement[bool]:
    """Say in a query whether a profile is of a mentor who is on a break.

    The clock is that of the account, as on all pages: UTC where no time zone is known.
    """
    moment = now.astimezone(dt.UTC)
    quarter = moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)
    zone = (
        sa.select(User.timezone)
        .where(User.id == Profile.person_id)
        .correlate_except(User)
        .scalar_subquery()
    )
    # never empty: at every moment some zone has another day than UTC
    elsewhere = ((zone.in_(zones), day) for day, zones in _days_elsewhere(quarter).items())
    today = sa.case(*elsewhere, else_=moment.date())
    return sa.and_(Profile.kind == ProfileKind.MENTOR, Profile.paused_until > today)


@lru_cache(maxsize=4)
def _days_elsewhere(moment: dt.datetime) -> Mapping[dt.date, tuple[str, ...]]:
    """Return the days that are not UTC's at a moment, each with the zones in which it is.

    A moment at the start of a quarter of an hour: in no zone does a day begin inside of one.
    """
    days: dict[dt.date, list[str]] = defaultdict(list)
    for zone in _zones():
        days[moment.astimezone(zone).date()].append(zone.key)
    return {day: tuple(days[day]) for day in sorted(days) if day != moment.date()}


@cache
def _zones() -> tuple[zoneinfo.ZoneInfo, ...]:
    return tuple(map(zoneinfo.ZoneInfo, sorted(zoneinfo.available_timezones())))
