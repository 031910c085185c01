"""Everybody on the other side as one person's hard rules see them: few kinds of people, counted.

Words that only they said are dropped but for one, and whoever then looks alike is one value with a
number. The core decides on these values as it does on people, so every rule stays where it is.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mentorship import vocabulary
from mentorship.finding.others import Other
from mentorship.matching import Img, Market, Mentor
from mentorship.matching.forbid import ruled_out
from mentorship.matching.marks import Flags
from mentorship.rounds.run_rules import RunRules


@dataclass(frozen=True, slots=True)
class Crowd:
    """Kinds of others; ``many`` says how many are of each kind.

    ``barred`` has one entry for each set of rules under which they and the one person could be
    paired: what each hard rule forbids of each kind.
    """

    kinds: Sequence[Img] | Sequence[Mentor]
    many: npt.NDArray[np.int64]
    barred: Sequence[Mapping[str, Flags]]

    def count(self, kinds: Flags) -> int:
        return int(self.many[kinds].sum())

    def out(self, rules: Collection[str] = ()) -> Flags:
        """Tell which kinds some of these rules (of all by default) forbid wherever they meet."""
        each = [[flags[rule] for rule in rules or flags] for flags in self.barred]
        return np.logical_and.reduce([np.logical_or.reduce(some) for some in each])


def crowds(
    own: Img | Mentor,
    others: Sequence[Other],
    rules: Mapping[uuid.UUID, Sequence[RunRules]],
    *,
    today: dt.date,
) -> Iterator[Crowd]:
    """Make a crowd of those who share the same sections with this person; rules go by section.

    Who shares more than one can be paired in any of them, and in any open round of each.
    """
    groups = defaultdict(list)
    for other in others:
        groups[other.sections].append(other)
    for shared, some in groups.items():
        holding = [each for section in shared for each in rules[section]]
        yield crowd(own, some, holding, today=today)


def crowd(
    own: Img | Mentor, others: Sequence[Other], holding: Sequence[RunRules], *, today: dt.date
) -> Crowd:
    """Make the markets of one person and everybody else, alike ones as one.

    Whom this person leaves out by address counts as anybody, so that no count tells whether the
    address is a member's.
    """
    monday = today - dt.timedelta(days=today.weekday())

    def barred(imgs: Sequence[Img], mentors: Sequence[Mentor], rules: RunRules) -> dict[str, Flags]:
        market = Market.of(imgs, rules.limiting(mentors), vocabulary.tables(), week=monday)
        flags = ruled_out(market, rules, np.arange(len(imgs)))
        return {rule: each.ravel() for rule, each in flags.items()}

    if isinstance(own, Img):
        alike, many = _alike(others, own.avoid, _mentor_seen_by(own))
        mentors = [Mentor(key=key, **dict(said)) for key, said in alike]
        return Crowd(mentors, many, [barred([own], mentors, rules) for rules in holding])
    alike, many = _alike(others, own.exclude, _img_seen_by(own))
    imgs = [Img(key=key, **dict(said)) for key, said in alike]
    return Crowd(imgs, many, [barred(imgs, [own], rules) for rules in holding])


Said = tuple[tuple[str, Any], ...]


def _alike(
    others: Sequence[Other], named: Collection[str], seen: Callable[[Other], dict[str, Any]]
) -> tuple[list[tuple[str, Said]], npt.NDArray[np.int64]]:
    """Return a key and the values of each kind of people, and how many there are of it.

    Who is named is of no kind, and keeps the key.
    """
    kinds = Counter(
        (other.key if other.key in named else "", tuple(seen(other).items())) for other in others
    )
    keyed = [(key or str(place), said) for place, (key, said) in enumerate(kinds)]
    return keyed, np.array(list(kinds.values()), dtype=np.int64)


def _mentor_seen_by(own: Img) -> Callable[[Other], dict[str, Any]]:
    stage, targets = {own.stage}, _entered_from(own.specialties)

    def seen(other: Other) -> dict[str, Any]:
        words = other.words
        return {
            "seats": int(other.seats > other.held),
            "topics": _common(words["topics"], own.topics),
            "languages": _common(words["languages"], own.languages),
            "accepts_specialties": _common(words["accepts_specialties"], targets),
            "accepts_stages": _common(words["accepts_stages"], stage),
            "accepts_languages": _common(words["accepts_languages"], own.languages),
            "exclude": (own.key,) if other.leaves_out else (),
        }

    return seen


def _img_seen_by(own: Mentor) -> Callable[[Other], dict[str, Any]]:
    def seen(other: Other) -> dict[str, Any]:
        words = other.words
        return {
            "stage": next(iter(words["stage"]), None) if own.accepts_stages else None,
            "specialties": words["specialties"] if own.accepts_specialties else (),
            "topics": words["topics"][:1],
            "languages": _common(words["languages"], own.languages + own.accepts_languages),
            "avoid": (own.key,) if other.leaves_out else (),
        }

    return seen


def _common(theirs: tuple[str, ...], mine: Collection[str | None]) -> tuple[str, ...]:
    """Drop words that only they said, but for the first: it says that they said something."""
    return theirs[:1] + tuple(word for word in theirs[1:] if word in mine)


def _entered_from(specialties: Collection[str]) -> set[str]:
    """Return specialties, and those that a subspecialty among them is entered from."""
    parents = vocabulary.tables().specialty_parents
    return {word for each in specialties for word in (each, *parents.get(each, ()))}
