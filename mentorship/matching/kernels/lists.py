"""Candidate lists: the best of each row, what they weigh, sorting and merging.

Scores come in blocks, (b, m) int16 with -1 where a pair is impossible. What a pair weighs is
``step * score + base``, plus its draw of the lottery where ties are to be settled.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from mentorship.matching.kernels.draws import draw
from mentorship.matching.marks import FULL
from mentorship.matching.weights import DEAREST, NONE

STEPS = 64  # of what is left after prices, in a sorted list
GROUP = 8  # columns of which the best is looked at first
MOST_LEFT = DEAREST + FULL  # fits 16 bits


@njit(cache=True, nogil=True)
def _more_than(left, bound):
    """Count values above a bound, in short numbers as far as these can count."""
    count = 0
    for low in range(0, len(left), 2**14):
        some = left[low : low + 2**14]
        found = np.int16(0)
        for j in range(len(some)):
            found += np.int16(some[j] > bound)
        count += found
    return count


@njit(cache=True, nogil=True)
def _bound(left, k, guess):
    """Return the largest x with k values or more above it, if more than k are above -1.

    Halving alone would take 15 passes over the row. Neighbors' bounds are close, so it begins at
    ``guess``, the one before, and steps away from it, each step twice as long, until the bound lies
    between ``low`` (more than k above) and ``high`` (fewer); from then on the space is halved.
    """
    low, high = -1, MOST_LEFT
    probe, step = guess, 64
    while high - low > 1:
        if not low < probe < high:
            probe = low + (high - low) // 2
        found = _more_than(left, np.int16(probe))
        if found == k:
            return probe
        if found > k:
            low, probe = probe, probe + step
        else:
            high, probe = probe, probe - step
        step *= 2
    return low


@njit(cache=True, nogil=True)
def _left_after(scores, price, left):
    """Subtract prices, and add ``DEAREST`` so that only what is impossible is below 0."""
    for j in range(len(scores)):
        left[j] = np.int16(scores[j] + DEAREST - price[j]) if scores[j] >= 0 else np.int16(-1)


@njit(cache=True, nogil=True)
def _best_of_groups(left, best):
    """Find the most that is left in each group of columns, which stand one ``len(best)`` apart."""
    groups = len(best)
    best[:] = left[:groups]
    for low in range(groups, len(left), groups):
        some = left[low : low + groups]
        for j in range(groups):
            best[j] = max(best[j], some[j])


@njit(cache=True, nogil=True)
def best_of_rows(
    block, first, k, price, row_hash, column_hash, columns, scores, length, threshold
):  # fmt: skip
    """List the k possible columns of each row of a block with the most left after prices, exactly.

    ``price`` (m,) is in points, 0 to ``DEAREST``. Nothing possible that was left out leaves more
    than ``threshold``; it is ``NONE`` where nothing was. Among equals at the end of a list those
    with the highest draws are taken, so that people who are alike do not all list the same few.

    The kth best group of columns has somebody better than ``floor``, and so have those before it:
    only who is better than that, in these groups, is looked at one by one.
    """
    b, m = block.shape
    groups = max(1, (m + GROUP - 1) // GROUP)
    left, best = np.full(groups * GROUP, np.int16(-1)), np.empty(groups, np.int16)
    near, near_left = np.empty(m, np.int64), np.empty(m, np.int16)
    equal, drawn = np.empty(m, np.int64), np.empty(m, np.int64)
    guess = DEAREST
    for i in range(b):
        _left_after(block[i], price, left)
        _best_of_groups(left, best)
        floor = -1
        if _more_than(best, np.int16(-1)) > k:
            floor = guess = _bound(best, k, guess)
        nears = 0
        for j in range(groups):
            if best[j] > floor:
                for x in range(j, m, groups):
                    if left[x] > floor:
                        near[nears], near_left[nears] = x, left[x]
                        nears += 1
        # With more than k, all with more than ``bound`` left are taken, fewer than k, and of those
        # with just that as many as there is room for.
        bound, count, equals = np.int64(floor), 0, 0
        if nears > k:
            bound = _bound(near_left[:nears], k, floor) + 1
        threshold[i] = bound - DEAREST if bound >= 0 else NONE
        for t in range(nears):
            j = near[t]
            if near_left[t] > bound:
                columns[i, count], scores[i, count] = j, block[i, j]
                count += 1
            elif near_left[t] == bound:
                equal[equals], drawn[equals] = j, draw(row_hash[first + i], column_hash[j], 1)
                equals += 1
        if equals:
            left_out = equals - (k - count)
            least = np.partition(drawn[:equals], left_out)[left_out]
            for t in range(equals):
                if drawn[t] >= least and count < k:
                    columns[i, count], scores[i, count] = equal[t], block[i, equal[t]]
                    count += 1
        length[i] = count


@njit(cache=True, nogil=True)
def weigh(rows, start, column, score, weight, step, base, row_hash, column_hash, shift):
    """Weigh some rows of a list; ``shift`` 64 leaves out the draws."""
    for i in rows:
        for e in range(start[i], start[i + 1]):
            weight[e] = step * score[e] + base
            if shift < 64:
                weight[e] += draw(row_hash[i], column_hash[column[e]], shift)


@njit(cache=True, nogil=True)
def sort(rows, start, column, score, weight, key, v, mate):
    """Sort some rows of a list by what is left after prices ``v``, the most first, in 64 steps.

    ``key`` is made to be the most that is left anywhere in the same step; ``mate`` still points to
    the same candidate.
    """
    longest = 0
    for i in rows:
        longest = max(longest, start[i + 1] - start[i])
    lost, step_of = np.empty(longest, np.int64), np.empty(longest, np.int64)
    columns, scores = np.empty(longest, column.dtype), np.empty(longest, score.dtype)
    weights, at = np.empty(longest, np.int64), np.empty(STEPS, np.int64)
    for i in rows:
        low, count = start[i], start[i + 1] - start[i]
        if count == 0:
            continue
        least = most = v[column[low]] - weight[low]
        for p in range(count):
            e = low + p
            lost[p] = v[column[e]] - weight[e]
            least, most = min(least, lost[p]), max(most, lost[p])
            columns[p], scores[p], weights[p] = column[e], score[e], weight[e]
        shift = np.int64(0)
        while (most - least) >> shift >= STEPS:
            shift += 1
        at[:] = 0
        for p in range(count):
            step_of[p] = (lost[p] - least) >> shift
            at[step_of[p]] += 1
        before = 0
        for step in range(STEPS):
            before, at[step] = before + at[step], before
        taken = mate[i] - low
        for p in range(count):
            e = low + at[step_of[p]]
            at[step_of[p]] += 1
            column[e], score[e], weight[e] = columns[p], scores[p], weights[p]
            key[e] = -(least + (step_of[p] << shift))
            if p == taken:
                mate[i] = e


@njit(cache=True, nogil=True)
def packed(columns, scores, length):
    """Turn lists of one width into compressed rows: start, column, score."""
    start = np.zeros(len(length) + 1, np.int64)
    start[1:] = np.cumsum(length)
    column, score = np.empty(start[-1], np.int32), np.empty(start[-1], np.int32)
    for i in range(len(length)):
        for p in range(length[i]):
            column[start[i] + p], score[start[i] + p] = columns[i, p], scores[i, p]
    return start, column, score


@njit(cache=True, nogil=True)
def merged(start, column, score, more_start, more_column, more_score):
    """Append more candidates to the rows of a list."""
    n = len(start) - 1
    joint = start + more_start
    columns, scores = np.empty(joint[-1], np.int32), np.empty(joint[-1], np.int32)
    for i in range(n):
        at = joint[i]
        for e in range(start[i], start[i + 1]):
            columns[at], scores[at] = column[e], score[e]
            at += 1
        for e in range(more_start[i], more_start[i + 1]):
            columns[at], scores[at] = more_column[e], more_score[e]
            at += 1
    return joint, columns, scores


@njit(cache=True, nogil=True)
def found(start, column, mates):
    """Return the candidate of each row that leads to its column in ``mates``, -1 for none."""
    edge = np.full(len(mates), -1)
    for i in range(len(mates)):
        for e in range(start[i], start[i + 1]):
            if column[e] == mates[i]:
                edge[i] = e
    return edge
