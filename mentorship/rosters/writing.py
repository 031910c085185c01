"""Several files written together: all of them whole, or none."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


def write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files by name into a folder, made if need be, over those of the same names.

    Each is written beside its place first; names change hands only when all are there, so that a
    full disk or Ctrl+C leaves what was there before.

    Raises
    ------
    OSError
        A file cannot be written, or a folder stands in its place.

    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in files:
        if (folder / name).is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), name)
    with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=folder) as beside:
        for name, content in files.items():
            (Path(beside) / name).write_bytes(content)
        for name in files:
            (Path(beside) / name).replace(folder / name)
