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

STRETCH = 2048  # mentors at a time: what is added up stays in the nearest cache
FULL = np.int16(10_000)


@intrinsic
def ones(typing, byte):  # noqa: ARG001 - the form numba asks for
    """Count the ones of a byte, with the processor's own instruction."""

    def generate(context, builder, signature, arguments):  # noqa: ARG001
        return builder.ctpop(arguments[0])

    return types.uint8(types.uint8), generate


@intrinsic
def earned(typing, rate, marks):  # noqa: ARG001
    """Return ``(rate * marks + 2**14) >> 15``: the same as ``marks.earned``, in 32 bits."""
    wide, narrow = ir.IntType(32), ir.IntType(16)

    def generate(context, builder, signature, arguments):  # noqa: ARG001
        one, other = (builder.sext(each, wide) for each in arguments)
        nearest = builder.add(builder.mul(one, other), ir.Constant(wide, 2**14))
        return builder.trunc(builder.ashr(nearest, ir.Constant(wide, 15)), narrow)

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
        for j in range(width):
            marks[j] = row[j]
        for p in range(begin + 1, end):
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
            total[j] += spoken[j]
    nothing = np.int16(0)
    for j in range(width):
        both = np.int16(total[j])
        into[j] += (
            (first if both >= np.int16(1) else nothing)
            + (second if both >= np.int16(2) else nothing)
            + (third if both >= np.int16(4) else nothing)
        )


@njit(cache=True, nogil=True)
def _add_week(into, total, week, i, low):
    """Count half hours in common, eight at a time, up to those that are enough."""
    rate, one, enough = week.rates[i], week.one, week.enough
    if rate == 0:
        return
    width = len(into)
    total[:width] = 0
    for b in range(week.mine.shape[1]):
        mine = week.mine[i, b]
        if mine == 0:
            continue
        theirs = week.rows[b, low : low + width]
        for j in range(width):
            total[j] = min(np.uint8(total[j] + ones(np.uint8(mine & theirs[j]))), enough)
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
def _add_words(into, both, words, i, low):
    """Add the weights of frequent stems; marks are twice the sum."""
    rate, width = words.rates[i], len(into)
    for p in range(words.start[i], words.start[i + 1]):
        having, weight = words.rows[words.item[p], low : low + width], words.weight[p]
        for j in range(width):
            both[j] += np.int16(having[j]) * weight
    for j in range(width):
        into[j] += earned(rate, np.int16(2) * min(both[j], np.int16(FULL // 2)))


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
    """Write the scores of ``imgs`` with the first mentors into ``block``, -1 where forbidden."""
    m = block.shape[1]
    both = np.empty(m, np.int16)
    for t in range(len(imgs)):
        i, row = imgs[t], block[t]
        row[:] = base[i]
        for p in range(extra.start[i], extra.start[i + 1]):
            if extra.item[p] < m:
                row[extra.item[p]] += extra.points[p]
        wrote = words.rates[i] > 0
        if wrote:
            _find_words(both, words, i)
        total, marks = np.empty(STRETCH, np.uint8), np.empty(STRETCH, np.int16)
        for low in range(0, m, STRETCH):
            into = row[low : low + STRETCH]
            _add_best(into, marks, best, i, low)
            _add_topics(into, total, topics, i, low)
            _add_languages(into, total, languages, i, low)
            _add_week(into, total, week, i, low)
            if wrote:
                _add_words(into, both[low : low + STRETCH], words, i, low)
            _add_silence(into, silent, i, low)
            _leave_out(into, total, allowed, i, low)
        for p in range(never.start[i], never.start[i + 1]):
            if never.item[p] < m:
                row[never.item[p]] = -1
        for p in range(named.start[i], named.start[i + 1]):
            name = named.item[p]
            for q in range(named_mentors.start[name], named_mentors.start[name + 1]):
                if named_mentors.item[q] < m:
                    row[named_mentors.item[q]] = -1
