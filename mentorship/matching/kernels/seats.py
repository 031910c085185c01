"""Who holds a seat of each column: ``holder[first[j]:][:count[j]]``; row i is at ``place[i]``."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def enter(i, j, first, holder, place, count):
    """Give row i a seat of column j."""
    place[i] = count[j]
    holder[first[j] + count[j]] = i
    count[j] += 1


@njit(cache=True, nogil=True)
def leave(i, j, first, holder, place, count):
    """Take row i off its seat of column j."""
    count[j] -= 1
    last = holder[first[j] + count[j]]
    holder[first[j] + place[i]] = last
    place[last] = place[i]


@njit(cache=True, nogil=True)
def holders(column, mate, seats):
    """Return who holds a seat of each column: first, holder, place (of a row), count."""
    room = np.zeros(len(seats), np.int64)
    for j in column:
        room[j] += 1
    first = np.zeros(len(seats) + 1, np.int64)
    first[1:] = np.cumsum(np.minimum(room, seats))
    holder = np.empty(first[-1] + 1, np.int64)
    place, count = np.zeros(len(mate), np.int64), np.zeros(len(seats), np.int64)
    for i in range(len(mate)):
        if mate[i] >= 0:
            enter(i, column[mate[i]], first, holder, place, count)
    return first, holder, place, count


@njit(cache=True, nogil=True)
def follow(row, j, column, mover, through, mate, first, holder, place, count):
    """Move everybody on a chain that ends at column j one seat on; ``row`` began it.

    ``mover[j]`` is who moves to column j, with the candidate ``through[j]``.
    """
    while True:
        i, old = mover[j], mate[mover[j]]
        if old >= 0:
            leave(i, column[old], first, holder, place, count)
        mate[i] = through[j]
        enter(i, j, first, holder, place, count)
        if i == row:
            return
        j = column[old]
