"""Scores of a block of IMGs from rows that were worked out once: what ``recipe`` prepares.

One function a way of judging. Each is a few short loops over a stretch of mentors, of few arrays
and narrow numbers, so that the compiler uses wide registers. Every number is the one ``scoring``
gives, to the point.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

STRETCH = 8192  # mentors at a time: what is added up stays in a near cache
FULL = np.int16(10_000)


@intrinsic
def ones(typing, byte):  # noqa: ARG001 - the form numba asks for
    """Count the ones of a byte, with the processor's own instruction."""

    def generate(context, builder, signature, arguments):  # noqa: ARG001
        return builder.ctpop(arguments[0])

    return types.uint8(types.uint8), generate


@intrinsic
def earned(typing, rate, marks):  # noqa: ARG001
    """Return ``(rate * marks + 2**14) >> 15``: the same as ``marks.earned``, for numbers >= 0.

    Of twice the product, the upper half is what is earned, rounded down, and the highest bit of the
    lower half says whether to round up: two products of short words, in the widest registers.
    """
    wide, narrow = ir.IntType(32), ir.IntType(16)

    def generate(context, builder, signature, arguments):  # noqa: ARG001
        twice, marks = builder.shl(arguments[0], ir.Constant(narrow, 1)), arguments[1]
        whole = builder.mul(builder.zext(twice, wide), builder.zext(marks, wide))
        upper = builder.trunc(builder.lshr(whole, ir.Constant(wide, 16)), narrow)
        lower = builder.mul(twice, marks)
        return builder.add(upper, builder.lshr(lower, ir.Constant(narrow, 15)))

    return types.int16(types.int16, types.int16), generate


@njit(cache=True, nogil=True)
def _add_best(into, marks, best, i, low):
    """Add the points of each criterion of which the best row counts."""
    width = len(into)
    for c in range(best.rates.shape[1]):
        rate = best.rates[i, c]
        if rate == 0:
            continue
        begin, end = best.begin[i, c], best.begin[i, c + 1]
        row = best.rows[best.item[begin], low : low + width]
        if end == begin + 1:
            for j in range(width):
                into[j] += earned(rate, row[j])
            continue
        last = best.rows[best.item[end - 1], low : low + width]
        if end <= begin + 3:  # most often; of two, one is read twice
            other = best.rows[best.item[begin + 1], low : low + width]
            for j in range(width):
                into[j] += earned(rate, max(row[j], max(other[j], last[j])))  # noqa: PLW3301  numba takes two at a time
            continue
        for j in range(width):
            marks[j] = max(row[j], last[j])
        for p in range(begin + 1, end - 1):
            row = best.rows[best.item[p], low : low + width]
            for j in range(width):
                marks[j] = max(marks[j], row[j])
        for j in range(width):
            into[j] += earned(rate, marks[j])


@njit(cache=True, nogil=True)
def _add_topics(into, total, topics, i, low):
    """Add up what is needed and offered; marks are a share of all that is needed."""
    rate = topics.rates[i]
    if rate == 0:
        return
    width = len(into)
    total[:width] = 0
    for p in range(topics.start[i], topics.start[i + 1]):
        offered, weight = topics.rows[topics.item[p], low : low + width], topics.weight[p]
        for j in range(width):
            total[j] += offered[j] & weight
    one = topics.one[i]  # read once, or the compiler must expect that writing changes it
    for j in range(width):
        into[j] += earned(rate, min(np.int16(np.int16(total[j]) * one), FULL))


@njit(cache=True, nogil=True)
def _add_languages(into, total, languages, i, low):
    """Add up what both speak; more points come at sums of 1, 2 and 4."""
    first, second, third = languages.steps[i]
    if first == 0 and second == 0 and third == 0:
        return
    width = len(into)
    total[:width] = 0
    for p in range(languages.start[i], languages.start[i + 1]):
        spoken = languages.rows[languages.item[p], low : low + width]
        for j in range(width):
            total[j] = min(np.uint8(total[j] + spoken[j]), np.uint8(4))
    nothing = np.int16(0)
    for j in range(width):
        both = np.int16(total[j])
        into[j] += (
            (first if both >= np.int16(1) else nothing)
            + (second if both >= np.int16(2) else nothing)
            + (third if both >= np.int16(4) else nothing)
        )


@njit(cache=True, nogil=True)
def _add_week(into, total, at, week, i, low):
    """Count half hours in common, eight at a time and four times eight a loop, up to enough."""
    rate, one, enough = week.rates[i], week.one, week.enough
    if rate == 0:
        return
    width, count = len(into), 0
    for b in range(week.mine.shape[1]):
        if week.mine[i, b]:
            at[count] = b
            count += 1
    while count % 4:  # once more, of which nothing counts
        at[count] = -1
        count += 1
    total[:width] = 0
    for g in range(0, count, 4):
        a, b, c, d = at[g], at[g + 1], at[g + 2], at[g + 3]
        my_a, my_b = week.mine[i, a], week.mine[i, b] if b >= 0 else np.uint8(0)
        my_c = week.mine[i, c] if c >= 0 else np.uint8(0)
        my_d = week.mine[i, d] if d >= 0 else np.uint8(0)
        their_a, their_b = week.rows[a, low : low + width], week.rows[b, low : low + width]
        their_c, their_d = week.rows[c, low : low + width], week.rows[d, low : low + width]
        for j in range(width):
            found = np.uint8(ones(np.uint8(my_a & their_a[j])) + ones(np.uint8(my_b & their_b[j])))
            found += np.uint8(ones(np.uint8(my_c & their_c[j])) + ones(np.uint8(my_d & their_d[j])))
            total[j] = min(np.uint8(total[j] + found), enough)
    for j in range(width):
        into[j] += earned(rate, min(np.int16(np.int16(total[j]) * one), FULL))


@njit(cache=True, nogil=True)
def _find_words(both, words, i):
    """Add up the weights of rare stems in common with each mentor."""
    both[:] = 0
    for p in range(words.rare_start[i], words.rare_start[i + 1]):
        stem, weight = words.rare[p], words.rare_weight[p]
        for q in range(words.having_start[stem], words.having_start[stem + 1]):
            if words.having[q] < len(both):
                both[words.having[q]] += weight * words.having_weight[q]


@njit(cache=True, nogil=True)
def _begin_with_words(into, words, base, i, low):
    """Begin with the points of what both wrote; marks are twice the sum of stems, rare and not."""
    rate, width = words.rates[i], len(into)
    for p in range(words.start[i], words.start[i + 1]):
        having, weight = words.rows[words.item[p], low : low + width], words.weight[p]
        for j in range(width):
            into[j] += np.int16(having[j]) * weight
    for j in range(width):
        into[j] = base + earned(rate, np.int16(2) * min(into[j], np.int16(FULL // 2)))


@njit(cache=True, nogil=True)
def _add_silence(into, silent, i, low):
    """Add what a mentor gets who did not answer: the mean."""
    width = len(into)
    for c in range(len(silent.rows)):
        points = silent.points[i, c]
        if points == 0:
            continue
        mask = silent.rows[c, low : low + width]
        for j in range(width):
            into[j] += mask[j] & points


@njit(cache=True, nogil=True)
def _leave_out(into, may, allowed, i, low):
    """Put -1 where a limit forbids the pair."""
    width = len(into)
    by_mentor, by_img, all_ = allowed.by_mentor[low : low + width], allowed.by_img[i], allowed.all
    for j in range(width):
        may[j] = by_mentor[j] | by_img
    for p in range(allowed.start[i], allowed.start[i + 1]):
        row = allowed.rows[allowed.item[p], low : low + width]
        for j in range(width):
            may[j] |= row[j]
    for j in range(width):
        into[j] = into[j] if may[j] == all_ else np.int16(-1)


@njit(cache=True, nogil=True)
def score(
    imgs, base, best, topics, languages, week, words, silent, extra, allowed, never,
    named, named_mentors, block,
):  # fmt: skip
    """Write the scores of ``imgs`` with the first mentors into ``block``, -1 where forbidden.

    A stretch of mentors at a time for all ``imgs``: what is said of these mentors stays in the
    nearest caches.
    """
    m = block.shape[1]
    total, marks = np.empty(STRETCH, np.uint8), np.empty(STRETCH, np.int16)
    at = np.empty(week.mine.shape[1] + 3, np.int64)
    for t in range(len(imgs)):
        if words.rates[imgs[t]] > 0:
            _find_words(block[t], words, imgs[t])
    for low in range(0, m, STRETCH):
        for t in range(len(imgs)):
            i, into = imgs[t], block[t, low : low + STRETCH]
            if words.rates[i] > 0:
                _begin_with_words(into, words, base[i], i, low)
            else:
                into[:] = base[i]
            _add_best(into, marks, best, i, low)
            _add_topics(into, total, topics, i, low)
            _add_languages(into, total, languages, i, low)
            _add_week(into, total, at, week, i, low)
            _add_silence(into, silent, i, low)
            _leave_out(into, total, allowed, i, low)
    for t in range(len(imgs)):
        i, row = imgs[t], block[t]
        for p in range(extra.start[i], extra.start[i + 1]):
            if extra.item[p] < m and row[extra.item[p]] >= 0:
                row[extra.item[p]] += extra.points[p]
        for p in range(never.start[i], never.start[i + 1]):
            if never.item[p] < m:
                row[never.item[p]] = -1
        for p in range(named.start[i], named.start[i + 1]):
            name = named.item[p]
            for q in range(named_mentors.start[name], named_mentors.start[name + 1]):
                if named_mentors.item[q] < m:
                    row[named_mentors.item[q]] = -1
