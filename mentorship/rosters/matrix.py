"""A ready score matrix from a file of arrays (.npz), checked."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

from mentorship.matching import Problem

NEEDED = ("scores", "seats")
PAIRS = ("locked", "banned")
KEYS = (*NEEDED, "wants", *PAIRS, "mentor_scores", "img_ids", "mentor_ids")
_BROKEN = (
    EOFError,
    MemoryError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


class BadPairs(ValueError):
    """The file of arrays is well; the pairs of the rules that come on top of it are not."""


def read_matrix(path: Path, rules: Mapping[str, Any] = MappingProxyType({})) -> Problem:
    """Read a problem; ``Problem.from_scores`` tells what each key holds.

    ``rules`` may hold ``PAIRS``, lists of pairs (id of an IMG, id of a mentor; row and column where
    the file has no ids), which come on top of those in the file.

    Raises
    ------
    ValueError
        One line that names the key in the way; or it is no such file.
    BadPairs
        The key stands in ``rules``.

    """
    with path.open("rb") as stream:
        try:
            file = np.load(stream, allow_pickle=False)
        except _BROKEN:
            file = None
        if not isinstance(file, NpzFile):
            raise ValueError("not a file of arrays (.npz)")  # noqa: TRY004 - the file is wrong
        with file:
            arrays = _arrays(file)
    problem = Problem.from_scores(**arrays)
    if not rules:
        return problem
    more = {
        key: [*arrays.get(key, ()), *_places(problem, key, rules[key])]
        for key in PAIRS
        if key in rules
    }
    return Problem.from_scores(**{**arrays, **more})


def _places(problem: Problem, key: str, pairs: object) -> Iterator[tuple[int, int]]:
    """Yield rows and columns of pairs of ids."""
    row, column = (
        {str(each): place for place, each in enumerate(ids)}
        for ids in (problem.img_ids, problem.mentor_ids)
    )
    for pair in pairs if isinstance(pairs, list) else [pairs]:
        if not isinstance(pair, list) or len(pair) != 2:
            raise BadPairs(f"{key}: want pairs (id of an IMG, id of a mentor)")
        img, mentor = map(str, pair)
        if img not in row or mentor not in column:
            raise BadPairs(f"{key}: {img!r} and {mentor!r} are not both in the matrix")
        yield row[img], column[mentor]


def _arrays(file: NpzFile) -> dict[str, Any]:
    for key in file.files:
        if key not in KEYS:
            raise ValueError(f"{key}: not a known key; want some of {', '.join(KEYS)}")
    for key in NEEDED:
        if key not in file.files:
            raise ValueError(f"{key}: missing")
    arrays = {key: _array(file, key) for key in file.files}
    for key in ("img_ids", "mentor_ids"):
        if key in arrays:
            _check_ids(key, arrays[key])
    return arrays


def _array(file: NpzFile, key: str) -> NDArray[Any]:
    try:
        array = file[key]
    except _BROKEN:
        raise ValueError(f"{key}: cannot be read; want plain numbers or text") from None
    if not isinstance(array, np.ndarray):
        raise ValueError(f"{key}: not an array")  # noqa: TRY004 - the same
    return array


def _check_ids(key: str, ids: NDArray[Any]) -> None:
    if ids.ndim != 1 or (ids.size and ids.dtype.kind not in "iuU"):
        raise ValueError(f"{key}: want one row of whole numbers or of text")
    for each in map(str, ids):
        if not each.isprintable():
            raise ValueError(f"{key}: {each!r} has a character that cannot be printed")
