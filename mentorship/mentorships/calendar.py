"""A meeting as a calendar file (RFC 5545), so that it is in both calendars at the right hour."""

from __future__ import annotations

import datetime as dt

from mentorship.mentorships.models import Meeting, MeetingState

LONGEST = 75  # octets of a line


def calendar_file(meeting: Meeting, *, title: str, link: str, host: str) -> bytes:
    """Return the file. Its UID stays the same when the meeting moves, so calendars replace it."""
    start = meeting.starts_at
    cancelled = meeting.state is MeetingState.CANCELLED
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//{_text(host)}//mentorship//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{meeting.id}@{host}",
        f"DTSTAMP:{_utc(meeting.changed_at)}",
        f"DTSTART:{_utc(start)}",
        f"DTEND:{_utc(start + dt.timedelta(minutes=meeting.minutes))}",
        f"SEQUENCE:{meeting.sequence}",
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
        f"SUMMARY:{_text(title)}",
        f"DESCRIPTION:{_text(link)}",
    ]
    if meeting.words["place"]:
        lines.append(f"LOCATION:{_text(meeting.words['place'])}")
    lines += ["END:VEVENT", "END:VCALENDAR"]
    return b"".join(_folded(line) for line in lines)


def _utc(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    """Escape what would end a value or begin another line."""
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        words = words.replace(plain, escaped)
    return "".join(c for c in words if c.isprintable())


def _folded(line: str) -> bytes:
    """Break a line before it grows too long, never inside a character."""
    rows, row = [], b""
    for character in line:
        letter = character.encode()
        if len(row) + len(letter) > LONGEST:
            rows.append(row)
            row = b" "
        row += letter
    return b"\r\n".join([*rows, row]) + b"\r\n"
