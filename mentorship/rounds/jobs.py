"""Runs that a leader asks for and cancels, or that end as a round does. Workers: ``holding``."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mentorship.matching import POLICIES
from mentorship.rounds import round_letters
from mentorship.rounds.choices import EDITABLE, OUT, RUNNABLE
from mentorship.rounds.closing import close_with_run
from mentorship.rounds.going_on import end_waiting
from mentorship.rounds.holding import change, end_overtaken, ended, give_up_rest
from mentorship.rounds.lifecycle import move, round_changed
from mentorship.rounds.models import Round, RoundState, Run
from mentorship.rounds.rest import leave_rest
from mentorship.rounds.rest_runs import is_of_rest, on_its_way
from mentorship.rounds.run_models import LIVE_JOBS, JobKind, JobState, RunJob
from mentorship.rounds.scope import run_of_round
from mentorship.rounds.setup import rules_of
from mentorship.rounds.steps import hold_review


class OthersTried(RuntimeError):
    """The policies of another run are being tried; ``number`` is that run's."""

    def __init__(self, number: int) -> None:
        super().__init__(f"run {number} under other policies")
        self.number = number


class JobOver(RuntimeError):
    """What was to be cancelled has ended already."""


def ask_run(
    session: Session, *, round_id: uuid.UUID, by: uuid.UUID | None, now: dt.datetime
) -> RunJob:
    """Ask for a run with everybody as they are now.

    Locks and bans are kept, those of the run that counts when a worker takes it up.

    Asking twice is as good as once. Enrolment ends with it, and whoever is ready comes in: who came
    later, or agreed by request while a worker solves, would not be in the run.

    Raises
    ------
    RoundChanged
        The round is not open and not in review.

    """
    round_ = hold_in(session, round_id, RUNNABLE)
    close_with_run(session, round_, by=by, now=now)
    job = RunJob(
        round_id=round_id,
        kind=JobKind.RUN,
        policy=round_.policy,
        rules=rules_of(session, round_).to_json(),
        asked_by_id=by,
        asked_at=now,
    )
    return ask(session, job)


def ask_policies(
    session: Session, *, round_id: uuid.UUID, run: Run, by: uuid.UUID, now: dt.datetime
) -> Sequence[RunJob]:
    """Ask for the same people and rules under every other policy, to compare.

    Raises
    ------
    RoundChanged
        The run is not open to changes.
    OthersTried
        A worker tries those of another run: one such set at a time.

    """
    if is_of_rest(session, run.id):
        hold_review(session, round_id)
    else:
        hold_in(session, round_id, RUNNABLE)
    tried = (
        sa.select(Run.number)
        .join(RunJob, RunJob.base_run_id == Run.id)
        .where(RunJob.round_id == round_id, RunJob.kind == JobKind.POLICY)
        .where(RunJob.state.in_(LIVE_JOBS), Run.id != run.id)
        .limit(1)
    )
    if number := session.scalar(tried):
        raise OthersTried(number)
    return [
        ask(
            session,
            RunJob(
                round_id=round_id,
                kind=JobKind.POLICY,
                policy=policy,
                rules=run.rules,
                base_run_id=run.id,
                asked_by_id=by,
                asked_at=now,
            ),
        )
        for policy in POLICIES
        if policy != run.policy
    ]


def ask_rest(session: Session, *, round_id: uuid.UUID, by: uuid.UUID, now: dt.datetime) -> RunJob:
    """Ask for a run of whoever still waits in a published round, with the seats that are left.

    By the policy of the run that counts: what went out, or an earlier run of the rest.

    Raises
    ------
    RoundChanged
        The round is not published, or finished; or a run of the rest is on its way out.

    """
    round_ = hold_in(session, round_id, OUT)
    if on_its_way(session, round_id):
        raise round_changed(session, round_id)
    move(session, round_id, OUT, RoundState.REMATCHING)
    job = RunJob(
        round_id=round_id,
        kind=JobKind.REST,
        policy=run_of_round(session, round_id).policy,
        rules=rules_of(session, round_).to_json(),
        asked_by_id=by,
        asked_at=now,
    )
    return ask(session, job)


def ask(session: Session, job: RunJob) -> RunJob:
    """Put a job down; if such a one waits or runs already, return that."""
    try:
        with session.begin_nested():
            session.add(job)
    except IntegrityError:
        return session.scalars(
            sa.select(RunJob).where(
                RunJob.round_id == job.round_id,
                RunJob.kind == job.kind,
                RunJob.policy == job.policy,
                RunJob.state.in_(LIVE_JOBS),
            )
        ).one()
    return job


def open_again(session: Session, *, round_id: uuid.UUID, now: dt.datetime) -> None:
    """Open a closed round again, without a deadline; raise ``RoundChanged`` if it is not closed.

    What is solved for it ends: it is of the people of before, and whoever asks anew would get it.
    So it stays closed if another leader has asked for a run at this moment.
    """
    end_overtaken(session, round_id=round_id, why="round_changed", now=now)
    hold_in(session, round_id, (RoundState.CLOSED,))
    asked = sa.select(RunJob.id).where(RunJob.round_id == round_id, RunJob.state.in_(LIVE_JOBS))
    if session.scalar(asked.limit(1)):
        raise round_changed(session, round_id)
    move(session, round_id, (RoundState.CLOSED,), RoundState.OPEN, closes_at=None)


def give_up_round(session: Session, *, round_id: uuid.UUID, now: dt.datetime) -> None:
    """Put a round away that is not published, for good, and tell whoever takes part in it.

    What is solved for it and requests that wait end; pairs agreed by request go on, as after a
    finished round. Of a draft nobody knows, so nobody is told.

    Raises
    ------
    RoundChanged
        The round is published, or on its way out, or over.

    """
    end_overtaken(session, round_id=round_id, why="round_changed", now=now)
    round_ = session.get_one(Round, round_id, with_for_update=True, populate_existing=True)
    drafted, closes_at = round_.state is RoundState.DRAFT, round_.closes_at
    if round_.state is RoundState.OPEN:
        closes_at = now
    over = {"given_up": True, "finished_at": now, "closes_at": None if drafted else closes_at}
    move(session, round_id, EDITABLE, RoundState.ARCHIVED, **over)
    if not drafted:
        end_waiting(session, round_id, now=now, each_is_told=False)
        round_letters.round_given_up(session, round_, now=now)


def hold_in(session: Session, round_id: uuid.UUID, states: Collection[RoundState]) -> Round:
    round_ = session.get_one(Round, round_id, with_for_update=True, populate_existing=True)
    if round_.state not in states:
        raise round_changed(session, round_id)
    return round_


def cancel(session: Session, *, job_id: uuid.UUID, now: dt.datetime) -> bool:
    """Cancel a job that is not over; tell whether it was in time."""
    in_time = change(
        session,
        (RunJob.id == job_id, RunJob.state.in_(LIVE_JOBS)),
        **ended(JobState.CANCELLED, now),
    )
    if in_time:
        give_up_rest(session, job_id, now=now)
    return in_time


def cancel_in_time(session: Session, *, job_id: uuid.UUID, now: dt.datetime) -> None:
    """Cancel a job; raise ``JobOver`` if it was too late."""
    if not cancel(session, job_id=job_id, now=now):
        raise JobOver


def drop_rest(session: Session, *, round_id: uuid.UUID, now: dt.datetime) -> bool:
    """Leave the rest of a round as it is, and cancel what works on it; False if nothing does.

    What was asked for before the round was finished comes to nothing by itself.
    """
    out = sa.exists().where(Round.id == RunJob.round_id, Round.state.in_(OUT))
    live = sa.select(RunJob.id).where(RunJob.round_id == round_id, RunJob.state.in_(LIVE_JOBS), out)
    cancelled = [cancel(session, job_id=job_id, now=now) for job_id in session.scalars(live).all()]
    return leave_rest(session, round_id=round_id, now=now) or any(cancelled)
