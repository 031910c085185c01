"""Dates of the cycle as an iCalendar file (RFC 5545) that any calendar reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from mentorship.toolkit.shown import Day

LONGEST_LINE = 75  # octets
LENGTH = dt.timedelta(minutes=30)


def calendar(days: Iterable[Day], *, now: dt.datetime, host: str) -> str:
    """Return one event a date. What is not certain says so in its title, where nobody misses it."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//{host}//toolkit//EN"]
    for day in days:
        lines += _event(day, now=now, host=host)
    lines.append("END:VCALENDAR")
    return "".join(f"{_fold(line)}\r\n" for line in lines)


def _event(day: Day, *, now: dt.datetime, host: str) -> list[str]:
    title = day.event if day.is_deadline else f"{day.marking}: {day.event}"
    source = day.provenance.source_url
    about = [day.note or "", "Look up the official date." if not day.is_deadline else ""]
    about += [f"Source: {source}" if source else "No source", f"As of {day.provenance.date}"]
    return [
        "BEGIN:VEVENT",
        f"UID:{day.id}@{host}",
        f"DTSTAMP:{_moment(now)}",
        *_when(day),
        f"SUMMARY:{_text(title)}",
        f"DESCRIPTION:{_text(chr(10).join(filter(None, about)))}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _when(day: Day) -> tuple[str, str]:
    if day.moment:
        return f"DTSTART:{_moment(day.moment)}", f"DTEND:{_moment(day.moment + LENGTH)}"
    after = day.day + dt.timedelta(days=1)
    return f"DTSTART;VALUE=DATE:{day.day:%Y%m%d}", f"DTEND;VALUE=DATE:{after:%Y%m%d}"


def _moment(when: dt.datetime) -> str:
    return f"{when.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    for sign in ("\\", ";", ","):
        words = words.replace(sign, f"\\{sign}")
    return words.replace("\n", "\\n")


def _fold(line: str) -> str:
    """Break a line before it grows longer than readers must accept, never inside a character."""
    folded, length = "", 0
    for character in line:
        size = len(character.encode())
        if length + size > LONGEST_LINE:
            folded, length = folded + "\r\n ", 1
        folded, length = folded + character, length + size
    return folded
