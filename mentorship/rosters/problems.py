"""What is wrong in a roster file: where it stands, what was found and what would be right."""

from __future__ import annotations

from dataclasses import dataclass

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. ``line`` is the physical line where the row starts; ``None`` is the whole file.

    ``column`` is ``None`` when the row as a whole is at fault. Read as a sentence:
    ``imgs.csv line 7, column stage: "Residncy" is not known; did you mean "Residency"?``
    """

    file: str
    line: int | None
    column: str | None
    value: str
    what: str
    right: str

    def __str__(self) -> str:
        line = "" if self.line is None else f" line {self.line}"
        column = "" if self.column is None else f", column {self.column}"
        where = f"{self.file}{line}{column}"
        subject = "the column" if self.column else "the file"
        if self.line is not None:
            subject = "the cell" if self.column else "the row"
        if self.value:
            subject = f'"{shown(self.value)}"'
        right = f"; {self.right}" if self.right else ""
        return f"{where}: {subject} {self.what}{right}"


class Unreadable(ValueError):
    """A cell that says nothing we understand, with one complaint for each wrong part."""

    def __init__(self, *complaints: tuple[str, str, str]) -> None:
        self.complaints = complaints  # (value, what is wrong, what would be right)
        super().__init__("; ".join(f'"{value}" {what}' for value, what, _ in complaints))


def shown(value: str) -> str:
    """Return a value short enough for a message, with what cannot be printed spelled out."""
    cut = value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)
