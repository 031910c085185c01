"""Arguments of a problem, checked: each has the right shape, type and range, or is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mentorship.matching.lottery import Id
from mentorship.matching.marks import FULL, Ints, Points


def matrix(argument: str, given: ArrayLike, columns: int, rows: int | None = None) -> Points:
    """Return a checked (rows, columns) table of scores."""
    table = _whole(argument, given)
    if table.size == 0 and table.ndim < 2:
        table = table.reshape(0, columns)
    if table.ndim != 2 or table.shape[1] != columns or rows not in {None, len(table)}:
        wanted = f"({'n' if rows is None else rows}, {columns})"
        raise ValueError(f"{argument}: shape {table.shape}; want {wanted}")
    if table.size and not (table.min() >= -1 and table.max() <= FULL):
        raise ValueError(f"{argument}: from {table.min()} to {table.max()}; want -1 to {FULL}")
    return table.astype(np.int16)


def row_of(
    argument: str, given: ArrayLike, length: int | None, low: int, high: int | None = None
) -> Ints:
    """Return a checked (length,) row of whole numbers from ``low`` to ``high``."""
    row = _whole(argument, given)
    if row.ndim != 1 or length not in {None, len(row)}:
        raise ValueError(f"{argument}: shape {row.shape}; want ({length or 'm'},)")
    outside = (row < low) | (row > (np.iinfo(np.int64).max if high is None else high))
    if outside.any():
        wanted = f"{low} or more" if high is None else f"{low} to {high}"
        raise ValueError(
            f"{argument}: {row[outside][0]} in place {outside.argmax()}; want {wanted}"
        )
    return row.astype(np.int64)


def _whole(argument: str, given: ArrayLike) -> NDArray[Any]:
    """Return an array of integers; nothing is rounded, and NaN and True are no integers."""
    try:
        array = np.asarray(given)
        masked = np.ma.is_masked(given)
    except (TypeError, ValueError):
        raise ValueError(f"{argument}: want a table of whole numbers") from None
    if masked:
        raise ValueError(f"{argument}: some numbers are masked; want all of them")
    if array.size and array.dtype.kind not in "iu":
        raise ValueError(f"{argument}: want whole numbers, not {array.dtype}")
    return array if array.size else array.astype(np.int64)


def marks_of(argument: str, given: Mapping[str, int], wanted: Iterable[str]) -> dict[str, int]:
    """Return checked marks, 0 to 10,000, by criterion."""
    if not isinstance(given, Mapping):
        raise ValueError(f"{argument}: want criterion -> marks")  # noqa: TRY004 - as all
    for key in wanted:
        if key not in given:
            raise ValueError(f"{argument}: nothing for {key!r}")
        marks = given[key]
        if not isinstance(marks, (int, np.integer)) or not 0 <= marks <= FULL:
            raise ValueError(f"{argument}: {marks!r} for {key!r}; want 0 to {FULL}")
    return dict(given)


def pairs_of(argument: str, given: Iterable[Sequence[int]] | NDArray[Any], n: int, m: int) -> Ints:
    """Return checked (k, 2) pairs, sorted, each once."""
    if not isinstance(given, Iterable):
        raise ValueError(f"{argument}: {given!r}; want pairs (img, mentor)")  # noqa: TRY004 - as all
    pairs = _whole(argument, given if isinstance(given, np.ndarray) else list(given))
    if pairs.size == 0:
        return np.empty((0, 2), dtype=np.int64)
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        raise ValueError(f"{argument}: shape {pairs.shape}; want pairs (img, mentor)")
    outside = (pairs < 0).any(axis=1) | (pairs >= (n, m)).any(axis=1)
    if outside.any():
        img, mentor = pairs[outside.argmax()]
        raise ValueError(f"{argument}: there is no pair ({img}, {mentor}) among {n} x {m}")
    return np.unique(pairs.astype(np.int64), axis=0)


def ids_of(argument: str, given: Iterable[object] | None, length: int) -> tuple[Id, ...]:
    if given is None:
        return tuple(range(length))
    if not isinstance(given, Iterable):
        raise ValueError(f"{argument}: {given!r}; want {length} ids")  # noqa: TRY004 - as all
    ids = tuple(int(i) if isinstance(i, (int, np.integer)) else str(i) for i in given)
    if len(ids) != length:
        raise ValueError(f"{argument}: {len(ids)} ids; want {length}")
    if len(set(ids)) != length:
        raise ValueError(f"{argument}: an id occurs twice")
    for each in ids:
        if isinstance(each, str):
            check_text(argument, each)
    return ids


def check_text(argument: str, given: str) -> None:
    """Refuse half of a surrogate pair: the lottery reads ids as UTF-8."""
    if not given.isascii() and any("\ud800" <= letter <= "\udfff" for letter in given):
        raise ValueError(f"{argument}: {given!r} is no text: it cannot be written as UTF-8")
