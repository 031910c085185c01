"""Prices that prove a round best, and say what one more seat is worth.

Linear programming duality (G. B. Dantzig, Linear Programming and Extensions, 1963): if every IMG i
and seat of mentor j has a price, u_i and v_j, 0 or more, with u_i + v_j >= score(i, j) for every
possible pair, then no pairing can be worth more than the sum of the prices of all IMGs and seats. A
pairing worth exactly that sum is therefore best. For "most-matched" worth is counted in (people,
points), compared like words in a dictionary.

The prices given are the smallest ones for seats and the largest for IMGs: they are exactly what
one more seat would add and what the round would lose without the IMG. L. S. Shapley, M. Shubik,
The assignment game I: the core, Int. J. Game Theory 1, 1971, doi:10.1007/BF01753437; G. Demange,
D. Gale, M. Sotomayor, Multi-item auctions, J. Political Economy 94(4), 1986, doi:10.1086/261411.
"""

from __future__ import annotations

import numpy as np

from mentorship.matching.marks import Ints
from mentorship.matching.pairing import Progress
from mentorship.matching.scores.blocks import Scores, blocks

OUT_OF_REACH = np.int64(2**60)


def worth_to_others(
    scores: Scores, mates: Ints, free: Ints, progress: Progress | None = None
) -> Ints:
    """Return what a best total would lose with one seat fewer at each mentor.

    These are the largest prices a seat can have, where those of a result are the smallest: a score
    below it is not enough to be given the seat. Bellman and Ford's shortest paths in the network
    of possible moves; after the first step only mentors whose seat has become cheaper are looked
    at again, for nothing else can make a chain of moves cheaper: R. Bellman, On a routing problem,
    Quarterly of Applied Mathematics 16, 1958, doi:10.1090/qam/102435.

    Parameters
    ----------
    scores : Scores
        Of n IMGs and m mentors, in blocks; -1 where a pair is impossible.
    mates : (n,) int
        Column of each IMG who can be moved, -1 for everybody else.
    free : (m,) int
        Free seats.
    progress : callable, optional
        Called with (steps taken, steps there can be); it may raise.

    Returns
    -------
    (m,) int64
        ``OUT_OF_REACH`` where nobody can be moved off a seat and none is free.

    """
    rows = np.flatnonzero(mates >= 0)
    price = np.where(free > 0, np.int64(0), OUT_OF_REACH)
    own = _of_mates(scores, rows, mates)
    loss = own.copy()  # of whoever loses a seat: at most all they had
    np.minimum.at(price, mates[rows], loss)
    cheaper = np.flatnonzero(price < OUT_OF_REACH)
    for step in range(len(rows)):  # no chain of moves is longer
        if len(cheaper) == 0:
            break
        some_mentors, before = scores.take(rows, cheaper), price.copy()
        for some in blocks(np.arange(len(rows)), len(cheaper)):
            block = some_mentors.block(some).astype(np.int64)
            moved = np.where(block >= 0, own[some, None] - block + before[cheaper], OUT_OF_REACH)
            loss[some] = np.minimum(loss[some], moved.min(axis=1))
        np.minimum.at(price, mates[rows], loss)
        cheaper = np.flatnonzero(price < before)
        if progress is not None:
            progress(step + 1, len(rows))
    return price


def _of_mates(scores: Scores, rows: Ints, mates: Ints) -> Ints:
    """Return the scores of some IMGs with whom they have."""
    own = np.empty(len(rows), dtype=np.int64)
    for some in blocks(np.arange(len(rows)), scores.shape[1]):
        own[some] = scores.block(rows[some])[np.arange(len(some)), mates[rows[some]]]
    return own
