"""An import in the hands of a worker: claimed under a lease, tried or written, ended.

What is written goes out in the one transaction that ends the work, or not at all.
"""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from mentorship.accounts.claiming import invite_many
from mentorship.extensions import let_go_when_frozen, rows_hit
from mentorship.pulse import NotMine
from mentorship.rosters.format import read_imgs, read_mentors
from mentorship.rosters.import_models import (
    MOST_ATTEMPTS,
    WORKED_ON,
    ImportState,
    RosterImport,
)
from mentorship.rosters.importing import plan_import
from mentorship.rosters.plans import ImportReport, Plan, Told, write_plan
from mentorship.rosters.rows import ImgRow, MentorRow, Roster
from mentorship.rosters.uploads import LIMITS, files_of
from mentorship.sections.models import SectionRole

LEASE = dt.timedelta(seconds=20)  # as that of a run
WRITES = dt.timedelta(minutes=1)  # between two writes of many rows, at most
ALONE = dt.timedelta(minutes=10)  # holding the row itself: the lease is told to nobody meanwhile
MOST_SHOWN = 1000  # problems that are kept


Rosters: TypeAlias = tuple[Roster[ImgRow], Roster[MentorRow]]


@dataclass(frozen=True, slots=True)
class Held:
    """An import in the hands of one worker, by a key that no other has."""

    import_id: uuid.UUID
    hold: uuid.UUID
    writes: bool


def due_imports(session: Session, *, now: dt.datetime) -> Sequence[uuid.UUID]:
    """Return imports that wait for a worker, and those whose worker is gone."""
    return session.scalars(
        sa.select(RosterImport.id).where(_free(now)).order_by(RosterImport.asked_at)
    ).all()


def claim(session: Session, import_id: uuid.UUID, *, now: dt.datetime) -> Held | None:
    """Take an import that waits; None if there is nothing to take. The fourth try is a failure."""
    free = (RosterImport.id == import_id, _free(now))
    session.execute(
        sa.update(RosterImport)
        .where(*free, RosterImport.attempt >= MOST_ATTEMPTS)
        .values(state=ImportState.FAILED, lease_until=None, ended_at=now)
    )
    hold, attempt = uuid.uuid4(), RosterImport.attempt + 1
    state = session.scalar(
        sa.update(RosterImport)
        .where(*free)
        .values(attempt=attempt, hold=hold, lease_until=now + LEASE, percent=5)
        .returning(RosterImport.state)
    )
    return None if state is None else Held(import_id, hold, state is ImportState.WRITING)


def _free(now: dt.datetime) -> sa.ColumnElement[bool]:
    gone = sa.or_(RosterImport.lease_until.is_(None), RosterImport.lease_until <= now)
    return sa.and_(RosterImport.state.in_(WORKED_ON), gone)


def beat(  # noqa: PLR0913  whose, when, how far, and for how long
    session: Session,
    held: Held,
    *,
    now: dt.datetime,
    percent: int | None = None,
    lease: dt.timedelta | None = None,
    frozen: dt.timedelta | None = None,
) -> None:
    """Say that the worker lives, and hold the row; raise ``NotMine`` if it is not its own.

    Who does nothing in this transaction for as long as ``frozen`` loses it. Both are ``LEASE``
    where nothing is said.
    """
    let_go_when_frozen(session, frozen or LEASE)
    values: dict[str, Any] = {"lease_until": now + (lease or LEASE)}
    values |= {} if percent is None else {"percent": percent}
    if not rows_hit(session, sa.update(RosterImport).where(*_mine(held, now)).values(**values)):
        raise NotMine


def release(session: Session, held: Held, *, now: dt.datetime) -> bool:
    """Let others have an import that its worker cannot end; tell whether it was still its own.

    Whatever the worker does after this, it no longer holds the import and writes nothing.
    """
    mine = sa.update(RosterImport).where(*_mine(held, now))
    return bool(rows_hit(session, mine.values(lease_until=None, percent=0)))


def _mine(held: Held, now: dt.datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        RosterImport.id == held.import_id,
        RosterImport.hold == held.hold,
        RosterImport.state.in_(WORKED_ON),
        RosterImport.lease_until > now,
    )


def read_files(session: Session, held: Held) -> Rosters:
    """Read both files with the columns that were chosen; one that did not come is empty."""
    found = session.get_one(RosterImport, held.import_id, populate_existing=True)
    files = files_of(found)

    def of(side: SectionRole) -> dict[str, Any]:
        name, data = files.get(side, ("", b"email,name\n"))
        mapping = found.mapping.get(side)
        columns = {int(place): column for place, column in mapping.items()} if mapping else None
        return {"stream": io.BytesIO(data), "file": name, "limits": LIMITS, "mapping": columns}

    imgs, mentors = read_imgs(**of(SectionRole.IMG)), read_mentors(**of(SectionRole.MENTOR))
    return (  # of a file that did not come there is nothing to note
        imgs if SectionRole.IMG in files else replace(imgs, notes=()),
        mentors if SectionRole.MENTOR in files else replace(mentors, notes=()),
    )


def work_out(
    session: Session,
    held: Held,
    rosters: Rosters,
    *,
    now: dt.datetime,
) -> Plan | ImportReport:
    """Say what bringing the people in would write, or what stands in its way. Writes nothing."""
    found = _found(session, held)
    imgs, mentors = rosters
    return plan_import(
        session,
        section=found.section,
        imgs=imgs,
        mentors=mentors,
        now=now,
        skip_bad=bool(found.choices.get("skip_bad")) if held.writes else True,
    )


def finish(session: Session, held: Held, plan: Plan | ImportReport, *, now: dt.datetime) -> bool:
    """Write what is to be written, with invitations if that was asked, and end the work.

    False, and nothing is written, if what the plan was made of is no longer so.

    Raises
    ------
    NotMine
        This worker was taken for dead.

    """
    beat(session, held, now=now, percent=100, lease=ALONE, frozen=WRITES)
    found = _found(session, held)
    report = plan if isinstance(plan, ImportReport) else plan.report
    done = held.writes and isinstance(plan, Plan)
    if held.writes and isinstance(plan, Plan):
        if not write_plan(session, plan, Told(found.asked_by_id, found.id)):
            return False
        if found.choices.get("invite"):
            invite_many(session, report.unclaimed, found.section.name, now=now)
    found.report = told(report)
    found.state, found.lease_until = ImportState.DONE if done else ImportState.CHECKED, None
    if done:
        found.files, found.ended_at = None, now
    session.flush()
    return True


def _found(session: Session, held: Held) -> RosterImport:
    return session.get_one(
        RosterImport,
        held.import_id,
        populate_existing=True,
        options=[joinedload(RosterImport.section)],
    )


def fail(session: Session, held: Held, *, now: dt.datetime) -> None:
    session.execute(
        sa.update(RosterImport)
        .where(*_mine(held, now))
        .values(state=ImportState.FAILED, lease_until=None, ended_at=now)
    )


def told(report: ImportReport) -> dict[str, Any]:
    """Return a report as it is kept: counts, and the first thousand problems and notes."""
    return {
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "refused": report.refused,
        "unclaimed": len(report.unclaimed),
        "problem_count": len(report.problems),
        "problems": [asdict(problem) for problem in report.problems[:MOST_SHOWN]],
        "bad_rows": len({(p.file, p.line) for p in report.problems}),
        "notes": list(report.notes[:MOST_SHOWN]),
    }
