"""One roster file on its way in: header, rows, and everything that is wrong with them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from mentorship.rosters import escape
from mentorship.rosters.cells import Cell
from mentorship.rosters.columns import ALSO, REQUIRED
from mentorship.rosters.problems import Problem, Unreadable, shown
from mentorship.rosters.records import Fault, Limits, Record, column_name, read_records
from mentorship.rosters.rows import Roster, Row
from mentorship.rosters.sheets import is_sheet, sheet_records


def records_of(
    stream: BinaryIO, known: Collection[str], *, limits: Limits
) -> Iterator[Record | Fault]:
    """Yield the rows of a file, CSV or XLSX, the header first; ``stream`` can be sought."""
    if is_sheet(stream):
        return sheet_records(stream, limits)
    return read_records(stream, {*known, *ALSO}, limits=limits)


_NOTHING = Fault(None, "", "is empty", "its first line must name the columns")


@dataclass(slots=True)
class Reading:
    """One file on its way in."""

    file: str
    known: Mapping[str, Cell]
    limits: Limits
    header: Sequence[str] = ()
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    first_line: dict[str, int] = field(default_factory=dict)
    padded: bool = False  # a sheet does not keep empty cells at the end of a row
    mapping: Mapping[int, str] | None = None  # place of a column -> what it is, in place of names

    def read(self, stream: BinaryIO, make: Callable[[int, Mapping[str, Any]], Row]) -> Roster[Row]:
        rows: list[Row] = []
        self.padded = is_sheet(stream)
        records = records_of(stream, self.known, limits=self.limits)
        if self._accept_header(next(records, _NOTHING)):
            for number, record in enumerate(records, start=1):
                if self._over_limits(number):
                    break
                if isinstance(record, Fault):
                    self._problem(record.line, None, (record.value, record.what, record.right))
                elif values := self._values(record):
                    rows.append(make(record.line, values))
            if not rows and not self.problems:
                self._note("has no rows below its header")
        return Roster(
            file=self.file,
            rows=tuple(rows),
            problems=tuple(self.problems),
            notes=tuple(self.notes),
            columns=tuple(name for name in self.header if name in self.known),
            emails=frozenset(self.first_line),
        )

    def _problem(self, line: int | None, column: str | None, said: tuple[str, str, str]) -> None:
        self.problems.append(Problem(self.file, line, column, *said))

    def _note(self, text: str) -> None:
        if len(self.notes) < self.limits.problems:
            self.notes.append(f"{self.file} {text}")

    def _over_limits(self, number: int) -> bool:
        if len(self.problems) >= self.limits.problems:
            what = f"has more than {self.limits.problems:,} problems"
            self._problem(None, None, ("", what, "mend these first; the rest was not read"))
        elif number > self.limits.rows:
            what = f"has more than {self.limits.rows:,} rows"
            self._problem(None, None, ("", what, "split it into several files"))
        else:
            return False
        return True

    def _accept_header(self, record: Record | Fault) -> bool:
        if isinstance(record, Fault):
            self._problem(None, None, (record.value, record.what, record.right))
            return False
        self.header = self._names(record.cells)
        if len(self.header) > self.limits.columns:
            right = f"keep at most {self.limits.columns}"
            self._problem(None, None, ("", f"has {len(self.header)} columns", right))
            return False
        for name in REQUIRED:
            if name not in self.header:
                right = f"its first line must name {' and '.join(REQUIRED)}"
                self._problem(None, name, ("", "is missing", right))
        for place, name in enumerate(self.header):
            if name in self.known and name in self.header[:place]:
                self._problem(None, name, ("", "stands there twice", "keep one of them"))
            elif name and name not in self.known:
                close = difflib.get_close_matches(name, self.known, n=1)
                hint = f'; did you mean "{close[0]}"?' if close else ""
                self._note(f'column "{shown(name)}" is not known and was ignored{hint}')
        return not self.problems

    def _names(self, headings: Sequence[str]) -> tuple[str, ...]:
        if self.mapping is None:
            return tuple(column_name(heading) for heading in headings)
        return tuple(self.mapping.get(place, "") for place in range(len(headings)))

    def _values(self, record: Record) -> dict[str, Any] | None:
        """Return the row's answers, or ``None`` after saying what is wrong with it."""
        line, texts = record.line, list(record.cells)
        while len(texts) > len(self.header) and not texts[-1].strip():
            texts.pop()
        if self.padded:
            texts += [""] * (len(self.header) - len(texts))
        if len(texts) != len(self.header):
            what = f"has {len(texts)} cells where the header has {len(self.header)}"
            right = "put cells that hold the delimiter in quotation marks"
            self._problem(line, None, ("", what, right))
            return None
        before = len(self.problems)
        values: dict[str, Any] = {name: cell.empty for name, cell in self.known.items()}
        for name, text in zip(self.header, texts, strict=True):
            if name in self.known:
                values[name] = self._value(line, name, text)
        self._check_email(line, values["email"])
        return values if len(self.problems) == before else None

    def _value(self, line: int, name: str, raw: str) -> object:
        cell = self.known[name]
        text = raw.strip()
        if not text:
            if name in REQUIRED:
                self._problem(line, name, ("", "is empty", f"every row needs {name}"))
            elif name == "seats":
                self._note(f"line {line}, column seats: the cell is empty; taken as {cell.empty}")
            return cell.empty
        if len(text) > self.limits.cell:
            what = f"has {len(text):,} characters"
            self._problem(line, name, (text, what, f"keep it under {self.limits.cell:,}"))
            return cell.empty
        sign = escape.formula_sign(text) if cell.text else ""
        if sign in {"=", "@"}:
            right = "write the text itself, or an apostrophe (') before it"
            self._problem(line, name, (text, "looks like a formula", right))
            return cell.empty
        if sign:
            self._note(f'line {line}, column {name}: begins with "{text[0]}"; kept as text')
        try:
            return cell.read(escape.unguard(text))
        except Unreadable as error:
            for complaint in error.complaints:
                self._problem(line, name, complaint)
            return cell.empty

    def _check_email(self, line: int, email: str | None) -> None:
        if email is None:
            return
        if email in self.first_line:
            right = f"the same person is on line {self.first_line[email]}; keep one row"
            self._problem(line, "email", (email, "stands there twice", right))
        self.first_line.setdefault(email, line)
