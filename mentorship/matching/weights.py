"""Scores, pairs and draws in one integer, so that none outweighs the one before.

Each is worth more than twice all that can come after it in a round of so many IMGs. So the largest
weight has the largest of the first, then of the second, and so on; and a difference of two weights,
such as a price, tells the difference of each: the nearest multiple, and then the rest.

Why twice: a price is a sum of weights of at most n pairs less another such sum, so what comes after
adds up to n times its highest value at most, above or below the multiple.

How large: with n IMGs the heaviest pair weighs about 4 * FULL * HIGHEST_DRAW * n**2, points first
or people first: 8.2e17 for n = 100,000. Searches add up a distance, two prices and a weight; five
times as much is still below ``FAR`` in ``kernels.heap``, 2**62 or 4.6e18. Hence
``problem.MOST_IMGS``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mentorship.matching.lottery import DRAW_BITS, HIGHEST_DRAW
from mentorship.matching.marks import FULL, Ints

NO_DRAW = 64  # a hash shifted by all its bits says nothing
DEAREST = 20_000  # points; a seat that costs more is as good as out of reach
NONE = -DEAREST - 1  # points; less than anything possible leaves after a price


@dataclass(frozen=True, slots=True)
class Weigh:
    """A pair weighs ``point * score + person``, plus its draw unless ``shift`` leaves none of it.

    ``people`` says whether people count before points, so that prices are told as (people, points).
    """

    point: int
    person: int
    shift: int = NO_DRAW
    people: bool = False

    @property
    def most_drawn(self) -> int:
        return 0 if self.shift == NO_DRAW else HIGHEST_DRAW

    @property
    def plain(self) -> Weigh:
        """Return the same weighing without draws."""
        return replace(self, shift=NO_DRAW)

    def draws_come_last(self, rows: int) -> bool:
        """Say whether what pairs weigh without draws outweighs all draws of so many rows, twice."""
        return self.most_drawn > 0 and 2 * self.most_drawn * rows < min(self.point, self.person)

    def of(self, scores: Ints) -> Ints:
        """Return what pairs weigh, draws aside."""
        return self.point * scores + self.person

    def told_as(self, told: Weigh, prices: Ints) -> Ints:
        """Return prices of this weighing in the numbers of another that leaves out draws."""
        if not told.people:
            return _nearest(prices, self.point)
        people = _nearest(prices, self.person)
        return told.person * people + told.point * _nearest(
            prices - self.person * people, self.point
        )

    def in_points(self, prices: Ints) -> Ints:
        """Return about how many points prices come to, a person standing for full marks."""
        people = _nearest(prices, self.person) if self.people else np.zeros_like(prices)
        return FULL * people + (prices - self.person * people) // self.point

    def split(self, prices: Ints) -> Ints:
        """Return prices as points, or as (people, points) on a last axis."""
        if not self.people:
            return prices
        people = _nearest(prices, self.person)
        return np.stack([people, prices - self.person * people], axis=-1)


def points_first(rows: int) -> Weigh:
    """Points, then pairs, then draws, for a round of so many IMGs."""
    person = 2 * HIGHEST_DRAW * rows + 1
    return Weigh(2 * (rows + 1) * person, person, 64 - DRAW_BITS)


def people_first(rows: int) -> Weigh:
    """Pairs, then points, then draws."""
    point = 2 * HIGHEST_DRAW * rows + 1
    return Weigh(point, 2 * (FULL * rows + 1) * point, 64 - DRAW_BITS, people=True)


def points(_: int) -> Weigh:
    """Points alone: what prices are told in."""
    return Weigh(1, 0)


def people_and_points(rows: int) -> Weigh:
    """People, then points; a person stands for more points than any difference of prices."""
    return Weigh(1, 4 * FULL * (rows + 1), people=True)


def points_then_draws(rows: int) -> Weigh:
    """Points, then draws, where the number of pairs is settled."""
    return Weigh(HIGHEST_DRAW * rows + 1, 1, 64 - DRAW_BITS)


def people(_: int) -> Weigh:
    """Pairs alone, all worth the same."""
    return Weigh(0, 1)


def _nearest(values: Ints, unit: int) -> Ints:
    """Return the nearest multiples of a unit."""
    return (values + unit // 2) // unit
