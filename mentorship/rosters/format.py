"""Roster files as people: ``read_imgs`` and ``read_mentors``, ``write_imgs`` and ``write_mentors``.

Every row that can be read is kept, whatever is wrong with others; what is wrong is a ``Problem``,
what was decided on the way (a column ignored, a number taken for granted) is a note.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from typing import Any, BinaryIO, TextIO

from mentorship.matching import Img, Mentor
from mentorship.rosters import escape
from mentorship.rosters.cells import Cell
from mentorship.rosters.columns import IMG_COLUMNS, MENTOR_COLUMNS, OF_THE_ROW
from mentorship.rosters.reading import Reading
from mentorship.rosters.records import Limits
from mentorship.rosters.rows import ImgRow, MentorRow, Roster

BOM = "\ufeff"
_LIMITS = Limits()


def read_imgs(
    stream: BinaryIO, *, file: str = "imgs.csv", limits: Limits = _LIMITS
) -> Roster[ImgRow]:
    """Read a roster of IMGs. Never raises for what the file says."""
    reading = Reading(file, IMG_COLUMNS, limits)
    return reading.read(stream, _img_row)


def read_mentors(
    stream: BinaryIO, *, file: str = "mentors.csv", limits: Limits = _LIMITS
) -> Roster[MentorRow]:
    """Read a roster of mentors. Never raises for what the file says."""
    reading = Reading(file, MENTOR_COLUMNS, limits)
    return reading.read(stream, _mentor_row)


def write_imgs(out: TextIO, rows: Iterable[ImgRow]) -> None:
    """Write a roster that ``read_imgs`` reads to the same rows; ``out`` has ``newline=""``."""
    _write(out, IMG_COLUMNS, rows)


def write_mentors(out: TextIO, rows: Iterable[MentorRow]) -> None:
    """Write a roster that ``read_mentors`` reads to the same rows."""
    _write(out, MENTOR_COLUMNS, rows)


def _img_row(line: int, values: Mapping[str, Any]) -> ImgRow:
    return ImgRow(line=line, **_split(values, Img))


def _mentor_row(line: int, values: Mapping[str, Any]) -> MentorRow:
    return MentorRow(line=line, **_split(values, Mentor))


def _split(values: Mapping[str, Any], profile: Callable[..., Img | Mentor]) -> dict[str, Any]:
    rest = {name: value for name, value in values.items() if name not in OF_THE_ROW}
    own = {name: value for name, value in values.items() if name in OF_THE_ROW}
    return {**own, "profile": profile(key=values["email"], **rest)}


def _write(out: TextIO, columns: Mapping[str, Cell], rows: Iterable[ImgRow | MentorRow]) -> None:
    out.write(BOM)
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        values = (getattr(row if name in OF_THE_ROW else row.profile, name) for name in columns)
        texts = (cell.write(value) for cell, value in zip(columns.values(), values, strict=True))
        writer.writerow([escape.guard(text) for text in texts])
