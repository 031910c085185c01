"""An import on the site, step by step: files, columns, a try that writes nothing, then all of it.

The row is the truth, as with runs; ``carrying_out`` is a worker's side of it.
"""

from __future__ import annotations

import base64
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.extensions import rows_hit
from mentorship.rosters.import_models import (
    ImportState,
    RosterImport,
)
from mentorship.rosters.mapping import FoundColumn, look_at
from mentorship.rosters.records import Limits
from mentorship.sections.models import SectionRole

LIMITS = Limits(rows=20_000, columns=200)  # of a file on the site; the command line takes more
KEPT = dt.timedelta(days=7)  # what was begun and not finished goes after that, with its files
SIDES = (SectionRole.IMG, SectionRole.MENTOR)


class ImportChanged(RuntimeError):
    """Somebody else has taken this import further meanwhile."""


def begin(
    session: Session,
    *,
    section_id: uuid.UUID,
    by: uuid.UUID,
    files: Mapping[SectionRole, tuple[str, bytes]],
    now: dt.datetime,
) -> RosterImport:
    """Keep the files, sealed, and guess their columns; raise ``BadUpload`` for a bad one."""
    made = RosterImport(
        section_id=section_id,
        asked_by_id=by,
        asked_at=now,
        state=ImportState.MAPPING,
        mapping={
            side: {str(column.place): column.guess for column in look_at(data, side, LIMITS)}
            for side, (_, data) in files.items()
        },
        choices={},
    )
    made.files = {
        side: {"name": name, "data": base64.b64encode(data).decode()}
        for side, (name, data) in files.items()
    }
    session.add(made)
    session.flush()
    return made


def forget_old(session: Session, *, now: dt.datetime) -> None:
    """Forget imports of more than a week ago that still have their files, and are not done."""
    old = with_files(), RosterImport.asked_at < now - KEPT
    session.execute(sa.delete(RosterImport).where(*old))


def with_files() -> sa.ColumnElement[bool]:
    return RosterImport.files_sealed.is_not(None)


def import_of(session: Session, section_id: uuid.UUID, import_id: uuid.UUID) -> RosterImport:
    """Return an import of the section; NoResultFound for any other."""
    return session.scalars(
        sa.select(RosterImport).where(
            RosterImport.id == import_id, RosterImport.section_id == section_id
        ),
        execution_options={"populate_existing": True},
    ).one()


def recent(session: Session, section_id: uuid.UUID) -> Sequence[RosterImport]:
    return session.scalars(
        sa.select(RosterImport)
        .where(RosterImport.section_id == section_id)
        .options(sa.orm.defer(RosterImport.files_sealed), sa.orm.defer(RosterImport.report_sealed))
        .order_by(RosterImport.asked_at.desc())
        .limit(10)
    ).all()


def columns_of(found: RosterImport) -> Mapping[SectionRole, Sequence[FoundColumn]]:
    """Return the columns of each file that came, as they stand in it."""
    return {side: look_at(data, side, LIMITS) for side, (_, data) in files_of(found).items()}


def names_of(found: RosterImport) -> Mapping[SectionRole, str]:
    return {side: name for side, (name, _) in files_of(found).items()}


def files_of(found: RosterImport) -> Mapping[SectionRole, tuple[str, bytes]]:
    kept = found.files or {}
    return {
        side: (kept[side]["name"], base64.b64decode(kept[side]["data"]))
        for side in SIDES
        if side in kept
    }


def try_out(
    session: Session, found: RosterImport, mapping: Mapping[SectionRole, Mapping[int, str]]
) -> None:
    """Have a worker try the import with these columns; raise ``ImportChanged`` if it is over."""
    plain = {
        side: {str(place): name for place, name in own.items()} for side, own in mapping.items()
    }
    start = (ImportState.MAPPING, ImportState.CHECKED, ImportState.FAILED)
    _go(session, found, start, ImportState.CHECKING, mapping=plain)


def write(
    session: Session,
    found: RosterImport,
    *,
    tried: str,
    by: uuid.UUID,
    choices: Mapping[str, bool],
) -> None:
    """Have a worker write it; raise ``ImportChanged`` unless ``tried`` is how it stands now.

    ``choices`` are ``skip_bad`` and ``invite``. Whoever agrees has read what one try would do; with
    other columns, or tried anew since, it would do something else.
    """
    if tried != the_try(found):
        raise ImportChanged
    start, same = (ImportState.CHECKED,), RosterImport.hold == found.hold
    values = {"choices": dict(choices), "asked_by_id": by}
    _go(session, found, start, ImportState.WRITING, same, **values)


def the_try(found: RosterImport) -> str:
    """Return which try an import was last taken for: each worker who takes it holds it anew."""
    return str(found.hold or "")


def _go(
    session: Session,
    found: RosterImport,
    start: Sequence[ImportState],
    end: ImportState,
    *only: sa.ColumnElement[bool],
    **values: object,
) -> None:
    moved = rows_hit(
        session,
        sa.update(RosterImport)
        .where(RosterImport.id == found.id, RosterImport.state.in_(start), *only)
        .values(state=end, percent=0, attempt=0, lease_until=None, **values),
    )
    if not moved:
        raise ImportChanged
