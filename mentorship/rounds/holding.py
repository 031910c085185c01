"""A run in the hands of a worker: claimed under a lease, kept alive, kept or failed.

The row is the truth. A worker holds it by an attempt number and until a moment; every write of the
worker says both, so that one who was taken for dead writes nothing when it wakes up.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.extensions import let_go_when_frozen, rows_hit
from mentorship.matching import ImpossibleRules
from mentorship.pulse import NotMine
from mentorship.rounds.choices import ENROLLED, OUT
from mentorship.rounds.inputs import (
    BadProfile,
    Inputs,
    InputsForgotten,
    NobodyToMatch,
    gathered,
    kept,
)
from mentorship.rounds.lifecycle import RoundChanged, move, round_changed
from mentorship.rounds.models import Round, RoundState, Run
from mentorship.rounds.rest import leave_rest, rules_for_rest
from mentorship.rounds.rest_runs import is_of_rest, on_its_way, went_out
from mentorship.rounds.run_models import (
    COUNTING,
    LIVE_JOBS,
    MOST_ATTEMPTS,
    JobKind,
    JobState,
    Phase,
    RunJob,
    StepKind,
)
from mentorship.rounds.run_rows import Solved
from mentorship.rounds.run_rules import RunRules, with_edits
from mentorship.rounds.running import ProofFailed, counting, keep
from mentorship.rounds.steps import current_run, take_step, ways

LEASE = dt.timedelta(seconds=20)


# What a run may be refused for, by the kind kept with the job.
REFUSALS: Mapping[type[Exception], str] = {
    BadProfile: "bad_profile",
    NobodyToMatch: "nobody",
    ImpossibleRules: "impossible",
    ProofFailed: "proof",
    RoundChanged: "round_changed",
    InputsForgotten: "forgotten",
}


@dataclass(frozen=True, slots=True)
class Held:
    """A job in the hands of one worker."""

    job_id: uuid.UUID
    attempt: int


def due(session: Session, *, now: dt.datetime) -> Sequence[uuid.UUID]:
    """Return jobs that wait for a worker, and those whose worker is gone; the oldest first."""
    return session.scalars(
        sa.select(RunJob.id).where(_free(now)).order_by(RunJob.asked_at).limit(20)
    ).all()


def claim(session: Session, job_id: uuid.UUID, *, now: dt.datetime) -> Held | None:
    """Take a job that waits or whose worker is gone; None if there is nothing to take.

    A job that was taken too often fails instead: it may be what kills the workers.
    """
    let_go_when_frozen(session, LEASE)
    free = (RunJob.id == job_id, _free(now))
    change(
        session,
        (*free, RunJob.attempt >= MOST_ATTEMPTS),
        **ended(JobState.FAILED, now),
        failure={"kind": "gave_up"},
    )
    attempt = session.scalar(
        sa.update(RunJob)
        .where(*free)
        .values(
            state=JobState.RUNNING,
            attempt=RunJob.attempt + 1,
            lease_until=now + LEASE,
            heartbeat_at=now,
            phase=Phase.GATHERING,
            percent=0,
        )
        .returning(RunJob.attempt)
    )
    if attempt is None:
        return None
    _take_edits(session, job_id)
    return Held(job_id, attempt)


def _take_edits(session: Session, job_id: uuid.UUID) -> None:
    """Give a run that is to count what leaders have locked and forbidden by now."""
    job = session.get_one(RunJob, job_id, populate_existing=True)
    if job.kind not in COUNTING:
        return
    run, rules = current_run(session, job.round_id), RunRules.from_json(job.rules)
    if job.kind is JobKind.REST:
        rules = rules_for_rest(session, session.get_one(Round, job.round_id), rules)
    else:
        rules = with_edits(rules, run)
    job.rules, job.base_run_id = rules.to_json(), run.id if run else None
    session.flush()


def beat(session: Session, held: Held, *, phase: Phase, percent: int, now: dt.datetime) -> None:
    """Say that the worker lives and how far it is; raise ``NotMine`` if the job is not its own."""
    let_go_when_frozen(session, LEASE)
    values = {"phase": phase, "percent": percent, "heartbeat_at": now, "lease_until": now + LEASE}
    if not change(session, _mine(held, now), **values):
        raise NotMine


def inputs_of(session: Session, held: Held, *, now: dt.datetime) -> Inputs:
    """Return what the run is to be made of. Raises what may be refused."""
    job = session.get_one(RunJob, held.job_id, populate_existing=True)
    rules = RunRules.from_json(job.rules)
    if job.kind not in COUNTING:
        base = session.get_one(Run, job.base_run_id)
        return counting(session, kept(base, rules=rules, policy=job.policy))
    round_ = session.get_one(Round, job.round_id, populate_existing=True)
    if round_.state not in (OUT if job.kind is JobKind.REST else ENROLLED):
        raise round_changed(session, round_.id)
    return counting(session, gathered(session, round_, rules=rules, policy=job.policy, now=now))


def finish(session: Session, held: Held, made: Solved, *, now: dt.datetime) -> Run:
    """Keep the run in the one transaction that ends its job.

    It counts unless leaders have made another run count since this one was taken up, which may have
    locks that this one has not, or have planned to publish one.

    Raises
    ------
    NotMine
        The lease is over, or the job is cancelled: nothing may be written.
    RoundChanged
        The round has been published meanwhile.

    """
    beat(session, held, phase=Phase.KEEPING, percent=95, now=now)  # and holds the row
    job = session.get_one(RunJob, held.job_id, populate_existing=True)
    counts, of_rest = job.kind in COUNTING, job.kind is JobKind.REST
    if not counts and job.base_run_id is not None and is_of_rest(session, job.base_run_id):
        of_rest = True  # a rest that was left as it is meanwhile takes no more edits
        move(session, job.round_id, (RoundState.REMATCHING,), RoundState.REMATCHING)
    by = job.asked_by_id
    run = keep(session, made, round_id=job.round_id, by=by, now=now, of_rest=of_rest)
    planned = of_rest and on_its_way(session, job.round_id)
    if counts and not planned and ways(session, job.round_id).current == job.base_run_id:
        take_step(
            session,
            round_id=job.round_id,
            run_id=run.id,
            kind=StepKind.RUN,
            by=by,
            now=now,
        )
    change(session, _mine(held, now), **ended(JobState.DONE, now), percent=100, run_id=run.id)
    return run


def release(session: Session, held: Held, *, now: dt.datetime) -> bool:
    """Put a job back that its worker cannot end; tell whether it was still its own.

    Whatever the worker does after this, it no longer holds the job and writes nothing.
    """
    return change(
        session, _mine(held, now), state=JobState.WAITING, lease_until=None, phase=None, percent=0
    )


def fail(session: Session, held: Held, *, failure: Mapping[str, Any], now: dt.datetime) -> None:
    """End a job without a run, and say why."""
    over = ended(JobState.FAILED, now)
    if change(session, _mine(held, now), **over, failure=dict(failure)):
        give_up_rest(session, held.job_id, now=now)


def end_overtaken(session: Session, *, round_id: uuid.UUID, why: str, now: dt.datetime) -> None:
    """End what is solved for a round: it is made of people as they were before. ``why`` is kept.

    Before anything else of the round is held: whoever keeps a run holds its job first, too.
    """
    live = (RunJob.round_id == round_id, RunJob.state.in_(LIVE_JOBS))
    change(session, live, **ended(JobState.FAILED, now), failure={"kind": why})


def give_up_rest(session: Session, job_id: uuid.UUID, *, now: dt.datetime) -> None:
    """Go back to answering if what has come to nothing was a run of the rest."""
    job = session.get_one(RunJob, job_id, populate_existing=True)
    if job.kind is JobKind.REST:
        back_to_answering(session, round_id=job.round_id, now=now)


def back_to_answering(session: Session, *, round_id: uuid.UUID, now: dt.datetime) -> None:
    """Go back to answering if there is no run of the rest to look at, and none is solved.

    Not if an earlier one counts, which leaders may still change and publish.
    """
    solved = sa.exists().where(
        RunJob.round_id == round_id, RunJob.kind == JobKind.REST, RunJob.state.in_(LIVE_JOBS)
    )
    counts = ways(session, round_id).current
    open_to_change = (
        counts is not None and is_of_rest(session, counts) and not went_out(session, counts)
    )
    if not open_to_change and not session.scalar(sa.select(solved)):
        leave_rest(session, round_id=round_id, now=now)


def failure_of(refused: Exception) -> Mapping[str, Any]:
    """Return what is kept of a refusal: its kind, and keys of those concerned, no names."""
    kind = REFUSALS.get(type(refused), "trouble")
    if isinstance(refused, BadProfile):
        return {"kind": kind, "profile": str(refused.profile_id), "why": refused.why}
    if isinstance(refused, ImpossibleRules):
        return {
            "kind": kind,
            "rule": refused.rule,
            "img": refused.img,
            "mentor": refused.mentor,
        }
    return {"kind": kind}


def _free(now: dt.datetime) -> sa.ColumnElement[bool]:
    gone = sa.and_(RunJob.state == JobState.RUNNING, RunJob.lease_until <= now)
    return sa.or_(RunJob.state == JobState.WAITING, gone)


def _mine(held: Held, now: dt.datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        RunJob.id == held.job_id,
        RunJob.attempt == held.attempt,
        RunJob.state == JobState.RUNNING,
        RunJob.lease_until > now,
    )


def ended(state: JobState, now: dt.datetime) -> dict[str, Any]:
    return {"state": state, "lease_until": None, "ended_at": now}


def change(session: Session, where: tuple[sa.ColumnElement[bool], ...], **values: object) -> bool:
    return bool(rows_hit(session, sa.update(RunJob).where(*where).values(**values)))
