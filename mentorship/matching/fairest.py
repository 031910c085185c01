"""As many as possible, then nobody left behind: the worst pairs as good as they can be.

First how many can be matched; then the highest level at which so many still can, found by halving;
then, above that level, as few pairs as possible in the lowest band of 100 points, then in the next,
and so on (leximin); then the largest sum. Each step keeps to the best answers of the one before:
those on pairs worth just their prices in which everybody with a price is matched (complementary
slackness). J. Rawls, A Theory of Justice, 1971; R. E. Burkard, F. Rendl, Lexicographic bottleneck
problems, Operations Research Letters 10(5), 1991, doi:10.1016/0167-6377(91)90018-K.

Number and lowest level are exact over all pairs. The bands above it are exact among the candidates:
all pairs up to ``ALL_LISTED`` of them, everybody's best in larger rounds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mentorship.matching.blocks import AtLeast, Offer
from mentorship.matching.compiled import kernels
from mentorship.matching.lottery import DRAW_BITS, HIGHEST_DRAW
from mentorship.matching.marks import FULL, Flags, Ints
from mentorship.matching.pairing import Pairing
from mentorship.matching.paths import Progress
from mentorship.matching.sparse import Candidates, heaviest
from mentorship.matching.weights import Weigh

ALL_LISTED = 2_000_000
BAND = 100
BITS = 58  # of a weight, besides those that keep prices within 64


def fairest(offer: Offer, progress: Progress | None) -> Pairing:
    """Return pairs of which the worst are as good as they can be."""
    k, m = offer.shape
    candidates = Candidates.of(offer.scores, m if k * m <= ALL_LISTED else None)
    level, mates = _highest_level(offer, candidates, progress)
    people = int((mates >= 0).sum())
    if people == 0:
        return Pairing(mates, np.zeros(k, dtype=np.int64), None, None)
    face = _Face.of(offer, candidates.at_least(level))
    bands = np.unique(face.score // BAND)
    bits = people.bit_length() + 1
    chunk = max(1, BITS // bits - 2)
    for begin in range(0, len(bands), chunk):
        face = face.fewest(bands[begin : begin + chunk], bits * chunk, bits)
    mates = face.heaviest()
    return Pairing(mates, candidates.scores_of(mates), None, None)


def _highest_level(
    offer: Offer, candidates: Candidates, progress: Progress | None
) -> tuple[int, Ints]:
    """Return the highest score that no pair need fall below, and pairs that keep to it.

    As many as possible are matched at every level tried; every pair left out is priced.
    """
    most = heaviest(offer, Weigh(0, 1), candidates, progress)
    people = int((most >= 0).sum())
    low, high = 0, FULL + 1  # possible at low, not at high
    while people and high - low > 1:
        level = (low + high) // 2
        above = replace(offer, all_scores=AtLeast(offer.all_scores, level))
        mates = heaviest(above, Weigh(0, 1), candidates.at_least(level))
        if (mates >= 0).sum() == people:
            low, most = level, mates
        else:
            high = level
    # the pairs found become candidates, so that the bands can be reached from them
    made = np.flatnonzero(most >= 0)
    candidates.include(offer.scores, made, most[made])
    return low, most


@dataclass(frozen=True, slots=True)
class _Face:
    """Pairs that a best answer may use, and people and seats it must not leave out."""

    offer: Offer
    row: Ints  # (e,)
    column: Ints  # (e,)
    score: Ints  # (e,)
    rows: Flags  # (k,) who must be matched
    columns: Flags  # (m,) where no seat may stay free

    @classmethod
    def of(cls, offer: Offer, candidates: Candidates) -> _Face:
        k, m = offer.shape
        row = np.repeat(np.arange(k), np.diff(candidates.start))
        nobody = np.zeros(k, dtype=np.bool_), np.zeros(m, dtype=np.bool_)
        return cls(offer, row, candidates.column, candidates.score, *nobody)

    def fewest(self, bands: Ints, height: int, bits: int) -> _Face:
        """Match as many as possible with as few pairs as possible in these bands, lowest first."""
        place = np.searchsorted(bands, self.score // BAND)
        inside = (place < len(bands)) & (
            bands[np.minimum(place, len(bands) - 1)] == self.score // BAND
        )
        penalty = np.where(inside, np.int64(1) << (height - bits * (place + 1)).clip(0), 0)
        _, u, v, tight = self._solve(
            (np.int64(1) << height) - penalty, np.int64(1) << (height + bits)
        )
        return _Face(
            self.offer, self.row[tight], self.column[tight], self.score[tight],
            self.rows | (u > 0), self.columns | (v > 0),
        )  # fmt: skip

    def heaviest(self) -> Ints:
        """Return the largest sum among the pairs left, ties drawn; (k,) columns."""
        hashes = self.offer.hashes
        _, lists, _ = kernels()
        ties = HIGHEST_DRAW * len(self.rows) + 1
        drawn = lists.draws_of(hashes.imgs, hashes.mentors, self.row, self.column, 64 - DRAW_BITS)
        weight = (self.score + 1) * ties + drawn
        mates, _, _, _ = self._solve(weight, (len(self.rows) + 1) * (FULL + 2) * ties)
        return mates

    def _solve(self, weight: Ints, must: np.int64 | int) -> tuple[Ints, Ints, Ints, Flags]:
        """Return columns, prices and which pairs are worth just their prices."""
        assign, _, _ = kernels()
        weight = weight + must * (self.rows[self.row].astype(np.int64) + self.columns[self.column])
        order = np.lexsort((self.column, -weight, self.row))
        k, m = self.offer.shape
        start = np.concatenate([[0], np.cumsum(np.bincount(self.row, minlength=k))])
        column, weight = self.column[order], weight[order]
        u, v, mate = np.zeros(k, np.int64), np.zeros(m, np.int64), np.full(k, -1)
        seated = assign.holders(column, mate, self.offer.seats)
        assign.place_rows(
            np.arange(k), start, column, weight, self.offer.seats, u, v, mate, *seated
        )
        tight = np.zeros(len(order), dtype=np.bool_)
        tight[order] = u[self.row[order]] + v[column] == weight
        mates = np.where(mate >= 0, column[mate], -1)
        return mates, u, v, tight
