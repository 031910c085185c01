"""The closed lists of ``vocabulary.yaml``: their words and names, and how near words are."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from mentorship.matching import Tables

# The C loader is seven times faster; PyYAML has it wherever libyaml was there when it was built.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT = Path(__file__).with_name("vocabulary.yaml").read_text(encoding="utf-8")
_SOURCE: Mapping[str, Any] = MappingProxyType(_Loader(_TEXT).get_single_data())

LIST_NAMES = (
    "specialty",
    "subspecialty",
    "stage",
    "topic",
    "visa",
    "visa_path",
    "language",
    "country",
    "state",
    "career_level",
    "channel",
    "format",
    "gender",
    "wish",
    "importance",
)
_FEW = 8  # words that a message may list
NOT_ANSWERED = "prefer_not"  # may be chosen, and then counts as no answer

# What one answer may hold, beyond the words: asked for by forms and by roster files alike.
RANGES: Mapping[str, range] = MappingProxyType(
    {
        "graduation_year": range(1950, 2101),
        "meetings_a_month": range(1, 9),
        "mentors_wanted": range(1, 3),
        "seats": range(11),
    }
)
AT_MOST: Mapping[str, int] = MappingProxyType(
    {"specialties": 3, "topics": 5, "requests": 5, "welcomes": 20}
)
LENGTHS: Mapping[str, int] = MappingProxyType(
    {"name": 120, "institution": 200, "goals": 2000, "about": 2000}
)


class UnknownWord(ValueError):
    """A word that is in none of the lists asked; ``right`` says what may have been meant."""

    def __init__(self, word: str, right: str = "") -> None:
        self.word, self.right = word, right
        super().__init__(f'"{word}" is not known' + (f"; {right}" if right else ""))


@dataclass(frozen=True, slots=True)
class Term:
    """One word of one list. ``extra`` holds what only this list says of its words."""

    id: str
    name: str
    also: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


def _terms(rows: Iterable[Mapping[str, Any]]) -> Mapping[str, Term]:
    terms = {}
    for row in rows:
        rest = {key: value for key, value in row.items() if key not in {"id", "name", "also"}}
        also = tuple(row.get("also", ()))
        terms[row["id"]] = Term(row["id"], row["name"], also, MappingProxyType(rest))
    return MappingProxyType(terms)


LISTS: Mapping[str, Mapping[str, Term]] = MappingProxyType(
    {name: _terms(_SOURCE[name]) for name in LIST_NAMES}
)
CONSENTS = _terms(_SOURCE["consent"])  # what a person may agree to; not a word of a profile
REGIONS = _terms(_SOURCE["region"])  # of the world; not a word of a profile
REGION_OF: Mapping[str, str] = MappingProxyType(
    {country: region.id for region in REGIONS.values() for country in region.extra["countries"]}
)
# visa situation -> path a mentor may have lived through that helps there -> why it helps
VISA_HELP: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {situation: MappingProxyType(paths) for situation, paths in _SOURCE["visa_helped_by"].items()}
)
COMMON_TIME_ZONES: tuple[str, ...] = tuple(_SOURCE["common_time_zones"])
_WORDS: Mapping[str, Mapping[str, Term]] = MappingProxyType(
    {
        list_name: {
            said.casefold(): term
            for term in terms.values()
            for said in (*term.also, term.name, term.id)
        }
        for list_name, terms in {**LISTS, "consent": CONSENTS}.items()
    }
)


def name(list_name: str, term_id: str) -> str:
    """Return the English name of a word, or raise ``UnknownWord``."""
    try:
        return LISTS[list_name][term_id].name
    except KeyError:
        raise UnknownWord(term_id) from None


def parse(said: str, *list_names: str) -> str:
    """Return the id of a word given by id, name or other spelling, in any case.

    Lists are tried in their order. Raises ``UnknownWord``.
    """
    wanted = " ".join(said.split()).casefold()
    for list_name in list_names:
        if wanted in _WORDS[list_name]:
            return _WORDS[list_name][wanted].id
    raise UnknownWord(said, _hint(wanted, list_names))


def _hint(wanted: str, list_names: Sequence[str]) -> str:
    """Name the words that come close to one that is not known, or all if they are few."""
    names = {word: term.name for each in list_names for word, term in _WORDS[each].items()}
    near = difflib.get_close_matches(wanted, names, n=6, cutoff=0.72)
    close = tuple(dict.fromkeys(names[word] for word in near))[:3]
    if close:
        return "did you mean " + " or ".join(f'"{name}"' for name in close) + "?"
    every = tuple(dict.fromkeys(names.values()))
    if len(every) <= _FEW:
        return "use " + ", ".join(f'"{name}"' for name in every)
    return f'use a word of the list, such as "{every[0]}"'


def answer(term_id: str | None) -> str | None:
    """Return the word, or ``None`` where it means that the person would rather not say."""
    return None if term_id in {None, "", NOT_ANSWERED} else term_id


@functools.cache
def tables() -> Tables:
    """Return what the criteria and the hard rules need to know of these lists."""
    parents: dict[str, set[str]] = {}
    for term in LISTS["specialty"].values():
        for subspecialty in term.extra["subspecialties"]:
            parents.setdefault(subspecialty, set()).add(term.id)
    order = {stage: place for place, stage in enumerate(LISTS["stage"], start=1)}
    return Tables(
        specialty_groups=_extra("specialty", "group"),
        specialty_parents=MappingProxyType({k: frozenset(v) for k, v in parents.items()}),
        specialty_clusters=tuple(frozenset(c["members"]) for c in _SOURCE["specialty_cluster"]),
        visa_helped_by=MappingProxyType({k: frozenset(v) for k, v in VISA_HELP.items()}),
        state_regions=_extra("state", "region"),
        stage_order=MappingProxyType(order),
        match_stage=order[_SOURCE["match_stage"]],
        level_order=MappingProxyType(
            {level: order[stage] for level, stage in _extra("career_level", "reached").items()}
        ),
        common_language=_SOURCE["common_language"],
    )


def _extra(list_name: str, key: str) -> Mapping[str, str]:
    return MappingProxyType({term.id: term.extra[key] for term in LISTS[list_name].values()})
