"""The face of best answers: all of them use the same pairs, people and seats; a draw picks one.

The smallest prices of seats, and the largest of IMGs, are the same for every best pairing, and so
are the pairs worth just their prices: every best pairing uses only those, and whoever has a price
(complementary slackness: L. S. Shapley, M. Shubik, The assignment game I, International Journal of
Game Theory 1, 1971, doi:10.1007/BF01753437).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from mentorship.matching.compiled import kernels
from mentorship.matching.lottery import DRAW_BITS, FINE_BITS
from mentorship.matching.marks import Flags, Ints
from mentorship.matching.pairing import Progress
from mentorship.matching.scores.blocks import Offer
from mentorship.matching.solver.candidates import Candidates
from mentorship.matching.solver.placing import Placing
from mentorship.matching.weights import NONE


class Priced(NamedTuple):
    """A best pairing: the column of each row, -1 for none, and the prices that prove it."""

    mates: Ints  # (n,)
    imgs: Ints  # (n,)
    seats: Ints  # (m,)


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
        return cls(offer, candidates.kept(kept, np.full(offer.shape[0], NONE)), *must)

    def leaves_no_choice(self) -> bool:
        """Say whether every row that may be matched must be, and to one column."""
        return bool((np.diff(self.pairs.start) == self.rows).all())

    def draws(self) -> Ints:
        """Return the draw of each pair."""
        drawn: Ints = kernels().draws.draws(
            *self.offer.hashes, self.pairs.row, self.pairs.column, 64 - DRAW_BITS
        )
        return drawn

    def drawn(self, progress: Progress | None = None) -> Ints:
        """Return the columns of the pairing with the largest sum of finer draws."""
        drawn = kernels().draws.fine_draws(*self.offer.hashes, self.pairs.row, self.pairs.column)
        return self.best(drawn + 1, len(self.rows) << FINE_BITS + 1, progress).mates

    def best(self, weight: Ints, must: int, progress: Progress | None = None) -> Priced:
        """Return a heaviest pairing that leaves nobody out who must be in.

        ``must`` is more than all weights together. Prices are those of ``weight`` alone; a price
        of who must be in may be below 0.
        """
        row, column = self.pairs.row, self.pairs.column
        must_row, must_column = self.rows.astype(np.int64) * must, self.columns * np.int64(must)
        weight = weight + must_row[row] + must_column[column]
        k = self.offer.shape[0]
        order = self.pairs.column.copy(), self.pairs.score.copy()  # sorting is not to be seen
        pairs = replace(self.pairs, column=order[0], score=order[1], weight=weight)
        pairs.key = np.empty_like(weight)
        placing = Placing.of(pairs, self.offer.seats)
        placing.place(np.arange(k), progress)
        return Priced(placing.columns, placing.u - must_row, placing.v - must_column)
