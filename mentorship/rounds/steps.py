"""Which run of a round counts, and the way back and forth between them.

A run never changes, so an edit is one more run. An undo goes back to the run that was edited (the
same pairs, for it is the same run), or that counted before leaders chose another; a redo goes
forward again. A new run is undone by choosing another.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.rounds.lifecycle import round_changed
from mentorship.rounds.models import Round, RoundState, Run
from mentorship.rounds.rest_runs import is_of_rest, publishable
from mentorship.rounds.run_models import JobKind, RunJob, RunStep, StepKind


class RunChanged(RuntimeError):
    """Somebody else has made another run count meanwhile."""

    def __init__(self, number: int, by: str | None, at: dt.datetime) -> None:
        super().__init__(f"run {number} counts now")
        self.number, self.by, self.at = number, by, at


class NothingToUndo(RuntimeError):
    """There is no earlier (or later) run to go to."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A run that came to count, with its number: who made it so (None: by itself) and when."""

    run_id: uuid.UUID
    number: int
    by: str | None
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Ways:
    """The run that counts, and where undo and redo lead."""

    current: uuid.UUID | None
    undo: uuid.UUID | None
    redo: uuid.UUID | None
    before: int | None = None  # number of the run that counted before, if an undo leads nowhere
    taken: Sequence[Taken] = ()  # every step of the round, the latest first

    def instead_of(self, run: Run) -> Taken | None:
        """Return what counted when a run was made that never did; None if it once came to count."""
        if any(step.run_id == run.id for step in self.taken):
            return None
        return next((step for step in self.taken if step.at <= run.made_at), None)


def current_run_id(
    round_id: uuid.UUID | sa.orm.InstrumentedAttribute[uuid.UUID],
) -> sa.ScalarSelect[uuid.UUID]:
    """Select the id of the run that counts in a round."""
    return (
        sa.select(RunStep.run_id)
        .where(RunStep.round_id == round_id)
        .order_by(RunStep.number.desc())
        .limit(1)
        .correlate_except(RunStep)
        .scalar_subquery()
    )


def current_run(session: Session, round_id: uuid.UUID) -> Run | None:
    return session.scalar(sa.select(Run).where(Run.id == current_run_id(round_id)))


def ways(session: Session, round_id: uuid.UUID) -> Ways:
    """Return the run that counts and where undo and redo lead, in one query.

    Undo leads to the run that counted before the last edit or choice that still stands; redo to
    what was undone last and not done again since.
    """
    steps = session.execute(
        sa.select(
            RunStep.run_id,
            Run.number,
            User.name,
            RunStep.taken_at,
            RunStep.kind,
        )
        .join(Run, Run.id == RunStep.run_id)
        .outerjoin(User, User.id == RunStep.taken_by_id)
        .where(RunStep.round_id == round_id)
        .order_by(RunStep.number.desc())
    ).all()
    if not steps:
        return Ways(None, None, None)
    current = steps[0].run_id
    undo, redo = _back_and_forth([(step.kind, step.run_id) for step in reversed(steps)])
    before = next((step.number for step in steps if step.run_id != current), None)
    taken = [Taken(step.run_id, step.number, step.name, step.taken_at) for step in steps]
    return Ways(current, undo, redo, None if undo else before, taken)


def _back_and_forth(
    steps: Sequence[tuple[StepKind, uuid.UUID]],
) -> tuple[uuid.UUID | None, uuid.UUID | None]:
    """Return where an undo and a redo lead after these steps, the first one first."""
    back: list[uuid.UUID] = []  # what each step that may be undone went away from
    forth: list[uuid.UUID] = []  # what each undo went away from
    current: uuid.UUID | None = None
    for kind, run_id in steps:
        if kind is StepKind.UNDO:
            del back[-1:]
        elif kind is StepKind.REDO:
            del forth[-1:]
        else:
            forth.clear()
        if kind is StepKind.RUN:
            back.clear()
        elif current is not None:
            (forth if kind is StepKind.UNDO else back).append(current)
        current = run_id
    return back[-1] if back else None, forth[-1] if forth else None


def take_step(  # noqa: PLR0913  a step says which run, how, who and when
    session: Session,
    *,
    round_id: uuid.UUID,
    run_id: uuid.UUID,
    kind: StepKind,
    by: uuid.UUID | None,
    now: dt.datetime,
) -> None:
    """Make a run count from now on.

    Raises
    ------
    RunChanged
        Somebody took a step at the same moment.

    """
    latest = sa.select(sa.func.max(RunStep.number)).where(RunStep.round_id == round_id)
    step = RunStep(
        round_id=round_id,
        number=(session.scalar(latest) or 0) + 1,
        run_id=run_id,
        kind=kind,
        taken_at=now,
        taken_by_id=by,
    )
    try:
        with session.begin_nested():
            session.add(step)
    except IntegrityError:
        raise run_changed(session, round_id) from None


def undo(
    session: Session, *, round_id: uuid.UUID, seen: uuid.UUID, by: uuid.UUID, now: dt.datetime
) -> Run:
    """Go back to the run before the last edit or choice and return it.

    Raises
    ------
    NothingToUndo
        The run that counts was neither edited nor chosen.
    RunChanged, RoundChanged
        Somebody was faster.

    """
    known = _hold(session, round_id, seen)
    return _go(session, round_id, known, known.undo, StepKind.UNDO, by=by, now=now)


def redo(
    session: Session, *, round_id: uuid.UUID, seen: uuid.UUID, by: uuid.UUID, now: dt.datetime
) -> Run:
    """Go forward again to the edit that was undone and return it. Raises like ``undo``."""
    known = _hold(session, round_id, seen)
    return _go(session, round_id, known, known.redo, StepKind.REDO, by=by, now=now)


def choose(  # noqa: PLR0913  a step says which run, who and when
    session: Session,
    *,
    round_id: uuid.UUID,
    run_id: uuid.UUID,
    seen: uuid.UUID,
    by: uuid.UUID,
    now: dt.datetime,
) -> Run:
    """Make a run of the round count: an edit of the one that was seen, or any other.

    Among runs of the rest, only another such run can. In review the set-up takes the policy of the
    run over, unless it named another than that of the run before.

    Raises
    ------
    NoResultFound
        The run is not of this round.
    RunChanged, RoundChanged
        Somebody was faster.

    """
    known = _hold(session, round_id, seen)
    found = session.execute(
        sa.select(Run.id, RunJob.base_run_id)
        .outerjoin(RunJob, sa.and_(RunJob.run_id == Run.id, RunJob.kind == JobKind.EDIT))
        .where(Run.id == run_id, Run.round_id == round_id)
    ).one()
    if is_of_rest(session, seen) and not is_of_rest(session, run_id):
        raise round_changed(session, round_id)
    kind = StepKind.EDIT if found.base_run_id == seen else StepKind.CHOOSE
    return _go(session, round_id, known, run_id, kind, by=by, now=now)


def _hold(session: Session, round_id: uuid.UUID, seen: uuid.UUID) -> Ways:
    hold_review(session, round_id)
    known = ways(session, round_id)
    if known.current != seen:
        raise run_changed(session, round_id)
    return known


def _go(  # noqa: PLR0913  as take_step
    session: Session,
    round_id: uuid.UUID,
    known: Ways,
    to: uuid.UUID | None,
    kind: StepKind,
    *,
    by: uuid.UUID,
    now: dt.datetime,
) -> Run:
    if to is None:
        raise NothingToUndo
    take_step(session, round_id=round_id, run_id=to, kind=kind, by=by, now=now)
    round_, run = session.get_one(Round, round_id), session.get_one(Run, to)
    before = session.get_one(Run, known.current)
    if round_.state is RoundState.REVIEW and round_.policy == before.policy:
        round_.policy = run.policy  # else whoever runs again would lose what was chosen
        session.flush()
    return run


def hold_review(session: Session, round_id: uuid.UUID) -> None:
    """Hold the round so that it cannot be published meanwhile; its run must be open to edits.

    Raises
    ------
    RoundChanged
        It is not, see ``open_run``.

    """
    round_ = session.get_one(Round, round_id, with_for_update=True, populate_existing=True)
    if open_run(session, round_) is None:
        raise round_changed(session, round_id)


def open_run(session: Session, round_: Round) -> uuid.UUID | None:
    """Return the run that leaders may change by hand now, or put another in its place of.

    That is the one that counts: while the round is in review, or if it is of the rest, until it is
    published. Nothing is changed while a run is on its way out.
    """
    current = ways(session, round_.id).current
    may = publishable(session, round_.id, round_.state, [current] if current else ())
    if current not in may:
        return None
    return current


def run_changed(session: Session, round_id: uuid.UUID) -> RunChanged:
    """Say which run counts now, and who made it so and when."""
    latest = ways(session, round_id).taken[0]
    return RunChanged(latest.number, latest.by, latest.at)
