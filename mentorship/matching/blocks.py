"""Scores as the solver reads them: some IMGs against all mentors at a time, never the whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

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
class OnOffer:
    """Scores of those who look for a mentor, among seats on offer, without mentors they have."""

    scores: Scores
    looking: Ints  # (k,) rows of ``scores``
    open: Flags  # (m,) whether a seat is on offer
    taken: Ints  # (n,) column each IMG must not be given, -1 for none

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.looking), len(self.open)

    def block(self, rows: Ints) -> Marks:
        chosen = self.looking[rows]
        block = self.scores.block(chosen)
        if not self.open.all():
            block[:, ~self.open] = -1
        barred = np.flatnonzero(self.taken[chosen] >= 0)
        block[barred, self.taken[chosen[barred]]] = -1
        return block


def blocks(rows: Ints) -> Iterator[Ints]:
    """Cut rows into blocks."""
    yield from (rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK))
