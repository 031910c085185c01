"""What would make a run better: kept with it, and frozen like the rest of it.

Runs made before these were kept have none.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mentorship.extensions import Model
from mentorship.profiles.models import Profile
from mentorship.rounds.models import Round, Run


class SmallestChange(Model):
    """What would give an IMG without a mentor one."""

    __tablename__ = "smallest_change"

    run_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Run.id, ondelete="CASCADE"), primary_key=True
    )
    img_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Profile.id, ondelete="CASCADE"), primary_key=True
    )
    # mentorship.matching.Relief: the change, or none, and what was not tried
    detail: Mapped[dict[str, Any]]


class FreeSeat(Model):
    """What stands between a mentor with free seats and the people who wait."""

    __tablename__ = "free_seat"
    __table_args__ = (
        sa.CheckConstraint("seats > 0", name="some_free"),
        sa.CheckConstraint("better <= possible AND better >= 0", name="better_among_possible"),
        sa.CheckConstraint("waiting >= 0", name="waiting_count"),
    )

    run_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Run.id, ondelete="CASCADE"), primary_key=True
    )
    mentor_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Profile.id, ondelete="CASCADE"), primary_key=True
    )
    seats: Mapped[int]
    possible: Mapped[int]  # IMGs who could come and have a mentor
    better: Mapped[int]  # of them, those who fare at least as well where they are
    waiting: Mapped[int]  # IMGs without a mentor, none of whom can come
    ruled_out: Mapped[dict[str, Any]]  # hard rule -> of how many who wait


class MentorGain(Model):
    """What one more mentor like those of a group would add.

    Visa paths are told in confidence: which of them help is in ``PrivateTables``.
    """

    __tablename__ = "mentor_gain"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('specialty', 'topic', 'state')", name="kind_known"),
        sa.CheckConstraint("mentors > 0", name="mentors_count"),
    )

    run_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Run.id, ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    word: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    mentors: Mapped[int]
    people: Mapped[int | None]  # more IMGs with a mentor; NULL where it is not known
    points: Mapped[int]
    solved: Mapped[bool]  # with that mentor; else it is a price


class RoundAverages(Model):
    """The mean mark of each criterion in an open round of requests, as of a moment."""

    __tablename__ = "round_averages"

    round_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Round.id, ondelete="CASCADE"), primary_key=True
    )
    means: Mapped[dict[str, Any]]
    worked_out_at: Mapped[dt.datetime]
