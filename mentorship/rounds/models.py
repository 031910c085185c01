"""A match round, its runs and what came of them.

A run and its rows never change once written (triggers refuse it on both databases), they can only
forget: a leader can defend years later what was decided then. What may change lives in ``offer``
and ``seat_count``.
"""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mentorship.accounts.models import User
from mentorship.crypto import Sealed
from mentorship.extensions import Model, one_of
from mentorship.profiles.models import Profile
from mentorship.sections.models import Browsing, Section


class RoundState(enum.StrEnum):
    DRAFT = "draft"  # being set up
    OPEN = "open"  # people may still join, leave and change their profiles
    CLOSED = "closed"  # nobody joins by themselves any more; not run yet
    REVIEW = "review"  # at least one run to look at; may be run again
    PUBLISHED = "published"  # its offers are on their way, and may still be taken back
    ANSWERING = "answering"  # offers are out
    REMATCHING = "rematching"  # offers are out, and whoever is left is being matched again
    FINISHED = "finished"
    ARCHIVED = "archived"  # finished or given up, and out of the way


WENT_OUT = (
    *(RoundState.ANSWERING, RoundState.REMATCHING),
    *(RoundState.FINISHED, RoundState.ARCHIVED),
)


class Round(Model):
    __tablename__ = "round"
    __table_args__ = (
        sa.UniqueConstraint("section_id", "name"),
        sa.CheckConstraint("length(name) > 0", name="name_given"),
        sa.CheckConstraint("lottery >= 0", name="lottery_counts"),
        sa.CheckConstraint("answer_days BETWEEN 1 AND 60", name="answer_days_sane"),
        sa.CheckConstraint(
            "policy IN ('best-total', 'most-matched', 'fairest', 'stable')", name="policy_known"
        ),
        sa.CheckConstraint("NOT given_up OR state = 'archived'", name="given_up_is_archived"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    section_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Section.id, ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(sa.String(120))
    state: Mapped[RoundState] = mapped_column(one_of(RoundState, "state_known"))
    policy: Mapped[str] = mapped_column(sa.String(20))
    lottery: Mapped[int] = mapped_column(sa.BigInteger)
    rules: Mapped[dict[str, Any]]  # mentorship.matching.Rules as JSON: weights and hard rules
    answer_days: Mapped[int]
    # who may look others up while the round is open; None: as the section says
    browsing: Mapped[Browsing | None] = mapped_column(one_of(Browsing, "browsing_known"))
    created_at: Mapped[dt.datetime]
    opened_at: Mapped[dt.datetime | None]
    closes_at: Mapped[dt.datetime | None]  # when enrolment closes by itself
    finished_at: Mapped[dt.datetime | None]
    # before anything of it went out; it stays in the archive
    given_up: Mapped[bool] = mapped_column(default=False, server_default=sa.false())

    section: Mapped[Section] = relationship(lazy="raise")

    @hybrid_property
    def went_out(self) -> bool:
        """Tell whether its offers were made, be they answered by now or not."""
        return self.state in WENT_OUT and not self.given_up

    @went_out.inplace.expression
    @classmethod
    def _went_out(cls) -> sa.ColumnElement[bool]:
        return sa.and_(cls.state.in_(WENT_OUT), ~cls.given_up)


class Participant(Model):
    """A profile that takes part in a round."""

    __tablename__ = "participant"

    round_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Round.id, ondelete="CASCADE"), primary_key=True
    )
    profile_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Profile.id, ondelete="CASCADE"), primary_key=True, index=True
    )
    joined_at: Mapped[dt.datetime]
    left_out_at: Mapped[dt.datetime | None]  # kept, so that a refresh does not bring them back
    # left out by their own wish: then they may also come back
    withdrew: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # a leader has let them be matched again: no answer, or a last word, of before keeps them out
    back_at: Mapped[dt.datetime | None]


class Run(Model):
    """One solving of a round: what went in, by which rules, and what came out in sum."""

    __tablename__ = "run"
    __table_args__ = (
        sa.UniqueConstraint("round_id", "number"),
        sa.CheckConstraint("number > 0", name="number_counts"),
        sa.CheckConstraint("total >= 0 AND matched >= 0 AND unmatched >= 0", name="sums_count"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    round_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Round.id, ondelete="CASCADE"))
    number: Mapped[int]
    policy: Mapped[str] = mapped_column(sa.String(20))
    lottery: Mapped[int] = mapped_column(sa.BigInteger)
    rules: Mapped[dict[str, Any]]
    engine_version: Mapped[str] = mapped_column(sa.String(20))
    reference_week: Mapped[
        dt.date
    ]  # the Monday whose zone offsets the hours in common were taken at
    # of the snapshot, under a key that is sealed with it: nobody can try guesses against it
    inputs_digest: Mapped[str] = mapped_column(sa.String(64))
    # pseudonymous profiles as they went in, until retention ends; megabytes, read by themselves
    inputs_sealed: Mapped[bytes | None] = mapped_column(deferred=True)
    inputs_deleted_at: Mapped[dt.datetime | None]  # when it ended; set once, as they go
    # what the checker said: violations; blocking_pairs by the open scores
    certificate: Mapped[dict[str, Any]]
    proof_sealed: Mapped[bytes | None]
    # criterion -> value of an unanswered pair, 0..10000; all of them are in the sealed inputs
    means: Mapped[dict[str, Any]]
    total: Mapped[int]  # of the open scores
    matched: Mapped[int]
    unmatched: Mapped[int]
    made_at: Mapped[dt.datetime]
    made_by_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(User.id, ondelete="SET NULL")
    )

    inputs = Sealed[dict[str, Any] | None]()
    # primal, dual, blocking_pairs by the scores of the match: of one pair these are its score
    proof = Sealed[dict[str, Any] | None]()

    def __init__(self, **values: object) -> None:
        values.setdefault("id", uuid.uuid4())
        super().__init__(**values)


class RunSeat(Model):
    """How many seats of a mentor a run could use, and who else could have had them."""

    __tablename__ = "run_seat"
    __table_args__ = (
        sa.CheckConstraint("seats BETWEEN 0 AND 10", name="seats_sane"),
        sa.CheckConstraint("others >= 0", name="others_count"),
    )

    run_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Run.id, ondelete="CASCADE"), primary_key=True
    )
    mentor_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Profile.id, ondelete="CASCADE"), primary_key=True
    )
    seats: Mapped[int]
    others: Mapped[
        int
    ]  # IMGs who could be paired with this mentor and are not; 0 if no seat is free


class Pair(Model):
    """An IMG and a mentor put together by a run.

    ``open_score`` is what leaders see: no private answer counts in it. The score that the match
    went by is nowhere but in the sealed parts, whose sum it is: beside the open one it would give
    away what tells of a visa.
    """

    __tablename__ = "pair"
    __table_args__ = (
        sa.UniqueConstraint("run_id", "img_id", "mentor_id"),
        sa.UniqueConstraint("run_id", "img_id", "place"),
        sa.CheckConstraint("open_score BETWEEN 0 AND 10000", name="open_score_in_range"),
        sa.CheckConstraint("place IN (1, 2)", name="place_first_or_second"),
        sa.CheckConstraint("img_id <> mentor_id", name="two_profiles"),
        sa.Index("ix_pair_mentor", "mentor_id", "run_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    run_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Run.id, ondelete="CASCADE"))
    img_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Profile.id, ondelete="CASCADE"))
    mentor_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Profile.id, ondelete="CASCADE"))
    place: Mapped[int] = mapped_column(default=1)  # first or second mentor of this IMG
    open_score: Mapped[int]
    parts_sealed: Mapped[bytes | None]

    parts = Sealed[list[dict[str, Any]] | None]()  # see ``parts_told``

    def __init__(self, **values: object) -> None:
        values.setdefault("id", uuid.uuid4())
        super().__init__(**values)


class Unmatched(Model):
    """An IMG whom a run left without a mentor, and why."""

    __tablename__ = "unmatched"
    __table_args__ = (
        sa.CheckConstraint(
            "reason IN ('no_possible_mentor', 'too_few_seats', 'worth_more_elsewhere')",
            name="reason_known",
        ),
    )

    run_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Run.id, ondelete="CASCADE"), primary_key=True
    )
    img_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Profile.id, ondelete="CASCADE"), primary_key=True
    )
    reason: Mapped[str] = mapped_column(sa.String(30))
    detail: Mapped[dict[str, Any]]
