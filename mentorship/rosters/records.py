"""From the bytes of a CSV file to its rows: encoding, delimiter, quotes, and line numbers."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

DELIMITERS = ",;\t"
SAVE_AS = 'save it as "CSV UTF-8"'
_UNDECODED = re.compile("[\udc80-\udcff]")  # how ``surrogateescape`` marks bytes not UTF-8
_UTF_16 = ("\udcff\udcfe", "\udcfe\udcff")  # its byte order marks, so marked
_SEP_LINE = re.compile(r"sep=([,;\t])\s*", re.IGNORECASE)  # what some spreadsheets put first
_REREADS = 100  # broken rows whose lines are read a second time, before we give that up


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read before it is refused; characters for ``row`` and ``cell``."""

    rows: int = 100_000
    columns: int = 200
    row: int = 65_536
    cell: int = 10_000
    problems: int = 1_000


@dataclass(frozen=True, slots=True)
class Record:
    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """A row (or, with ``line`` ``None``, a file) that cannot be read."""

    line: int | None
    value: str
    what: str
    right: str


class _RowTooLong(Exception):
    pass


class _Lines(Iterator[str]):
    """The physical lines of a file; those of the row at hand can be read again."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        self._text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape")
        self._limit = limit
        self._again: deque[str] = deque()
        self._row: list[str] = []
        self._length = 0
        self.number = 0

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._text.readline(self._limit + 1)
        if not line:
            raise StopIteration
        if len(line) > self._limit:
            self._skip_rest(line)
        self.number += 1
        self._row.append(line)
        self._length += len(line)
        if self._length > self._limit:
            raise _RowTooLong
        return line

    def _skip_rest(self, line: str) -> None:
        while line and not line.endswith("\n"):
            line = self._text.readline(self._limit)

    def start_row(self) -> None:
        self._row, self._length = [], 0

    def read_again(self, *, after: int) -> None:
        """Put back the lines of the row at hand, but for the first ``after``."""
        back = self._row[after:]
        self._again.extendleft(reversed(back))
        self.number -= len(back)

    def let_go(self) -> None:
        """Leave the stream open for its owner."""
        self._text.detach()


def read_records(
    stream: BinaryIO, known_columns: Collection[str], *, limits: Limits
) -> Iterator[Record | Fault]:
    """Yield the rows, the header first, with what cannot be read as ``Fault`` in its place.

    The delimiter is the one that makes most of the header known, else the most frequent one. Rows
    without a word are left out.
    A row whose quotation marks do not pair up costs only its first line: the next ones are read
    again as rows of their own.
    """
    lines = _Lines(stream, limits.row)
    try:
        delimiter = _delimiter(lines, known_columns)
        if isinstance(delimiter, Fault):
            yield delimiter
            return
        yield from _rows(lines, delimiter)
    finally:
        lines.let_go()


def _delimiter(lines: _Lines, known_columns: Collection[str]) -> str | Fault:
    """Look at the first line, and leave it to be read again if it is the header."""
    try:
        first = next((line for line in lines if line.strip()), "")
    except _RowTooLong:
        return Fault(None, "", "has a first line without end", SAVE_AS)
    if trouble := _not_csv(first):
        return Fault(None, "", trouble, SAVE_AS)
    if told := _SEP_LINE.fullmatch(first):
        return told[1]
    lines.read_again(after=lines.number - 1)
    return max(
        DELIMITERS,
        key=lambda d: (
            sum(column_name(c) in known_columns for c in _cut(first, d)),
            len(_cut(first, d)),
        ),
    )


def _cut(line: str, delimiter: str) -> Sequence[str]:
    """Return the cells of a line; a delimiter in quotes is none, if quotes make sense there."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)


def _not_csv(first: str) -> str:
    """Say what else the first line shows the file to be, if anything."""
    if first.startswith(_UTF_16):
        return "is UTF-16, not UTF-8"
    if "\0" in first:
        return "holds NUL characters (UTF-16, or no text at all)"
    return ""


def column_name(heading: str) -> str:
    """Return a heading as its column is called: ``"Graduation year"`` is ``graduation_year``."""
    return re.sub(r"[\s_-]+", "_", heading.strip().strip('"').strip()).casefold()


def _rows(lines: _Lines, delimiter: str) -> Iterator[Record | Fault]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    rereads = 0
    while True:
        lines.start_row()
        start = lines.number + 1
        try:
            cells = tuple(next(reader))
        except StopIteration:
            return
        except (csv.Error, _RowTooLong) as error:
            yield _broken(start, error)
            rereads += 1
            if rereads <= _REREADS:
                lines.read_again(after=1)
            continue
        if any(cell.strip() for cell in cells):
            yield checked(Record(start, cells))


def _broken(line: int, error: Exception) -> Fault:
    if isinstance(error, _RowTooLong):
        return Fault(
            line, "", "is too long or opens a quotation mark that is never closed", "close it"
        )
    return Fault(
        line,
        "",
        "has quotation marks that do not pair up",
        'put the whole cell in quotation marks and write each one inside it twice: ""',
    )


def checked(record: Record) -> Record | Fault:
    whole = "".join(record.cells)
    if "\0" in whole:
        return Fault(record.line, "", "holds a NUL character", "take it out")
    if found := _UNDECODED.search(whole):
        byte = f"byte 0x{ord(found[0]) - 0xDC00:02X}"
        return Fault(
            record.line, byte, "is not UTF-8 (Windows or Latin-1 letters?)", f"{SAVE_AS} again"
        )
    return record
