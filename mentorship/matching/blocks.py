"""Scores as the solver reads them: some IMGs against all mentors at a time, never the whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mentorship.matching.lottery import Hashes
from mentorship.matching.marks import Flags, Ints, Marks

BLOCK = 256  # IMGs scored at once; with 16,000 mentors 16 MB


class Scores(Protocol):
    """Anything that can score some IMGs against all mentors."""

    @property
    def shape(self) -> tuple[int, int]: ...

    def block(self, rows: Ints) -> Marks:
        """Return (len(rows), m) scores, -1 where a pair must not be made; the caller may write."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A score matrix that is there already, with people in another order."""

    scores: Marks
    rows: Ints
    columns: Ints

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.rows), len(self.columns)

    def block(self, rows: Ints) -> Marks:
        block: Marks = self.scores[self.rows[rows]]
        if (self.columns[1:] > self.columns[:-1]).all():
            return block
        return np.ascontiguousarray(block[:, self.columns])


@dataclass(frozen=True, slots=True)
class Rows:
    """Scores of some IMGs, without the mentor each of them must not be given (again)."""

    scores: Scores
    rows: Ints  # (k,) rows of ``scores``
    taken: Ints  # (k,) column each IMG must not be given, -1 for none

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.rows), self.scores.shape[1]

    def block(self, rows: Ints) -> Marks:
        block = self.scores.block(self.rows[rows])
        barred = np.flatnonzero(self.taken[rows] >= 0)
        block[barred, self.taken[rows[barred]]] = -1
        return block


@dataclass(frozen=True, slots=True)
class Open:
    """Scores with the mentors who have a seat; pairs with others are not possible."""

    scores: Scores
    open: Flags  # (m,)

    @property
    def shape(self) -> tuple[int, int]:
        return self.scores.shape

    def block(self, rows: Ints) -> Marks:
        block = self.scores.block(rows)
        if not self.open.all():
            block[:, ~self.open] = -1
        return block


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Scores of a level or more; pairs below it are not possible."""

    scores: Scores
    level: int

    @property
    def shape(self) -> tuple[int, int]:
        return self.scores.shape

    def block(self, rows: Ints) -> Marks:
        block = self.scores.block(rows)
        block[block < self.level] = -1
        return block


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Who looks for a mentor among which seats: one stage of a round, people sorted by id."""

    all_scores: Scores  # (k, m), of mentors without a seat too
    mentor_scores: Scores  # (k, m), the mentors' own view
    seats: Ints  # (m,) that nobody holds
    hashes: Hashes

    @property
    def shape(self) -> tuple[int, int]:
        return self.all_scores.shape

    @property
    def scores(self) -> Scores:
        """Scores of pairs that can be made."""
        return Open(self.all_scores, self.seats > 0)


def blocks(rows: Ints) -> Iterator[Ints]:
    """Cut rows into blocks."""
    yield from (rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK))
