"""What a leader reads of rounds: the list, and one round with its next step."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship.accounts.models import User
from mentorship.matching import CRITERIA, POLICIES, Criterion, Policy
from mentorship.profiles.models import ProfileKind
from mentorship.rounds.agreed import agreed_of
from mentorship.rounds.board import NOES, PARTS
from mentorship.rounds.candidates import candidates
from mentorship.rounds.choices import OUT
from mentorship.rounds.editing import IN_WORDS, EditKind
from mentorship.rounds.enrolment import ready_to_join
from mentorship.rounds.models import Pair, Round, RoundState, Run
from mentorship.rounds.offer_models import Offer, OfferState, Publication
from mentorship.rounds.out_of_date import OutOfDate, changed_among
from mentorship.rounds.planning import Planned, planned
from mentorship.rounds.progress import JobPage, live_jobs
from mentorship.rounds.request_pages import UnderWay, under_way
from mentorship.rounds.run_models import JobKind, RunJob
from mentorship.rounds.run_rules import with_edits
from mentorship.rounds.scope import own_dates
from mentorship.rounds.setup import SWITCHES, SetUp, rules_of
from mentorship.rounds.steps import current_run_id


@dataclass(frozen=True, slots=True)
class RunLine:
    id: uuid.UUID
    number: int
    policy: Policy
    matched: int
    unmatched: int
    total: int
    made_at: dt.datetime
    made_by: str | None
    published: bool
    counts: bool  # it is the run that the leaders work with
    how: str  # what it was made for, if it is not a run of everybody


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """One round. ``differs`` says that the set-up has changed since the run that counts."""

    round: Round
    policy: Policy
    set_up: SetUp
    imgs: int
    mentors: int
    newcomers: int  # whom adding all would enrol
    others: int  # IMGs who are ready, and left out or not asked for
    blocked: int
    seats: int
    too_late: bool  # to open a draft before the day on which its enrolment was to close
    runs: Sequence[RunLine]
    differs: bool
    changed: Sequence[OutOfDate]  # people who stand in the way of publishing the run that counts
    answer_by: dt.datetime | None
    own_dates: Sequence[
        tuple[dt.datetime, int]
    ]  # of open offers, of later runs or after a late yes
    published_at: dt.datetime | None
    published_by: str | None
    answers: Mapping[OfferState, int]
    jobs: Sequence[JobPage]  # being worked on
    planned: Planned | None  # on its way out
    requests: Sequence[UnderWay]  # that wait for a mentor's answer

    @property
    def current(self) -> RunLine | None:
        return next((run for run in self.runs if run.counts), None)

    @property
    def asked(self) -> int:
        return sum(self.answers.values()) - self.answers.get(OfferState.WITHDRAWN, 0)

    @property
    def open_answers(self) -> int:
        return self.answers.get(OfferState.OFFERED, 0) + self.answers.get(OfferState.ACCEPTED, 0)

    @property
    def due(self) -> Sequence[tuple[dt.datetime, int]]:
        """Return until when open offers are answered, and how many of them until each day."""
        own = sum(count for _, count in self.own_dates)
        usual = self.open_answers - own
        first = [(self.answer_by, usual)] if self.answer_by and usual else []
        return sorted([*first, *self.own_dates])

    @property
    def declined(self) -> int:
        """Return how many were not taken up, by somebody's no or for want of a seat."""
        return sum(self.answers.get(state, 0) for state in NOES)

    @property
    def confirmed(self) -> int:
        """Return how many both said yes to, whether the mentorship goes on or has ended."""
        return sum(self.answers.get(state, 0) for state in PARTS["confirmed"])


def overview(session: Session, round_: Round, *, now: dt.datetime) -> Overview:
    """Return all that the page of one round shows, in at most twelve queries."""
    people = candidates(session, round_, now=now)
    taking_part = [each for each in people if each.takes_part]
    mentors = [each for each in taking_part if each.kind is ProfileKind.MENTOR]
    ready = [each for each in people if each.kind is ProfileKind.IMG and each.obstacle is None]
    newcomers = ready_to_join(session, round_, people)
    runs, differs = _runs(session, round_)
    current = next((run for run in runs if run.counts), None)
    in_review = current is not None and round_.state is RoundState.REVIEW
    publication = session.execute(
        sa.select(Publication.answer_by, Publication.published_at, User.name)
        .outerjoin(User, User.id == Publication.published_by_id)
        .where(Publication.round_id == round_.id)
    ).one_or_none()
    answer_by, published_at, published_by = publication or (None, None, None)
    return Overview(
        round=round_,
        policy=POLICIES[round_.policy],
        set_up=SetUp.from_json(round_.rules),
        imgs=len(taking_part) - len(mentors),
        mentors=len(mentors),
        newcomers=len(newcomers),
        others=len(ready) - len(taking_part) + len(mentors),
        blocked=sum(each.is_blocked for each in people),
        seats=sum(each.seats for each in mentors),
        too_late=round_.state is RoundState.DRAFT
        and bool(round_.closes_at and round_.closes_at <= now),
        runs=runs,
        differs=differs,
        changed=changed_among(session, current.id, people, agreed_of(session, round_.id))
        if current and in_review
        else (),
        answer_by=answer_by,
        own_dates=own_dates(session, round_.id) if round_.state in OUT else (),
        published_at=published_at,
        published_by=published_by,
        answers=answer_counts(session, round_.id),
        jobs=live_jobs(session, round_.id, now=now),
        planned=planned(session, round_.id),
        requests=under_way(session, round_.id) if round_.state is RoundState.OPEN else (),
    )


def _runs(session: Session, round_: Round) -> tuple[Sequence[RunLine], bool]:
    base = aliased(Run)
    went_out = sa.exists().where(Offer.pair_id == Pair.id, Pair.run_id == Run.id)
    rows = session.execute(
        sa.select(Run, User.name, went_out, RunJob, base.number, _counts(round_.id))
        .outerjoin(User, User.id == Run.made_by_id)
        .outerjoin(RunJob, RunJob.run_id == Run.id)
        .outerjoin(base, base.id == RunJob.base_run_id)
        .where(Run.round_id == round_.id)
        .order_by(Run.number.desc())
    ).all()
    lines = [
        RunLine(
            run.id,
            run.number,
            POLICIES[run.policy],
            run.matched,
            run.unmatched,
            run.total,
            run.made_at,
            made_by,
            published,
            counts,
            how_made(job, of),
        )
        for run, made_by, published, job, of, counts in rows
    ]
    current = next((row[0] for row in rows if row[-1]), None)
    return lines, current is not None and has_changed(session, round_, current)


def _counts(round_id: uuid.UUID) -> sa.ColumnElement[bool]:
    return sa.func.coalesce(Run.id == current_run_id(round_id), sa.false())


def how_made(job: RunJob | None, base: int | None) -> str:
    """Say what a run was made for, "" if it was made of everybody as they were."""
    if job is None or job.kind is JobKind.RUN:
        return ""
    if job.kind is JobKind.POLICY:
        return f"run {base} under another policy"
    if job.kind is JobKind.REST:
        return "who was left, with the seats that were left"
    kind = EditKind((job.edit or {})["kind"])
    return f"run {base} with a change: {IN_WORDS[kind].lower()}"


def has_changed(session: Session, round_: Round, run: Run) -> bool:
    """Tell whether the round is set up otherwise than when it was run; edits do not count."""
    rules = with_edits(rules_of(session, round_), run).to_json()
    made_with = {"two_mentors": rules["two_mentors"]} | run.rules  # not noted in runs from before
    return (round_.policy, rules) != (run.policy, made_with)


def answer_counts(session: Session, round_id: uuid.UUID) -> Mapping[OfferState, int]:
    counted = (
        sa.select(Offer.state, sa.func.count())
        .where(Offer.round_id == round_id)
        .group_by(Offer.state)
    )
    return dict(session.execute(counted).all())


def rules_in_words(set_up: SetUp) -> Sequence[str]:
    return [SWITCHES[switch][0] for switch in set_up.switched_on]


def weights_in_words(set_up: SetUp) -> Sequence[tuple[Criterion, int]]:
    """Return the criteria that count, the heaviest first."""
    weighed = [(CRITERIA[key], weight) for key, weight in set_up.weights.items() if weight]
    return sorted(weighed, key=lambda each: -each[1])
