"""A ready score matrix from a file of arrays (.npz), checked."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

from mentorship.matching import Problem

NEEDED = ("scores", "seats")
KEYS = (*NEEDED, "wants", "locked", "banned", "mentor_scores", "img_ids", "mentor_ids")
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


def read_matrix(path: Path) -> Problem:
    """Read a problem; ``Problem.from_scores`` tells what each key holds.

    Raises
    ------
    ValueError
        One line that names the key in the way; or it is no such file.

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
    return Problem.from_scores(**arrays)


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
