"""Consent, one row a time it was given. Withdrawn rows stay as the record of what held when.

A row of a leader's file ends when the person answers it: their yes is a row of its own.
"""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mentorship.accounts.models import User
from mentorship.extensions import Model


class Consent(Model):
    __tablename__ = "consent"
    __table_args__ = (
        sa.CheckConstraint(
            "purpose IN ('matching', 'share_visa', 'share_gender', 'listed', 'statistics')",
            name="purpose_known",
        ),
        sa.CheckConstraint("version > 0", name="version_counts"),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR withdrawn_at >= given_at", name="withdrawn_after_given"
        ),
        sa.Index(
            "uq_consent_in_force",
            "person_id",
            "purpose",
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    person_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(User.id, ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(sa.String(20))
    version: Mapped[int]
    given_at: Mapped[dt.datetime]
    withdrawn_at: Mapped[dt.datetime | None]
    by_file: Mapped[bool] = mapped_column(default=False)  # a leader's file said so, not the person


class Erasure(Model):
    """Somebody asked to be erased. Until ``due_at`` they may take it back; nothing is gone yet.

    While it stands they agree to nothing: see ``consents.service.in_force``.
    """

    __tablename__ = "erasure"
    __table_args__ = (sa.CheckConstraint("due_at > asked_at", name="due_later"),)

    person_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(User.id, ondelete="CASCADE"), primary_key=True
    )
    asked_at: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime] = mapped_column(index=True)
