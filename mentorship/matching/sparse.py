"""The heaviest pairing of a large round, exactly, without looking at most pairs twice.

Everybody's best candidates are listed and paired as well as the lists allow. Then the prices that
prove those pairs best price every pair left out; a pair that outweighs its prices joins the lists
and the few people concerned are placed again, until no such pair is left among all of them.
Column generation: G. B. Dantzig, P. Wolfe, Decomposition principle for linear programs,
Operations Research 8(1), 1960, doi:10.1287/opre.8.1.101.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mentorship.matching.blocks import Scores, blocks
from mentorship.matching.compiled import kernels
from mentorship.matching.lottery import Hashes
from mentorship.matching.marks import Flags, Ints
from mentorship.matching.paths import Progress
from mentorship.matching.weights import Weigh

FEWEST = 64  # candidates an IMG is listed with at first
MANY_IMGS, MORE = 20_000, 100
ADDED = 16  # candidates an IMG can get at each pricing
WARM = 100  # up to one IMG in so many is taken out and placed again; with more all start anew


@dataclass(slots=True)
class Candidates:
    """Candidates in compressed rows, and how good whoever was left out can be at most."""

    start: Ints  # (n + 1,)
    column: Ints  # (e,)
    score: Ints  # (e,)
    threshold: Ints  # (n,) no omitted pair scores more; -1 where none is omitted
    weight: Ints = field(default_factory=lambda: np.empty(0, np.int64))

    @classmethod
    def of(cls, scores: Scores, k: int) -> Candidates:
        """List the k best of everybody."""
        _, lists, _ = kernels()
        n, m = scores.shape
        k = min(k, m)
        columns, marks = np.empty((2, n, k), dtype=np.int32)
        length, threshold = np.zeros((2, n), dtype=np.int64)
        for rows in blocks(np.arange(n)):
            some = slice(rows[0], rows[-1] + 1)
            lists.best_of_rows(
                scores.block(rows), k, columns[some], marks[some], length[some], threshold[some]
            )
        return cls(*lists.packed(columns, marks, length), threshold)

    def weigh(self, weigh: Weigh, hashes: Hashes) -> None:
        """Weigh every candidate and sort each list, heaviest first."""
        _, lists, _ = kernels()
        self.weight = np.empty(len(self.column), np.int64)
        lists.weigh(
            self.start, self.column, self.score, self.weight, weigh.step, weigh.base,
            hashes.imgs, hashes.mentors, weigh.shift,
        )  # fmt: skip

    def add(self, rows: Ints, columns: Ints, scores: Ints, length: Ints) -> None:
        """Append pairs to the lists of some rows."""
        _, lists, _ = kernels()
        start, column, score = lists.packed(columns, scores, length)
        more = np.zeros(len(self.start), np.int64)
        more[rows + 1] = np.diff(start)
        self.start, self.column, self.score = lists.merged(
            self.start, self.column, self.score, np.cumsum(more), column, score
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """A pairing to be found: scores in blocks, seats, and what decides."""

    scores: Scores
    seats: Ints
    hashes: Hashes
    progress: Progress | None = None


def heaviest(market: Market, weigh: Weigh, candidates: Candidates) -> Ints:
    """Return the column of each row, -1 for none, in a heaviest pairing over all pairs.

    ``candidates`` grow by the pairs that had to be looked at.
    """
    assign, lists, _ = kernels()
    n, m = market.scores.shape
    candidates.weigh(weigh, market.hashes)
    u, v, mate = np.zeros(n, np.int64), np.zeros(m, np.int64), np.full(n, -1)
    _place(market, candidates, np.arange(n), (u, v, mate))
    while True:
        held = _columns(candidates, mate)
        heavy = overpriced(market, candidates, weigh, u, v)
        if len(heavy) == 0:
            return held
        candidates.weigh(weigh, market.hashes)
        mate = lists.found(candidates.start, candidates.column, held)
        if len(heavy) > max(32, n // WARM):
            u[:], v[:], mate[:] = 0, 0, -1
            _place(market, candidates, np.arange(n), (u, v, mate))
        else:
            listed = (candidates.start, candidates.column, candidates.weight, market.seats)
            seated = assign.holders(candidates.column, mate, market.seats)
            assign.take_out_rows(heavy, *listed, u, v, mate, *seated)
            assign.place_rows(heavy, *listed, u, v, mate, *seated)


def _columns(candidates: Candidates, mate: Ints) -> Ints:
    """Return the column of each row's candidate, -1 for none."""
    columns = np.full(len(mate), -1)
    made = mate >= 0
    columns[made] = candidates.column[mate[made]]
    return columns


def _place(
    market: Market, candidates: Candidates, rows: Ints, state: tuple[Ints, Ints, Ints]
) -> None:
    """Place rows one after the other, telling how far it is about a hundred times."""
    assign, _, _ = kernels()
    listed = (candidates.start, candidates.column, candidates.weight, market.seats)
    seated = assign.holders(candidates.column, state[2], market.seats)
    step = len(rows) if market.progress is None else max(1, len(rows) // 100)
    for begin in range(0, len(rows), max(1, step)):
        some = rows[begin : begin + step]
        assign.place_rows(some, *listed, *state, *seated)
        if market.progress is not None:
            market.progress(begin + len(some), len(rows))


def overpriced(
    market: Market, candidates: Candidates, weigh: Weigh, u: Ints, v: Ints
) -> Ints:
    """Price every pair that is not a candidate; list those that outweigh their prices.

    Only rows whose best omitted pair could do so, at the cheapest seat, are looked at. Returns
    the rows that were given more candidates.
    """
    _, lists, _ = kernels()
    lowest = v[market.seats > 0].min(initial=np.iinfo(np.int64).max)
    at_most = weigh.step * candidates.threshold + weigh.base + weigh.most_drawn
    rows = np.flatnonzero((candidates.threshold >= 0) & (at_most - u > lowest))
    columns, scores = np.empty((2, len(rows), ADDED), dtype=np.int32)
    length = np.zeros(len(rows), np.int64)
    done = 0
    for some in blocks(rows):
        part = slice(done, done + len(some))
        lists.too_heavy(
            market.scores.block(some), some, u, v, weigh.step, weigh.base,
            market.hashes.imgs, market.hashes.mentors, weigh.shift,
            columns[part], scores[part], length[part],
        )  # fmt: skip
        done += len(some)
    found = length > 0
    candidates.add(rows[found], columns[found], scores[found], length[found])
    return rows[found]


def prices(
    market: Market, weigh: Weigh, candidates: Candidates, mates: Ints, trading: Flags
) -> tuple[Ints, Ints]:
    """Return the smallest prices of seats, and the largest of IMGs, that prove a pairing best.

    Every pair is priced, as in ``heaviest``.
    """
    assign, lists, _ = kernels()
    n, m = market.scores.shape
    while True:
        candidates.weigh(weigh, market.hashes)
        mate = lists.found(candidates.start, candidates.column, mates)
        u, v = np.zeros(n, np.int64), np.zeros(m, np.int64)
        if not assign.smallest_prices(
            candidates.start, candidates.column, candidates.weight, mate, trading,
            market.seats, v,
        ):  # fmt: skip
            raise ArithmeticError("the pairing is not a best one: no prices can prove it")
        made = mate >= 0
        u[made] = candidates.weight[mate[made]] - v[mates[made]]
        if len(overpriced(market, candidates, weigh, u, v)) == 0:
            return u, v
