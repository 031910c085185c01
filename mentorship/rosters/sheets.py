"""From the bytes of an XLSX file to its rows, and from rows to such a file.

A workbook is a zip of XML: it is looked at before it is opened, so that one made to burst never
unpacks. Only the first sheet counts, and only what its cells show: formulas are not run.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import BinaryIO

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell

from mentorship.rosters.escape import guard
from mentorship.rosters.records import Fault, Limits, Record, checked

MAGIC = b"PK\x03\x04"
MOST_BYTES = 50 * 1024 * 1024  # of all its parts, unpacked
MOST_RATIO = 100
MOST_PARTS = 200
SAVE = "save it again as an Excel workbook (.xlsx) or as CSV UTF-8"
# workbooks write what XML cannot hold as _xHHHH_, and an underscore that would begin such a code
_TO_CODE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_CODED = re.compile("_x((?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})_")  # but for surrogates


class Unreadable(ValueError):
    """A part of the file is damaged, encrypted, or not what a workbook has there."""


def is_sheet(stream: BinaryIO) -> bool:
    """Tell whether a stream, at its start, holds a workbook (or another zip)."""
    first = stream.read(len(MAGIC))
    stream.seek(0)
    return first == MAGIC


def sheet_records(stream: BinaryIO, limits: Limits) -> Iterator[Record | Fault]:
    """Yield the rows of the first sheet, the header first; ``line`` is the row of the sheet."""
    if trouble := _trouble(stream):
        yield trouble
        return
    try:
        yield from _records(stream, limits)
    except Unreadable:
        yield Fault(None, "", "is no workbook that can be read", SAVE)


def parts(data: bytes) -> Iterator[bytes]:
    """Yield what each part of a workbook holds; raise ``Unreadable`` at one that is damaged."""
    with _reading(), zipfile.ZipFile(io.BytesIO(data)) as packed:
        yield from map(packed.read, packed.namelist())


def _trouble(stream: BinaryIO) -> Fault | None:
    """Look at the list of parts, without unpacking one."""
    try:
        with _reading(), zipfile.ZipFile(stream) as packed:
            parts = packed.infolist()
    except Unreadable:
        return Fault(None, "", "is no workbook that can be read", SAVE)
    finally:
        stream.seek(0)
    unpacked = sum(part.file_size for part in parts)
    bursts = any(part.file_size > MOST_RATIO * max(part.compress_size, 1) for part in parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_BYTES or bursts:
        return Fault(None, "", "is packed in a way that workbooks are not", SAVE)
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        return Fault(None, "", "is a zip file, but no Excel workbook", SAVE)
    return None


def _records(stream: BinaryIO, limits: Limits) -> Iterator[Record | Fault]:
    for number, cells in enumerate(_rows(stream, limits), start=1):
        texts = tuple(_text(cell) for cell in cells)
        if not any(text.strip() for text in texts):
            continue
        if sum(map(len, texts)) > limits.row:
            yield Fault(number, "", "is too long", "shorten it")
            continue
        yield checked(Record(number, _trimmed(texts)))


def _rows(stream: BinaryIO, limits: Limits) -> Iterator[tuple[object, ...]]:
    with _reading():
        book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    with closing(book), _reading():
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its own size may be wrong
        yield from sheet.iter_rows(max_col=limits.columns + 1, values_only=True)


@contextmanager
def _reading() -> Iterator[None]:
    """Make one error of what zip, inflate, XML and openpyxl raise, of which there is no list."""
    try:
        yield
    except Exception as problem:
        raise Unreadable from problem


def _trimmed(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Drop the empty cells at the end, which a spreadsheet counts and a person does not."""
    last = max(place for place, text in enumerate(texts) if text.strip())
    return texts[: last + 1]


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return _CODED.sub(lambda code: chr(int(code[1], 16)), str(cell)).replace("\r\n", "\n")


def workbook(sheets: Mapping[str, Iterable[Sequence[str | int]]]) -> bytes:
    """Return an XLSX file with these sheets, by title, the first row of each frozen.

    Texts are kept as texts and guarded as in CSV files: a spreadsheet that saves the sheet as CSV
    forgets which cells were texts, and ``sheet_records`` gives back what went in.
    """
    book = Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        for row in rows:
            sheet.append([_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: object, value: str | int) -> object:
    if isinstance(value, int):
        return value
    cell = WriteOnlyCell(sheet, _TO_CODE.sub(lambda c: f"_x{ord(c[0]):04X}_", guard(value)))
    cell.data_type = "s"
    cell.quotePrefix = True
    return cell
