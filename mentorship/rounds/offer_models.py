"""What came of a published run: offers, seats, reminders and ends. These rows may change."""

from __future__ import annotations

import datetime as dt
import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mentorship.accounts.models import User
from mentorship.crypto import Sealed
from mentorship.extensions import Model, one_of
from mentorship.profiles.models import Profile
from mentorship.rounds.models import Pair, Round, Run


class OfferState(enum.StrEnum):
    OFFERED = "offered"  # the mentor is asked
    ACCEPTED = "accepted"  # the mentor said yes and holds a seat; the IMG is asked
    CONFIRMED = "confirmed"  # both said yes
    DECLINED_BY_MENTOR = "declined_by_mentor"
    DECLINED_BY_IMG = "declined_by_img"
    SEAT_TAKEN = "seat_taken"  # the mentor said yes, and had no seat left
    EXPIRED = "expired"  # whoever was asked last did not answer in time
    WITHDRAWN = "withdrawn"  # a request that ended without an answer that counts: taken back, say
    ENDED = "ended"  # the mentorship is over


class Publication(Model):
    """Which run of a round was published. Its key makes sure that only one ever is."""

    __tablename__ = "publication"

    round_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Round.id, ondelete="CASCADE"), primary_key=True
    )
    run_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Run.id, ondelete="CASCADE"), unique=True
    )
    published_at: Mapped[dt.datetime]
    published_by_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(User.id, ondelete="SET NULL")
    )
    answer_by: Mapped[dt.datetime]


class SeatCount(Model):
    """A mentor's seats in a published round, or in an open one in which they said yes to somebody.

    A seat is taken by a conditional UPDATE; the CHECK stands behind it.
    """

    __tablename__ = "seat_count"
    __table_args__ = (
        sa.CheckConstraint("0 <= taken AND taken <= seats", name="never_more_than_seats"),
        sa.CheckConstraint("seats BETWEEN 0 AND 10", name="seats_sane"),
    )

    round_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Round.id, ondelete="CASCADE"), primary_key=True
    )
    mentor_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Profile.id, ondelete="CASCADE"), primary_key=True
    )
    seats: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0, server_default="0")


LIVE = "state IN ('offered', 'accepted', 'confirmed')"


class Offer(Model):
    """A pair on its way to a mentorship: the mentor answers first, then the IMG.

    It comes from a published run; or, while a round of "request and accept" is open, from the IMG,
    whose asking is their yes. Such a request has a day to answer of its own, and gets its pair
    when a run that holds it is published.
    """

    __tablename__ = "offer"
    __table_args__ = (
        sa.Index(
            "uq_offer_once",
            "round_id",
            "img_id",
            "mentor_id",
            unique=True,
            sqlite_where=sa.text("state <> 'withdrawn'"),
            postgresql_where=sa.text("state <> 'withdrawn'"),
        ),
        sa.Index(
            "uq_offer_live_place",
            "round_id",
            "img_id",
            "place",
            unique=True,
            sqlite_where=sa.text(LIVE),
            postgresql_where=sa.text(LIVE),
        ),
        sa.CheckConstraint(
            "(state IN ('declined_by_mentor', 'declined_by_img')) = (decline_reason IS NOT NULL)",
            name="decline_has_reason",
        ),
        sa.CheckConstraint(
            "decline_reason IN ('no_time', 'wrong_fit', 'conflict', 'known_already',"
            " 'other_mentor', 'situation_changed', 'other')",
            name="reason_known",
        ),
        sa.CheckConstraint("length(decline_words) <= 1000", name="words_short"),
        sa.CheckConstraint("pair_id IS NOT NULL OR answer_by IS NOT NULL", name="from_run_or_img"),
        sa.CheckConstraint(
            "answer_by IS NOT NULL OR state <> 'withdrawn'", name="only_requests_withdrawn"
        ),
        sa.CheckConstraint(
            "state <> 'confirmed' OR (mentor_answered_at IS NOT NULL"
            " AND img_answered_at IS NOT NULL)",
            name="confirmed_by_both",
        ),
        sa.Index("ix_offer_mentor", "mentor_id", "state"),
        sa.Index("ix_offer_img", "img_id", "state"),
        sa.Index("ix_offer_answer_by", "answer_by", "state"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    round_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Round.id, ondelete="CASCADE"))
    pair_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(Pair.id, ondelete="CASCADE"), unique=True
    )
    img_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Profile.id, ondelete="CASCADE"))
    mentor_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Profile.id, ondelete="CASCADE"))
    place: Mapped[int]
    state: Mapped[OfferState] = mapped_column(one_of(OfferState, "state_known"))
    offered_at: Mapped[dt.datetime]
    answer_by: Mapped[dt.datetime | None]  # of a request; else the publication says it
    due_at: Mapped[dt.datetime | None]  # of an offer of a later run; else the publication says it
    mentor_answered_at: Mapped[dt.datetime | None]
    img_answered_at: Mapped[dt.datetime | None]
    stepped_back_at: Mapped[dt.datetime | None]  # the mentor, after their yes
    decline_reason: Mapped[str | None] = mapped_column(sa.String(30))
    decline_words: Mapped[str] = mapped_column(sa.Text, default="")

    pair: Mapped[Pair | None] = relationship(lazy="raise")
    round: Mapped[Round] = relationship(lazy="raise")

    @property
    def requested(self) -> bool:
        """Tell whether the IMG asked this mentor directly."""
        return self.answer_by is not None

    @property
    def read_by_img(self) -> OfferState:
        """The state as the IMG of a request reads it: a yes that a rule stopped looks like a no.

        The rule may be that they avoid whom they know under a code, which is not to be told.
        """
        stopped = self.state is OfferState.WITHDRAWN and self.mentor_answered_at is not None
        return OfferState.DECLINED_BY_MENTOR if stopped else self.state


class Side(enum.StrEnum):
    """Who of a pair, or about it, did something."""

    IMG = "img"
    MENTOR = "mentor"
    LEADER = "leader"


class Reminder(Model):
    """A reminder that was written. Its key makes sure that each is written once."""

    __tablename__ = "reminder"
    __table_args__ = (sa.CheckConstraint("number BETWEEN 1 AND 60", name="days_before"),)

    offer_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Offer.id, ondelete="CASCADE"), primary_key=True
    )
    side: Mapped[Side] = mapped_column(one_of(Side, "side_known"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # days before
    sent_at: Mapped[dt.datetime]


class Ending(Model):
    """How a mentorship came to its end. ``words`` are for section leaders only."""

    __tablename__ = "ending"
    __table_args__ = (
        sa.CheckConstraint(
            "reason IN ('goals_met', 'time_over', 'no_time', 'situation_changed', 'not_a_fit',"
            " 'no_contact', 'concern', 'other')",
            name="reason_known",
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    offer_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Offer.id, ondelete="CASCADE"), unique=True
    )
    side: Mapped[Side] = mapped_column(one_of(Side, "side_known"))
    by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(User.id, ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(sa.String(30))
    words_sealed: Mapped[bytes | None]
    ended_at: Mapped[dt.datetime]

    words = Sealed[str | None]()

    def __init__(self, **values: object) -> None:
        super().__init__(**({"id": uuid.uuid4()} | values))
