"""Placing IMGs on seats: who has which candidate, and the prices that prove it best among these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from mentorship.matching.compiled import kernels
from mentorship.matching.marks import Flags, Ints
from mentorship.matching.pairing import Progress
from mentorship.matching.solver.candidates import Candidates, Columns

SHORT = 8  # candidates a row, on the whole, are not worth sorting again


@dataclass(slots=True)
class Placing:
    """Rows on seats.

    Attributes
    ----------
    candidates : weighed
    seats : (m,) of each column
    u, v : (n,), (m,) prices of rows and columns
    mate : (n,) the candidate each row has, -1 for none

    """

    candidates: Candidates
    seats: Ints
    u: Ints
    v: Ints
    mate: Ints

    @classmethod
    def of(cls, candidates: Candidates, seats: Ints) -> Self:
        """Begin with nobody placed and every price 0."""
        n = len(candidates.threshold)
        return cls(
            candidates, seats, np.zeros(n, np.int64), np.zeros(len(seats), np.int64), np.full(n, -1)
        )

    @property
    def columns(self) -> Ints:
        """Return the column of each row, -1 for none."""
        columns: Ints = np.where(
            self.mate >= 0, np.append(self.candidates.column, 0)[self.mate], -1
        )
        return columns

    @property
    def taken(self) -> Flags:
        """Return which columns have no free seat."""
        columns = self.columns
        load = np.bincount(columns[columns >= 0], minlength=len(self.seats))
        return load >= self.seats

    def place(self, rows: Ints, progress: Progress | None = None) -> None:
        """Place rows, one after the other, telling how far it is about a hundred times.

        Prices rise most at the end, so lists are sorted again when a quarter of all rows is left,
        and then whenever half of the rest is placed.
        """
        n = len(rows)
        step = max(1, n // 100) if progress is not None else max(64, n // 32)
        begin, left = 0, n // 4
        self._sort()
        seated = self._seated()
        while begin < n:
            if n - begin <= left and len(self.candidates.column) > SHORT * n:
                self._sort()
                left = (n - begin) // 2
            end = min(n, begin + step)
            kernels().assign.place_rows(rows[begin:end], *self._listed, *seated)
            begin = end
            if progress is not None:
                progress(begin, n)

    def place_again(self, rows: Ints) -> None:
        """Let a few rows move to something better; the chains of most are short."""
        self._sort()
        seated = self._seated()
        left = kernels().assign.move_rows(rows, *self._listed, *seated)
        if len(left):
            start, column, weight, _, *state = self._listed
            kernels().undo.take_out_rows(left, start, column, weight, *state, *seated)
            self._sort()
            kernels().assign.place_rows(left, *self._listed, *seated)

    def lower(self) -> None:
        """Lower prices to the smallest."""
        self._sort()
        kernels().prices.smallest_prices(*self._listed)

    def look_again(self, columns: Ints) -> None:
        """Find the candidate of each row for its column, after more were listed."""
        listed = self.candidates
        self.mate[:] = kernels().lists.found(listed.start, listed.column, columns)

    def _sort(self) -> None:
        self.candidates.sort(self.v, self.mate)

    @property
    def _listed(self) -> tuple[Ints | Columns, ...]:
        """Return candidates, seats, prices and mates as the loops read them."""
        return *self.candidates.listed, self.seats, self.u, self.v, self.mate

    def _seated(self) -> tuple[Ints, ...]:
        """Return who holds a seat of each column, as the loops keep it."""
        seated: tuple[Ints, ...] = kernels().seats.holders(
            self.candidates.column, self.mate, self.seats
        )
        return seated
