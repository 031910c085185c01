"""Cells that no spreadsheet takes for a formula, and lists in one cell; each with its way back.

A spreadsheet runs a cell that begins with one of a few signs. What we write gets an apostrophe
before such a sign; what we read loses it again, so that no text changes on the way out and in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_SIGNS = frozenset("=+-@")
_ITEM = re.compile(r"(?:\\[\\|]|[^|])+")
_ESCAPED = re.compile(r"\\([\\|])")


def formula_sign(cell: str) -> str:
    """Return the sign, full-width ones made plain, by which a spreadsheet runs the cell, or ""."""
    if cell.startswith(("\t", "\r", "\n")):
        return cell[0]
    first = unicodedata.normalize("NFKC", cell.lstrip()[:1])[:1]
    return first if first in _SIGNS else ""


def guard(text: str) -> str:
    """Return the text as a cell that no spreadsheet runs."""
    return f"'{text}" if formula_sign(text.lstrip("'")) else text


def unguard(cell: str) -> str:
    """Return the text of a guarded cell; other cells are as they are."""
    return cell[1:] if cell.startswith("'") and formula_sign(cell.lstrip("'")) else cell


def join(items: Iterable[str]) -> str:
    """Return the items as one cell, ``|`` between them; a backslash marks a bar within one."""
    return "|".join(item.replace("\\", "\\\\").replace("|", "\\|") for item in items)


def split(cell: str) -> tuple[str, ...]:
    """Return the items of a cell, without those that are empty."""
    items = (_ESCAPED.sub(r"\1", item).strip() for item in _ITEM.findall(cell))
    return tuple(item for item in items if item)
