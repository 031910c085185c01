"""Letters that members write to a younger self, from a private draft to the gallery."""

from __future__ import annotations

import datetime as dt
import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mentorship.accounts.models import User
from mentorship.extensions import Model, one_of
from mentorship.sections.models import Section


class LetterState(enum.StrEnum):
    DRAFT = "draft"  # seen by its author only
    SUBMITTED = "submitted"  # the leaders read it
    RETURNED = "returned"  # back with a note
    PUBLISHED = "published"
    HIDDEN = "hidden"  # was published; leaders took it down


class SpotlightLetter(Model):
    __tablename__ = "spotlight_letter"
    __table_args__ = (
        sa.CheckConstraint("length(title) > 0", name="title_given"),
        sa.CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="shown_when"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    section_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Section.id, ondelete="CASCADE"), index=True
    )
    author_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(User.id, ondelete="CASCADE"), index=True
    )
    state: Mapped[LetterState] = mapped_column(one_of(LetterState, "state_known"))
    title: Mapped[str] = mapped_column(sa.String(200))
    byline: Mapped[str] = mapped_column(sa.String(120))  # the name that readers see
    about: Mapped[str] = mapped_column(sa.String(300))
    body: Mapped[str] = mapped_column(sa.Text)  # Markdown
    note: Mapped[str] = mapped_column(sa.String(1000), default="")  # of the leaders to the author
    updated_at: Mapped[dt.datetime]
    published_at: Mapped[dt.datetime | None]

    author: Mapped[User] = relationship(lazy="raise")
    section: Mapped[Section] = relationship(lazy="raise")
