"""Copies of what is kept of a person, and sealed answers that an administrator opened."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mentorship.accounts.models import User
from mentorship.crypto import Sealed
from mentorship.extensions import Model


class _Keyed:
    """A row whose id is made first, for what is sealed under it."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4, sort_order=-1)

    def __init__(self, **values: object) -> None:
        super().__init__(**({"id": uuid.uuid4()} | values))


class DataExport(_Keyed, Model):
    """A copy that a person asked for. ``archive`` is a zip in base64, gone a day after it is made.

    The row stays a little longer without it: it counts how often somebody asks.
    """

    __tablename__ = "data_export"
    __table_args__ = (
        sa.CheckConstraint("made_at IS NOT NULL OR archive_sealed IS NULL", name="made_when"),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(User.id, ondelete="CASCADE"), index=True
    )
    asked_at: Mapped[dt.datetime]
    made_at: Mapped[dt.datetime | None]
    archive_sealed: Mapped[bytes | None]

    archive = Sealed[str | None]()


class GlassOpening(_Keyed, Model):
    """An administrator reads one person's sealed answers, until ``until``, for a reason."""

    __tablename__ = "glass_opening"
    __table_args__ = (sa.CheckConstraint("until > opened_at", name="ends_after_start"),)

    # None: the administrator was erased since; whom it is about still reads of it
    by_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(User.id, ondelete="SET NULL"), index=True
    )
    about_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(User.id, ondelete="CASCADE"), index=True
    )
    reason_sealed: Mapped[bytes | None]
    opened_at: Mapped[dt.datetime]
    until: Mapped[dt.datetime]

    reason = Sealed[str]()
