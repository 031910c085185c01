"""Runs in the background: the row and its lease decide who may write, and what came of it."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mentorship.pulse import NotMine
from mentorship.rounds import holding, jobs, progress, service
from mentorship.rounds.models import Round, RoundState, Run
from mentorship.rounds.run_models import (
    MOST_ATTEMPTS,
    JobKind,
    JobState,
    Phase,
    RunJob,
    RunStep,
)
from mentorship.rounds.run_rows import Solved
from mentorship.rounds.running import solved
from mentorship.solving import SHARES, solve_run
from tests.factories import NOW
from tests.rounds.cast import Cast
from tests.rounds.work import Still, work

LATER = NOW + holding.LEASE + dt.timedelta(seconds=1)


def ask(session: Session, round_: Round) -> RunJob:
    return jobs.ask_run(session, round_id=round_.id, by=None, now=NOW)


def made(session: Session, held: holding.Held) -> Solved:
    return solved(holding.inputs_of(session, held, now=NOW))


def state(session: Session, job: RunJob) -> JobState:
    return session.scalars(sa.select(RunJob.state).where(RunJob.id == job.id)).one()


def runs(session: Session) -> int:
    return session.scalars(sa.select(sa.func.count()).select_from(Run)).one()


def test_a_run_that_was_asked_for_is_made_and_counts(cast: Cast, session: Session) -> None:
    round_ = cast.open()
    job = jobs.ask_run(session, round_id=round_.id, by=cast.leader.id, now=NOW)
    work(session)
    page = progress.job_page(session, round_.id, job.id, now=NOW)
    assert (page.state, page.run, page.percent, page.live) == (JobState.DONE, 1, 100, False)
    run = session.scalars(sa.select(Run)).one()
    assert (run.matched, run.made_by_id) == (3, cast.leader.id)
    assert cast.again(round_).state is RoundState.REVIEW
    assert session.scalars(sa.select(RunStep.run_id)).all() == [run.id]


def test_asking_twice_is_as_good_as_once(cast: Cast, session: Session) -> None:
    round_ = cast.open()
    assert ask(session, round_) is ask(session, round_)
    work(session)
    assert ask(session, round_).state is JobState.WAITING


def test_a_run_of_before_the_round_was_opened_again_never_counts(
    cast: Cast, session: Session
) -> None:
    round_ = cast.open()
    before = ask(session, round_)
    held = holding.claim(session, before.id, now=NOW)
    assert held
    result = made(session, held)
    jobs.open_again(session, round_id=round_.id, now=NOW)
    assert state(session, before) is JobState.FAILED
    cast.img("Late Comer")
    assert ask(session, round_).id != before.id
    with pytest.raises(NotMine), session.begin_nested():
        holding.finish(session, held, result, now=NOW)
    work(session)
    run = session.scalars(sa.select(Run)).one()
    assert run.matched + run.unmatched == 4


@pytest.mark.parametrize("end", ["draft", "published"])
def test_only_an_open_or_reviewed_round_can_be_asked_for(
    cast: Cast, session: Session, end: str
) -> None:
    round_ = cast.draft() if end == "draft" else cast.published()
    with pytest.raises(service.RoundChanged):
        ask(session, round_)


def test_one_worker_holds_a_job_and_another_takes_it_over_after_the_lease(
    cast: Cast, session: Session
) -> None:
    job = ask(session, cast.open())
    assert holding.due(session, now=NOW) == [job.id]
    first = holding.claim(session, job.id, now=NOW)
    assert first == holding.Held(job.id, 1)
    assert holding.claim(session, job.id, now=NOW) is None
    assert holding.due(session, now=NOW) == []
    assert holding.due(session, now=LATER) == [job.id]
    assert holding.claim(session, job.id, now=LATER) == holding.Held(job.id, 2)


def test_signs_of_life_keep_the_lease(cast: Cast, session: Session) -> None:
    job = ask(session, cast.open())
    held = holding.claim(session, job.id, now=NOW)
    assert held
    soon = NOW + holding.LEASE / 2
    holding.beat(session, held, phase=Phase.SOLVING, percent=40, now=soon)
    assert holding.claim(session, job.id, now=LATER) is None
    page = progress.job_page(session, job.round_id, job.id, now=soon)
    assert (page.phase, page.percent) == (progress.PHASES[Phase.SOLVING], 40)
    with pytest.raises(NotMine):
        holding.beat(session, held, phase=Phase.SOLVING, percent=50, now=soon + 2 * holding.LEASE)


@pytest.mark.parametrize("taken_over", [False, True])
def test_who_was_taken_for_dead_writes_nothing(
    cast: Cast, session: Session, *, taken_over: bool
) -> None:
    job = ask(session, cast.open())
    zombie = holding.claim(session, job.id, now=NOW)
    assert zombie
    result = made(session, zombie)
    if taken_over:
        assert holding.claim(session, job.id, now=LATER)
    with pytest.raises(NotMine), session.begin_nested():
        holding.finish(session, zombie, result, now=LATER)
    holding.fail(session, zombie, failure={"kind": "trouble"}, now=LATER)
    assert state(session, job) is JobState.RUNNING
    assert runs(session) == 0


def test_a_cancelled_run_is_not_kept(cast: Cast, session: Session) -> None:
    round_ = cast.open()
    job = ask(session, round_)
    held = holding.claim(session, job.id, now=NOW)
    assert held
    assert jobs.cancel(session, job_id=job.id, now=NOW)
    assert not jobs.cancel(session, job_id=job.id, now=NOW)
    with pytest.raises(NotMine), session.begin_nested():
        holding.finish(session, held, made(session, held), now=NOW)
    assert (state(session, job), runs(session)) == (JobState.CANCELLED, 0)
    assert cast.again(round_).state is RoundState.CLOSED


def test_a_run_that_kills_its_workers_is_given_up(cast: Cast, session: Session) -> None:
    job = ask(session, cast.open())
    now = NOW
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert holding.claim(session, job.id, now=now) == holding.Held(job.id, attempt)
        now += holding.LEASE
    assert holding.claim(session, job.id, now=now) is None
    page = progress.job_page(session, job.round_id, job.id, now=now)
    assert page.state is JobState.FAILED
    assert "five times" in page.failure[0]


def test_a_round_published_meanwhile_refuses_the_run(cast: Cast, session: Session) -> None:
    round_, run = cast.reviewed()
    job = ask(session, round_)
    service.publish_round(session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=NOW)
    solve_run(str(job.id), heart=Still)
    page = progress.job_page(session, round_.id, job.id, now=NOW)
    assert page.state is JobState.FAILED
    assert "published or ended meanwhile" in page.failure[0]
    assert runs(session) == 1


def test_a_job_nobody_takes_up_is_said_to_wait(cast: Cast, session: Session) -> None:
    job = ask(session, cast.open())
    page = progress.job_page(session, job.round_id, job.id, now=NOW + dt.timedelta(minutes=1))
    assert page.nobody_works
    work(session)
    page = progress.job_page(session, job.round_id, job.id, now=NOW + dt.timedelta(minutes=1))
    assert not page.nobody_works


def test_a_job_is_looked_up_within_its_round(cast: Cast, session: Session) -> None:
    job = ask(session, cast.open())
    with pytest.raises(sa.exc.NoResultFound):
        progress.job_page(session, uuid.uuid4(), job.id, now=NOW)


def test_the_bar_never_goes_back_within_an_attempt() -> None:
    starts = [SHARES[phase][0] for phase in Phase]
    assert starts == sorted(starts)
    assert all(SHARES[phase][0] + SHARES[phase][1] <= 100 for phase in Phase)


def test_all_policies_are_tried_on_the_same_people(cast: Cast, session: Session) -> None:
    round_, run = cast.reviewed()
    asked = jobs.ask_policies(session, round_id=round_.id, run=run, by=cast.leader.id, now=NOW)
    assert {job.policy for job in asked} == {"best-total", "fairest", "stable"}
    work(session)
    found = session.scalars(sa.select(Run).order_by(Run.number)).all()
    assert len(found) == 4
    kept = [each.inputs or {} for each in found]
    assert all(each["imgs"] == kept[0]["imgs"] for each in kept)
    assert all(each["means"] == kept[0]["means"] for each in kept)
    steps = session.scalars(sa.select(RunStep.run_id)).all()
    assert steps == [run.id]  # the one that counts stays


@pytest.mark.parametrize(
    "values",
    [
        {"state": JobState.RUNNING},
        {"state": JobState.DONE, "ended_at": NOW},
        {"state": JobState.FAILED, "ended_at": NOW},
        {"ended_at": NOW},
        {"percent": 101},
        {"attempt": MOST_ATTEMPTS + 1},
        {"kind": JobKind.EDIT},
    ],
)
def test_the_database_refuses_a_job_that_cannot_be(
    cast: Cast, session: Session, values: dict[str, object]
) -> None:
    job = ask(session, cast.open())
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(sa.update(RunJob).where(RunJob.id == job.id).values(**values))
