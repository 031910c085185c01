"""The heaviest pairing of a round, exactly, without looking at most pairs twice.

Everybody's best candidates are listed and paired as well as the lists allow. Then the prices that
prove those pairs best price every pair left out; a pair that outweighs its prices joins the lists
and the few people concerned are placed again, until no such pair is left among all of them.
Column generation: G. B. Dantzig, P. Wolfe, Decomposition principle for linear programs,
Operations Research 8(1), 1960, doi:10.1287/opre.8.1.101.

The smallest prices of seats, and the largest of IMGs, are the same for every best pairing, and so
are the pairs worth just their prices: every best pairing uses only those. Where they leave a
choice, a second and finer draw makes it. So the answer depends on nothing but the round.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentorship.matching.blocks import Offer, blocks, each_block
from mentorship.matching.compiled import kernels
from mentorship.matching.lottery import DRAW_BITS, FINE_BITS
from mentorship.matching.marks import Flags, Ints, Points
from mentorship.matching.pairing import Progress
from mentorship.matching.weights import NO_DRAW, Weigh

FEWEST = 96  # candidates an IMG is listed with at first
MANY_IMGS, MORE = 2_000, 128
LISTED = 400  # what sorting a list costs, in pairs scored
SHORT = 8  # candidates a row, on the whole, are not worth sorting again
ADDED = 16  # candidates an IMG can get at each pricing
WARM = 10  # up to one IMG in so many moves to something better; with more all start anew

Columns = NDArray[np.int32]
_State = tuple[Ints, Ints, Ints]  # prices of rows and columns, and the candidate each row has


class Heaviest(NamedTuple):
    """A heaviest pairing: the column of each row, -1 for none, and the prices that prove it."""

    mates: Ints  # (n,)
    imgs: Ints  # (n,) largest prices
    seats: Ints  # (m,) smallest prices


@dataclass(slots=True)
class Candidates:
    """Candidates in compressed rows, and how good whoever was left out can be at most."""

    start: Ints  # (n + 1,)
    column: Columns  # (e,)
    score: Columns  # (e,)
    threshold: Ints  # (n,) no pair left out scores more; -1 where none is left out
    weight: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    key: Ints = field(default_factory=lambda: np.empty(0, np.int64))  # weight less price, once

    @classmethod
    def of(cls, offer: Offer, k: int | None = None) -> Candidates:
        """List the k best of everybody."""
        lists = kernels().lists
        n, m = offer.shape
        k = min((MORE if n >= MANY_IMGS else FEWEST) if k is None else k, m)
        columns, scores = np.empty((2, n, k), dtype=np.int32)
        length, threshold = np.zeros((2, n), dtype=np.int64)

        def list_best(rows: Ints) -> None:
            some = slice(rows[0], rows[-1] + 1)
            found = columns[some], scores[some], length[some], threshold[some]
            lists.best_of_rows(offer.block(rows), rows[0], k, *found)

        each_block(list_best, np.arange(n), m)
        start, column, score = lists.packed(columns, scores, length)
        return cls(start, column, score, threshold)

    @property
    def row(self) -> Ints:
        """Return the row of each candidate."""
        return np.repeat(np.arange(len(self.threshold)), np.diff(self.start))

    def weigh(self, offer: Offer, weigh: Weigh) -> None:
        """Weigh every candidate."""
        weight = self.weight = np.empty(len(self.column), np.int64)
        self.key = np.empty_like(weight)

        def weigh_some(rows: Ints) -> None:
            kernels().lists.weigh(
                rows, self.start, self.column, self.score, weight, weigh.point, weigh.person,
                *offer.hashes, weigh.shift,
            )  # fmt: skip

        each_block(weigh_some, np.arange(len(self.threshold)), LISTED)

    def sort(self, v: Ints, mate: Ints) -> None:
        """Sort each list by what is left after prices; ``mate`` keeps to its candidates."""
        listed = self.start, self.column, self.score, self.weight, self.key
        sort, every = kernels().lists.sort, np.arange(len(self.threshold))
        each_block(lambda rows: sort(rows, *listed, v, mate), every, LISTED)

    @property
    def listed(self) -> tuple[Ints, Columns, Ints, Ints]:
        """Return the lists as the loops read them."""
        return self.start, self.column, self.weight, self.key

    def scores_of(self, mates: Ints) -> Ints:
        """Return the score of each row with its column in ``mates``; 0 for none."""
        edge = kernels().lists.found(self.start, self.column, mates)
        scores: Ints = np.where(edge >= 0, np.append(self.score, 0)[edge], 0)
        return scores

    def kept(self, kept: Flags, threshold: Ints) -> Candidates:
        """Return some of the candidates."""
        count = np.bincount(self.row[kept], minlength=len(self.threshold))
        start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        return Candidates(start, self.column[kept], self.score[kept], threshold)

    def at_least(self, level: int) -> Candidates:
        """Return the candidates whose score is of a level or more."""
        threshold = np.where(self.threshold >= level, self.threshold, -1)
        return self.kept(self.score >= level, threshold)

    def include(self, offer: Offer, mates: Ints) -> None:
        """Make sure that the column of each row in ``mates`` is a candidate."""
        edge = kernels().lists.found(self.start, self.column, mates)
        for some in blocks(np.flatnonzero((mates >= 0) & (edge < 0)), offer.shape[1]):
            wanted = mates[some][:, None]
            found = np.take_along_axis(offer.block(some), wanted, axis=1)
            self.add(some, wanted, found, np.ones(len(some), np.int64))

    def add(
        self, rows: Ints, columns: Ints | Columns, scores: Columns | Points, length: Ints
    ) -> None:
        """Append pairs to the lists of some rows, given in ascending order."""
        lists = kernels().lists
        listed = columns.astype(np.int32), scores.astype(np.int32)
        start, column, score = lists.packed(*listed, length)
        more = np.zeros(len(self.start), np.int64)
        more[rows + 1] = np.diff(start)
        self.start, self.column, self.score = lists.merged(
            self.start, self.column, self.score, np.cumsum(more), column, score
        )


def heaviest(
    offer: Offer, weigh: Weigh, candidates: Candidates, progress: Progress | None = None
) -> Heaviest:
    """Return a heaviest pairing over all pairs: the one there is, or any if nothing is drawn.

    ``candidates`` grow by the pairs that had to be looked at.
    """
    n, m = offer.shape
    lists = kernels().lists
    candidates.weigh(offer, weigh)
    u, v, mate = np.zeros(n, np.int64), np.zeros(m, np.int64), np.full(n, -1)
    _place(offer, candidates, (u, v, mate), progress)
    while True:
        _lower(offer, candidates, (u, v, mate))
        if progress is not None:
            progress(n, n)
        held = _columns(candidates, mate)
        rows, heavy, all_listed = underpriced(offer, weigh, candidates, u, v)
        if len(rows):
            candidates.weigh(offer, weigh)
            mate = lists.found(candidates.start, candidates.column, held)
        if not heavy.any() and all_listed:
            break
        if heavy.sum() > max(32, n // WARM):
            u[:], v[:], mate[:] = 0, 0, -1
            _place(offer, candidates, (u, v, mate), progress)
        else:
            _place_again(offer, candidates, (u, v, mate), rows[heavy])
    if weigh.shift == NO_DRAW:
        return Heaviest(held, u, v)
    exact = candidates.weight == u[candidates.row] + v[candidates.column]
    face = Face.of(offer, candidates, exact, (u > 0, v > 0))
    return Heaviest(held if face.leaves_no_choice() else face.drawn(progress), u, v)


def _columns(candidates: Candidates, mate: Ints) -> Ints:
    """Return the column of each row's candidate, -1 for none."""
    columns: Ints = np.where(mate >= 0, np.append(candidates.column, 0)[mate], -1)
    return columns


def _place(offer: Offer, candidates: Candidates, state: _State, progress: Progress | None) -> None:
    """Place all rows, one after the other, telling how far it is about a hundred times.

    Prices rise most at the end, so lists are sorted again when a quarter of all rows is left, and
    then whenever half of the rest is placed.
    """
    n = len(state[0])
    step = max(1, n // 100) if progress is not None else max(64, n // 32)
    begin, left = 0, n // 4
    candidates.sort(state[1], state[2])
    seated = _seated(offer, candidates, state)
    while begin < n:
        if n - begin <= left and len(candidates.column) > SHORT * n:
            candidates.sort(state[1], state[2])
            left = (n - begin) // 2
        end = min(n, begin + step)
        kernels().assign.place_rows(
            np.arange(begin, end), *candidates.listed, offer.seats, *state, *seated
        )
        begin = end
        if progress is not None:
            progress(begin, n)


def _place_again(offer: Offer, candidates: Candidates, state: _State, rows: Ints) -> None:
    """Let a few rows move to something better; the chains of most are short."""
    assign = kernels().assign
    candidates.sort(state[1], state[2])
    seated = _seated(offer, candidates, state)
    left = assign.move_rows(rows, *candidates.listed, offer.seats, *state, *seated)
    if len(left):
        listed = candidates.start, candidates.column, candidates.weight
        assign.take_out_rows(left, *listed, offer.seats, *state, *seated)
        candidates.sort(state[1], state[2])
        assign.place_rows(left, *candidates.listed, offer.seats, *state, *seated)


def _seated(offer: Offer, candidates: Candidates, state: _State) -> tuple[Ints, ...]:
    """Return who holds a seat of each column, as the loops keep it."""
    seated: tuple[Ints, ...] = kernels().assign.holders(candidates.column, state[2], offer.seats)
    return seated


def _lower(offer: Offer, candidates: Candidates, state: _State) -> None:
    """Lower prices to the smallest."""
    candidates.sort(state[1], state[2])
    kernels().assign.smallest_prices(*candidates.listed, offer.seats, *state)


def underpriced(
    offer: Offer, weigh: Weigh, candidates: Candidates, u: Ints, v: Ints
) -> tuple[Ints, Flags, bool]:
    """Price every pair that is not a candidate; list those that weigh as much as their prices.

    Where nothing is drawn, only those that weigh more.

    Returns rows that were given more candidates, which of these outweigh their prices, and whether
    all such pairs are listed now: a row is given the ``ADDED`` heaviest at most.

    Only rows whose best pair left out could weigh so much are looked at, and only as far as seats
    are cheap enough: mentors are sorted by price.
    """
    lists = kernels().lists
    order = np.argsort(v, kind="stable")
    cheapest = v[order]
    at_most = weigh.of(candidates.threshold) + weigh.most_drawn - u
    reach = np.searchsorted(cheapest, at_most, side="right")
    rows = np.argsort(reach, kind="stable")
    rows = rows[(reach[rows] > 0) & (candidates.threshold[rows] >= 0)]
    reach = reach[rows]
    if len(rows) == 0:
        return rows, np.zeros(0, dtype=np.bool_), True
    sorted_offer = offer.in_order(order)
    columns, scores = np.empty((2, len(rows), ADDED), dtype=np.int32)
    length, over = np.zeros((2, len(rows)), np.int64)

    def price(some: Ints) -> None:
        part = slice(some[0], some[-1] + 1)
        lists.underpriced(
            sorted_offer.block(rows[part], int(reach[some[-1]])), rows[part], u, cheapest, order,
            weigh.point, weigh.person, *offer.hashes, weigh.shift,
            candidates.start, candidates.column, candidates.threshold,
            columns[part], scores[part], length[part], over[part],
        )  # fmt: skip

    each_block(price, np.arange(len(rows)), int(np.median(reach)))
    found = np.flatnonzero(length)
    found = found[np.argsort(rows[found])]
    candidates.add(rows[found], columns[found], scores[found], length[found])
    return rows[found], over[found] > 0, bool((length < ADDED).all())


@dataclass(frozen=True, slots=True)
class Face:
    """Pairs that a best answer may use, and people and seats it must not leave out."""

    offer: Offer
    pairs: Candidates
    rows: Flags  # (k,) who must be matched
    columns: Flags  # (m,) where no seat may stay free

    @classmethod
    def of(
        cls, offer: Offer, candidates: Candidates, kept: Flags, must: tuple[Flags, Flags]
    ) -> Face:
        return cls(offer, candidates.kept(kept, np.full(offer.shape[0], -1)), *must)

    def leaves_no_choice(self) -> bool:
        """Say whether every row that may be matched must be, and to one column."""
        return bool((np.diff(self.pairs.start) == self.rows).all())

    def draws(self) -> Ints:
        """Return the draw of each pair."""
        drawn: Ints = kernels().lists.draws(
            *self.offer.hashes, self.pairs.row, self.pairs.column, 64 - DRAW_BITS
        )
        return drawn

    def drawn(self, progress: Progress | None = None) -> Ints:
        """Return the columns of the pairing with the largest sum of finer draws."""
        drawn = kernels().lists.fine_draws(*self.offer.hashes, self.pairs.row, self.pairs.column)
        return self.best(drawn + 1, len(self.rows) << FINE_BITS + 1, progress).mates

    def best(self, weight: Ints, must: int, progress: Progress | None = None) -> Heaviest:
        """Return a heaviest pairing that leaves nobody out who must be in.

        ``must`` is more than all weights together. Prices are those of ``weight`` alone; a price
        of who must be in may be below 0.
        """
        row, column = self.pairs.row, self.pairs.column
        must_row, must_column = self.rows.astype(np.int64) * must, self.columns * np.int64(must)
        weight = weight + must_row[row] + must_column[column]
        k, m = self.offer.shape
        order = self.pairs.column.copy(), self.pairs.score.copy()  # sorting is not to be seen
        pairs = replace(self.pairs, column=order[0], score=order[1], weight=weight)
        pairs.key = np.empty_like(weight)
        state = np.zeros(k, np.int64), np.zeros(m, np.int64), np.full(k, -1)
        _place(self.offer, pairs, state, progress)
        u, v, mate = state
        mates = _columns(pairs, mate)
        return Heaviest(mates, u - must_row, v - must_column)
