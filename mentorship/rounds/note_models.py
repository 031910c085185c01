"""What leaders note about a pair of a round, or about an IMG alone. Only its leaders read it."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mentorship.accounts.models import User
from mentorship.extensions import Model
from mentorship.profiles.models import Profile
from mentorship.rounds.models import Round


class RoundNote(Model):
    """A note as it reads now; without a mentor it is about the IMG alone."""

    __tablename__ = "round_note"
    __table_args__ = (
        sa.CheckConstraint("length(words) BETWEEN 1 AND 1000", name="words_short"),
        sa.Index("ix_round_note_about", "round_id", "img_id", "mentor_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    round_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Round.id, ondelete="CASCADE"))
    img_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Profile.id, ondelete="CASCADE"))
    mentor_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(Profile.id, ondelete="CASCADE")
    )
    words: Mapped[str] = mapped_column(sa.Text)
    written_at: Mapped[dt.datetime]
    written_by_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(User.id, ondelete="SET NULL")
    )


class RoundNoteBefore(Model):
    """How a note read before somebody changed it, and who had written that; 1 is the first."""

    __tablename__ = "round_note_before"
    __table_args__ = (
        sa.CheckConstraint("number > 0", name="number_counts"),
        sa.CheckConstraint("length(words) BETWEEN 1 AND 1000", name="words_short"),
    )

    note_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(RoundNote.id, ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    words: Mapped[str] = mapped_column(sa.Text)
    written_at: Mapped[dt.datetime]
    written_by_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(User.id, ondelete="SET NULL")
    )
