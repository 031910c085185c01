"""Candidates: the pairs a solver looks at, and how good whoever was left out can be at most."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mentorship.matching.compiled import kernels
from mentorship.matching.marks import Flags, Ints, Points
from mentorship.matching.scores.blocks import Offer, blocks, each_block
from mentorship.matching.weights import DEAREST, NONE, Weigh

FEWEST = 96  # candidates an IMG is listed with where no prices are known
LISTED = 400  # what sorting a list costs, in pairs scored

Columns = NDArray[np.int32]


@dataclass(slots=True)
class Candidates:
    """Candidates in compressed rows.

    Attributes
    ----------
    start, column, score : (n + 1,), (e,), (e,)
    threshold : (n,) no pair left out scores more after ``price``; below any where none is left out
    price : (m,) points that seats were thought to cost when candidates were listed
    weight, key : (e,) what each weighs, and the most that was left after prices when last sorted

    """

    start: Ints
    column: Columns
    score: Columns
    threshold: Ints
    price: Ints
    weight: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    key: Ints = field(default_factory=lambda: np.empty(0, np.int64))

    @classmethod
    def of(cls, offer: Offer, k: int | None = None, price: Ints | None = None) -> Candidates:
        """List for everybody the k best mentors after prices, if any are known."""
        lists = kernels().lists
        n, m = offer.shape
        k = min(FEWEST if k is None else k, m)
        columns, scores = np.empty((2, n, k), dtype=np.int32)
        length, threshold = np.zeros((2, n), dtype=np.int64)
        cost = np.zeros(m, np.int64) if price is None else np.clip(price, 0, DEAREST)
        short = cost.astype(np.int32)

        def list_best(rows: Ints) -> None:
            some = slice(rows[0], rows[-1] + 1)
            found = columns[some], scores[some], length[some], threshold[some]
            lists.best_of_rows(offer.block(rows), rows[0], k, short, *offer.hashes, *found)

        each_block(list_best, np.arange(n), m)
        start, column, score = lists.packed(columns, scores, length)
        return cls(start, column, score, threshold, cost)

    @classmethod
    def of_groups(cls, offer: Offer, price: Ints, groups: Iterable[tuple[Ints, int]]) -> Candidates:
        """List for everybody so many of each group of mentors; groups are (columns, how many)."""
        n = offer.shape[0]
        column, score = np.zeros((2, 0), np.int32)
        joint = cls(
            np.zeros(n + 1, np.int64), column, score, np.full(n, NONE), np.zeros_like(price)
        )
        for columns, k in groups:
            some = cls.of(offer.only(columns), k, price[columns])
            joint.price[columns] = some.price
            joint.threshold = np.maximum(joint.threshold, some.threshold)
            listed = joint.start, joint.column, joint.score
            more = some.start, columns[some.column].astype(np.int32), some.score
            joint.start, joint.column, joint.score = kernels().lists.merged(*listed, *more)
        return joint

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
        return Candidates(start, self.column[kept], self.score[kept], threshold, self.price)

    def at_least(self, level: int) -> Candidates:
        """Return the candidates whose score is of a level or more."""
        threshold = np.where(self.threshold >= level, self.threshold, NONE)
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
