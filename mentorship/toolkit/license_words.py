"""What boards ask, in words, and whether a law is in force, read from the words for it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from types import MappingProxyType

from mentorship.toolkit.license_models import CompactState, PathwayState

COMPACT_NAMES: Mapping[CompactState, str] = MappingProxyType(
    {
        CompactState.MEMBER: "Member",
        CompactState.ISSUES_ONLY: "Member, but not as your first state",
        CompactState.JOINING: "Reported to be joining",
        CompactState.OUTSIDE: "Not a member",
    }
)
PATHWAY_NAMES: Mapping[PathwayState, str] = MappingProxyType(
    {
        PathwayState.ENACTED: "Law passed",
        PathwayState.ENACTED_UNVERIFIED: "Reported, not verified",
        PathwayState.LIMITED_PERMIT: "Limited permit only",
        PathwayState.BILL_PENDING: "Bill pending at the date of the source",
        PathwayState.BILL_FAILED: "Bill failed",
        PathwayState.NONE_FOUND: "None found",
        PathwayState.UNKNOWN: "Not known",
    }
)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_DAY = re.compile(rf"({'|'.join(_MONTHS)}) (\d{{1,2}}), (\d{{4}})")
_YEAR = re.compile(r"\d{4}")
_OPEN = re.compile(r"pending|contingent|amended|not ", re.IGNORECASE)


def is_in_force(words: str | None, today: dt.date) -> bool | None:
    """Tell whether a law holds today; None where the words do not settle it.

    Of several days the last counts, since rules often follow a law. A year alone settles the years
    before and after, not the year itself.
    """
    if not words or _OPEN.search(words):
        return None
    if words == "in force":
        return True
    if days := _DAY.findall(words):
        last = max((int(year), _MONTHS.index(month) + 1, int(day)) for month, day, year in days)
        return last <= (today.year, today.month, today.day)
    if not _YEAR.fullmatch(words) or int(words) == today.year:
        return None
    return int(words) < today.year


def in_force_words(words: str | None, today: dt.date) -> str:
    """Say whether a law holds today, with the words that tell since or from when."""
    holds = is_in_force(words, today)
    if holds and words == "in force":
        return "In force"
    begin = {
        True: "In force since ",
        False: "Not yet in force: ",
        None: "Ask whether it is in force",
    }
    return f"{begin[holds]}{': ' if holds is None and words else ''}{words or ''}"


def years(number: int | None, words: str | None) -> str:
    if words:
        return words if number is None else f"{words} years"
    return "Not known" if number is None else f"{number} year{'' if number == 1 else 's'}"


def limit(number: int | None, unit: str) -> str:
    if number is None:
        return "Not known"
    return f"{number} {unit}" if number else "No limit"
