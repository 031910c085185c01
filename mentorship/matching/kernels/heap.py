"""A heap of nodes with the nearest on top, for the searches of ``assign``."""

from __future__ import annotations

from numba import njit

SETTLED = -2


@njit(cache=True)
def raise_up(heap, place, distance, node):
    """Move a node up to where its distance belongs."""
    p = place[node]
    while p > 0:
        parent = (p - 1) >> 1
        above = heap[parent]
        if distance[above] <= distance[node]:
            break
        heap[p] = above
        place[above] = p
        p = parent
    heap[p] = node
    place[node] = p


@njit(cache=True)
def push(heap, place, distance, node, size):
    """Add a node, or move up one that has come nearer; return the new size."""
    if place[node] < 0:
        place[node] = size
        size += 1
    raise_up(heap, place, distance, node)
    return size


@njit(cache=True)
def pop(heap, place, distance, size):
    """Take the nearest node off; return it and the new size. It is settled then."""
    top = heap[0]
    place[top] = SETTLED
    size -= 1
    if size == 0:
        return top, size
    node = heap[size]
    p = 0
    while True:
        child = 2 * p + 1
        if child >= size:
            break
        if child + 1 < size and distance[heap[child + 1]] < distance[heap[child]]:
            child += 1
        below = heap[child]
        if distance[below] >= distance[node]:
            break
        heap[p] = below
        place[below] = p
        p = child
    heap[p] = node
    place[node] = p
    return top, size
