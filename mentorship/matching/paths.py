"""The heaviest assignment of rows to columns with capacities, exactly, in integers.

Rows are placed one after the other, each along a cheapest chain of moves: it takes a free seat, or
a seat whose holder moves on, and so on, or the chain ends with somebody left without a seat. Prices
of rows and columns keep the search honest: with them no move gains, so the cheapest chain is found
by Dijkstra's method. This is the successive shortest path method with potentials.

J. Edmonds, R. M. Karp, Theoretical improvements in algorithmic efficiency for network flow
problems, J. ACM 19(2), 1972, doi:10.1145/321694.321699.
R. Jonker, A. Volgenant, A shortest augmenting path algorithm for dense and sparse linear
assignment problems, Computing 38, 1987, doi:10.1007/BF02278710.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from mentorship.matching.marks import Ints

Progress: TypeAlias = Callable[[int, int], object]  # (rows placed, rows in all); may raise to stop

HEAVIEST = 2**60  # weights stay below; then every sum of two prices and a distance fits 64 bits
FORBIDDEN = -HEAVIEST  # so heavy a loss that no chain goes there
_FAR = 2**62


@dataclass(frozen=True, slots=True)
class _State:
    """Who holds which seat, and the prices that make every other move a loss."""

    weights: Ints  # (k, m)
    free: Ints  # (m,) seats nobody holds
    column: Ints  # (k,) seat held, -1 none
    holders: list[list[int]]  # rows at each column
    row_price: Ints  # (k,) >= 0; 0 for a row without a seat
    column_price: Ints  # (m,) >= 0; 0 for a column with a free seat


@dataclass(frozen=True, slots=True)
class _Chain:
    """The cheapest chain of moves that places a row."""

    cost: int
    end_column: int  # where a free seat is taken, or -1
    end_row: int  # who is left without a seat, or -1
    reached: Ints  # (m,) distance of each column
    through: Ints  # (m,) row that would move to each column
    settled: list[int]  # columns nearer than the end


def heaviest(weights: Ints, seats: Ints, progress: Progress | None = None) -> Ints:
    """Return the column of each row in an assignment of largest total weight.

    Parameters
    ----------
    weights : (k, m) int64
        More than 0 and less than 2**60, or ``FORBIDDEN``.
    seats : (m,) int64
        How many rows each column can take, 0 or more.
    progress : callable, optional
        Called after each row with (rows placed, k); may raise to stop.

    Returns
    -------
    (k,) int64
        -1 for a row without a column.

    Notes
    -----
    A price never exceeds the largest weight, because the prices of a row and of the column it
    holds add up to their weight; so all sums fit 64 bits. Work: for each row at most m columns are
    looked at, in O(m) each for every holder.

    """
    k, m = weights.shape
    state = _State(
        weights=np.where(seats > 0, weights, FORBIDDEN),
        free=np.minimum(seats, k),
        column=np.full(k, -1, dtype=np.int64),
        holders=[[] for _ in range(m)],
        row_price=np.zeros(k, dtype=np.int64),
        column_price=np.zeros(m, dtype=np.int64),
    )
    for row in range(k if m else 0):
        state.row_price[row] = max(0, int((weights[row] - state.column_price).max()))
        chain = _cheapest(state, row)
        _reprice(state, row, chain)
        _move(state, row, chain)
        if progress is not None:
            progress(row + 1, k)
    return state.column


def _cheapest(state: _State, row: int) -> _Chain:
    """Search for the cheapest chain, nearest column first."""
    reached = state.row_price[row] + state.column_price - state.weights[row]
    unsettled = reached.copy()
    through = np.full(len(reached), row, dtype=np.int64)
    cost, end_row = int(state.row_price[row]), row  # at worst the row itself stays without a seat
    settled: list[int] = []
    while True:
        nearest = int(unsettled.argmin())
        distance = int(unsettled[nearest])
        if distance >= cost:
            return _Chain(cost, -1, end_row, reached, through, settled)
        if state.free[nearest] > 0:
            return _Chain(distance, nearest, -1, reached, through, settled)
        settled.append(nearest)
        unsettled[nearest] = _FAR
        rows = state.holders[nearest]
        leaving = distance + state.row_price[rows]
        first = int(leaving.argmin())
        if leaving[first] < cost:
            cost, end_row = int(leaving[first]), rows[first]
        onward = leaving[:, None] - state.weights[rows]
        best = onward.argmin(axis=0)
        onward = onward[best, np.arange(len(best))] + state.column_price
        nearer = onward < reached
        reached[nearer] = unsettled[nearer] = onward[nearer]
        through[nearer] = np.take(rows, best[nearer])


def _reprice(state: _State, row: int, chain: _Chain) -> None:
    """Raise the prices of crowded columns by as much as they stand in the way."""
    state.row_price[row] -= chain.cost
    for column in chain.settled:
        rise = chain.cost - chain.reached[column]
        state.column_price[column] += rise
        state.row_price[state.holders[column]] -= rise


def _move(state: _State, row: int, chain: _Chain) -> None:
    """Move everybody along the chain, from its end back to ``row``."""
    if chain.end_row == row:
        return
    if chain.end_row >= 0:
        target = int(state.column[chain.end_row])
        state.holders[target].remove(chain.end_row)
        state.column[chain.end_row] = -1
    else:
        target = chain.end_column
        state.free[target] -= 1
    while True:
        mover = int(chain.through[target])
        left = int(state.column[mover])
        state.holders[target].append(mover)
        state.column[mover] = target
        if mover == row:
            return
        state.holders[left].remove(mover)
        target = left
