"""The unit of everything the matcher adds up: whole marks, 10,000 of them being full marks.

Integers throughout, so that neither the order of a sum nor the machine changes a score.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

FULL = 10_000

Marks: TypeAlias = NDArray[np.int32]
Points: TypeAlias = NDArray[np.int16]  # scores: 0 to ``FULL``, -1 where a pair must not be made
Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]


class Judged(NamedTuple):
    """What one criterion says of n IMGs and m mentors.

    Attributes
    ----------
    marks : (n, m) int32
        0 to ``FULL``; only read where both sides have answered.
    imgs : (n,) bool
        Who answered what the criterion asks of IMGs.
    mentors : (m,) bool
        Who answered what it asks of mentors.
    applies : (n,) bool
        IMGs for whom the criterion counts at all (a wish they made; a visa they need).

    """

    marks: Marks
    imgs: Flags
    mentors: Flags
    applies: Flags


def share(part: Ints, whole: Ints | int) -> Marks:
    """Return ``part`` times one ``whole``-th of full marks, rounded up; full marks at most."""
    marks: Marks = np.minimum(part * one_of(whole), FULL).astype(np.int32)
    return marks


def one_of(whole: Ints | int) -> Ints:
    """Return the marks of one part in ``whole``, rounded up; full marks where ``whole`` is 0."""
    return -(-FULL // np.maximum(whole, 1))


def rate(out_of: Ints) -> Ints:
    """Return what a mark is worth where full marks earn ``out_of`` points, in 1/32,768 points.

    Below 2**15, so that a rate times marks needs no more than two short words.
    """
    return np.minimum((out_of * 2**15 + FULL // 2) // FULL, 2**15 - 1)


def earned(rates: Ints, marks: Marks | Ints) -> Ints:
    """Return the points that marks earn at a rate, to the nearest: 0 to ``out_of``, both reached.

    Full marks earn just ``out_of``: rounding a rate moves 10,000 marks by at most a sixth of a
    point (a third for the highest rate), which rounding the points takes away again.
    """
    points: Ints = (rates * marks + 2**14) >> 15
    return points


def in_any(flags: Flags) -> Flags:
    """Return (rows,) bool: whether any column of a row holds."""
    rows: Flags = np.logical_or.reduce(flags, axis=1)
    return rows


def that_hold(flags: Flags) -> tuple[Ints, Ints]:
    """Return rows and columns of what holds, as ``np.nonzero`` does, three to seven times as fast.

    That goes through a table cell by cell, and through one row in wide steps.
    """
    return np.divmod(np.flatnonzero(flags), flags.shape[1])


def places(flags: Flags) -> Ints:
    """Return (rows, most) the columns that hold in each row, filled up with -1."""
    row, column = that_hold(flags)
    count = np.bincount(row, minlength=len(flags))
    found = np.full((len(flags), count.max(initial=0)), -1)
    found[row, np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)] = column
    return found
