"""Figures of groups with chance mixed in, so that no single answer can be read from them.

The secret is which group somebody is in, that is, what they answered. Whether a pair came of them
and what it scored is no secret to whoever reads the figures, and so may decide how they are made.

Of each group three figures are made, in thousandths of a person: who has no pair (``without``), and
those with one, each split between ``low`` and ``high`` by where their value lies on a public
``Scale``. Thus everybody adds just ``UNITS`` to their own group and nothing to any other. Whoever
changes their answer takes ``UNITS`` out of one group and adds ``UNITS`` to another: the figures of
a table move by 2 x ``UNITS`` in all. Each has noise that becomes e times less likely every 2 x
``UNITS``: the table is differentially private with epsilon = 1 (Dwork et al. 2006,
doi:10.1007/11681878_14) as between any two answers of one person, and epsilon = 1/2 as between an
answer and none. Number, share and mean are all worked out from the three figures.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from statistics import pstdev

UNITS = 1_000  # of a person
EPSILON = 1  # of a table, between any two answers of one person
FALL = 2 * UNITS // EPSILON  # units in which noise becomes e times less likely
_ONE = math.exp(-1 / FALL)
VARIANCE = 2 * _ONE / (1 - _ONE) ** 2 / UNITS**2  # of one figure, in people: 8
NARROWEST = 100  # half of a scale, in hundredths
BEYOND = 20  # one value in so many may lie off the scale; it counts as its end

Person = tuple[str | None, int | None]  # what one answered; their value, None of who has no pair


@dataclass(frozen=True, slots=True)
class Scale:
    """How values are measured, in hundredths: the mean of all, the half width, how they spread.

    Made from the values of everybody, which whoever reads the figures may know.
    """

    centre: int
    span: int
    spread: int

    @classmethod
    def of(cls, values: Collection[int]) -> Scale:
        if not values:
            return cls(0, NARROWEST, 0)
        centre = round(sum(values) / len(values))
        away = sorted(abs(value - centre) for value in values)
        span = max(NARROWEST, away[len(away) - 1 - len(away) // BEYOND])
        return cls(centre, span, round(pstdev(values)))

    def high(self, value: int) -> int:
        """Return how many of the units of somebody go to ``high``: all at the scale's upper end."""
        off = min(max(value - self.centre, -self.span), self.span)
        return (UNITS * (off + self.span) + self.span) // (2 * self.span)


@dataclass(frozen=True, slots=True)
class Figures:
    """What is told of one group, in units. Any of it may be below nought."""

    word: str
    without: int
    low: int
    high: int

    @property
    def matched(self) -> float:
        return (self.low + self.high) / UNITS

    @property
    def unmatched(self) -> float:
        return self.without / UNITS

    @property
    def people(self) -> float:
        return self.matched + self.unmatched

    def mean(self, scale: Scale) -> tuple[float, float]:
        """Return the mean value and within how much of it the true one is 19 times of 20.

        Only of a group with somebody matched. The noise of ``low`` and ``high`` together is more
        than 2.06 of its standard deviations off once in twenty times.
        """
        tilt = min(max((self.high - self.low) / (self.high + self.low), -1), 1)
        width = 2.06 * math.sqrt(2 * VARIANCE * (1 + tilt**2)) * scale.span / self.matched
        return scale.centre + scale.span * tilt, width


def exact(people: Iterable[Person], words: Iterable[str], scale: Scale) -> Sequence[Figures]:
    """Sum up the people of each word of a list, also where nobody is. Not to be told."""
    sums = {word: [0, 0, 0] for word in words}
    for answer, value in people:
        if answer not in sums:
            continue
        if value is None:
            sums[answer][0] += UNITS
        else:
            high = scale.high(value)
            sums[answer][1] += UNITS - high
            sums[answer][2] += high
    return [Figures(word, *each) for word, each in sums.items()]


def noisy(
    people: Iterable[Person], words: Iterable[str], scale: Scale, chance: Random
) -> Sequence[Figures]:
    """Return the same with noise in each figure, to be told."""
    return [
        Figures(
            each.word,
            each.without + noise(chance),
            each.low + noise(chance),
            each.high + noise(chance),
        )
        for each in exact(people, words, scale)
    ]


def noise(chance: Random) -> int:
    """Return a whole number of either sign; one more or less is exp(-1 / FALL) times as likely.

    The two-sided geometric distribution (Ghosh, Roughgarden & Sundararajan 2009,
    doi:10.1145/1536414.1536464), drawn exactly: floating-point logarithms leave gaps that can tell
    of what lies beneath (Mironov 2012, doi:10.1145/2382196.2382264).
    """
    return _geometric(chance) - _geometric(chance)


def _geometric(chance: Random) -> int:
    """Return n >= 0 with a likelihood that falls by exp(-1 / FALL) each step.

    In whole numbers only, after Canonne, Kamath & Steinke 2020 (arXiv:2004.00010, algorithm 2).
    """
    rest = chance.randrange(FALL)
    while not _with_exp(rest, FALL, chance):
        rest = chance.randrange(FALL)
    whole = 0
    while _with_exp(1, 1, chance):
        whole += 1
    return whole * FALL + rest


def _with_exp(part: int, of: int, chance: Random) -> bool:
    """Return True with likelihood exp(-part / of), for 0 <= part <= of."""
    tried = 1
    while chance.randrange(of * tried) < part:
        tried += 1
    return tried % 2 == 1
