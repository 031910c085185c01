"""What members and leaders make of the catalog: marks, reports, places in a section, history."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mentorship.accounts.models import User
from mentorship.extensions import Model, one_of
from mentorship.sections.models import Section
from mentorship.toolkit.resource_models import Resource


class MarkKind(enum.StrEnum):
    SAVED = "saved"
    SEEN = "seen"
    USEFUL = "useful"


class Trouble(enum.StrEnum):
    DEAD = "dead"
    STALE = "stale"
    WRONG = "wrong"


class Change(enum.StrEnum):
    ADDED = "added"
    EDITED = "edited"
    RESTORED = "restored"
    HIDDEN = "hidden"
    SHOWN = "shown"
    MOVED = "moved"


def _resource(*, key: bool = False) -> Mapped[str]:
    return mapped_column(
        sa.ForeignKey(Resource.id, ondelete="CASCADE"), primary_key=key, index=True
    )


def _section(*, key: bool = False) -> Mapped[uuid.UUID]:
    return mapped_column(sa.ForeignKey(Section.id, ondelete="CASCADE"), primary_key=key)


class ResourceMark(Model):
    """Somebody keeps a resource, has seen it, or found it useful."""

    __tablename__ = "resource_mark"

    person_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(User.id, ondelete="CASCADE"), primary_key=True
    )
    resource_id: Mapped[str] = _resource(key=True)
    kind: Mapped[MarkKind] = mapped_column(one_of(MarkKind, "kind_known"), primary_key=True)
    at: Mapped[dt.datetime]


class ResourceReport(Model):
    """Somebody says that a link is dead, or its page old or wrong."""

    __tablename__ = "resource_report"
    __table_args__ = (
        # One open report a person and resource: saying it again says nothing more.
        sa.Index(
            "uq_resource_report_open",
            "person_id",
            "resource_id",
            unique=True,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    person_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(User.id, ondelete="CASCADE"))
    resource_id: Mapped[str] = _resource()
    trouble: Mapped[Trouble] = mapped_column(one_of(Trouble, "trouble_known"))
    words: Mapped[str] = mapped_column(sa.String(500))
    at: Mapped[dt.datetime]
    settled_at: Mapped[dt.datetime | None]
    settled_by_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(User.id, ondelete="SET NULL")
    )

    resource: Mapped[Resource] = relationship(lazy="raise")


class ResourcePlacing(Model):
    """Where a section shows a resource, or that it does not."""

    __tablename__ = "resource_placing"
    __table_args__ = (sa.CheckConstraint("position > 0", name="position_counts"),)

    section_id: Mapped[uuid.UUID] = _section(key=True)
    resource_id: Mapped[str] = _resource(key=True)
    hidden: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int | None]  # the first ones come first; None keeps the usual order


class ResourceChange(Model):
    """What a leader did to a resource of their section; ``before`` holds its words until then."""

    __tablename__ = "resource_change"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    section_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Section.id, ondelete="CASCADE"), index=True
    )
    resource_id: Mapped[str] = _resource()
    by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(User.id, ondelete="SET NULL"))
    at: Mapped[dt.datetime]
    change: Mapped[Change] = mapped_column(one_of(Change, "change_known"))
    before: Mapped[dict[str, Any] | None]

    by: Mapped[User | None] = relationship(lazy="raise")
