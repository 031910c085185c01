"""The second half of verifying: whether the prices prove that no other pairing is worth more.

Nothing here is shared with the solver or with the code that worked the prices out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from mentorship.matching.allowed import LEVELS
from mentorship.matching.marks import FULL, Flags, Ints, Marks
from mentorship.matching.problem import Problem
from mentorship.matching.result import Result

BLOCK = 512  # IMGs looked at together


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """First mentors, or second ones. Worth has one level (points) or two (people, points)."""

    scores: Marks  # (n, m); -1 where impossible
    seats: Ints  # (m,)
    mates: Ints  # (n,) column, -1 for none
    fixed: Flags  # (n,) paired by a lock
    looking: Flags  # (n,)
    img_prices: Ints  # (n, levels)
    seat_prices: Ints  # (m, levels)

    def primal(self) -> Ints:
        """Return what the pairs are worth, (levels,)."""
        rows = np.flatnonzero(self.mates >= 0)
        total: Ints = self._worth(rows, self.mates[rows]).sum(axis=0)
        return total

    def dual(self) -> Ints:
        """Return the sum of all prices, (levels,): no pairing is worth more, if all is well."""
        total: Ints = self.img_prices.sum(axis=0) + self.seats @ self.seat_prices
        return total

    def violations(self) -> int:
        """Count possible pairs worth more than the prices of both."""
        return sum(
            int((_negative(self._excess(rows)) & (self.scores[rows] >= 0)).sum())
            for rows in self._traders()
        )

    def price_faults(self) -> Iterator[str]:
        """Yield prices that prove nothing, whatever they add up to."""
        if _negative(self.seat_prices).any():
            yield "a seat has a price below 0"
        if _negative(self.img_prices[~self.fixed]).any():
            yield "an IMG has a price below 0"
        if self.img_prices[~self.looking].any():
            yield "an IMG who looks for nobody has a price"
        rows = np.flatnonzero(self.fixed)
        left = self._worth(rows, self.mates[rows]) - self.seat_prices[self.mates[rows]]
        if not np.array_equal(self.img_prices[rows], left):
            yield "the prices of a locked pair do not add up to its worth"

    def missing_pairs(self) -> int:
        """Count pairs that could be made besides, for the same sum.

        Every best pairing uses only pairs worth exactly their two prices, so none has more pairs
        than the largest matching of those; and that one is as good, for an alternating path that
        adds a pair leaves nobody out who was in.
        """
        held = self.mates[self.fixed]
        free = np.minimum(
            self.seats - np.bincount(held, minlength=len(self.seats)), len(self.mates)
        )
        owner = np.repeat(np.arange(len(free)), free)  # one column a seat
        tight = np.zeros((len(self.mates), len(owner)), dtype=np.bool_)
        for rows in self._traders():
            exact = ~self._excess(rows).any(axis=2) & (self.scores[rows] >= 0)
            tight[rows] = exact[:, owner]
        matched = maximum_bipartite_matching(csr_array(tight), perm_type="column") >= 0
        made = (self.mates >= 0) & ~self.fixed
        return int(matched.sum()) - int(made.sum())

    def _worth(self, rows: Ints, columns: Ints) -> Ints:
        """Return what pairs are worth, with the levels on a last axis."""
        points = self.scores[rows, columns].astype(np.int64)
        levels = [points] if self.seat_prices.shape[1] == 1 else [np.ones_like(points), points]
        return np.stack(levels, axis=-1)

    def _excess(self, rows: Ints) -> Ints:
        """Return (k, m, levels): by how much two prices exceed what the pair is worth."""
        worth = self._worth(rows[:, None], np.arange(len(self.seats))[None, :])
        return self.img_prices[rows, None, :] + self.seat_prices - worth

    def _traders(self) -> Iterator[Ints]:
        """Yield blocks of IMGs who could be paired otherwise."""
        rows = np.flatnonzero(self.looking & ~self.fixed)
        yield from (rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK))


def stages(problem: Problem, result: Result) -> Iterator[Stage]:
    """Take an allowed result apart: first mentors, and second ones where somebody wants two."""
    n, m = problem.scores.shape
    levels = LEVELS[result.policy]
    if result.img_prices is None or result.seat_prices is None:
        return
    locks = np.bincount(problem.locked[:, 0], minlength=n)
    firsts, seconds = (_mates(result.pairs[result.second == which], n) for which in (False, True))
    held_for_second = np.bincount(seconds[locks == 2], minlength=m)
    yield Stage(
        scores=problem.scores,
        seats=problem.seats - held_for_second,
        mates=firsts,
        fixed=locks >= 1,
        looking=np.ones(n, dtype=np.bool_),
        img_prices=result.img_prices.reshape(n, levels),
        seat_prices=result.seat_prices.reshape(m, levels),
    )
    if result.second_img_prices is None or result.second_seat_prices is None:
        return
    matched = np.flatnonzero(firsts >= 0)
    others = problem.scores.copy()
    others[matched, firsts[matched]] = -1
    yield Stage(
        scores=others,
        seats=problem.seats - np.bincount(firsts[matched], minlength=m),
        mates=seconds,
        fixed=locks == 2,
        looking=(problem.wants == 2) & (firsts >= 0),
        img_prices=result.second_img_prices.reshape(n, levels),
        seat_prices=result.second_seat_prices.reshape(m, levels),
    )


def reach(
    problem: Problem, result: Result, *, second: bool
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return people and lowest score of one stage's pairs, as they are and at the best.

    Locked pairs are left aside. Where nobody is matched the lowest score is 0.
    """
    n, m = problem.scores.shape
    pairs = result.pairs[result.second == second]
    others = result.pairs[result.second != second]
    locked = {(i, j) for i, j in problem.locked.tolist()}
    kept = np.array([pair in locked for pair in map(tuple, pairs.tolist())], dtype=np.bool_)
    held = others if second else others[[p in locked for p in map(tuple, others.tolist())]]
    seats = problem.seats - np.bincount(np.concatenate([held, pairs[kept]])[:, 1], minlength=m)
    scores = problem.scores.copy()
    scores[pairs[kept, 0]] = -1
    if second:
        scores[others[:, 0], others[:, 1]] = -1
        scores[~np.isin(np.arange(n), others[:, 0]) | (problem.wants < 2)] = -1
    loose = pairs[~kept]
    made = scores[loose[:, 0], loose[:, 1]]
    most = _matched(scores, 0, seats)
    levels = np.unique(scores[scores >= 0])
    low, high = 0, len(levels)
    while most and high - low > 1:
        middle = (low + high) // 2
        low, high = (
            (middle, high)
            if _matched(scores, int(levels[middle]), seats) == most
            else (low, middle)
        )
    best = most, int(levels[low]) if most else 0
    return (len(loose), int(made.min(initial=FULL)) if len(loose) else 0), best


def _matched(scores: Marks, level: int, seats: Ints) -> int:
    """Return how many can be matched with a score of at least ``level``."""
    rows, columns = np.nonzero(scores >= level)
    room = np.minimum(seats, np.bincount(columns, minlength=len(seats)))
    first = np.concatenate([[0], np.cumsum(room)])
    each = room[columns]
    seat = np.repeat(first[columns], each) + _count_up(each)
    shape = (len(scores), max(1, int(first[-1])))
    table = csr_array((np.ones(len(seat), np.int8), (np.repeat(rows, each), seat)), shape=shape)
    return int((maximum_bipartite_matching(table, perm_type="column") >= 0).sum())


def _count_up(lengths: Ints) -> Ints:
    """Return 0, 1, ... for each length, one after the other."""
    ends = np.cumsum(lengths)
    return np.arange(int(lengths.sum())) - np.repeat(ends - lengths, lengths)


def _mates(pairs: Ints, n: int) -> Ints:
    mates = np.full(n, -1, dtype=np.int64)
    mates[pairs[:, 0]] = pairs[:, 1]
    return mates


def _negative(worth: Ints) -> Flags:
    """Return whether worth is below nothing; its last axis are levels, the first counts most."""
    below: Flags = np.zeros(worth.shape[:-1], dtype=np.bool_)
    for level in reversed(range(worth.shape[-1])):
        below = (worth[..., level] < 0) | ((worth[..., level] == 0) & below)
    return below
