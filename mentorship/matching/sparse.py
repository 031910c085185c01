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

from mentorship.matching.blocks import Offer, Scores, blocks
from mentorship.matching.compiled import kernels
from mentorship.matching.lottery import Hashes
from mentorship.matching.marks import Ints, Marks
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
    def of(cls, scores: Scores, k: int | None = None) -> Candidates:
        """List the k best of everybody."""
        _, lists, _ = kernels()
        n, m = scores.shape
        k = min((MORE if n >= MANY_IMGS else FEWEST) if k is None else k, m)
        columns, marks = np.empty((2, n, k), dtype=np.int32)
        length, threshold = np.zeros((2, n), dtype=np.int64)
        for rows in blocks(np.arange(n)):
            some = slice(rows[0], rows[-1] + 1)
            lists.best_of_rows(
                scores.block(rows), k, columns[some], marks[some], length[some], threshold[some]
            )
        start, column, score = lists.packed(columns, marks, length)
        return cls(start, column, score, threshold)

    def weigh(self, weigh: Weigh, hashes: Hashes) -> None:
        """Weigh every candidate and sort each list, heaviest first."""
        _, lists, _ = kernels()
        self.weight = np.empty(len(self.column), np.int64)
        lists.weigh(
            self.start, self.column, self.score, self.weight, weigh.step, weigh.base,
            hashes.imgs, hashes.mentors, weigh.shift,
        )  # fmt: skip

    def scores_of(self, mates: Ints) -> Ints:
        """Return the score of each row with its column in ``mates``; 0 for none."""
        _, lists, _ = kernels()
        edge = lists.found(self.start, self.column, mates)
        scores = np.zeros(len(mates), dtype=np.int64)
        scores[edge >= 0] = self.score[edge[edge >= 0]]
        return scores

    def at_least(self, level: int) -> Candidates:
        """Return the candidates whose score is of a level or more."""
        kept = self.score >= level
        row = np.repeat(np.arange(len(self.threshold)), np.diff(self.start))[kept]
        count = np.bincount(row, minlength=len(self.threshold))
        start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        threshold = np.where(self.threshold >= level, self.threshold, -1)
        return Candidates(start, self.column[kept], self.score[kept], threshold)

    def include(self, scores: Scores, rows: Ints, columns: Ints) -> None:
        """Make sure that some pairs, one a row, are candidates."""
        _, lists, _ = kernels()
        mates = np.full(len(self.threshold), -1)
        mates[rows] = columns
        missing = rows[lists.found(self.start, self.column, mates)[rows] < 0]
        for some in blocks(missing):
            wanted = mates[some][:, None]
            found = np.take_along_axis(scores.block(some), wanted, axis=1)
            self.add(some, wanted, found, np.ones(len(some), np.int64))

    def add(self, rows: Ints, columns: Ints | Marks, scores: Marks, length: Ints) -> None:
        """Append pairs to the lists of some rows."""
        _, lists, _ = kernels()
        start, column, score = lists.packed(columns, scores, length)
        more = np.zeros(len(self.start), np.int64)
        more[rows + 1] = np.diff(start)
        self.start, self.column, self.score = lists.merged(
            self.start, self.column, self.score, np.cumsum(more), column, score
        )


def heaviest(
    offer: Offer, weigh: Weigh, candidates: Candidates, progress: Progress | None = None
) -> Ints:
    """Return the column of each row, -1 for none, in a heaviest pairing over all pairs.

    ``candidates`` grow by the pairs that had to be looked at.
    """
    assign, lists, _ = kernels()
    n, m = offer.scores.shape
    candidates.weigh(weigh, offer.hashes)
    u, v, mate = np.zeros(n, np.int64), np.zeros(m, np.int64), np.full(n, -1)
    _place(offer, candidates, (u, v, mate), progress)
    while True:
        held = _columns(candidates, mate)
        heavy = overpriced(offer, candidates, weigh, u, v)
        if len(heavy) == 0:
            return held
        candidates.weigh(weigh, offer.hashes)
        mate = lists.found(candidates.start, candidates.column, held)
        if len(heavy) > max(32, n // WARM):
            u[:], v[:], mate[:] = 0, 0, -1
            _place(offer, candidates, (u, v, mate), progress)
        else:
            listed = (candidates.start, candidates.column, candidates.weight, offer.seats)
            seated = assign.holders(candidates.column, mate, offer.seats)
            assign.take_out_rows(heavy, *listed, u, v, mate, *seated)
            assign.place_rows(heavy, *listed, u, v, mate, *seated)


def _columns(candidates: Candidates, mate: Ints) -> Ints:
    """Return the column of each row's candidate, -1 for none."""
    columns = np.full(len(mate), -1)
    made = mate >= 0
    columns[made] = candidates.column[mate[made]]
    return columns


def _place(
    offer: Offer,
    candidates: Candidates,
    state: tuple[Ints, Ints, Ints],
    progress: Progress | None,
) -> None:
    """Place all rows, one after the other, telling how far it is about a hundred times."""
    assign, _, _ = kernels()
    listed = (candidates.start, candidates.column, candidates.weight, offer.seats)
    seated = assign.holders(candidates.column, state[2], offer.seats)
    rows = np.arange(len(state[0]))
    step = max(1, len(rows) if progress is None else len(rows) // 100)
    for begin in range(0, len(rows), step):
        some = rows[begin : begin + step]
        assign.place_rows(some, *listed, *state, *seated)
        if progress is not None:
            progress(begin + len(some), len(rows))


def overpriced(offer: Offer, candidates: Candidates, weigh: Weigh, u: Ints, v: Ints) -> Ints:
    """Price every pair that is not a candidate; list those that outweigh their prices.

    Only rows whose best omitted pair could do so, at the cheapest seat, are looked at. Returns
    the rows that were given more candidates.
    """
    _, lists, _ = kernels()
    lowest = v[offer.seats > 0].min(initial=np.iinfo(np.int64).max)
    at_most = weigh.step * candidates.threshold + weigh.base + weigh.most_drawn
    rows = np.flatnonzero((candidates.threshold >= 0) & (at_most - u > lowest))
    columns, scores = np.empty((2, len(rows), ADDED), dtype=np.int32)
    length = np.zeros(len(rows), np.int64)
    done = 0
    for some in blocks(rows):
        part = slice(done, done + len(some))
        lists.too_heavy(
            offer.scores.block(some), some, u, v, weigh.step, weigh.base,
            offer.hashes.imgs, offer.hashes.mentors, weigh.shift,
            columns[part], scores[part], length[part],
        )  # fmt: skip
        done += len(some)
    found = length > 0
    candidates.add(rows[found], columns[found], scores[found], length[found])
    return rows[found]


def prices(offer: Offer, weigh: Weigh, candidates: Candidates, mates: Ints) -> tuple[Ints, Ints]:
    """Return the largest prices of IMGs and the smallest of seats that prove a pairing best.

    Every pair is priced, as in ``heaviest``; a mentor without a seat gets the price that one
    would have.
    """
    assign, lists, _ = kernels()
    n, m = offer.scores.shape
    while True:
        candidates.weigh(weigh, offer.hashes)
        mate = lists.found(candidates.start, candidates.column, mates)
        u, v = np.zeros(n, np.int64), np.zeros(m, np.int64)
        if not assign.smallest_prices(
            candidates.start, candidates.column, candidates.weight, mate, offer.seats, v
        ):
            raise ArithmeticError("the pairing is not a best one: no prices can prove it")
        made = mate >= 0
        u[made] = candidates.weight[mate[made]] - v[mates[made]]
        if len(overpriced(offer, candidates, weigh, u, v)) == 0:
            break
    closed = np.flatnonzero(offer.seats == 0)
    for rows in blocks(np.arange(n)) if len(closed) else ():
        block = offer.all_scores.block(rows)[:, closed]
        left = np.where(block >= 0, weigh.step * block + weigh.base - u[rows, None], 0)
        v[closed] = np.maximum(v[closed], left.max(axis=0, initial=0))
    return u, v
