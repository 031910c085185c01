"""As many as possible, then nobody left behind: the worst pairs as good as they can be.

First how many can be matched; then the highest level at which so many still can, found by halving
(no higher than the lowest locked pair); then, from that level up, as few pairs as possible in the
lowest band of 100 points, then in the next, and so on (leximin); then the largest sum. Each step
keeps to the best answers of the one before: those on pairs worth just their prices in which
everybody with a price is matched (complementary slackness). J. Rawls, A Theory of Justice, 1971; R.
E. Burkard, F. Rendl, Lexicographic bottleneck problems, Operations Research Letters 10(5), 1991,
doi:10.1016/0167-6377(91)90018-K.

Every step is exact over all pairs. The prices of all steps together, compared like words in a
dictionary, are prices of the whole (H. Isermann, Linear lexicographic optimization, OR Spektrum 4,
1982, doi:10.1007/BF01782758): a pair that was left out and is worth more joins the candidates, and
the steps are taken again.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mentorship.matching.compiled import kernels
from mentorship.matching.lottery import DRAW_BITS, HIGHEST_DRAW
from mentorship.matching.marks import FULL, Ints
from mentorship.matching.pairing import Pairing, Progress
from mentorship.matching.scores.blocks import Offer, each_block
from mentorship.matching.solver.candidates import Candidates
from mentorship.matching.solver.face import Face
from mentorship.matching.solver.heaviest import ADDED, heaviest
from mentorship.matching.weights import people, points_then_draws

BAND = 100
BANDS = FULL // BAND + 1
# A step counts the pairs of several bands in one integer, ``bits`` for each band: one more than
# the number of pairs needs, so that no count runs over into the next. Above them stands what a
# person is worth, so that nobody is left out to save a penalty, and above all persons together what
# whoever must be in is worth (``must`` of a face). Within 58 bits that leaves what sums need: a
# pair may carry two such bonuses, and a search adds prices to that, all below ``FAR`` in
# ``kernels.heap``, 2**62.
BITS = 58


class _Step(NamedTuple):
    """One step: what a pair of each band weighs, or of each score in the last; prices found."""

    weight: Ints  # (bands,) or (scores,)
    imgs: Ints  # (k,)
    seats: Ints  # (m,)


def fairest(offer: Offer, progress: Progress | None) -> Pairing:
    """Return pairs of which the worst are as good as they can be."""
    k = offer.shape[0]
    candidates = Candidates.of(offer)
    level, matched = _highest_level(offer, candidates, progress)
    if matched == 0:
        return Pairing(np.full(k, -1), np.zeros(k, dtype=np.int64), None, None)
    above, kept = offer.at_least(level), candidates.at_least(level)
    while True:
        mates, steps = _lexicographic(above, kept, matched, progress)
        if not _add_underpriced(above, kept, steps):
            return Pairing(mates, kept.scores_of(mates), None, None)


def _highest_level(
    offer: Offer, candidates: Candidates, progress: Progress | None
) -> tuple[int, int]:
    """Return the highest score that no pair need fall below, and how many can be matched.

    As many as possible are matched at every level tried; every pair left out is priced. No level
    above the lowest locked pair is looked for: that pair is the lowest then, and bands decide.
    """
    most = heaviest(offer, people(0), candidates, progress).mates
    matched = int((most >= 0).sum())
    low, high = 0, offer.locked + 1  # possible at low; at high it is not, or a lock is lower
    while matched and high - low > 1:
        level = (low + high) // 2
        some = candidates.at_least(level)
        mates = heaviest(offer.at_least(level), people(0), some, progress).mates
        if (mates >= 0).sum() == matched:
            low, most = level, mates
        else:
            high = level
    candidates.include(offer, most)  # so that the level can be reached from the candidates
    return low, matched


def _lexicographic(
    offer: Offer, candidates: Candidates, matched: int, progress: Progress | None
) -> tuple[Ints, list[_Step]]:
    """Return the best pairing among the candidates, and the steps that lead to it."""
    k, m = offer.shape
    everything = np.ones(len(candidates.column), dtype=np.bool_)
    nobody = np.zeros(k, dtype=np.bool_), np.zeros(m, dtype=np.bool_)
    face, steps, low = Face.of(offer, candidates, everything, nobody), list[_Step](), 0
    bits = matched.bit_length() + 1  # of one band
    at_once = max(1, BITS // bits - 1)
    height = bits * at_once  # of a person
    while low < BANDS:
        bands = np.unique(face.pairs.score // BAND).astype(np.int64)
        bands = bands[bands >= low][:at_once]
        if len(bands) == 0:
            break
        weight = _by_band(bands, low, height - bits * np.arange(1, 1 + len(bands)), height)
        worth = weight[face.pairs.score // BAND]
        face, imgs, seats = _follow(face, worth, 1 << height + bits, progress)
        steps.append(_Step(weight, imgs, seats))
        low = int(bands[-1]) + 1
    by_score = points_then_draws(k).of(np.arange(FULL + 1))
    worth = by_score[face.pairs.score] + face.draws()
    most = int(by_score[-1]) + HIGHEST_DRAW
    face, imgs, seats = _follow(face, worth, most * (k + 1), progress)
    steps.append(_Step(by_score, imgs, seats))
    return face.drawn(progress), steps


def _by_band(bands: Ints, low: int, bits: Ints, height: int) -> Ints:
    """Return what a pair weighs in one step, by its band: a person, less a penalty in ``bands``.

    A pair left out may be of a band that no candidate is of. Below ``bands`` it is worth nothing:
    that is worse than any penalty. Between them it weighs as the next higher one does, which is no
    less than it should, so that none is overlooked.
    """
    penalty = np.int64(1) << bits
    weight = np.full(BANDS, np.int64(1) << height)
    weight[low : bands[0]] = 0
    between = np.arange(bands[0], bands[-1] + 1)
    weight[between] -= penalty[np.searchsorted(bands, between)]
    return weight


def _follow(
    face: Face, worth: Ints, must: int, progress: Progress | None
) -> tuple[Face, Ints, Ints]:
    """Take one step: keep to the pairs and people of its best answers; return its prices too."""
    _, imgs, seats = face.best(worth, must, progress)
    exact = worth == imgs[face.pairs.row] + seats[face.pairs.column]
    must_be = face.rows | (imgs > 0), face.columns | (seats > 0)
    return Face.of(face.offer, face.pairs, exact, must_be), imgs, seats


def _add_underpriced(offer: Offer, candidates: Candidates, steps: list[_Step]) -> bool:
    """Price every pair left out by all steps; list those worth as much; say whether any was."""
    by_band = np.stack([step.weight for step in steps[:-1]])
    u, v = (np.stack([step[side] for step in steps]) for side in (1, 2))
    rows = np.flatnonzero(candidates.threshold >= 0)
    columns, scores = np.empty((2, len(rows), ADDED), dtype=np.int32)
    length = np.zeros(len(rows), np.int64)

    def price(some: Ints) -> None:
        part = slice(some[0], some[-1] + 1)
        kernels().pricing.underpriced_in_steps(
            offer.block(rows[part]), rows[part], by_band, steps[-1].weight, u, v, *offer.hashes,
            64 - DRAW_BITS, candidates.start, candidates.column, candidates.threshold,
            columns[part], scores[part], length[part],
        )  # fmt: skip

    each_block(price, np.arange(len(rows)), offer.shape[1])
    found = length > 0
    candidates.add(rows[found], columns[found], scores[found], length[found])
    return bool(found.any())
