"""Successive shortest paths on candidate lists: rows are placed, or taken out, one by one.

Lists are in compressed rows: the candidates of row i are ``column[start[i]:start[i + 1]]``, and
``mate[i]`` is the candidate taken, -1 for none. They are sorted by ``key``, highest first: what a
candidate was worth after its price at some time, and is at most now, for prices only rise.

Throughout, with prices u of rows and v of columns, all 0 or more: no candidate is worth more than
its prices, w <= u + v; a pair that is made is worth just them; a row without a column has u = 0,
and a column with a free seat has v = 0. By linear programming duality the pairs made are then the
heaviest.

J. Edmonds, R. M. Karp, J. ACM 19(2), 1972, doi:10.1145/321694.321699 (potentials);
R. Jonker, A. Volgenant, Computing 38, 1987, doi:10.1007/BF02278710 (shortest augmenting paths).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from mentorship.matching.kernels.heap import drop, push, roomier

FAR = np.int64(2**62)
ROOM = 1024  # of a heap, at first


@njit(cache=True, nogil=True)
def _enter(i, j, first, holder, place, count):
    """Give row i a seat of column j, whose holders are ``holder[first[j]:][:count[j]]``."""
    place[i] = count[j]
    holder[first[j] + count[j]] = i
    count[j] += 1


@njit(cache=True, nogil=True)
def _leave(i, j, first, holder, place, count):
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
            _enter(i, column[mate[i]], first, holder, place, count)
    return first, holder, place, count


@njit(cache=True, nogil=True)
def place_rows(
    rows, start, column, weight, key, seats, u, v, mate, first, holder, place, count
):  # fmt: skip
    """Place each of ``rows`` along a cheapest chain of moves, and reprice; all in place.

    A chain takes a free seat at its end, or somebody there is left without one: whatever costs
    less. Columns are reached nearest first (Dijkstra); their holders are as near as they are.
    """
    m = len(seats)
    distance, through, mover = np.full(m, FAR), np.full(m, -1), np.full(m, -1)
    far_of, node_of = np.empty(ROOM, np.int64), np.empty(ROOM, np.int32)
    settled, touched = np.zeros(m, np.bool_), np.empty(m, np.int64)
    for row in rows:
        best = np.int64(0)
        for e in range(start[row], start[row + 1]):
            if key[e] <= best:
                break
            best = max(best, weight[e] - v[column[e]])
        u[row] = best
        cost, end_row, end_column = best, row, -1
        size, reached = 0, 0
        j, near = -1, np.int64(0)
        while True:
            for p in range(1 if j < 0 else count[j]):
                i = row if j < 0 else holder[first[j] + p]
                if near + u[i] < cost:
                    cost, end_row, end_column = near + u[i], i, -1
                for e in range(start[i], start[i + 1]):
                    if near + u[i] - key[e] >= cost:
                        break  # and the rest of the list is worth less still
                    x = column[e]
                    far = near + u[i] + v[x] - weight[e]
                    if far >= cost or far >= distance[x]:
                        continue
                    if distance[x] == FAR:
                        touched[reached] = x
                        reached += 1
                    distance[x], through[x], mover[x] = far, e, i
                    if count[x] < seats[x]:
                        cost, end_row, end_column = far, -1, x
                    else:
                        if size == len(far_of):
                            far_of, node_of = roomier(far_of), roomier(node_of)
                        push(far_of, node_of, size, far, x)
                        size += 1
            while size and settled[node_of[0]]:
                size -= 1
                drop(far_of, node_of, size)
            if size == 0 or far_of[0] >= cost:
                break
            near, j = far_of[0], node_of[0]
            size -= 1
            drop(far_of, node_of, size)
            settled[j] = True
        u[row] -= cost
        for t in range(reached):
            j = touched[t]
            rise = cost - distance[j]
            if settled[j] and rise > 0:
                v[j] += rise
                for p in range(first[j], first[j] + count[j]):
                    u[holder[p]] -= rise
        if end_row != row:
            j = end_column
            if end_row >= 0:
                j = column[mate[end_row]]
                _leave(end_row, j, first, holder, place, count)
                mate[end_row] = -1
            while True:
                i, old = mover[j], mate[mover[j]]
                if old >= 0:
                    _leave(i, column[old], first, holder, place, count)
                mate[i] = through[j]
                _enter(i, j, first, holder, place, count)
                if i == row:
                    break
                j = column[old]
        for t in range(reached):
            distance[touched[t]], settled[touched[t]] = FAR, False


@njit(cache=True, nogil=True)
def move_rows(rows, start, column, weight, key, seats, u, v, mate, first, holder, place, count):
    """Let ``rows`` that found something better move, and reprice; all in place.

    Pairs that outweigh their prices are left aside until their row is looked at, so that no step
    of a chain gains. A row gives up its seat, and the chain of moves that it starts ends with that
    seat taken again: at worst by the row itself, at the cost of what it had found. Mostly that is
    little, and so is the search. Where a free seat, or a row left without one, comes into reach as
    well, nothing is done, and the row is among those returned: they must be taken out and placed.
    """
    m = len(seats)
    distance, through, mover = np.full(m, FAR), np.full(m, -1), np.full(m, -1)
    far_of, node_of = np.empty(ROOM, np.int64), np.empty(ROOM, np.int32)
    settled, touched = np.zeros(m, np.bool_), np.empty(m, np.int64)
    left, lefts = np.empty(len(rows), np.int64), 0
    for row in rows:
        if mate[row] < 0:
            left[lefts] = row
            lefts += 1
            continue
        hole, had = column[mate[row]], u[row]
        best = had
        for e in range(start[row], start[row + 1]):
            if key[e] <= best:
                break
            best = max(best, weight[e] - v[column[e]])
        cost, size, reached, j, near, lost = best - had, 0, 0, -1, np.int64(0), False
        u[row] = best
        distance[hole], through[hole], mover[hole] = cost, mate[row], row
        touched[0], reached = hole, 1
        while not lost:
            for p in range(1 if j < 0 else count[j]):
                i = row if j < 0 else holder[first[j] + p]
                if i == row and j >= 0:
                    continue
                if near + u[i] < cost:
                    lost = True
                    break
                for e in range(start[i], start[i + 1]):
                    if near + u[i] - key[e] >= cost:
                        break
                    x = column[e]
                    far = near + u[i] + v[x] - weight[e]
                    if far >= cost or far >= distance[x] or far < near:
                        continue
                    if x == hole:
                        cost = far
                    elif count[x] < seats[x]:
                        lost = True
                        break
                    if distance[x] == FAR:
                        touched[reached] = x
                        reached += 1
                    distance[x], through[x], mover[x] = far, e, i
                    if x != hole:
                        if size == len(far_of):
                            far_of, node_of = roomier(far_of), roomier(node_of)
                        push(far_of, node_of, size, far, x)
                        size += 1
                if lost:
                    break
            while size and settled[node_of[0]]:
                size -= 1
                drop(far_of, node_of, size)
            if lost or size == 0 or far_of[0] >= cost:
                break
            near, j = far_of[0], node_of[0]
            size -= 1
            drop(far_of, node_of, size)
            settled[j] = True
        if lost:
            u[row] = had
            left[lefts] = row
            lefts += 1
        else:
            u[row] -= cost
            for t in range(reached):
                j = touched[t]
                rise = cost - distance[j]
                if settled[j] and rise > 0:
                    v[j] += rise
                    for p in range(first[j], first[j] + count[j]):
                        if holder[p] != row:
                            u[holder[p]] -= rise
            _leave(row, hole, first, holder, place, count)
            mate[row] = -1
            j = hole
            while True:
                i, old = mover[j], mate[mover[j]]
                if old >= 0:
                    _leave(i, column[old], first, holder, place, count)
                mate[i] = through[j]
                _enter(i, j, first, holder, place, count)
                if i == row:
                    break
                j = column[old]
        for t in range(reached):
            distance[touched[t]], settled[touched[t]] = FAR, False
    return left[:lefts]


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
            _leave(row, hole_at[t], first, holder, place, count)
            mate[row] = -1
    distance, onward, mover = np.full(m, FAR), np.full(m, -1), np.full(m, -1)
    far_of, node_of = np.empty(ROOM, np.int64), np.empty(ROOM, np.int32)
    settled, touched = np.zeros(m, np.bool_), np.empty(m, np.int64)
    for hole in hole_at:
        if hole < 0 or v[hole] == 0:
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
        for t in range(reached):
            j = touched[t]
            fall = cost - distance[j]
            if fall > 0:
                v[j] -= fall
                for p in range(first[j], first[j] + count[j]):
                    u[holder[p]] += fall
        j, comer, edge = end_column, end_row, end_edge
        while j != hole or comer >= 0:
            goer = -1 if j == hole else mover[j]
            if goer >= 0:
                _leave(goer, j, first, holder, place, count)
            if comer >= 0:
                mate[comer] = edge
                _enter(comer, j, first, holder, place, count)
            if goer < 0:
                break
            comer, edge = goer, onward[j]
            j = column[edge]
        for t in range(reached):
            distance[touched[t]], settled[touched[t]] = FAR, False


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
