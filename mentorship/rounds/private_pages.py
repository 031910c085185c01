"""Groups by visa and gender as a leader reads them: about how many, the share, and a sentence.

Everything here is worked out from ``private_tables`` alone, whose counts have noise in them: what
is made of them tells no more of anybody than they do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import exp, sqrt
from statistics import NormalDist
from typing import Any

from mentorship import vocabulary
from mentorship.rounds import fairness, mentor_load
from mentorship.rounds.private_tables import EPSILON, FEWEST_TOLD, STEP
from mentorship.vocabulary import Term

# of a count that is told: its noise, which falls by exp(-EPSILON) a step, and its rounding
VARIANCE = 2 * exp(-EPSILON) / (1 - exp(-EPSILON)) ** 2 + STEP**2 / 12
SURE = 0.05  # how often a gap may be spoken of where there is none
NONE_ELSE = f"There is no second group of about {FEWEST_TOLD} people or more to compare with."
NOBODY = f"Nothing is told: no group is as large as about {FEWEST_TOLD} people."
NO_GAP = (
    "No gap can be told from chance: groups that fare alike would differ as much, with the chance"
    " that is mixed in."
)


@dataclass(frozen=True, slots=True)
class AboutLine:
    """A group: about how many people, and how many of them have somebody."""

    label: str
    people: int
    matched: int

    @property
    def share(self) -> int:
        """Return the share in per cent, in fives like the counts."""
        return STEP * round(100 * self.matched / self.people / STEP)


@dataclass(frozen=True, slots=True)
class AboutTable:
    """Groups of one kind, the largest first, with what they tell in a sentence."""

    title: str
    lines: Sequence[AboutLine]
    reading: str


def about_imgs(private: Mapping[str, Any] | None) -> Sequence[AboutTable]:
    return _tables(private, "groups", fairness.TOLD, "a mentor")


def about_mentors(private: Mapping[str, Any] | None) -> Sequence[AboutTable]:
    return _tables(private, "mentors", mentor_load.TOLD, "an IMG")


def _tables(
    private: Mapping[str, Any] | None,
    side: str,
    titles: Mapping[str, tuple[str, Mapping[str, Term]]],
    have: str,
) -> Sequence[AboutTable]:
    tables = []
    for key, rows in (private or {}).get(side, {}).items():
        title, words = titles[key]
        lines = [
            AboutLine(words[group].name, people, matched) for group, people, matched, _ in rows
        ]
        tables.append(AboutTable(title, lines, reading_of(lines, have)))
    return tables


def reading_of(lines: Sequence[AboutLine], have: str = "a mentor") -> str:
    """Say which gap is wider than chance and noise make it, if one is."""
    pairs = list(combinations(lines, 2))
    if not pairs:
        return NONE_ELSE if lines else NOBODY
    one, other = max(pairs, key=lambda pair: _deviations(*pair))
    enough = NormalDist().inv_cdf(1 - SURE / (2 * len(pairs)))
    if _deviations(one, other) < enough:
        return NO_GAP
    best, worst = sorted((one, other), key=lambda line: -line.matched / line.people)
    return (
        f"The clearest gap: about {best.share}% of “{best.label}” have {have}, about"
        f" {worst.share}% of “{worst.label}”. Chance seldom makes one as wide. Look for the reason,"
        " and see whether it comes again in other rounds."
    )


def _deviations(one: AboutLine, other: AboutLine) -> float:
    """Return how many standard deviations two shares are apart, if the groups fared alike."""
    share = (one.matched + other.matched) / (one.people + other.people)
    chance = share * (1 - share) * (1 / one.people + 1 / other.people)
    noise = VARIANCE * (1 + share**2) * (1 / one.people**2 + 1 / other.people**2)
    gap = one.matched / one.people - other.matched / other.people
    return abs(gap) / sqrt(chance + noise)


@dataclass(frozen=True, slots=True)
class PathsTold:
    """Visa paths whose experience helps most IMGs, and many: (name, about how many IMGs).

    The number is None of rounds that went out before it was told.
    """

    most: Sequence[tuple[str, int | None]]
    some: Sequence[tuple[str, int | None]]


def paths_told(private: Mapping[str, Any] | None) -> PathsTold | None:
    """Return the visa paths lived that would help; None while that is not told."""
    if private is not None and "need" in private:
        named = [(_path(path), count) for path, count in private["need"]]
        top = named[0][1] if named else 0
        most = [path for path in named if 4 * path[1] >= 3 * top]
        return PathsTold(most, named[len(most) :])
    if private is not None and "paths" in private:
        first, rest = ([(_path(path), None) for path in part] for part in private["paths"])
        return PathsTold(first, rest)
    return None


def _path(path: str) -> str:
    return vocabulary.name("visa_path", path)
