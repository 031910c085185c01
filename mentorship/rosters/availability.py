"""Weekly availability in words: ``Mon 18:00-21:00|Sat 09:00-12:00`` in the person's own zone."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mentorship.matching import Span
from mentorship.rosters import escape
from mentorship.rosters.problems import Unreadable

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NAMES = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_STRETCH = re.compile(r"([a-z]+)\.?\s+(\d{1,2}):(\d\d)\s*[-\u2013]\s*(\d{1,2}):(\d\d)", re.ASCII)
_RIGHT = "write it like Mon 18:00-21:00, with the 24-hour clock"
_MOST = 50


def read_week(cell: str) -> tuple[Span, ...]:
    """Return the free stretches, in order; those that touch or overlap become one."""
    spans, complaints = [], []
    for said in escape.split(cell):
        try:
            spans.append(_span(said))
        except ValueError as error:
            complaints.append((said, str(error), _RIGHT))
    if len(spans) > _MOST:
        complaints.append((cell, f"has more than {_MOST} stretches", "join those that touch"))
    if complaints:
        raise Unreadable(*complaints)
    return merged(spans)


def write_week(spans: Iterable[Span]) -> str:
    return escape.join(f"{DAYS[s.day]} {_clock(s.start)}-{_clock(s.end)}" for s in merged(spans))


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the same time in as few stretches as can be, in order; none crosses midnight."""
    result: list[Span] = []
    for span in sorted(spans):
        last = result[-1] if result else None
        if last is not None and last.day == span.day and span.start <= last.end:
            result[-1] = Span(last.day, last.start, max(last.end, span.end))
        else:
            result.append(span)
    return tuple(result)


def _span(said: str) -> Span:
    found = _STRETCH.fullmatch(said.casefold())
    if found is None:
        raise ValueError("is not a day and a stretch of time")
    name, *clock = found.groups()
    days = [day for day, full in enumerate(_NAMES) if len(name) > 2 and full.startswith(name)]
    if not days:
        raise ValueError("names no day of the week")
    hour, minute, end_hour, end_minute = (int(part) for part in clock)
    start, end = hour * 60 + minute, end_hour * 60 + end_minute
    if max(minute, end_minute) > 59 or max(start, end) > 24 * 60:
        raise ValueError("is no time of day")
    if start >= end:
        raise ValueError("ends before it starts (past midnight, write two stretches)")
    return Span(days[0], start, end)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
