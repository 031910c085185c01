"""Pairs left out of lists that are worth as much as the prices of the two.

Scores come in blocks, (b, m) int16 with -1 where a pair is impossible. What a pair weighs is
``step * score + base``, plus its draw of the lottery where ties are to be settled.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from mentorship.matching.kernels.draws import draw


@njit(cache=True, nogil=True)
def _listed(column, j):
    for listed in column:  # noqa: SIM110 - the compiler knows no generators
        if listed == j:
            return True
    return False


@njit(cache=True, nogil=True)
def underpriced(
    block, rows, u, price, order, step, base, row_hash, column_hash, shift, start, column,
    columns, scores, length, over,
):  # fmt: skip
    """List up to q pairs of each row that weigh as much as their prices or more, heaviest first.

    ``order`` says which columns those of the block are. ``over`` is by how much the heaviest
    outweighs its prices. Pairs listed already are passed over.
    """
    q = columns.shape[1]
    most = np.int64(0) if shift >= 64 else (np.int64(1) << np.int64(64 - shift)) - 1
    for t in range(len(rows)):
        i = rows[t]
        excess = np.empty(q, np.int64)
        count = 0
        least = 0 if shift < 64 else 1
        left = base + most - u[i]
        for j in range(block.shape[1]):
            s = np.int64(block[t, j])
            if s < 0 or step * s + left < price[j]:
                continue
            x = order[j]
            by = step * s + base - u[i] - price[j]
            if shift < 64:
                by += draw(row_hash[i], column_hash[x], shift)
            if by < least or (count == q and by <= excess[q - 1]):
                continue
            if _listed(column[start[i] : start[i + 1]], x):
                continue
            p = min(count, q - 1)
            while p > 0 and excess[p - 1] < by:
                excess[p], columns[t, p], scores[t, p] = (
                    excess[p - 1], columns[t, p - 1], scores[t, p - 1],
                )  # fmt: skip
                p -= 1
            excess[p], columns[t, p], scores[t, p] = by, x, s
            count = min(count + 1, q)
        length[t] = count
        over[t] = excess[0] if count else 0


@njit(cache=True, nogil=True)
def underpriced_in_steps(
    block, rows, by_band, by_score, u, v, row_hash, column_hash, shift, start, column, threshold,
    columns, scores, length,
):  # fmt: skip
    """List up to q pairs of each row that weigh as much as their prices, step after step, or more.

    Prices (steps, rows) and (steps, columns) are compared like words in a dictionary: the first
    step in which they differ from the weight decides. The last step weighs scores and draws.
    """
    q, last, band = columns.shape[1], len(by_band), (len(by_score) - 1) // (by_band.shape[1] - 1)
    for t in range(len(rows)):
        i = rows[t]
        count = 0
        highest = threshold[i]
        for j in range(block.shape[1]):
            s = np.int64(block[t, j])
            if s < 0 or s > highest:
                continue
            by, step = np.int64(0), 0
            while by == 0 and step < last:
                by = by_band[step, s // band] - u[step, i] - v[step, j]
                step += 1
            if by == 0:
                drawn = draw(row_hash[i], column_hash[j], shift)
                by = by_score[s] + drawn - u[last, i] - v[last, j]
            if by < 0 or _listed(column[start[i] : start[i + 1]], j):
                continue
            if count == q:
                break
            columns[t, count], scores[t, count] = j, s
            count += 1
        length[t] = count
