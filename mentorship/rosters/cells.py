"""The kinds of cell a roster has: each reads a cell's text into a value and writes it back."""

from __future__ import annotations

import datetime as dt
import difflib
import functools
import re
import unicodedata
import zoneinfo
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from email_validator import EmailNotValidError, validate_email

from mentorship import hours, vocabulary
from mentorship.matching import Span
from mentorship.matching.criteria import CRITERIA, PERSONAL
from mentorship.rosters import escape
from mentorship.rosters.problems import Unreadable

_Item = TypeVar("_Item", bound=Hashable)
_MOST = 60  # items in a cell, where no smaller number is set
_MOST_STRETCHES = 50
_PARTED = re.compile("[;,]")
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INTEGER = re.compile(r"\d{1,6}", re.ASCII)
_YES, _NO = ("yes", "y", "true", "1"), ("no", "n", "false", "0")


@dataclass(frozen=True, slots=True)
class Cell:
    """``read`` takes text that is not empty and raises ``Unreadable``; ``empty`` is no answer.

    ``text`` marks cells of free text, which a formula must not slip into.
    """

    read: Callable[[str], Any]
    write: Callable[[Any], str]
    empty: Any = None
    text: bool = False


def word(list_name: str) -> Cell:
    """One word of a list; "prefer not to say" is a word like others."""
    return Cell(lambda said: _parsed(said, list_name), lambda value: value or "")


def words(*list_names: str, at_most: int = _MOST) -> Cell:
    """Several words, in their order; a word said twice counts once, where it came first.

    Between them stands ``|``. Leaders' own lists have semicolons or commas, so what is no word
    as a whole is read in parts.
    """

    def known(item: str) -> bool:
        try:
            vocabulary.parse(item, *list_names)
        except vocabulary.UnknownWord:
            return False
        return True

    def items(said: str) -> Iterable[str]:
        for item in escape.split(said):
            parts = [part for each in _PARTED.split(item) if (part := each.strip())]
            yield from parts if len(parts) > 1 and not known(item) else [item]

    def read(said: str) -> tuple[str, ...]:
        return _each(said, lambda item: _parsed(item, *list_names), at_most, items=items)

    return Cell(read, escape.join, ())


def _parsed(said: str, *list_names: str) -> str:
    try:
        return vocabulary.parse(said, *list_names)
    except vocabulary.UnknownWord as unknown:
        raise Unreadable((said, "is not known", unknown.right)) from None


def _each(
    said: str,
    read: Callable[[str], _Item],
    at_most: int,
    *,
    items: Callable[[str], Iterable[str]] = escape.split,
) -> tuple[_Item, ...]:
    """Read every item of a cell, gathering the complaints of all of them."""
    found = tuple(items(said))
    if len(found) > _MOST:
        raise Unreadable((said, f"is a list of {len(found)}", f"keep at most {at_most}"))
    values: list[_Item] = []
    complaints: list[tuple[str, str, str]] = []
    for item in found:
        try:
            values.append(read(item))
        except Unreadable as error:
            complaints += error.complaints
    unique = tuple(dict.fromkeys(values))
    if len(unique) > at_most:
        complaints.append((said, f"is a list of {len(unique)}", f"keep at most {at_most}"))
    if complaints:
        raise Unreadable(*complaints)
    return unique


def email() -> Cell:
    return Cell(_address, lambda value: value or "")


def emails(*, at_most: int = _MOST) -> Cell:
    return Cell(lambda said: _each(said, _address, at_most), escape.join, ())


def _address(said: str) -> str:
    try:
        found = validate_email(said, check_deliverability=False)
    except EmailNotValidError as error:
        reason = str(error).rstrip(".")
        right = f"write it like name@example.org ({reason})"
        raise Unreadable((said, "is not an e-mail address", right)) from None
    return found.normalized.casefold()


def line(longest: int) -> Cell:
    """Text on one line."""
    return Cell(lambda said: _line(said, longest), lambda value: value or "", text=True)


def lines(longest: int) -> Cell:
    """Several texts of one line each, such as names of institutions."""
    return Cell(
        lambda said: _each(said, lambda item: _line(item, longest), _MOST),
        escape.join,
        (),
        text=True,
    )


def prose(longest: int) -> Cell:
    """Text that may run over several lines."""
    return Cell(lambda said: _plain(said.strip(), longest), str, "", text=True)


def _line(said: str, longest: int) -> str:
    return _plain(" ".join(said.split()), longest)


def _plain(said: str, longest: int) -> str:
    text = unicodedata.normalize("NFC", said)
    if len(text) > longest:
        raise Unreadable((said, f"has {len(text)} characters", f"keep it under {longest + 1}"))
    if any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in text):
        raise Unreadable((said, "holds a control character", "take it out"))
    return text


def number(allowed: range, *, empty: int | None = None) -> Cell:
    def read(said: str) -> int:
        if not _INTEGER.fullmatch(said) or int(said) not in allowed:
            right = f"write a whole number from {allowed[0]} to {allowed[-1]}"
            raise Unreadable((said, "is not such a number", right))
        return int(said)

    return Cell(read, lambda value: "" if value is None else str(value), empty)


def yes_no(*, empty: bool | None = None) -> Cell:
    def read(said: str) -> bool:
        if said.casefold() not in {*_YES, *_NO}:
            raise Unreadable((said, "is neither yes nor no", "write yes or no"))
        return said.casefold() in _YES

    return Cell(read, lambda value: "" if value is empty else ("no", "yes")[value], empty)


def day() -> Cell:
    def read(said: str) -> dt.date:
        try:
            if _ISO_DAY.fullmatch(said):
                return dt.date.fromisoformat(said)
        except ValueError:
            pass
        raise Unreadable((said, "is not a date", "write it like 2027-03-19"))

    return Cell(read, lambda value: "" if value is None else value.isoformat())


@functools.cache
def _zones() -> Mapping[str, str]:
    return MappingProxyType({zone.casefold(): zone for zone in zoneinfo.available_timezones()})


def time_zone() -> Cell:
    def read(said: str) -> str:
        wanted = "_".join(said.split()).casefold()
        if wanted in _zones():
            return _zones()[wanted]
        cities = sorted(key for key in _zones() if key.rpartition("/")[2] == wanted)
        near = cities or difflib.get_close_matches(wanted, sorted(_zones()), n=1)
        right = f'did you mean "{_zones()[near[0]]}"?' if near else "write it like America/New_York"
        raise Unreadable((said, "is not a time zone", right))

    return Cell(read, lambda value: value or "")


def week() -> Cell:
    """Weekly free time, ``Mon 18:00-21:00|Sat 09:00-12:00``; stretches that touch become one."""

    def read(said: str) -> tuple[Span, ...]:
        return hours.merge(_each(said, _stretch, _MOST_STRETCHES))

    return Cell(read, lambda spans: escape.join(hours.write(span) for span in spans), ())


def _stretch(said: str) -> Span:
    try:
        return hours.parse(said)
    except hours.NoSuchHours as error:
        raise Unreadable((said, "is no stretch of a week", str(error))) from None


def importance() -> Cell:
    """Criteria that matter more or less than usual, such as ``topics=high|visa=low``."""

    def read(said: str) -> Mapping[str, str]:
        keys = {name.casefold(): key for key in PERSONAL for name in (CRITERIA[key].label, key)}
        found: dict[str, str] = {}

        def one(item: str) -> str:
            criterion, equals, level = (part.strip() for part in item.partition("="))
            if not equals or criterion.casefold() not in keys:
                right = "write criterion=low or =high; criteria: " + ", ".join(PERSONAL)
                raise Unreadable((item, "names no criterion", right))
            found[keys[criterion.casefold()]] = _parsed(level, "importance")
            return item

        _each(said, one, _MOST)
        return MappingProxyType({k: v for k, v in sorted(found.items()) if v != "normal"})

    return Cell(read, _write_importance, MappingProxyType({}))


def _write_importance(value: Mapping[str, str]) -> str:
    return escape.join(f"{key}={level}" for key, level in sorted(value.items()))
