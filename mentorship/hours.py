"""Weekly hours as people write them: ``Mon 18:00-21:00``, in their own time zone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from mentorship.matching.marks import Flags
from mentorship.matching.people import DAY, Span
from mentorship.matching.scores.week import SLOT, WEEK

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MINUTE = dt.timedelta(minutes=1)
_SHORT = {day[:3].casefold(): number for number, day in enumerate(DAYS)}
_LONG = {day.casefold(): number for number, day in enumerate(DAYS)}
_STRETCH = re.compile(
    r"(?P<day>[^\W\d]+)\.?\s+(?P<h1>\d{1,2}):(?P<m1>\d\d)\s*[-–—]\s*(?P<h2>\d{1,2}):(?P<m2>\d\d)",  # noqa: RUF001 - dashes that editors put in
    re.ASCII,
)


def clock_word(local: dt.datetime) -> str:
    """Return what a clock of its zone is called: "EST", or "UTC-3" where it has no letters."""
    name = local.strftime("%Z")
    if name[:1] not in {"+", "-"}:
        return name
    hours, minutes = int(name[1:3]), name[3:].strip(":")
    return f"UTC{name[0]}{hours}{f':{minutes}' if minutes.strip('0') else ''}"


class NoSuchHours(ValueError):
    """Words that name no stretch of a week; the message says what would be right."""


def parse(said: str) -> Span:
    """Read one stretch: a day, a start and an end on a 24-hour clock.

    Raises
    ------
    NoSuchHours
        Not of that form, or no such time, or it does not end after it starts.

    """
    found = _STRETCH.fullmatch(said.strip())
    if found is None:
        raise NoSuchHours("write a day and two times, such as Mon 18:00-21:00")
    day = {**_SHORT, **_LONG}.get(found["day"].casefold())
    if day is None:
        raise NoSuchHours("begin with a day: Mon, Tue, Wed, Thu, Fri, Sat or Sun")
    start, end = (_minute(found[f"h{n}"], found[f"m{n}"]) for n in (1, 2))
    if start >= end:
        raise NoSuchHours("the end must come after the start; split a night at 24:00")
    return Span(day, start, end)


def _minute(hour: str, minute: str) -> int:
    minutes = int(hour) * 60 + int(minute)
    if int(minute) > 59 or minutes > DAY:
        raise NoSuchHours("times run from 00:00 to 24:00")
    return minutes


def write(span: Span) -> str:
    """Return a stretch in the form that :func:`parse` reads."""
    times = "-".join(f"{m // 60:02}:{m % 60:02}" for m in (span.start, span.end))
    return f"{DAYS[span.day][:3]} {times}"


def merge(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the same time in order, with stretches that touch or overlap made one."""
    merged: list[Span] = []
    for span in sorted(spans):
        last = merged[-1] if merged else None
        if last and last.day == span.day and span.start <= last.end:
            merged[-1] = Span(last.day, last.start, max(last.end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


@dataclass(frozen=True, slots=True)
class Clock:
    """A reader's time zone, and the moment at which they read: its week is what they are told."""

    zone: str
    now: dt.datetime

    def reads(self, spans: Iterable[Span], zone: str) -> tuple[Span, ...]:
        """Return somebody's weekly hours, given in their own zone, as this reader's clock has them.

        To the minute and never overstated, for the week at hand from Monday to Sunday of the
        reader, with its changes of both clocks: a minute that comes twice by the reader's clock is
        told if the other is free both times, and an hour that the other's clock repeats is free
        the first time.
        """
        reader, other = ZoneInfo(self.zone), ZoneInfo(zone)
        today = self.now.astimezone(reader).date()
        monday = dt.datetime.combine(today - dt.timedelta(days=today.weekday()), dt.time())
        said = np.zeros(WEEK, dtype=np.bool_)
        for span in spans:
            said[span.day * DAY + span.start : span.day * DAY + span.end] = True
        comes, free, free_once = (np.zeros(WEEK, dtype=np.int8) for _ in range(3))
        start = monday.replace(tzinfo=dt.UTC) - dt.timedelta(days=1)
        for slot in range(9 * DAY // SLOT):  # inside of half an hour of UTC no clock changes
            moment = start + slot * dt.timedelta(minutes=SLOT)
            mine, theirs = moment.astimezone(reader), moment.astimezone(other)
            at = (mine.replace(tzinfo=None) - monday) // MINUTE + np.arange(SLOT)
            then = said[(_minute_of_week(theirs) + np.arange(SLOT)) % WEEK]
            inside = (at >= 0) & (at < WEEK)
            comes[at[inside]] += 1
            free[at[inside]] += then[inside]
            free_once[at[inside]] += then[inside] & (not theirs.fold)
        told = ((comes == 1) & (free_once == 1)) | ((comes > 1) & (free == comes))
        return tuple(_stretches(told))


def _minute_of_week(moment: dt.datetime) -> int:
    return moment.weekday() * DAY + moment.hour * 60 + moment.minute


def _stretches(minutes: Flags) -> Iterator[Span]:
    for day, of_day in enumerate(minutes.reshape(7, DAY)):
        edges = np.flatnonzero(np.diff(of_day.astype(np.int8), prepend=0, append=0))
        for start, end in edges.reshape(-1, 2).tolist():
            yield Span(day, start, end)
