"""What a person noted beside somebody in the list."""

from __future__ import annotations

import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mentorship.accounts.models import User
from mentorship.extensions import Model, one_of
from mentorship.profiles.models import Profile


class MarkKind(enum.StrEnum):
    BOOKMARKED = "bookmarked"
    HIDDEN = "hidden"


class Mark(Model):
    """A bookmark, or a wish not to be shown somebody again. Only the reader knows of it."""

    __tablename__ = "mark"

    reader_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(User.id, ondelete="CASCADE"), primary_key=True
    )
    profile_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Profile.id, ondelete="CASCADE"), primary_key=True, index=True
    )
    kind: Mapped[MarkKind] = mapped_column(one_of(MarkKind, "kind_known"))
