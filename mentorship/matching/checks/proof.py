"""The second half of verifying: whether a result is best, stage by stage.

Definitions (``Problem``, ``scoring``, ``forbid``) are those the solver was given; the search, the
compiled scores and the code that worked the prices out are not used here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from mentorship.matching.checks.allowed import LEVELS
from mentorship.matching.marks import FULL, Flags, Ints, Marks
from mentorship.matching.problem import Problem
from mentorship.matching.result import Result

BLOCK = 256  # IMGs looked at together
BEYOND = FULL + 1  # more than anybody scores
Read: TypeAlias = Callable[[Ints], tuple[Marks, Marks]]  # rows -> scores, and the mentors' own


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """First mentors, or second ones. Worth has one level (points) or two (people, points)."""

    seats: Ints  # (m,)
    mates: Ints  # (n,) column, -1 for none
    scores: Ints  # (n,) of those pairs, -1 for none
    own: Ints  # (n,) the mentors' own
    taken: Ints  # (n,) column of the first mentor in the second stage, -1 for none
    fixed: Flags  # (n,) paired by a lock
    looking: Flags  # (n,)
    img_prices: Ints  # (n, levels)
    seat_prices: Ints  # (m, levels)

    def primal(self) -> Ints:
        """Return what the pairs are worth, (levels,)."""
        made = self.scores[self.mates >= 0]
        total: Ints = self._worth(made).sum(axis=0)
        return total

    def dual(self) -> Ints:
        """Return the sum of all prices, (levels,): no pairing is worth more, if all is well.

        In Python's integers: a mentor may have any number of seats, and a sum of dishonest prices
        that ran over 64 bits could come out as whatever proves the result.
        """
        seats = self.seats.astype(object) @ self.seat_prices.astype(object)
        total: Ints = self.img_prices.astype(object).sum(axis=0) + seats
        return total

    def violations(self, rows: Ints, scores: Marks) -> int:
        """Count possible pairs of some rows that are worth more than the prices of both."""
        trade = self.looking[rows] & ~self.fixed[rows]
        excess = self._excess(rows, scores)
        possible = self._possible(rows, scores) & trade[:, None]
        return int((_negative(excess) & possible).sum())

    def price_faults(self) -> Iterator[str]:
        """Yield prices that prove nothing, whatever they add up to."""
        if _negative(self.seat_prices).any():
            yield "a seat has a price below 0"
        if _negative(self.img_prices[~self.fixed]).any():
            yield "an IMG has a price below 0"
        if self.img_prices[~self.looking].any():
            yield "an IMG who looks for nobody has a price"
        rows = np.flatnonzero(self.fixed)
        left = self._worth(self.scores[rows]) - self.seat_prices[self.mates[rows]]
        if not np.array_equal(self.img_prices[rows], left):
            yield "the prices of a locked pair do not add up to its worth"

    def blocking(self, rows: Ints, scores: Marks, own: Marks) -> int:
        """Count pairs of some rows of whom each would rather have the other than whom they have.

        A free seat, or a mentor wanted and not found, is worse than anybody; a locked pair is kept.
        """
        would = scores > self.least_for_img()[rows, None]
        would &= own > self.least_for_mentor()
        return int((would & self._possible(rows, scores)).sum())

    def least_for_img(self) -> Ints:
        """Return the score of whom each IMG has: more than any where nobody else is wanted."""
        least: Ints = np.where(self.looking & ~self.fixed, self.scores, BEYOND)
        return least

    def least_for_mentor(self) -> Ints:
        """Return how high each mentor scores the last IMG they would give up."""
        least = np.full(len(self.seats), BEYOND)
        loose = (self.mates >= 0) & ~self.fixed
        np.minimum.at(least, self.mates[loose], self.own[loose])
        least[_load(self.mates, len(self.seats)) < self.seats] = -1
        return least

    def people_and_lowest(self) -> tuple[int, int]:
        """Return how many are matched, and the lowest score among them (0 of none)."""
        made = self.scores[self.mates >= 0]
        return len(made), int(made.min()) if len(made) else 0

    def could_pair_more(self, read: Read) -> bool:
        """Say whether one pair more could be made for the same sum.

        Every best pairing uses only pairs worth exactly their two prices. One with more pairs is
        reached along an alternating path of those, which leaves nobody out who was in.
        """

        def exact(rows: Ints) -> Flags:
            scores, _ = read(rows)
            return ~self._excess(rows, scores).any(axis=2) & self._possible(rows, scores)

        return self.longer(exact) is not None

    def could_match_more(self, read: Read) -> bool:
        """Say whether one IMG more could be matched at all."""
        return self.longer(self._at_least(0, read)) is not None

    def could_do_better(self, read: Read) -> bool:
        """Say whether as many can be matched with all scores above the lowest there is now.

        The lowest of all pairs: where a locked one scores it, nothing can raise it.
        """
        _, lowest = self.people_and_lowest()
        lost = (self.mates >= 0) & (self.scores == lowest)
        if not lost.any() or (lost & self.fixed).any():
            return False
        stage = replace(self, mates=np.where(lost, -1, self.mates))
        possible = self._at_least(lowest + 1, read)
        for _ in range(int(lost.sum())):
            longer = stage.longer(possible)
            if longer is None:
                return False
            stage = replace(stage, mates=longer)
        return True

    def _at_least(self, level: int, read: Read) -> Callable[[Ints], Flags]:
        def possible(rows: Ints) -> Flags:
            scores, _ = read(rows)
            return self._possible(rows, scores) & (scores >= level)

        return possible

    def longer(self, possible: Callable[[Ints], Flags]) -> Ints | None:
        """Return pairs of one IMG more along a shortest alternating path, if there is one.

        C. Berge, Two theorems in graph theory, PNAS 43(9), 1957, doi:10.1073/pnas.43.9.842.
        """
        free = self.seats > _load(self.mates, len(self.seats))
        through = np.full(len(self.seats), -1)  # row by which each column was reached
        rows = np.flatnonzero(self.looking & ~self.fixed & (self.mates < 0))
        while len(rows):
            reached = []
            for start in range(0, len(rows), BLOCK):
                some = rows[start : start + BLOCK]
                found = possible(some) & (through < 0)
                columns = np.flatnonzero(found.any(axis=0))
                through[columns] = some[found[:, columns].argmax(axis=0)]
                reached.append(columns)
                if free[columns].any():
                    return self._moved(through, int(columns[free[columns]][0]))
            held = np.isin(self.mates, np.concatenate(reached)) & ~self.fixed
            rows = np.flatnonzero(held)
        return None

    def _moved(self, through: Ints, column: int) -> Ints:
        mates = self.mates.copy()
        while column >= 0:
            row = through[column]
            column, mates[row] = mates[row], column
        return mates

    def _possible(self, rows: Ints, scores: Marks) -> Flags:
        """Return (len(rows), m) bool: who may be paired in this stage."""
        possible: Flags = scores >= 0
        barred = np.flatnonzero(self.taken[rows] >= 0)
        possible[barred, self.taken[rows[barred]]] = False
        return possible

    def _worth(self, scores: Ints | Marks) -> Ints:
        """Return what pairs are worth, with the levels on a last axis."""
        points = scores.astype(np.int64)
        levels = [points] if self.seat_prices.shape[1] == 1 else [np.ones_like(points), points]
        return np.stack(levels, axis=-1)

    def _excess(self, rows: Ints, scores: Marks) -> Ints:
        """Return (k, m, levels): by how much two prices exceed what the pair is worth."""
        return self.img_prices[rows, None, :] + self.seat_prices - self._worth(scores)


def stages(problem: Problem, result: Result, scores: Ints, own: Ints) -> list[Stage]:
    """Take an allowed result apart: first mentors, and second ones where somebody wants two.

    The second stage has the seats that first mentors left. The first one has all but those that
    locks hold for second mentors, for these are nobody else's to take. A single lock of an IMG
    fixes the first mentor, two fix both.

    ``scores`` and the mentors' ``own`` are those of its (p,) pairs.
    """
    n, m = problem.shape
    locks = np.bincount(problem.locked[:, 0], minlength=n)
    (firsts, *of_firsts), (seconds, *of_seconds) = (
        tuple(_spread(result.pairs, each, result.second == second, n) for each in wanted)
        for second, wanted in ((False, (None, scores, own)), (True, (None, scores, own)))
    )
    levels = max(1, LEVELS[result.policy])
    first = Stage(
        seats=problem.seats - _load(seconds[locks == 2], m),
        mates=firsts,
        scores=of_firsts[0],
        own=of_firsts[1],
        taken=np.full(n, -1),
        fixed=locks >= 1,
        looking=np.ones(n, dtype=np.bool_),
        img_prices=_prices(result.img_prices, n, levels),
        seat_prices=_prices(result.seat_prices, m, levels),
    )
    second = Stage(
        seats=problem.seats - _load(firsts, m),
        mates=seconds,
        scores=of_seconds[0],
        own=of_seconds[1],
        taken=firsts,
        fixed=locks == 2,
        looking=(problem.wants == 2) & (firsts >= 0),
        img_prices=_prices(result.second_img_prices, n, levels),
        seat_prices=_prices(result.second_seat_prices, m, levels),
    )
    return [first, second] if second.looking.any() else [first]


def _spread(pairs: Ints, values: Ints | None, which: Flags, n: int) -> Ints:
    """Return one value an IMG, its column if none are given; -1 for whoever has no such pair."""
    spread = np.full(n, -1, dtype=np.int64)
    spread[pairs[which, 0]] = (pairs[:, 1] if values is None else values)[which]
    return spread


def _prices(given: Ints | None, count: int, levels: int) -> Ints:
    prices: Ints = np.zeros((count, levels), np.int64) if given is None else given
    return prices.reshape(count, levels)


def _load(mates: Ints, columns: int) -> Ints:
    """Return how many IMGs hold a seat at each column."""
    return np.bincount(mates[mates >= 0], minlength=columns)


def _negative(worth: Ints) -> Flags:
    """Return whether worth is below nothing; its last axis are levels, the first counts most."""
    below: Flags = np.zeros(worth.shape[:-1], dtype=np.bool_)
    for level in reversed(range(worth.shape[-1])):
        below = (worth[..., level] < 0) | ((worth[..., level] == 0) & below)
    return below
