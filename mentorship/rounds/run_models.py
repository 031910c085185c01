"""Runs that were asked for, and which of them counts now.

A ``run`` never changes; what is asked of a worker does, and lives here. The row of a job is the
truth about it: the queue only says that there is something to do.
"""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mentorship.accounts.models import User
from mentorship.extensions import Model, one_of
from mentorship.profiles.models import Profile
from mentorship.rounds.models import Pair, Round, Run

MOST_ATTEMPTS = 5


class JobState(enum.StrEnum):
    WAITING = "waiting"  # for a worker
    RUNNING = "running"  # a worker holds it until its lease ends
    DONE = "done"  # its run is there, in full
    FAILED = "failed"
    CANCELLED = "cancelled"


LIVE_JOBS = (JobState.WAITING, JobState.RUNNING)


class JobKind(enum.StrEnum):
    RUN = "run"  # with everybody as they are now; it becomes the current run
    POLICY = "policy"  # the same people under another policy, to compare
    REST = "rest"  # who is left of a published round, with the seats that are left
    EDIT = "edit"  # an earlier run with one change of a leader's, to keep or to drop


COUNTING = (JobKind.RUN, JobKind.REST)  # their runs count as soon as they are made


class Phase(enum.StrEnum):
    GATHERING = "gathering"
    SOLVING = "solving"
    CHECKING = "checking"
    EXPLAINING = "explaining"
    KEEPING = "keeping"


class RunJob(Model):
    """A run that a leader asked for, with what it is to be made of.

    Whoever works on it has raised ``attempt`` by one and holds it until ``lease_until``; every
    later write says both, so that a worker who was believed dead can write nothing.
    """

    __tablename__ = "run_job"
    __table_args__ = (
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name="percent_in_range"),
        sa.CheckConstraint(f"attempt BETWEEN 0 AND {MOST_ATTEMPTS}", name="attempts_end"),
        sa.CheckConstraint("(state = 'done') = (run_id IS NOT NULL)", name="done_has_run"),
        sa.CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name="lease_held"),
        sa.CheckConstraint("(state = 'failed') = (failure IS NOT NULL)", name="failure_said"),
        sa.CheckConstraint(
            "(state IN ('waiting', 'running')) = (ended_at IS NULL)", name="ended_when_over"
        ),
        sa.CheckConstraint("kind <> 'edit' OR base_run_id IS NOT NULL", name="edit_has_base"),
        sa.Index(
            "uq_run_job_live",
            "round_id",
            "kind",
            "policy",
            unique=True,
            sqlite_where=sa.text("state IN ('waiting', 'running')"),
            postgresql_where=sa.text("state IN ('waiting', 'running')"),
        ),
        sa.Index("ix_run_job_due", "state", "lease_until"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    round_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Round.id, ondelete="CASCADE"))
    kind: Mapped[JobKind] = mapped_column(one_of(JobKind, "kind_known"))
    state: Mapped[JobState] = mapped_column(
        one_of(JobState, "state_known"), default=JobState.WAITING
    )
    policy: Mapped[str] = mapped_column(sa.String(20))
    rules: Mapped[dict[str, Any]]  # mentorship.matching.Rules as JSON, locks and bans included
    # What it solves otherwise; of those that count, the run that counted when it was taken up.
    base_run_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(Run.id, ondelete="CASCADE"), index=True
    )
    edit: Mapped[dict[str, Any] | None]  # what, and which profiles
    run_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(Run.id, ondelete="CASCADE"), unique=True
    )
    phase: Mapped[Phase | None] = mapped_column(one_of(Phase, "phase_known"))
    percent: Mapped[int] = mapped_column(default=0)
    attempt: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[dt.datetime | None]
    heartbeat_at: Mapped[dt.datetime | None]
    failure: Mapped[dict[str, Any] | None]  # kind, and ids if any
    asked_at: Mapped[dt.datetime]
    asked_by_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(User.id, ondelete="SET NULL")
    )
    ended_at: Mapped[dt.datetime | None]


class StepKind(enum.StrEnum):
    RUN = "run"  # a run was made and counts from now on
    EDIT = "edit"  # a leader kept a change
    CHOOSE = "choose"  # a leader picked a run made earlier
    UNDO = "undo"
    REDO = "redo"


class RunStep(Model):
    """Which run of a round counts: the last step says. Steps are only ever added.

    Of two leaders who take a step at the same moment one gets the number; the other is told.
    """

    __tablename__ = "run_step"
    __table_args__ = (sa.CheckConstraint("number > 0", name="number_counts"),)

    round_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Round.id, ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[StepKind] = mapped_column(one_of(StepKind, "kind_known"))
    run_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Run.id, ondelete="CASCADE"), index=True)
    taken_at: Mapped[dt.datetime]
    taken_by_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(User.id, ondelete="SET NULL")
    )


class PublishPlan(Model):
    """A run on its way out: until ``goes_out_at`` nobody is told and a leader may take it back.

    Its key makes sure that of two leaders who publish at once one does.
    """

    __tablename__ = "publish_plan"
    __table_args__ = (sa.CheckConstraint("goes_out_at > planned_at", name="goes_out_later"),)

    round_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Round.id, ondelete="CASCADE"), primary_key=True
    )
    run_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Run.id, ondelete="CASCADE"), index=True)
    planned_at: Mapped[dt.datetime]
    planned_by_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(User.id, ondelete="SET NULL")
    )
    goes_out_at: Mapped[dt.datetime]
    held_up_at: Mapped[dt.datetime | None]  # it could not go out then: people have changed


class PairNext(Model):
    """Who would have been next for the two of a pair, by the open score; NULL for nobody."""

    __tablename__ = "pair_next"

    pair_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Pair.id, ondelete="CASCADE"), primary_key=True
    )
    mentor_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(Profile.id, ondelete="SET NULL")
    )
    mentor_score: Mapped[int | None]
    img_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(Profile.id, ondelete="SET NULL"))
    img_score: Mapped[int | None]


class RunFairness(Model):
    """How a run served groups of people, small groups left out before it is kept."""

    __tablename__ = "run_fairness"

    run_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Run.id, ondelete="CASCADE"), primary_key=True
    )
    tables: Mapped[dict[str, Any]]
