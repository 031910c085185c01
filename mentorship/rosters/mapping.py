"""Which column of somebody's own spreadsheet is which of ours: a guess, and the leader's word."""

from __future__ import annotations

import difflib
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType

from mentorship.rosters.cells import Cell
from mentorship.rosters.columns import ALSO, IMG_COLUMNS, MENTOR_COLUMNS, REQUIRED
from mentorship.rosters.reading import records_of
from mentorship.rosters.records import Fault, Limits, column_name
from mentorship.sections.models import SectionRole

COLUMNS: Mapping[SectionRole, Mapping[str, Cell]] = MappingProxyType(
    {SectionRole.IMG: IMG_COLUMNS, SectionRole.MENTOR: MENTOR_COLUMNS}
)
SAMPLES = 3  # cells of a column that are shown
_CLOSE = 0.85


@dataclass(frozen=True, slots=True)
class FoundColumn:
    place: int  # in the file, from 0
    heading: str
    samples: Sequence[str]
    guess: str  # "" for none


class BadUpload(ValueError):
    """A file whose beginning cannot be read; the message says what to do."""


def look_at(data: bytes, role: SectionRole, limits: Limits) -> Sequence[FoundColumn]:
    """Return the columns of a file, CSV or XLSX, from its first rows.

    Raises
    ------
    BadUpload
        It has no first row that can be read.

    """
    known = COLUMNS[role]
    rows = list(islice(records_of(io.BytesIO(data), known, limits=limits), SAMPLES + 1))
    if not rows:
        raise BadUpload("The file is empty. Its first line must name the columns.")
    header, *below = rows
    if isinstance(header, Fault):
        raise BadUpload(f"The file {header.what}; {header.right}.")
    if len(header.cells) > limits.columns:
        raise BadUpload(f"The file has more than {limits.columns} columns.")
    records = [row.cells for row in below if not isinstance(row, Fault)]
    taken: set[str] = set()
    return [
        FoundColumn(
            place,
            heading.strip(),
            [cells[place].strip() for cells in records if place < len(cells)],
            _guess(column_name(heading), known, taken),
        )
        for place, heading in enumerate(header.cells)
    ]


def _guess(name: str, known: Collection[str], taken: set[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=_CLOSE)
    found = name if name in known else ALSO.get(name, near[0] if near else "")
    if found not in known or found in taken:
        return ""
    taken.add(found)
    return found


def faults_of(mapping: Mapping[int, str], role: SectionRole) -> Sequence[str]:
    """Say what is wrong with a leader's choice of columns."""
    chosen = [name for name in mapping.values() if name]
    missing = [name for name in REQUIRED if name not in chosen]
    twice = sorted({name for name in chosen if chosen.count(name) > 1})
    return [
        *(f"Choose the column that holds the {name}." for name in missing),
        *(f"Two columns are chosen as {name.replace('_', ' ')}. Keep one." for name in twice),
        *(f"{name} is no column of this file." for name in chosen if name not in COLUMNS[role]),
    ]
