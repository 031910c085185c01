"""Compressed rows and tables as compiled loops read them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mentorship.matching.marks import Ints, rate
from mentorship.matching.scores.ingredients import Lists, Shorts


def by_row(pairs: Ints, n: int) -> Lists:
    """Gather (k, 2) rows and items by row; items of a row keep their order."""
    rows, items = pairs[:, 0], pairs[:, 1]
    return Lists(starts(rows, n), items[np.argsort(rows, kind="stable")])


def starts(rows: Ints, n: int) -> Ints:
    return np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=n))]).astype(np.int64)


def as_read(table: NDArray[Any], kind: Any) -> NDArray[Any]:
    """Return a table as the compiled loops read it: row after row, of one kind of number."""
    return np.ascontiguousarray(table, dtype=kind)


def rates(out_of: Ints) -> Shorts:
    return rate(out_of).astype(np.int16)
