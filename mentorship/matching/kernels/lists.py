"""Candidate lists: the best of each row, what was left out and is worth too much, and merging.

Scores come in blocks, (b, m) int32 with -1 where a pair is impossible. What a pair weighs is
``step * score + base``, plus its draw of the lottery where ties are to be settled.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange


@njit(cache=True)
def mixed(x):
    """Return the finalizer of SplitMix64; the same as ``lottery`` mixes with."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@njit(cache=True)
def draw(row, column, shift):
    """Return a pair's draw from the hash of the IMG and the mixed hash of the mentor."""
    return np.int64(mixed(row + column) >> np.uint64(shift))


@njit(cache=True)
def _more_than(scores, bound):
    count = np.int32(0)
    for j in range(len(scores)):
        count += np.int32(scores[j] > bound)
    return count


@njit(cache=True)
def _bound(scores, k, guess):
    """Return the largest x with k scores or more above it, if more than k are above -1."""
    low, high = np.int32(-1), np.int32(10_000)
    probe, step = guess, np.int32(64)
    while high - low > 1:
        if not low < probe < high:
            probe = low + (high - low) // 2
        found = _more_than(scores, probe)
        if found == k:
            return probe
        if found > k:
            low, probe = probe, probe + step
        else:
            high, probe = probe, probe - step
        step *= 2
    return low


@njit(parallel=True, cache=True)
def best_of_rows(block, k, columns, scores, length, threshold):
    """List the k best possible columns of each row of a block, exactly.

    Nothing possible that was left out scores more than ``threshold``; it is -1 where nothing was.
    Among equal scores at the end of a list lower columns are taken.
    """
    b, m = block.shape
    chunk = 32
    for part in prange((b + chunk - 1) // chunk):
        guess = np.int32(5_000)
        for i in range(part * chunk, min(b, (part + 1) * chunk)):
            low, room, count = np.int32(-1), m, 0
            many = _more_than(block[i], low) > k
            if many:
                low = guess = _bound(block[i], k, guess)
                room = k - _more_than(block[i], low + 1)  # for scores of just low + 1
            for j in range(m):
                s = block[i, j]
                if s > low:
                    if s == low + 1:
                        if room == 0:
                            continue
                        room -= 1
                    columns[i, count], scores[i, count] = j, s
                    count += 1
            length[i] = count
            threshold[i] = low + 1 if many else -1


@njit(parallel=True, cache=True)
def weigh(start, column, score, weight, step, base, row_hash, column_hash, shift):
    """Weigh listed pairs and sort each row, heaviest first; ``shift`` 64 leaves out the draws."""
    for i in prange(len(start) - 1):
        low, high = start[i], start[i + 1]
        for e in range(low, high):
            weight[e] = step * score[e] + base
            if shift < 64:
                weight[e] += draw(row_hash[i], column_hash[column[e]], shift)
        order = low + np.argsort(-weight[low:high], kind="mergesort")
        column[low:high] = column[order]
        score[low:high] = score[order]
        weight[low:high] = weight[order]


@njit(parallel=True, cache=True)
def too_heavy(block, rows, u, v, step, base, row_hash, column_hash, shift, columns, scores, length):
    """List up to q pairs of each row that outweigh their prices, those that do most first served.

    A pair already listed never does, for its prices were made with it.
    """
    q = columns.shape[1]
    most = np.int64(0) if shift >= 64 else (np.int64(1) << np.int64(64 - shift)) - 1
    for t in prange(len(rows)):
        i = rows[t]
        excess = np.empty(q, np.int64)
        count = 0
        for j in range(block.shape[1]):
            s = block[t, j]
            over = step * s + base - u[i] - v[j]
            if s < 0 or over + most <= 0:
                continue
            if shift < 64:
                over += draw(row_hash[i], column_hash[j], shift)
            if over <= 0 or (count == q and over <= excess[q - 1]):
                continue
            p = min(count, q - 1)
            while p > 0 and excess[p - 1] < over:
                excess[p], columns[t, p], scores[t, p] = (
                    excess[p - 1], columns[t, p - 1], scores[t, p - 1],
                )  # fmt: skip
                p -= 1
            excess[p], columns[t, p], scores[t, p] = over, j, s
            count = min(count + 1, q)
        length[t] = count


@njit(cache=True)
def packed(columns, scores, length):
    """Turn lists of one width into compressed rows: start, column, score."""
    start = np.zeros(len(length) + 1, np.int64)
    start[1:] = np.cumsum(length)
    column, score = np.empty(start[-1], np.int64), np.empty(start[-1], np.int64)
    for i in range(len(length)):
        for p in range(length[i]):
            column[start[i] + p], score[start[i] + p] = columns[i, p], scores[i, p]
    return start, column, score


@njit(cache=True)
def merged(start, column, score, more_start, more_column, more_score):
    """Append more candidates to the rows of a list."""
    n = len(start) - 1
    joint = start + more_start
    columns, scores = np.empty(joint[-1], np.int64), np.empty(joint[-1], np.int64)
    for i in range(n):
        at = joint[i]
        for e in range(start[i], start[i + 1]):
            columns[at], scores[at] = column[e], score[e]
            at += 1
        for e in range(more_start[i], more_start[i + 1]):
            columns[at], scores[at] = more_column[e], more_score[e]
            at += 1
    return joint, columns, scores


@njit(cache=True)
def found(start, column, mates):
    """Return the candidate of each row that leads to its column in ``mates``, -1 for none."""
    edge = np.full(len(mates), -1)
    for i in range(len(mates)):
        for e in range(start[i], start[i + 1]):
            if column[e] == mates[i]:
                edge[i] = e
    return edge


@njit(cache=True)
def draws_of(row_hash, column_hash, rows, columns, shift):
    """Return the draw of each pair."""
    drawn = np.empty(len(rows), np.int64)
    for e in range(len(rows)):
        drawn[e] = draw(row_hash[rows[e]], column_hash[columns[e]], shift)
    return drawn
