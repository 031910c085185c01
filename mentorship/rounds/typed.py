"""What people type in forms of rounds, made clean."""

from __future__ import annotations

from wtforms.fields.choices import SelectChoice

from mentorship.notices.service import one_line

LONGEST_WORDS = 1000
ANY = SelectChoice("", "Any")


def line(words: str | None) -> str:
    return one_line(words or "")


def plain(words: str | None) -> str:
    """Keep lines, drop other control characters."""
    return "\n".join(one_line(part) for part in (words or "").splitlines()).strip()
