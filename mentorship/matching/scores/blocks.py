"""Scores as the solver reads them: some IMGs against all mentors at a time, never the whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np

from mentorship.matching.lottery import Hashes
from mentorship.matching.marks import FULL, Ints, Points

PAIRS = 2**19  # scored at once: 1 MB, so that a block stays in the cache until it is read
MOST = 512  # IMGs in a block
THREADS = os.cpu_count() or 1
FEW = 16  # with fewer than one mentor in so many, copying whole rows first takes longer
WORTH = 2**20  # fewer pairs are scored sooner than threads are started


class Scores(Protocol):
    """Anything that can score some IMGs against all mentors."""

    @property
    def shape(self) -> tuple[int, int]: ...

    def block(self, rows: Ints, width: int | None = None) -> Points:
        """Return (len(rows), m or the first ``width``) scores, -1 where a pair must not be made.

        The caller may write into it.
        """

    def take(self, rows: Ints, columns: Ints) -> Scores:
        """Return the scores of some IMGs with some mentors, in that order."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A score matrix that is there already; people may be wanted in another order."""

    scores: Points
    rows: Ints
    columns: Ints

    @classmethod
    def of(cls, scores: Points) -> Self:
        n, m = scores.shape
        return cls(scores, np.arange(n), np.arange(m))

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.rows), len(self.columns)

    def block(self, rows: Ints, width: int | None = None) -> Points:
        columns = self.columns[:width]
        if FEW * len(columns) < self.scores.shape[1]:
            return np.ascontiguousarray(self.scores[self.rows[rows, None], columns])
        block: Points = self.scores[self.rows[rows]]
        if len(columns) == block.shape[1] and (columns[1:] > columns[:-1]).all():
            return block
        return np.ascontiguousarray(np.take(block, columns, axis=1))

    def take(self, rows: Ints, columns: Ints) -> Ready:
        return Ready(self.scores, self.rows[rows], self.columns[columns])


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Who looks for a mentor among which seats: one stage of a round, people sorted by id.

    Attributes
    ----------
    all_scores, mentor_scores : (k, m), of IMGs who look and mentors with a seat; the mentors' view
    taken : (k,) column of the mentor each IMG must not be given (again), -1 for none
    seats : (m,) that nobody holds; 1 or more, but 0 in samples
    hashes : what draws are made of
    least : pairs that score less are not possible
    locked : lowest score of the stage's locked pairs, ``FULL`` without any: "lowest" counts them

    """

    all_scores: Scores
    mentor_scores: Scores
    taken: Ints
    seats: Ints
    hashes: Hashes
    least: int = 0
    locked: int = FULL

    @property
    def shape(self) -> tuple[int, int]:
        return self.all_scores.shape

    def block(self, rows: Ints, width: int | None = None) -> Points:
        """Return (len(rows), m or the first ``width``) scores, -1 where impossible."""
        block = self.all_scores.block(rows, width)
        barred = np.flatnonzero((self.taken[rows] >= 0) & (self.taken[rows] < block.shape[1]))
        block[barred, self.taken[rows[barred]]] = -1
        if self.least:
            block[block < self.least] = -1
        return block

    def at_least(self, least: int) -> Offer:
        """Return the offer without pairs that score less."""
        return replace(self, least=least)

    def sample(self, each: int) -> Offer:
        """Return one IMG in so many, and as many of the seats; mentors may be left with none.

        Seats are counted off through all mentors, so that each has about their share.
        """
        rows = np.arange(0, self.shape[0], each)
        everybody = np.arange(self.shape[1])
        return replace(
            self,
            all_scores=self.all_scores.take(rows, everybody),
            taken=self.taken[rows],
            seats=np.diff(np.cumsum(self.seats) // each, prepend=0),
            hashes=self.hashes.take(rows, everybody),
        )

    def only(self, columns: Ints) -> Offer:
        """Return the offer of some mentors, in that order."""
        place = np.full(self.shape[1] + 1, -1)  # one more, so that -1 stays -1
        place[columns] = np.arange(len(columns))
        everybody = np.arange(self.shape[0])
        return replace(
            self,
            all_scores=self.all_scores.take(everybody, columns),
            taken=place[self.taken],
            seats=self.seats[columns],
            hashes=self.hashes.take(everybody, columns),
        )


def blocks(rows: Ints, columns: int) -> Iterator[Ints]:
    """Cut rows into blocks of about ``PAIRS`` pairs."""
    size = max(1, min(MOST, PAIRS // max(columns, 1)))
    yield from (rows[start : start + size] for start in range(0, len(rows), size))


def each_block(work: Callable[[Ints], object], rows: Ints, columns: int) -> None:
    """Do some work for each block of rows, on as many threads as there are cores.

    Threads wait for each other only where compiled code does not run, for it holds no lock. The
    first block that fails stops the rest.
    """
    parts = list(blocks(rows, columns))
    if len(parts) < 2 or THREADS == 1 or len(rows) * columns < WORTH:
        for part in parts:
            work(part)
        return
    with ThreadPoolExecutor(THREADS) as threads:
        try:
            for _ in threads.map(work, parts):
                pass
        except BaseException:
            threads.shutdown(cancel_futures=True)
            raise
