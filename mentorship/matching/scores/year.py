"""Free time in common in every week of a year, so that what is read later is never overstated.

Two clocks that change on different days bring people together or apart. While neither changes, the
time in common hangs on nothing but how far the clocks are apart; so of all those weeks one a
distance is enough, besides every week in which a clock changes.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np

from mentorship.matching.people import Span
from mentorship.matching.scores.week import free_minutes

Times: TypeAlias = tuple[tuple[Span, ...], str]  # free stretches in local time, and the zone
WEEKS = 53


class InCommon(NamedTuple):
    """Minutes a week that two are both free: in the poorest week and in the richest."""

    least: int
    most: int


def in_common(one: Times, other: Times, week: date) -> InCommon:
    """Compare two people's free time over the year that begins with a week.

    Parameters
    ----------
    one : Times
        Free stretches in local time, and the IANA name of the zone.
    other : Times
        The other person's.
    week : date
        The Monday the year starts on.

    Raises
    ------
    KeyError
        There is no such zone; a market has none.
    ValueError
        ``week`` is not a Monday.

    """
    minutes = [
        (_free(*one, monday) & _free(*other, monday)).bit_count()
        for monday in _telling_weeks(one[1], other[1], week)
    ]
    return InCommon(min(minutes), max(minutes))


@lru_cache(maxsize=8192)  # about a kilobyte each
def _free(spans: tuple[Span, ...], zone: str, week: date) -> int:
    """Return the free minutes of a week as bits."""
    return int.from_bytes(np.packbits(free_minutes(spans, zone, week)).tobytes())


@lru_cache(maxsize=4096)
def _telling_weeks(one: str, other: str, week: date) -> tuple[date, ...]:
    """Return those Mondays of the year whose weeks may differ in time in common, the first first.

    No zone changes its clock twice in a week.
    """
    found: dict[object, date] = {}
    for number in range(WEEKS):
        monday = week + timedelta(weeks=number)
        starts, ends = (_apart(one, other, monday + timedelta(weeks=more)) for more in (0, 1))
        steady = starts[0] == ends[0] and starts[1] == ends[1]
        found.setdefault(starts[0] - starts[1] if steady else monday, monday)
    return tuple(found.values())


def _apart(one: str, other: str, day: date) -> tuple[timedelta, timedelta]:
    """Return how far two clocks are from UTC as a day begins."""
    moment = datetime.combine(day, time(), tzinfo=UTC)
    first, second = (
        moment.astimezone(ZoneInfo(zone)).utcoffset() or timedelta() for zone in (one, other)
    )
    return first, second
