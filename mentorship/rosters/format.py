"""Roster files as people: ``read_imgs`` and ``read_mentors``, ``write_imgs`` and ``write_mentors``.

Every row that can be read is kept, whatever is wrong with others; what is wrong is a ``Problem``,
what was decided on the way (a column ignored, a number taken for granted) is a note.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
    stream: BinaryIO,
    *,
    file: str = "imgs.csv",
    limits: Limits = _LIMITS,
    mapping: Mapping[int, str] | None = None,
) -> Roster[ImgRow]:
    """Read a roster of IMGs, CSV or XLSX. Never raises for what the file says.

    ``mapping`` says which column is which where their headings do not.
    """
    reading = Reading(file, IMG_COLUMNS, limits, mapping=mapping)
    return reading.read(stream, _img_row)


def read_mentors(
    stream: BinaryIO,
    *,
    file: str = "mentors.csv",
    limits: Limits = _LIMITS,
    mapping: Mapping[int, str] | None = None,
) -> Roster[MentorRow]:
    """Read a roster of mentors. Never raises for what the file says."""
    reading = Reading(file, MENTOR_COLUMNS, limits, mapping=mapping)
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


def rows_out(
    columns: Mapping[str, Cell], rows: Iterable[ImgRow | MentorRow]
) -> Iterator[Sequence[str]]:
    """Yield the header and the rows of a roster as texts, not yet made harmless."""
    yield list(columns)
    for row in rows:
        values = (getattr(row if name in OF_THE_ROW else row.profile, name) for name in columns)
        yield [cell.write(value) for cell, value in zip(columns.values(), values, strict=True)]


def write_csv(out: TextIO, rows: Iterable[Sequence[str]]) -> None:
    """Write rows as CSV that no spreadsheet runs; ``out`` has ``newline=""``."""
    out.write(BOM)
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    for row in rows:
        writer.writerow([escape.guard(text) for text in row])


def _write(out: TextIO, columns: Mapping[str, Cell], rows: Iterable[ImgRow | MentorRow]) -> None:
    write_csv(out, rows_out(columns, rows))
