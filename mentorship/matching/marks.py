"""The unit of everything the matcher adds up: whole marks, 10,000 of them being full marks.

Integers throughout, so that neither the order of a sum nor the machine changes a score.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

FULL = 10_000

Marks: TypeAlias = NDArray[np.int32]
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
    """Return ``part / whole`` in marks, to the nearest mark; 0 where ``whole`` is 0."""
    divisor = np.maximum(whole, 1)
    return ((2 * FULL * part + divisor) // (2 * divisor)).astype(np.int32)


def in_any(flags: Flags) -> Flags:
    """Return (rows,) bool: whether any column of a row holds."""
    rows: Flags = np.logical_or.reduce(flags, axis=1)
    return rows
