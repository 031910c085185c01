"""What leaders keep about the table of their people: tags, and views under a name."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mentorship.accounts.models import User
from mentorship.extensions import Model
from mentorship.sections.models import Section

TAG_LENGTH, VIEW_LENGTH = 40, 60


class MemberTag(Model):
    """A word of the leaders' about a member of their section; only they read it."""

    __tablename__ = "member_tag"
    __table_args__ = (sa.CheckConstraint("length(words) > 0", name="words_given"),)

    section_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Section.id, ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(User.id, ondelete="CASCADE"), primary_key=True, index=True
    )
    words: Mapped[str] = mapped_column(sa.String(TAG_LENGTH), primary_key=True)
    tagged_at: Mapped[dt.datetime]


class SavedView(Model):
    """What the leaders of a section look for in a table, under a name."""

    __tablename__ = "saved_view"
    __table_args__ = (
        sa.UniqueConstraint("section_id", "name"),
        sa.CheckConstraint("length(name) > 0", name="name_given"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    section_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Section.id, ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(sa.String(VIEW_LENGTH))
    wanted: Mapped[dict[str, Any]]
    made_at: Mapped[dt.datetime]
