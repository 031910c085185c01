"""What a pair keeps together. A mentorship is an offer that both sides confirmed.

Free text that only one person, the pair or the leaders may read is kept encrypted.
"""

from __future__ import annotations

import datetime as dt
import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mentorship.accounts.models import User
from mentorship.crypto import Sealed
from mentorship.extensions import Model, one_of
from mentorship.rounds.offer_models import Offer


class GoalState(enum.StrEnum):
    OPEN = "open"
    MET = "met"
    DROPPED = "dropped"


class MeetingState(enum.StrEnum):
    PLANNED = "planned"
    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"


class _OfMentorship:
    """The keys that all of it shares. The id is made first, for what is sealed under it."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4, sort_order=-2)
    offer_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Offer.id, ondelete="CASCADE"), index=True, sort_order=-1
    )

    def __init__(self, **values: object) -> None:
        super().__init__(**({"id": uuid.uuid4()} | values))


class Agreement(_OfMentorship, Model):
    """What both agreed on. A change makes a new version, which nobody has accepted yet."""

    __tablename__ = "agreement"
    __table_args__ = (
        sa.UniqueConstraint("offer_id"),
        sa.CheckConstraint("version > 0", name="version_counts"),
    )

    version: Mapped[int]
    terms_sealed: Mapped[bytes | None]
    changed_at: Mapped[dt.datetime]
    changed_by_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(User.id, ondelete="SET NULL")
    )
    img_accepted_at: Mapped[dt.datetime | None]
    mentor_accepted_at: Mapped[dt.datetime | None]

    terms = Sealed[dict[str, str]]()


class Goal(_OfMentorship, Model):
    """Something that can be seen to be met, with its first step."""

    __tablename__ = "goal"

    state: Mapped[GoalState] = mapped_column(one_of(GoalState, "state_known"))
    due_on: Mapped[dt.date | None]
    words_sealed: Mapped[bytes | None]
    created_at: Mapped[dt.datetime]
    changed_at: Mapped[dt.datetime]

    words = Sealed[dict[str, str]]()  # title, first_step


class Meeting(_OfMentorship, Model):
    """One meeting, planned or past. ``sequence`` tells calendars which version is newer."""

    __tablename__ = "meeting"
    __table_args__ = (
        sa.CheckConstraint("minutes BETWEEN 10 AND 480", name="minutes_sane"),
        sa.CheckConstraint("sequence >= 0", name="sequence_counts"),
        sa.Index("ix_meeting_state", "offer_id", "state"),
    )

    starts_at: Mapped[dt.datetime]
    minutes: Mapped[int]
    state: Mapped[MeetingState] = mapped_column(one_of(MeetingState, "state_known"))
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    words_sealed: Mapped[bytes | None]
    changed_at: Mapped[dt.datetime]

    words = Sealed[dict[str, str]]()  # place, agenda, log


class Note(_OfMentorship, Model):
    """A note that only its author reads."""

    __tablename__ = "note"

    author_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(User.id, ondelete="CASCADE"), index=True
    )
    text_sealed: Mapped[bytes | None]
    written_at: Mapped[dt.datetime]

    text = Sealed[str]()


class Feedback(_OfMentorship, Model):
    """How one side found the mentorship; for section leaders."""

    __tablename__ = "feedback"
    __table_args__ = (
        sa.UniqueConstraint("offer_id", "author_id"),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name="rating_sane"),
    )

    author_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(User.id, ondelete="CASCADE"), index=True
    )
    rating: Mapped[int]
    words_sealed: Mapped[bytes | None]
    given_at: Mapped[dt.datetime]

    words = Sealed[str | None]()


class Concern(_OfMentorship, Model):
    """A worry told to the section leaders, and to nobody else."""

    __tablename__ = "concern"
    __table_args__ = (
        sa.CheckConstraint(
            "kind IN ('no_contact', 'behavior', 'boundaries', 'promises', 'privacy', 'other')",
            name="kind_known",
        ),
        sa.CheckConstraint(
            "(handled_at IS NULL) = (outcome_sealed IS NULL)", name="handled_has_outcome"
        ),
    )

    author_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(User.id, ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(sa.String(20))
    words_sealed: Mapped[bytes | None]
    raised_at: Mapped[dt.datetime]
    handled_at: Mapped[dt.datetime | None]
    handled_by_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(User.id, ondelete="SET NULL")
    )
    outcome_sealed: Mapped[bytes | None]

    words = Sealed[str]()
    outcome = Sealed[str | None]()
