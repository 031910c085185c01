"""Prices of seats that prove a pairing best, made the smallest there are."""

from __future__ import annotations

import numpy as np
from numba import njit

from mentorship.matching.kernels.heap import ROOM, drop, push, roomier
from mentorship.matching.kernels.seats import holders


@njit(cache=True, nogil=True)
def smallest_prices(start, column, weight, key, seats, u, v, mate):
    """Lower ``v``, and raise ``u``, as far as the pairs made allow; in place.

    A price may fall by as much as no row outside notices: by its own height at most, by the slack
    of a row without a column, or by the slack of another row and as much as its own column falls.
    The least of these is a shortest path to each column (Dijkstra). The smallest prices are what
    one more seat would add: G. Demange, D. Gale, M. Sotomayor, J. Political Economy 94(4), 1986,
    doi:10.1086/261411.
    """
    m = len(seats)
    first, holder, _, count = holders(column, mate, seats)
    fall, settled = v.copy(), np.zeros(m, np.bool_)
    far_of, node_of = np.empty(m + ROOM, np.int64), np.empty(m + ROOM, np.int32)
    size, most = 0, v.max() if m else np.int64(0)
    for i in range(len(mate)):
        if mate[i] < 0:
            for e in range(start[i], start[i + 1]):
                fall[column[e]] = min(fall[column[e]], u[i] + v[column[e]] - weight[e])
    for j in range(m):
        push(far_of, node_of, size, fall[j], j)
        size += 1
    while size:
        j = node_of[0]
        size -= 1
        drop(far_of, node_of, size)
        if settled[j]:
            continue
        settled[j] = True
        for p in range(first[j], first[j] + count[j]):
            i = holder[p]
            for e in range(start[i], start[i + 1]):
                if fall[j] + u[i] - key[e] >= most:
                    break
                x = column[e]
                far = fall[j] + u[i] + v[x] - weight[e]
                if far < fall[x] and e != mate[i]:
                    fall[x] = far
                    if size == len(far_of):
                        far_of, node_of = roomier(far_of), roomier(node_of)
                    push(far_of, node_of, size, far, x)
                    size += 1
    for j in range(m):
        v[j] -= fall[j]
        for p in range(first[j], first[j] + count[j]):
            u[holder[p]] += fall[j]
