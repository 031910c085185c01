"""Pairs that nobody would leave: deferred acceptance with seats, IMGs proposing.

Every IMG asks mentors in order of score; a mentor keeps the best who asked, by their own scores.
Equal scores are told apart by the lottery. D. Gale, L. S. Shapley, College admissions and the
stability of marriage, American Mathematical Monthly 69(1), 1962, doi:10.2307/2312726. Lists are
short; whoever comes to the end of theirs gets the next best mentors who would still have them.
"""

from __future__ import annotations

import numpy as np

from mentorship.matching.compiled import kernels
from mentorship.matching.lottery import DRAW_BITS
from mentorship.matching.marks import Ints
from mentorship.matching.pairing import Pairing, Progress
from mentorship.matching.scores.blocks import Offer, each_block

LISTED = 32  # mentors an IMG is given to ask at a time
_MOST = np.iinfo(np.int64).max


def stable(offer: Offer, progress: Progress | None) -> Pairing:
    """Return pairs such that no IMG and mentor on offer would both rather have each other.

    A round is paired in two stages, so this holds for first mentors among themselves, and for
    second ones on what is left: an IMG may wish for a second mentor whose seats first ones took.
    """
    # Seats of all mentors lie one after the other, those of j from ``first[j]``; ``count[j]`` of
    # them are taken, by ``holder`` whom the mentor likes ``held`` much. How much is one integer
    # (``liking`` in the kernel): score, draw and place packed together, unpacked again in
    # ``_scores``. ``last`` is how much each IMG liked whom they asked last, ``worst`` what a
    # mentor's next one must exceed.
    kernel = kernels().propose
    k, m = offer.shape
    seats = np.minimum(offer.seats, k)
    first = np.concatenate([[0], np.cumsum(seats)])
    columns, likes, liked = np.zeros((3, k, LISTED), dtype=np.int64)
    length, at = np.zeros((2, k), dtype=np.int64)
    last, mates = np.full(k, _MOST), np.full(k, -1)
    holder, held = np.zeros((2, first[-1]), dtype=np.int64)
    count, worst = np.zeros(m, np.int64), np.where(seats > 0, -1, _MOST)
    asking = np.arange(k)
    while len(asking):

        def list_next(rows: Ints) -> None:
            lists = [np.zeros((len(rows), LISTED), dtype=np.int64) for _ in range(3)]
            found = np.zeros(len(rows), dtype=np.int64)
            kernel.next_best(
                offer.block(rows), offer.mentor_scores.block(rows), rows, last, worst,
                offer.hashes.imgs, offer.hashes.mentors, 64 - DRAW_BITS, *lists, found,
            )  # fmt: skip
            columns[rows], likes[rows], liked[rows] = lists
            length[rows], at[rows] = found, 0

        each_block(list_next, asking, m)
        ended = kernel.propose(
            asking[length[asking] > 0], columns, likes, liked, length, at, last, mates,
            seats, first, holder, held, count, worst,
        )  # fmt: skip
        asking = np.sort(ended[length[ended] == LISTED])
        if progress is not None:
            progress(k - len(asking), k)
    return Pairing(mates, _scores(likes, at, mates, m), None, None)


def _scores(likes: Ints, at: Ints, mates: Ints, m: int) -> Ints:
    """Return the score of each pair: whom an IMG has is whom they asked last."""
    asked = likes[np.arange(len(mates)), np.maximum(at - 1, 0)]
    scores: Ints = np.where(mates >= 0, (asked // max(m, 1)) >> DRAW_BITS, 0)
    return scores
