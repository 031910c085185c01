"""A heap of nodes with the nearest on top, for the searches of ``assign``.

Each node stands beside its distance, so that nothing is looked up elsewhere. A node that comes
nearer is added again; whoever takes one off passes over those that are settled already.
"""

from __future__ import annotations

import numpy as np
from numba import njit

FAR = np.int64(2**62)
ROOM = 1024  # of a heap, at first


@njit(cache=True, nogil=True)
def roomier(values):
    """Return the same values with room for as many again."""
    more = np.empty(2 * len(values), values.dtype)
    more[: len(values)] = values
    return more


@njit(cache=True, nogil=True)
def push(far, node, size, distance, which):
    """Add a node at a distance; the new size is one more."""
    p = size
    while p > 0:
        parent = (p - 1) >> 1
        if far[parent] <= distance:
            break
        far[p], node[p] = far[parent], node[parent]
        p = parent
    far[p], node[p] = distance, which


@njit(cache=True, nogil=True)
def drop(far, node, size):
    """Take the nearest off, leaving ``size`` nodes."""
    distance, which = far[size], node[size]
    p, child = 0, 1
    while child < size:
        if child + 1 < size and far[child + 1] < far[child]:
            child += 1
        if far[child] >= distance:
            break
        far[p], node[p] = far[child], node[child]
        p, child = child, 2 * child + 1
    far[p], node[p] = distance, which
