"""Successive shortest paths on candidate lists: rows are placed, or taken out, one by one.

Lists are in compressed rows: the candidates of row i are ``column[start[i]:start[i + 1]]``, and
``mate[i]`` is the candidate taken, -1 for none. They are sorted by ``key``, highest first: what a
candidate was worth after its price at some time, and is at most now, for prices only rise.

Throughout, with prices u of rows and v of columns, all 0 or more: no candidate is worth more than
its prices, w <= u + v; a pair that is made is worth just them; a row without a column has u = 0,
and a column with a free seat has v = 0. By linear programming duality the pairs made are then the
heaviest.

J. Edmonds, R. M. Karp, J. ACM 19(2), 1972, doi:10.1145/321694.321699 (potentials);
R. Jonker, A. Volgenant, Computing 38, 1987, doi:10.1007/BF02278710 (shortest augmenting paths);
E. W. Dijkstra, Numerische Mathematik 1, 1959, doi:10.1007/BF01386390 (each search);
G. A. Mills-Tettey, A. Stentz, M. B. Dias, The dynamic Hungarian algorithm for the assignment
problem with changing costs, CMU-RI-TR-07-27, 2007 (rows that move, and rows taken out again).

Names of both searches:

- ``distance[j]``: what the cheapest chain found so far gives up that ends with a seat of column j;
  ``mover[j]`` is who makes its last move, with the candidate ``through[j]``.
- A step of a chain costs u[i] + v[x] - w, the slack of a candidate: never below 0, by the above, so
  that Dijkstra's order holds. ``near`` is the distance of column j, whose holders are asked to move
  on; j = -1 stands for the row itself, before it has a column.
- ``cost``: the cheapest end found so far. Nothing as far as that is looked at any more.
- ``touched[:reached]``: columns with a distance, to be cleared after each row: clearing all m would
  cost more than most searches do.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from mentorship.matching.kernels.heap import FAR, ROOM, drop, push, roomier
from mentorship.matching.kernels.seats import follow, leave


@njit(cache=True, nogil=True)
def place_rows(
    rows, start, column, weight, key, seats, u, v, mate, first, holder, place, count
):  # fmt: skip
    """Place each of ``rows`` along a cheapest chain of moves, and reprice; all in place.

    A chain takes a free seat at its end, or somebody there is left without one: whatever costs
    less. Columns are reached nearest first (Dijkstra); their holders are as near as they are.

    Four steps a row: a price, the search, new prices along its way, and the moves.
    """
    m = len(seats)
    distance, through, mover = np.full(m, FAR), np.full(m, -1), np.full(m, -1)
    far_of, node_of = np.empty(ROOM, np.int64), np.empty(ROOM, np.int32)
    settled, touched = np.zeros(m, np.bool_), np.empty(m, np.int64)
    for row in rows:
        # 1. The lowest price of the row with which no candidate is worth more than its prices.
        best = np.int64(0)
        for e in range(start[row], start[row + 1]):
            if key[e] <= best:
                break
            best = max(best, weight[e] - v[column[e]])
        u[row] = best
        # 2. The search. That the row itself stays without a column, at the cost of its price, is
        # always an end: ``end_row`` is who is left without, ``end_column`` where a seat was free.
        cost, end_row, end_column = best, row, -1
        size, reached = 0, 0
        j, near = -1, np.int64(0)
        while True:
            for p in range(1 if j < 0 else count[j]):
                i = row if j < 0 else holder[first[j] + p]
                if near + u[i] < cost:  # whoever is here could be left without
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
                    if count[x] < seats[x]:  # a free seat costs nothing more: no need to go on
                        cost, end_row, end_column = far, -1, x
                    else:
                        if size == len(far_of):
                            far_of, node_of = roomier(far_of), roomier(node_of)
                        push(far_of, node_of, size, far, x)
                        size += 1
            # The next nearest column; entries of columns that came nearer since are passed over.
            while size and settled[node_of[0]]:
                size -= 1
                drop(far_of, node_of, size)
            if size == 0 or far_of[0] >= cost:
                break
            near, j = far_of[0], node_of[0]
            size -= 1
            drop(far_of, node_of, size)
            settled[j] = True
        # 3. Every column nearer than the end becomes dearer by the difference, and its holders are
        # left with less: then the slack of each step of the chain is 0, and nowhere below 0.
        u[row] -= cost
        for t in range(reached):
            j = touched[t]
            rise = cost - distance[j]
            if settled[j] and rise > 0:
                v[j] += rise
                for p in range(first[j], first[j] + count[j]):
                    u[holder[p]] -= rise
        # 4. Everybody on the chain moves one seat on, its last one out if somebody is left without.
        if end_row != row:
            j = end_column
            if end_row >= 0:
                j = column[mate[end_row]]
                leave(end_row, j, first, holder, place, count)
                mate[end_row] = -1
            follow(row, j, column, mover, through, mate, first, holder, place, count)
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
        # The seat the row holds is the hole that the chain must fill; ``had`` is its price so far.
        hole, had = column[mate[row]], u[row]
        best = had
        for e in range(start[row], start[row + 1]):
            if key[e] <= best:
                break
            best = max(best, weight[e] - v[column[e]])
        # Taking its own seat again is the first end known: it costs what the row had found.
        cost, size, reached, j, near, lost = best - had, 0, 0, -1, np.int64(0), False
        u[row] = best
        distance[hole], through[hole], mover[hole] = cost, mate[row], row
        touched[0], reached = hole, 1
        while not lost:
            for p in range(1 if j < 0 else count[j]):
                i = row if j < 0 else holder[first[j] + p]
                if i == row and j >= 0:
                    continue
                if near + u[i] < cost:  # leaving this row without is cheaper: not for this search
                    lost = True
                    break
                for e in range(start[i], start[i + 1]):
                    if near + u[i] - key[e] >= cost:
                        break
                    x = column[e]
                    far = near + u[i] + v[x] - weight[e]
                    # A step that gains is a pair that outweighs its prices: its row's turn comes.
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
        # As in ``place_rows``: reprice, then move; or put the price back and do nothing.
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
            leave(row, hole, first, holder, place, count)
            mate[row] = -1
            follow(row, hole, column, mover, through, mate, first, holder, place, count)
        for t in range(reached):
            distance[touched[t]], settled[touched[t]] = FAR, False
    return left[:lefts]
