"""Scores of a block of IMGs from rows that were worked out once: what ``recipe`` prepares.

Short loops over a stretch of mentors, few arrays each, so that the compiler uses wide registers.
Every number is the one ``scoring`` gives, to the point.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange, types
from numba.extending import intrinsic

STRETCH = 2048  # mentors at a time: what is added up stays in the nearest cache
SILENT = 128  # in place of a sum, of a mentor who did not answer


@intrinsic
def ones(typing, word):  # noqa: ARG001 - the form numba asks for
    """Count the ones of a 64-bit word, with the processor's own instruction."""

    def generate(context, builder, signature, arguments):  # noqa: ARG001
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


@njit(cache=True)
def _points(out_of, marks):
    """Return ``(out_of * marks + 5000) // 10000``, exactly: both are below 2**14.

    The quotient is a multiple of 1/10,000, so a quarter of that keeps rounding from mattering.
    """
    return np.int32(out_of * marks * 1e-4 + 0.500025)


@njit(cache=True)
def _fill(level, out_of, marks, mean):
    """List the points of every sum there can be."""
    for x in range(SILENT):
        level[x] = _points(out_of, np.float64(marks[min(x, len(marks) - 1)]))
    level[SILENT:] = _points(out_of, np.float64(mean))


@njit(parallel=True, cache=True)
def score(
    imgs, best_rows, best_start, best_row, best_out, sum_rows, sum_start, sum_row,
    sum_out, sum_marks, sum_silent, sum_mean, img_week, mentor_week, week_out, week_marks,
    week_silent, week_mean, asked_start, asked_column, asked_marks, asked_out, asked_else,
    may_rows, may_start, may_row, may_mentor, may_img, may_all, never_start, never_column, block,
):  # fmt: skip
    """Write the scores of ``imgs`` into ``block``, -1 where a hard rule forbids a pair."""
    m = block.shape[1]
    for t in prange(len(imgs)):
        i = imgs[t]
        best = np.empty(STRETCH, np.int16)
        total, may = np.empty(STRETCH, np.uint8), np.empty(STRETCH, np.uint8)
        level = np.empty(256, np.int32)
        for low in range(0, m, STRETCH):
            high = min(m, low + STRETCH)
            width = high - low
            into = block[t, low:high]
            into[:] = _points(asked_out[i], np.float64(asked_else[i]))
            for c in range(best_out.shape[1]):
                out_of = best_out[i, c]
                if out_of == 0:
                    continue
                begin, end = best_start[i, c], best_start[i, c + 1]
                row = best_rows[best_row[begin], low:high]
                if end == begin + 1:
                    for j in range(width):
                        into[j] += _points(out_of, np.float64(row[j]))
                    continue
                best[:width] = row
                for p in range(begin + 1, end):
                    row = best_rows[best_row[p], low:high]
                    for j in range(width):
                        best[j] = max(best[j], row[j])
                for j in range(width):
                    into[j] += _points(out_of, np.float64(best[j]))
            for c in range(sum_out.shape[1]):
                if sum_out[i, c] == 0:
                    continue
                _fill(level, sum_out[i, c], sum_marks[i, c], sum_mean[c])
                total[:width] = sum_silent[c, low:high]
                for p in range(sum_start[i, c], sum_start[i, c + 1]):
                    some = sum_rows[sum_row[p], low:high]
                    for j in range(width):
                        total[j] += some[j]
                for j in range(width):
                    into[j] += level[total[j]]
            if week_out[i] > 0:
                _fill(level, week_out[i], week_marks[i], week_mean)
                total[:width] = week_silent[low:high]
                for w in range(img_week.shape[1]):
                    mine, theirs = img_week[i, w], mentor_week[w, low:high]
                    if mine == 0:
                        continue
                    for j in range(width):
                        total[j] += np.uint8(ones(mine & theirs[j]))
                for j in range(width):
                    into[j] += level[total[j]]
            for j in range(width):
                may[j] = may_mentor[low + j] | may_img[i]
            for p in range(may_start[i], may_start[i + 1]):
                allowed = may_rows[may_row[p], low:high]
                for j in range(width):
                    may[j] |= allowed[j]
            for p in range(asked_start[i], asked_start[i + 1]):
                j = asked_column[p] - low
                if 0 <= j < width:
                    into[j] += _points(asked_out[i], np.float64(asked_marks[p]))
            for j in range(width):
                into[j] = into[j] if may[j] == may_all else np.int32(-1)
        for p in range(never_start[i], never_start[i + 1]):
            block[t, never_column[p]] = -1
