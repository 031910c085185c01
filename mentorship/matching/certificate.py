"""Prices that prove a round best, and say what one more seat is worth.

Linear programming duality: if every IMG i and seat of mentor j has a price, u_i and v_j, 0 or more,
with u_i + v_j >= score(i, j) for every possible pair, then no pairing can be worth more than the
sum of the prices of all IMGs and seats. A pairing worth exactly that sum is therefore best. For
"most-matched" worth is counted in (people, points), compared like words in a dictionary.

The prices given are the smallest ones for seats and the largest for IMGs: they are exactly what
one more seat would add and what the round would lose without the IMG. L. S. Shapley, M. Shubik,
The assignment game I: the core, Int. J. Game Theory 1, 1971, doi:10.1007/BF01753437; G. Demange,
D. Gale, M. Sotomayor, Multi-item auctions, J. Political Economy 94(4), 1986, doi:10.1086/261411.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mentorship.matching.marks import Ints, Marks

OUT_OF_REACH = np.int64(2**60)


class Prices(NamedTuple):
    """Prices of IMGs (n,) or (n, 2) and of seats (m,) or (m, 2): points, or (people, points)."""

    imgs: Ints
    seats: Ints


def worth_to_others(scores: Marks, mates: Ints, free: Ints) -> Ints:
    """Return what a best total would lose with one seat fewer at each mentor.

    These are the largest prices a seat can have, where ``prices`` gives the smallest: a
    score below it is not enough to be given the seat.

    Parameters
    ----------
    scores : (n, m) int
        -1 where a pair is impossible.
    mates : (n,) int
        Column of each IMG who can be moved, -1 for everybody else.
    free : (m,) int
        Free seats.

    Returns
    -------
    (m,) int64
        ``OUT_OF_REACH`` where nobody can be moved off a seat and none is free.

    """
    rows = np.flatnonzero(mates >= 0)
    columns = mates[rows]
    own = scores[rows, columns].astype(np.int64)
    gaps = np.where(scores[rows] >= 0, own[:, None] - scores[rows], OUT_OF_REACH)
    price = np.where(free > 0, np.int64(0), OUT_OF_REACH)
    loss = own  # of whoever loses a seat: at worst they stay without one
    for _ in range(len(rows) + 1):  # no chain of moves is longer
        np.minimum.at(price, columns, loss)
        better = np.minimum(loss, (gaps + price).min(axis=1, initial=OUT_OF_REACH))
        if np.array_equal(better, loss):
            break
        loss = better
    return price


def prices(worth: Ints, mates: Ints) -> Prices:
    """Raise seat prices from 0 until nobody would rather have another's seat.

    The least prices at which this holds; each sweep looks only at IMGs whose own seat has become
    dearer since the last. Bellman and Ford's shortest paths in the network of possible moves:
    R. Bellman, On a routing problem, Quarterly of Applied Mathematics 16, 1958,
    doi:10.1090/qam/102435.

    Parameters
    ----------
    worth : (k, m) int64
        What pairs are worth, -1 where impossible.
    mates : (k,) int64
        Column of each IMG, -1 for none: a best pairing.

    """
    k, m = worth.shape
    seats = np.zeros(m, dtype=np.int64)
    own = np.where(mates >= 0, worth[np.arange(k), mates], 0) if m else np.zeros(k, np.int64)
    rows = np.arange(k)
    while len(rows) and m:
        left = own[rows] - np.where(mates[rows] >= 0, seats[mates[rows]], 0)
        if left.min() < 0:
            raise ArithmeticError("the pairing is not a best one: no prices can prove it")
        offers = np.where(worth[rows] >= 0, worth[rows] - left[:, None], 0)
        dearer = np.maximum(seats, offers.max(axis=0))
        risen = np.flatnonzero(dearer > seats)
        seats = dearer
        rows = np.flatnonzero(np.isin(mates, risen))
    imgs = own - np.where(mates >= 0, seats[mates], 0) if m else own
    return Prices(imgs, seats)


def split(combined: Ints | None, person: int) -> Ints:
    """Split prices in which a person stands for ``person`` points into (people, points)."""
    one = np.asarray(combined, dtype=np.int64)
    people = (one + person // 2) // person
    return np.stack([people, one - people * person], axis=1)
