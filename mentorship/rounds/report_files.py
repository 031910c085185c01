"""A round as a file: its report, its runs, and how it served groups. For spreadsheets."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy.orm import Session

from mentorship.rosters.escape import guard
from mentorship.rosters.sheets import workbook
from mentorship.rounds.made_with import runs_out
from mentorship.rounds.models import Round
from mentorship.rounds.report import COLUMNS, report_rows
from mentorship.rounds.report_groups import (
    GROUP_COLUMNS,
    WORTH_COLUMNS,
    Served,
    group_rows,
    served,
    worth_rows,
)


def report_file(session: Session, round_: Round, reader_id: uuid.UUID) -> bytes:
    """Return the round as CSV in UTF-8 with a mark, quoted, with no cell that would be run."""
    return _csv([COLUMNS, *report_rows(session, round_, reader_id)])


def groups_file(session: Session, round_: Round, _reader_id: uuid.UUID) -> bytes:
    """Return how it served groups, and where one more mentor would help, one below the other."""
    found = served(session, round_.id)
    return _csv(row for sheet in _sheets(found).values() for row in [*sheet, ()])


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in rows:
        writer.writerow([guard(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def report_sheet(session: Session, round_: Round, reader_id: uuid.UUID) -> bytes:
    """Return the same as an XLSX file, with sheets for its runs, groups, and one more mentor."""
    return workbook(
        {
            "Round": [COLUMNS, *report_rows(session, round_, reader_id)],
            "Runs": _runs(session, round_),
            **_sheets(served(session, round_.id)),
        }
    )


def _sheets(found: Served | None) -> Mapping[str, Sequence[Sequence[str]]]:
    return {
        "Groups": [GROUP_COLUMNS, *(group_rows(found) if found else ())],
        "One more mentor": [WORTH_COLUMNS, *(worth_rows(found) if found else ())],
    }


def _runs(session: Session, round_: Round) -> Iterator[Sequence[str]]:
    """Yield a row for each thing that decided a run whose offers were made."""
    yield "run", "what", "value"
    for run in runs_out(session, round_.id):
        yield str(run.number), "First offer", run.at.isoformat(timespec="minutes")
        yield str(run.number), "Offers", str(run.offers)
        for name, value in run.record.items():
            yield str(run.number), name, value
