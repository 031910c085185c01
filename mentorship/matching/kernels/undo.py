"""Rows are taken out again as if they had never come: ``assign`` backwards (its last source)."""

from __future__ import annotations

import numpy as np
from numba import njit

from mentorship.matching.kernels.heap import FAR, ROOM, drop, push, roomier
from mentorship.matching.kernels.seats import enter, leave


@njit(cache=True, nogil=True)
def by_column(start, column, m):
    """Return candidates listed by column: offsets, candidates, their rows."""
    offset = np.zeros(m + 1, np.int64)
    for j in column:
        offset[j + 1] += 1
    offset = np.cumsum(offset)
    fill, listed, row = offset.copy(), np.empty_like(column), np.empty_like(column)
    for i in range(len(start) - 1):
        for e in range(start[i], start[i + 1]):
            at = fill[column[e]]
            listed[at], row[at] = e, i
            fill[column[e]] += 1
    return offset, listed, row


@njit(cache=True, nogil=True)
def take_out_rows(
    rows, start, column, weight, seats, u, v, mate, first, holder, place, count
):  # fmt: skip
    """Take ``rows`` out as if they had never come, and lower prices accordingly; all in place.

    A seat given up goes, along a cheapest chain of moves, to somebody without one, or some seat
    of the chain stays free: ``place_rows`` backwards.

    Names as in ``assign``, seen from the seat: a chain starts at ``hole``, the seat given up, and
    ``distance[j]`` is what it gives up by the time a seat of column j is the one that is free;
    ``mover[j]`` left it, with the candidate ``onward[j]``. ``end_row`` is who had no seat and gets
    one at the end, in ``end_column`` by ``end_edge``; -1 if a seat there just stays free, which
    costs its price.
    """
    m = len(seats)
    offset, listed, row_of = by_column(start, column, m)
    out = np.zeros(len(mate), np.bool_)
    hole_at = np.full(len(rows), -1)
    for t in range(len(rows)):
        row = rows[t]
        out[row] = True
        u[row] = 0
        if mate[row] >= 0:
            hole_at[t] = column[mate[row]]
            leave(row, hole_at[t], first, holder, place, count)
            mate[row] = -1
    distance, onward, mover = np.full(m, FAR), np.full(m, -1), np.full(m, -1)
    far_of, node_of = np.empty(ROOM, np.int64), np.empty(ROOM, np.int32)
    settled, touched = np.zeros(m, np.bool_), np.empty(m, np.int64)
    for hole in hole_at:
        if hole < 0 or v[hole] == 0:  # a seat without a price may stay free
            continue
        cost, end_row, end_edge, end_column = v[hole], -1, -1, hole
        distance[hole], touched[0], reached = np.int64(0), hole, 1
        far_of[0], node_of[0], size = 0, hole, 1
        while size and far_of[0] < cost:
            near, x = far_of[0], node_of[0]
            size -= 1
            drop(far_of, node_of, size)
            if settled[x]:
                continue
            settled[x] = True
            for p in range(offset[x], offset[x + 1]):
                i, e = row_of[p], listed[p]
                far = near + u[i] + v[x] - weight[e]
                if out[i] or far >= cost or mate[i] == e:
                    continue
                if mate[i] < 0:
                    cost, end_row, end_edge, end_column = far, i, e, x
                    continue
                j = column[mate[i]]
                if far >= distance[j]:
                    continue
                if distance[j] == FAR:
                    touched[reached] = j
                    reached += 1
                distance[j], onward[j], mover[j] = far, e, i
                if far + v[j] < cost:
                    cost, end_row, end_edge, end_column = far + v[j], -1, -1, j
                if size == len(far_of):
                    far_of, node_of = roomier(far_of), roomier(node_of)
                push(far_of, node_of, size, far, j)
                size += 1
        # Columns nearer than the end become cheaper by the difference, and their holders richer.
        for t in range(reached):
            j = touched[t]
            fall = cost - distance[j]
            if fall > 0:
                v[j] -= fall
                for p in range(first[j], first[j] + count[j]):
                    u[holder[p]] += fall
        # From the end back to the hole: who comes takes the seat that the next one leaves.
        j, comer, edge = end_column, end_row, end_edge
        while j != hole or comer >= 0:
            goer = -1 if j == hole else mover[j]
            if goer >= 0:
                leave(goer, j, first, holder, place, count)
            if comer >= 0:
                mate[comer] = edge
                enter(comer, j, first, holder, place, count)
            if goer < 0:
                break
            comer, edge = goer, onward[j]
            j = column[edge]
        for t in range(reached):
            distance[touched[t]], settled[touched[t]] = FAR, False
