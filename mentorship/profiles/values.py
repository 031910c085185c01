"""The rules of one profile as plain values: known words, how many of them, and what counts as one.

What comes out has one form for one meaning: ranked words in their order, other words in the order
of the vocabulary, free time in as few stretches as can be, institutions by name.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import unicodedata
import zoneinfo
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from mentorship import hours, vocabulary
from mentorship.matching import Img, Mentor, Span
from mentorship.matching.criteria import PERSONAL
from mentorship.profiles.models import CHOICE_LISTS, INSTITUTION_USES, SINGLE_CHOICES, ProfileKind

Values = TypeVar("Values", Img, Mentor)

KINDS: Mapping[type[Img | Mentor], ProfileKind] = MappingProxyType(
    {Img: ProfileKind.IMG, Mentor: ProfileKind.MENTOR}
)
RANKED = ("specialties", "topics")  # of an IMG: in the order in which they matter
SEALED_LISTS: Mapping[str, str] = MappingProxyType(
    {"gender": "gender", "visa": "visa", "visas": "visa_path"}
)
_MOST_WORDS = 60  # in a field without a smaller limit of its own
_MOST_STRETCHES = 50


class ProfileRefused(ValueError):
    """A profile cannot be kept as it is. ``field`` is at fault, ``right`` is what would do."""

    def __init__(self, field: str, value: str, what: str, right: str) -> None:
        self.field, self.value, self.what, self.right = field, value, what, right
        super().__init__(f'{field}: "{value}" {what}; {right}')


class WordUnknown(ProfileRefused):
    """A word that its list does not have."""


class TooMany(ProfileRefused):
    """More than a field takes."""


class OutOfRange(ProfileRefused):
    """A number or a text outside its limits."""


class NotText(ProfileRefused):
    """A character that is no part of a text."""


def choice_fields(kind: type[Img | Mentor]) -> tuple[str, ...]:
    """Return the fields whose words come from the vocabulary, in the order of the dataclass."""
    return tuple(f.name for f in dataclasses.fields(kind) if f.name in CHOICE_LISTS)


def institution_fields(kind: type[Img | Mentor]) -> tuple[str, ...]:
    return tuple(f.name for f in dataclasses.fields(kind) if f.name in INSTITUTION_USES)


def is_ranked(kind: type[Img | Mentor], field: str) -> bool:
    """Tell whether a field keeps its words in the order given."""
    return kind is Img and field in RANKED


def tidy(values: Values) -> Values:
    """Return the values in their one form; people they name stay as given.

    Raises
    ------
    ProfileRefused
        The first value that breaks a rule.

    """
    kind = type(values)
    rules: dict[str, Callable[[str, Any], Any]] = {
        "timezone": _zone,
        "availability": _week,
        "importance": _importance,
        "institution": lambda field, value: _line(field, value) or None,
        "goals": _prose,
        "about": _prose,
        "visa": _word,
        "gender": _word,
        "visas": lambda field, value: _words(field, value, (SEALED_LISTS[field],)),
    }
    for field in choice_fields(kind):
        rules[field] = _word if field in SINGLE_CHOICES else _choices(ranked=is_ranked(kind, field))
    rules |= dict.fromkeys(institution_fields(kind), _institutions)
    rules |= dict.fromkeys(vocabulary.RANGES, _number)
    names = {f.name for f in dataclasses.fields(kind)}
    changes = {
        field: rule(field, getattr(values, field))
        for field, rule in rules.items()
        if field in names
    }
    return dataclasses.replace(values, **changes)


def list_of(field: str, word: str) -> str:
    """Return the list that a word of a field comes from, the first that has it."""
    lists = CHOICE_LISTS.get(field) or (SEALED_LISTS[field],)
    for name in lists:
        if word in vocabulary.LISTS[name]:
            return name
    raise WordUnknown(field, word, "is not known", "choose a word of the list")


def _word(field: str, word: str | None) -> str | None:
    if word:
        list_of(field, word)
    return word or None


def _choices(*, ranked: bool) -> Callable[[str, Iterable[str]], tuple[str, ...]]:
    def tidied(field: str, words: Iterable[str]) -> tuple[str, ...]:
        if ranked:
            return _words(field, words, CHOICE_LISTS[field], vocabulary.AT_MOST[field], sort=False)
        return _words(field, words, CHOICE_LISTS[field])

    return tidied


def _words(
    field: str,
    words: Iterable[str],
    lists: tuple[str, ...],
    at_most: int = _MOST_WORDS,
    *,
    sort: bool = True,
) -> tuple[str, ...]:
    """Return each word once; refuse one that no list has, and too many."""
    unique = tuple(dict.fromkeys(words))
    for word in unique:
        list_of(field, word)
    _count(field, unique, at_most)
    places = _places(lists)
    return tuple(sorted(unique, key=places.__getitem__)) if sort else unique


def in_order(field: str, words: Iterable[str]) -> tuple[str, ...]:
    """Return words of an unranked field in the order of the vocabulary."""
    places = _places(CHOICE_LISTS[field])
    return tuple(sorted(words, key=lambda word: places.get(word, len(places))))


@functools.cache
def _places(lists: tuple[str, ...]) -> Mapping[str, int]:
    words = dict.fromkeys(word for name in lists for word in vocabulary.LISTS[name])
    return MappingProxyType({word: place for place, word in enumerate(words)})


def _count(field: str, items: tuple[Any, ...], at_most: int) -> None:
    if len(items) > at_most:
        raise TooMany(field, str(len(items)), "is too many", f"keep {at_most} at most")


def _number(field: str, value: int | None) -> int | None:
    allowed = vocabulary.RANGES[field]
    if value is None and field in {"graduation_year", "meetings_a_month"}:
        return None
    if value not in allowed:
        right = f"give a whole number from {allowed[0]} to {allowed[-1]}"
        raise OutOfRange(field, str(value), "is out of range", right)
    return value


def _zone(field: str, zone: str | None) -> str | None:
    if zone and zone not in _zones():
        raise WordUnknown(field, zone, "is not a time zone", "give one such as America/New_York")
    return zone or None


@functools.cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _week(field: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    merged = hours.merge(spans)
    _count(field, merged, _MOST_STRETCHES)
    return merged


def _importance(field: str, levels: Mapping[str, str]) -> Mapping[str, str]:
    for criterion, level in levels.items():
        if criterion not in PERSONAL:
            raise WordUnknown(field, criterion, "is no criterion", "choose one of the list")
        if level not in vocabulary.LISTS["importance"]:
            raise WordUnknown(field, level, "is not known", "choose low, normal or high")
    return MappingProxyType({k: v for k, v in sorted(levels.items()) if v != "normal"})


def _institutions(field: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return each institution once, whatever its case, as it was first written."""
    unique: dict[str, str] = {}
    for name in names:
        if line := _line(field, name):
            unique.setdefault(line.casefold(), line)
    _count(field, tuple(unique), _MOST_WORDS)
    return tuple(unique[key] for key in sorted(unique))


def _line(field: str, text: str | None) -> str:
    return _text(field, " ".join((text or "").split()), vocabulary.LENGTHS["institution"])


def _prose(field: str, text: str) -> str:
    unix = re.sub(r"\r\n?", "\n", text).strip()
    return _text(field, unix, vocabulary.LENGTHS[field])


def _text(field: str, text: str, longest: int) -> str:
    plain = unicodedata.normalize("NFC", text)
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t" for c in plain):
        raise NotText(field, "", "holds a control character", "take it out")
    if len(plain) > longest:
        right = f"keep it to {longest} characters"
        raise OutOfRange(field, "", f"has {len(plain)} characters", right)
    return plain
