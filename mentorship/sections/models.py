"""Sections and who belongs to them, in which role."""

from __future__ import annotations

import datetime as dt
import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mentorship.accounts.models import User
from mentorship.extensions import Model, one_of


class SectionRole(enum.StrEnum):
    IMG = "img"
    MENTOR = "mentor"
    LEADER = "leader"


class MembershipState(enum.StrEnum):
    ASKED = "asked"
    ACTIVE = "active"
    DECLINED = "declined"
    LEFT = "left"


class Browsing(enum.StrEnum):
    """Who may look through a list of the others; only people who agreed to it are in it."""

    NOBODY = "nobody"
    IMGS = "imgs"  # IMGs see mentors
    BOTH = "both"  # and mentors see IMGs


class Section(Model):
    __tablename__ = "section"
    __table_args__ = (sa.CheckConstraint("length(slug) >= 2", name="slug_long_enough"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    slug: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    about: Mapped[str] = mapped_column(sa.Text, default="")
    approve_imgs: Mapped[bool] = mapped_column(default=False)  # mentors are always approved
    browsing: Mapped[Browsing] = mapped_column(
        one_of(Browsing, "browsing_known"), default=Browsing.IMGS, server_default="imgs"
    )
    # put codes in place of names until both have said yes
    names_masked: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    created_at: Mapped[dt.datetime]


class Membership(Model):
    """A person in a section in one role; one person may be IMG and mentor."""

    __tablename__ = "membership"
    __table_args__ = (sa.UniqueConstraint("section_id", "person_id", "role"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    section_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(Section.id, ondelete="CASCADE"))
    person_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(User.id, ondelete="CASCADE"), index=True
    )
    role: Mapped[SectionRole] = mapped_column(one_of(SectionRole, "role_known"))
    state: Mapped[MembershipState] = mapped_column(one_of(MembershipState, "state_known"))
    asked_at: Mapped[dt.datetime]
    decided_at: Mapped[dt.datetime | None]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(User.id, ondelete="SET NULL")
    )

    section: Mapped[Section] = relationship(lazy="raise")
    person: Mapped[User] = relationship(foreign_keys=person_id, lazy="raise")
    decided_by: Mapped[User | None] = relationship(foreign_keys=decided_by_id, lazy="raise")
