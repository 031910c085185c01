"""What a leader reads of runs that were asked for: how far they are, and why one failed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.matching import POLICIES, Policy
from mentorship.matching.explaining.spoken import RULES
from mentorship.profiles.models import Profile
from mentorship.rounds.models import Run
from mentorship.rounds.run_models import LIVE_JOBS, JobKind, JobState, Phase, RunJob

SLOW_START = dt.timedelta(seconds=20)  # after which a leader is told that no worker answers
PHASES: Mapping[Phase, str] = MappingProxyType(
    {
        Phase.GATHERING: "Reading the profiles",
        Phase.SOLVING: "Looking for the best pairs",
        Phase.CHECKING: "Checking the result with a second calculation",
        Phase.EXPLAINING: "Working out the reasons",
        Phase.KEEPING: "Keeping the result",
    }
)
_SIMPLE: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "nobody": (
            "No IMG takes part in this round yet, so there is nobody to match.",
            "Add people who have a finished profile and agreed to be matched.",
        ),
        "proof": (
            "The result did not pass its own check, so nothing was kept.",
            "Please tell the administrator of the site.",
        ),
        "round_changed": (
            "The enrolment was opened again, or the round was published or ended meanwhile.",
            "Nothing was kept of this run.",
        ),
        "went_out": (
            "A run of the rest was published meanwhile, so nothing was kept of this one.",
            "If somebody still waits, match the rest again.",
        ),
        "forgotten": (
            "The answers that run was made of are deleted by now.",
            "Run the match again with the people as they are today.",
        ),
        "gave_up": (
            "The worker stopped five times in the middle of this run, so it was given up.",
            "Run the match again. If it happens again, tell the administrator of the site.",
        ),
        "trouble": (
            "Something unexpected happened, and it is our fault.",
            "Run the match again. If it happens again, tell the administrator of the site.",
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPage:
    """A run that was asked for. ``failure`` says what happened and what to do about it."""

    id: uuid.UUID
    kind: JobKind
    state: JobState
    policy: Policy
    phase: str
    percent: int
    restarted: bool
    nobody_works: bool
    run: int | None
    base: int | None
    failure: Sequence[str]
    person: str | None  # whose profile the run failed for
    profile: str | None  # its id

    @property
    def live(self) -> bool:
        return self.state in LIVE_JOBS


def job_page(
    session: Session, round_id: uuid.UUID, job_id: uuid.UUID, *, now: dt.datetime
) -> JobPage:
    """Return one job of the round; raise ``NoResultFound`` if there is none."""
    (page,) = _pages(session, RunJob.round_id == round_id, RunJob.id == job_id, now=now) or (None,)
    if page is None:
        raise sa.exc.NoResultFound
    return page


def live_jobs(session: Session, round_id: uuid.UUID, *, now: dt.datetime) -> Sequence[JobPage]:
    """Return what is being worked on in a round, the oldest first."""
    return _pages(session, RunJob.round_id == round_id, RunJob.state.in_(LIVE_JOBS), now=now)


def policy_jobs(
    session: Session, round_id: uuid.UUID, base: Run, *, now: dt.datetime
) -> Sequence[JobPage]:
    """Return the latest job of each policy that solves this run's people otherwise."""
    found = _pages(
        session,
        RunJob.round_id == round_id,
        RunJob.kind == JobKind.POLICY,
        RunJob.base_run_id == base.id,
        now=now,
    )
    return list({page.policy.key: page for page in found}.values())


def _pages(session: Session, *where: sa.ColumnElement[bool], now: dt.datetime) -> Sequence[JobPage]:
    run, base = sa.orm.aliased(Run), sa.orm.aliased(Run)
    rows = session.execute(
        sa.select(RunJob, run.number, base.number)
        .outerjoin(run, run.id == RunJob.run_id)
        .outerjoin(base, base.id == RunJob.base_run_id)
        .where(*where)
        .order_by(RunJob.asked_at, RunJob.policy)
        .execution_options(populate_existing=True)
    ).all()
    names = _names(session, [job.failure for job, _, _ in rows if job.failure])
    return [_page(*row, names=names, now=now) for row in rows]


def _page(
    job: RunJob,
    run: int | None,
    base: int | None,
    *,
    names: Mapping[str, str],
    now: dt.datetime,
) -> JobPage:
    waiting = job.state is JobState.WAITING
    failure = job.failure or {}
    return JobPage(
        id=job.id,
        kind=job.kind,
        state=job.state,
        policy=POLICIES[job.policy],
        phase=PHASES[job.phase] if job.phase and not waiting else "Waiting to start",
        percent=job.percent,
        restarted=job.attempt > 1,
        nobody_works=waiting and now - job.asked_at > SLOW_START,
        run=run,
        base=base,
        failure=in_words(failure, names, of_rest=job.kind is JobKind.REST) if failure else (),
        person=names.get(failure.get("profile", "")),
        profile=failure.get("profile"),
    )


def in_words(
    failure: Mapping[str, Any], names: Mapping[str, str], *, of_rest: bool = False
) -> Sequence[str]:
    """Say why a run failed and how to mend it; ``names`` are those of the profiles in it, by id."""
    kind = failure["kind"]
    if kind == "bad_profile":
        name = names.get(failure["profile"], "Somebody who has left")
        way = (
            f"Ask {name} to open their profile and save it, or to withdraw from the round on their"
            " home page; then match the rest again."
            if of_rest
            else f"Leave {name} out and run again, or ask them to open their profile and save it."
        )
        return f"The profile of {name} has an answer that the match cannot use.", way
    if kind == "impossible":
        return _impossible(failure, names)
    return _SIMPLE[kind]


def _impossible(failure: Mapping[str, Any], names: Mapping[str, str]) -> Sequence[str]:
    img = names.get(failure["img"] or "", "The IMG")
    mentor = names.get(failure["mentor"] or "", "the mentor")
    if failure["rule"] == "seats":
        return (
            f"{mentor} has fewer seats than IMGs who are locked to them.",
            "Unlock one of the pairs first, or choose another mentor.",
        )
    if failure["rule"] == "wants":
        return (
            f"{img} would be locked to more mentors than they asked for.",
            "Unlock the other pair first.",
        )
    why = RULES.get(failure["rule"], "not both in the round")
    return (
        f"{img} and {mentor} cannot be a pair. The rule in the way: {why}.",
        "Unlock the pair, or change what stands in the way: the set-up, or a profile.",
    )


def _names(session: Session, failures: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
    keys = {failure.get(name) for failure in failures for name in ("profile", "img", "mentor")}
    ids = [uuid.UUID(key) for key in keys if key]
    if not ids:
        return {}
    rows = session.execute(
        sa.select(Profile.id, User.name)
        .join(User, User.id == Profile.person_id)
        .where(Profile.id.in_(ids))
    )
    return {str(profile_id): name for profile_id, name in rows}
