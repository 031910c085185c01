"""What one person keeps of their own journey. Nobody else is shown it."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mentorship.crypto import Sealed
from mentorship.extensions import Model
from mentorship.toolkit.models import ChecklistItem


class Tick(Model):
    """A checklist item that a person has done."""

    __tablename__ = "checklist_tick"

    person_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    item_id: Mapped[str] = mapped_column(
        sa.ForeignKey(ChecklistItem.id, ondelete="CASCADE"), primary_key=True, index=True
    )
    done_on: Mapped[dt.date]


class Situation(Model):
    """Where a person is and with which status; sealed, since the status is sensitive."""

    __tablename__ = "journey_situation"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    person_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("user.id", ondelete="CASCADE"), unique=True
    )
    place_sealed: Mapped[bytes | None]
    status_sealed: Mapped[bytes | None]
    kept_at: Mapped[dt.datetime]  # when it was last said

    place = Sealed[str | None]()
    status = Sealed[str | None]()
