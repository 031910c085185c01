"""Until when people may answer: whole days, to their end, for nobody plans by the minute."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

HOME = ZoneInfo("America/Chicago")  # between the coasts; sections have no time zone of their own
END = dt.time(23, 59)
IMG_DAYS = 3  # that an IMG has at least, after the yes of a mentor, however late it came


def end_of_day(now: dt.datetime, *, days: int) -> dt.datetime:
    """Return the end of the day so many days on, in UTC: not earlier than by the minute."""
    day = now.astimezone(HOME).date() + dt.timedelta(days=days)
    end = dt.datetime.combine(day, END, HOME).astimezone(dt.UTC)
    return max(end, now + dt.timedelta(days=days))


def time_for_img(now: dt.datetime, *, answer_days: int) -> dt.datetime:
    """Return until when an IMG may answer at least who is asked now, in a round of so many days."""
    return end_of_day(now, days=min(IMG_DAYS, answer_days))
