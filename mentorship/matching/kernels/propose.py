"""Deferred acceptance: who is asked next, and whom mentors keep.

How much somebody likes somebody is one integer: score, then draw, then place, so that no two
mentors are liked the same by one IMG, nor two IMGs by one mentor.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from mentorship.matching.kernels.lists import draw
from mentorship.matching.lottery import DRAW_BITS, HIGHEST_DRAW

NOBODY = np.int64(-1)


@njit(cache=True, nogil=True)
def liking(score, drawn, place, places):
    """Return score, draw and place as one integer; of equals the lower place is liked more."""
    return ((np.int64(score) << DRAW_BITS) | drawn) * places + (places - 1 - place)


@njit(cache=True, nogil=True)
def next_best(
    block, mentor_block, rows, last, worst, row_hash, column_hash, shift, columns, likes, liked,
    length,
):  # fmt: skip
    """List the best mentors each IMG has not asked yet, among those who would have them now.

    ``last`` is how much each IMG liked whom they asked last; ``worst`` how much each mentor likes
    whom they would send away: -1 with a free seat, and more than anybody without seats at all.
    Who would not have an IMG now never will, so nobody that matters is left out.
    """
    size, m, n = columns.shape[1], block.shape[1], len(last)
    for t in range(len(rows)):
        i = rows[t]
        count = 0
        least = NOBODY
        for j in range(m):
            s = block[t, j]
            if s < 0 or (np.int64(s) << DRAW_BITS | HIGHEST_DRAW) * m + m <= least:
                continue
            drawn = draw(row_hash[i], column_hash[j], shift)
            like = liking(s, drawn, j, m)
            back = liking(mentor_block[t, j], drawn, i, n)
            if like >= last[i] or like <= least or back <= worst[j]:
                continue
            p = min(count, size - 1)
            while p > 0 and likes[t, p - 1] < like:
                columns[t, p], likes[t, p] = columns[t, p - 1], likes[t, p - 1]
                liked[t, p] = liked[t, p - 1]
                p -= 1
            columns[t, p], likes[t, p], liked[t, p] = j, like, back
            count = min(count + 1, size)
            if count == size:
                least = likes[t, size - 1]
        length[t] = count


@njit(cache=True, nogil=True)
def propose(
    rows, columns, likes, liked, length, at, last, mates, seats, first, holder, held, count, worst
):
    """Let ``rows`` and whoever is sent away ask down their lists; return who came to the end.

    Lists are kept by IMG; ``at`` is where each stands in theirs.
    """
    waiting, ended = rows.copy(), np.empty(len(mates), np.int64)
    size, stopped = len(waiting), 0
    while size:
        size -= 1
        i = waiting[size]
        while mates[i] < 0:
            if at[i] == length[i]:
                ended[stopped] = i
                stopped += 1
                break
            j, like = columns[i, at[i]], liked[i, at[i]]
            last[i] = likes[i, at[i]]
            at[i] += 1
            if like <= worst[j]:
                continue
            p = first[j] + count[j]
            if count[j] == seats[j]:
                p = first[j] + np.argmin(held[first[j] : p])
                sent = holder[p]
                mates[sent] = -1
                waiting[size] = sent
                size += 1
            else:
                count[j] += 1
            holder[p], held[p], mates[i] = i, like, j
            if count[j] == seats[j]:
                worst[j] = held[first[j] : first[j] + count[j]].min()
    return ended[:stopped]
