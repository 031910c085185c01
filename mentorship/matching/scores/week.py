"""Weekly free time as half hours of one reference week in UTC, never overstated.

Zones differ by quarters of an hour (Kathmandu is at +5:45) and change their clocks, so spans are
read minute by minute with the offsets of the reference week, and rounded inwards.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from mentorship.matching.marks import Flags, Ints
from mentorship.matching.people import DAY, Span

SLOT = 30  # minutes
WEEK = 7 * DAY
SLOTS = WEEK // SLOT


def free_minutes(spans: Iterable[Span], zone: str, week: date) -> Flags:
    """Return which minutes of a week are free, in UTC.

    Parameters
    ----------
    spans : iterable of Span
        Free stretches in local time.
    zone : str
        IANA name of the person's time zone.
    week : date
        The Monday the reference week starts on; its clock changes count.

    Returns
    -------
    (10080,) bool
        Minutes after Monday 00:00 UTC of ``week``.

    Raises
    ------
    ValueError
        There is no such zone, or ``week`` is not a Monday.

    Notes
    -----
    A local hour that a clock change skips is never free; one that it repeats is free once.

    """
    local = np.zeros(WEEK + 1, dtype=np.bool_)  # the last one stands for "no such minute"
    for span in spans:
        local[span.day * DAY + span.start : span.day * DAY + span.end] = True
    free: Flags = np.take(local, _local_minutes(zone, week))
    return free


def free_slots(minutes: Flags) -> Flags:
    """Return the half hours that are free from end to end: (10080,) bool to (336,) bool."""
    whole: Flags = np.logical_and.reduce(minutes.reshape(SLOTS, SLOT), axis=1)
    return whole


@lru_cache(maxsize=256)
def _local_minutes(zone: str, week: date) -> Ints:
    """For each minute of the week in UTC, the minute of the local week (``WEEK``: none)."""
    if week.weekday() != 0:
        raise ValueError(f"week: {week} is not a Monday")
    try:
        clock = ZoneInfo(zone)
    except (KeyError, OSError, ValueError):
        raise ValueError(f"timezone: there is no zone {zone!r}") from None
    start = datetime.combine(week, time(), tzinfo=UTC)
    slots = [(start + timedelta(minutes=SLOT * s)).astimezone(clock) for s in range(SLOTS + 1)]
    minutes = np.concatenate([_within(*pair) for pair in itertools.pairwise(slots)])
    minutes.flags.writeable = False
    return minutes


def _within(start: datetime, end: datetime) -> Ints:
    """For each minute of a slot, the minute of the local week.

    Clocks change at any minute: Newfoundland's did at one minute past until 2011.
    """
    if (start.utcoffset(), start.fold) == (end.utcoffset(), end.fold):
        return np.full(SLOT, WEEK) if start.fold else (_minute(start) + np.arange(SLOT)) % WEEK
    utc, clock = start.astimezone(UTC), start.tzinfo
    moments = [(utc + timedelta(minutes=k)).astimezone(clock) for k in range(SLOT)]
    return np.array([WEEK if moment.fold else _minute(moment) for moment in moments])


def _minute(moment: datetime) -> int:
    return moment.weekday() * DAY + moment.hour * 60 + moment.minute
