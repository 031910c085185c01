"""Successive shortest paths on candidate lists: rows are placed, or taken out, one by one.

Lists are in compressed rows: the candidates of row i are ``column[start[i]:start[i + 1]]``,
heaviest first, and ``mate[i]`` is the candidate taken, -1 for none. Throughout, with prices u of
rows and v of columns, all 0 or more: no candidate is worth more than its prices, w <= u + v; a
pair that is made is worth just them; a row without a column has u = 0, and a column with a free
seat has v = 0. By linear programming duality the pairs made are then the heaviest.

J. Edmonds, R. M. Karp, J. ACM 19(2), 1972, doi:10.1145/321694.321699 (potentials);
R. Jonker, A. Volgenant, Computing 38, 1987, doi:10.1007/BF02278710 (shortest augmenting paths).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from mentorship.matching.kernels.heap import SETTLED, pop, push

FAR = np.int64(2**62)


@njit(cache=True)
def _enter(i, j, first, holder, place, count):
    """Give row i a seat of column j, whose holders are ``holder[first[j]:][:count[j]]``."""
    place[i] = count[j]
    holder[first[j] + count[j]] = i
    count[j] += 1


@njit(cache=True)
def _leave(i, j, first, holder, place, count):
    count[j] -= 1
    last = holder[first[j] + count[j]]
    holder[first[j] + place[i]] = last
    place[last] = place[i]


@njit(cache=True)
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


@njit(cache=True)
def place_rows(rows, start, column, weight, seats, u, v, mate, first, holder, place, count):
    """Place each of ``rows`` along a cheapest chain of moves, and reprice; all in place.

    A chain takes a free seat at its end, or somebody there is left without one: whatever costs
    less. Columns are reached nearest first (Dijkstra); their holders are as near as they are.
    """
    m = len(seats)
    distance, through, mover = np.full(m, FAR), np.full(m, -1), np.full(m, -1)
    heap, at, touched = np.empty(m, np.int64), np.full(m, -1), np.empty(m, np.int64)
    for row in rows:
        best = np.int64(0)
        for e in range(start[row], start[row + 1]):
            if weight[e] <= best:
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
                    if near + u[i] - weight[e] >= cost:
                        break  # and the rest of the list is lighter still
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
                        size = push(heap, at, distance, x, size)
            if size == 0 or distance[heap[0]] >= cost:
                break
            j, size = pop(heap, at, distance, size)
            near = distance[j]
        u[row] -= cost
        for t in range(reached):
            j = touched[t]
            rise = cost - distance[j]
            if at[j] == SETTLED and rise > 0:
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
            distance[touched[t]], at[touched[t]] = FAR, -1


@njit(cache=True)
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


@njit(cache=True)
def take_out_rows(rows, start, column, weight, seats, u, v, mate, first, holder, place, count):
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
    heap, at, touched = np.empty(m, np.int64), np.full(m, -1), np.empty(m, np.int64)
    for hole in hole_at:
        if hole < 0 or v[hole] == 0:
            continue
        cost, end_row, end_edge, end_column = v[hole], -1, -1, hole
        distance[hole], touched[0], reached = np.int64(0), hole, 1
        size = push(heap, at, distance, hole, 0)
        while size and distance[heap[0]] < cost:
            x, size = pop(heap, at, distance, size)
            near = distance[x]
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
                size = push(heap, at, distance, j, size)
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
            distance[touched[t]], at[touched[t]] = FAR, -1


@njit(cache=True)
def smallest_prices(start, column, weight, mate, seats, v):
    """Raise ``v`` until nobody would rather have a seat of another column.

    Starting at 0 these are the smallest prices of the pairs ``mate``; False if there are none,
    because better pairs exist. R. Bellman, Quarterly of Applied Mathematics 16, 1958,
    doi:10.1090/qam/102435, with a queue of rows whose own seat has become dearer.
    """
    n = len(mate)
    first, holder, _, count = holders(column, mate, seats)
    queue, waiting = np.empty(n, np.int64), np.zeros(n, np.bool_)
    head, tail, length = 0, 0, 0
    for i in range(n):
        queue[i] = i
        waiting[i] = True
    length = n
    while length:
        i = queue[head]
        head = (head + 1) % n
        length -= 1
        waiting[i] = False
        left = np.int64(0)
        if mate[i] >= 0:
            left = weight[mate[i]] - v[column[mate[i]]]
        if left < 0:
            return False
        for e in range(start[i], start[i + 1]):
            if weight[e] <= left:
                break
            j = column[e]
            if weight[e] - left <= v[j]:
                continue
            v[j] = weight[e] - left
            for p in range(first[j], first[j] + count[j]):
                if not waiting[holder[p]]:
                    queue[tail] = holder[p]
                    waiting[holder[p]] = True
                    tail = (tail + 1) % n
                    length += 1
    return True
