"""The lottery's draws of pairs, from hashes; the same as ``lottery`` mixes."""

from __future__ import annotations

import numpy as np
from numba import njit

from mentorship.matching.lottery import FINE_BITS


@njit(cache=True, nogil=True)
def mixed(x):
    """Return the finalizer of SplitMix64; the same as ``lottery`` mixes with."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@njit(cache=True, nogil=True)
def draw(row, column, shift):
    """Return a pair's draw from the hash of the IMG and the mixed hash of the mentor."""
    return np.int64(mixed(row + column) >> np.uint64(shift))


@njit(cache=True, nogil=True)
def draws(row_hash, column_hash, rows, columns, shift):
    """Return the draw of each pair."""
    drawn = np.empty(len(rows), np.int64)
    for e in range(len(rows)):
        drawn[e] = draw(row_hash[rows[e]], column_hash[columns[e]], shift)
    return drawn


@njit(cache=True, nogil=True)
def fine_draws(row_hash, column_hash, rows, columns):
    """Return a second draw of each pair, unrelated to the first."""
    drawn = np.empty(len(rows), np.int64)
    for e in range(len(rows)):
        both = mixed(row_hash[rows[e]] + column_hash[columns[e]])
        drawn[e] = np.int64(mixed(both) >> np.uint64(64 - FINE_BITS))
    return drawn
