"""Events as a calendar file (RFC 5545)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from mentorship.community.models import Event

LINE = 75  # octets a line may have


def calendar(events: Iterable[Event], *, host: str, now: dt.datetime) -> str:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//IMG Mentorship//Section events//EN"]
    for event in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{event.id}@{host}",
            f"DTSTAMP:{_moment(now)}",
            f"DTSTART:{_moment(event.starts_at)}",
            f"DTEND:{_moment(event.ends_at)}",
            f"SUMMARY:{_text(event.title)}",
            f"LOCATION:{_text(event.place)}",
            f"DESCRIPTION:{_text(event.about)}",
            *([f"URL:{event.url}"] if event.url else []),
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _moment(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        words = words.replace(plain, escaped)
    return words.replace("\r", "")


def _folded(line: str) -> str:
    """Break a long line before a character, never inside one."""
    folded, length = "", 0
    for character in line:
        size = len(character.encode())
        if length + size > LINE:
            folded, length = folded + "\r\n ", 1
        folded, length = folded + character, length + size
    return folded
