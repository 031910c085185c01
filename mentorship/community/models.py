"""What a section keeps of its life. Everything here belongs to one section."""

from __future__ import annotations

import datetime as dt
import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from mentorship.accounts.models import User
from mentorship.extensions import Model, one_of
from mentorship.sections.models import Section

WEB = "url = '' OR url LIKE 'http://%' OR url LIKE 'https://%'"


class OpeningKind(enum.StrEnum):
    LEADERSHIP = "leadership"
    OUTSIDE = "outside"


class ResolutionState(enum.StrEnum):
    IDEA = "idea"  # seen by its author and the leaders
    DRAFTING = "drafting"
    SENT = "sent"  # to the meeting
    ADOPTED = "adopted"
    AMENDED = "amended"  # adopted with changes
    REFERRED = "referred"
    NOT_ADOPTED = "not_adopted"
    WITHDRAWN = "withdrawn"


class IntroductionState(enum.StrEnum):
    WAITING = "waiting"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # by whoever asked; it looks the same to them after a no


class OfSection:
    """A row of one section."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)

    @declared_attr
    @classmethod
    def section_id(cls) -> Mapped[uuid.UUID]:
        return mapped_column(sa.ForeignKey(Section.id, ondelete="CASCADE"), index=True)


class Opening(OfSection, Model):
    """A post in the section, or a seat in an outside body, that somebody may apply for."""

    __tablename__ = "section_opening"
    __table_args__ = (sa.CheckConstraint(WEB, name="url_of_web"),)

    kind: Mapped[OpeningKind] = mapped_column(one_of(OpeningKind, "kind_known"))
    title: Mapped[str] = mapped_column(sa.String(200))
    about: Mapped[str] = mapped_column(sa.String(2000))
    url: Mapped[str] = mapped_column(sa.String(2000), default="")
    deadline: Mapped[dt.date | None]  # None: open until filled


class Event(OfSection, Model):
    """A meeting or another event."""

    __tablename__ = "section_event"
    __table_args__ = (
        sa.CheckConstraint(WEB, name="url_of_web"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
    )

    title: Mapped[str] = mapped_column(sa.String(200))
    about: Mapped[str] = mapped_column(sa.String(2000))
    place: Mapped[str] = mapped_column(sa.String(200))
    url: Mapped[str] = mapped_column(sa.String(2000), default="")
    starts_at: Mapped[dt.datetime] = mapped_column(index=True)
    ends_at: Mapped[dt.datetime]
    timezone: Mapped[str] = mapped_column(sa.String(64))  # in which it was entered


class CouncilSeat(OfSection, Model):
    """A seat of the governing council."""

    __tablename__ = "council_seat"
    __table_args__ = (sa.CheckConstraint("position > 0", name="position_counts"),)

    position: Mapped[int]
    office: Mapped[str] = mapped_column(sa.String(120))
    name: Mapped[str] = mapped_column(sa.String(120))  # "" for a vacant seat
    about: Mapped[str] = mapped_column(sa.String(500), default="")
    until: Mapped[dt.date | None]


class Resolution(OfSection, Model):
    """A resolution on its way from an idea to an outcome."""

    __tablename__ = "resolution"

    author_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(User.id, ondelete="SET NULL"), index=True
    )
    title: Mapped[str] = mapped_column(sa.String(200))
    problem: Mapped[str] = mapped_column(sa.String(3000))
    ask: Mapped[str] = mapped_column(sa.String(2000))  # what the AMA should do
    state: Mapped[ResolutionState] = mapped_column(one_of(ResolutionState, "state_known"))
    created_at: Mapped[dt.datetime]

    author: Mapped[User | None] = relationship(lazy="raise")
    steps: Mapped[list[ResolutionStep]] = relationship(
        order_by="ResolutionStep.day, ResolutionStep.at", lazy="raise"
    )


class ResolutionStep(Model):
    """One step of a resolution; steps are only ever added."""

    __tablename__ = "resolution_step"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    resolution_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Resolution.id, ondelete="CASCADE"), index=True
    )
    state: Mapped[ResolutionState] = mapped_column(one_of(ResolutionState, "state_known"))
    day: Mapped[dt.date]
    note: Mapped[str] = mapped_column(sa.String(500))
    at: Mapped[dt.datetime]


class DirectoryCard(Model):
    """Somebody agreed to be found by the other members of a section; no card, no trace."""

    __tablename__ = "directory_card"

    section_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Section.id, ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(User.id, ondelete="CASCADE"), primary_key=True, index=True
    )
    about: Mapped[str] = mapped_column(sa.String(300))
    show_email: Mapped[bool] = mapped_column(default=False)
    agreed_at: Mapped[dt.datetime]

    person: Mapped[User] = relationship(lazy="raise")


class Introduction(OfSection, Model):
    """Somebody asked another member to be put in touch; until a yes neither sees an address."""

    __tablename__ = "introduction"
    __table_args__ = (
        sa.CheckConstraint("from_id <> to_id", name="two_people"),
        sa.CheckConstraint("(state = 'waiting') = (answered_at IS NULL)", name="answered"),
        sa.UniqueConstraint("section_id", "from_id", "to_id"),
    )

    from_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(User.id, ondelete="CASCADE"), index=True
    )
    to_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(User.id, ondelete="CASCADE"), index=True)
    words: Mapped[str] = mapped_column(sa.String(300))
    state: Mapped[IntroductionState] = mapped_column(one_of(IntroductionState, "state_known"))
    asked_at: Mapped[dt.datetime]
    answered_at: Mapped[dt.datetime | None]

    asker: Mapped[User] = relationship(foreign_keys=from_id, lazy="raise")
    asked: Mapped[User] = relationship(foreign_keys=to_id, lazy="raise")

    @property
    def read_by_asker(self) -> IntroductionState:
        """The state as whoever asked reads it: a no looks like silence."""
        declined = self.state is IntroductionState.DECLINED
        return IntroductionState.WAITING if declined else self.state

    @property
    def yes_at(self) -> dt.datetime | None:
        """When it was agreed to; no other moment of an answer is told to whoever asked."""
        return self.answered_at if self.state is IntroductionState.AGREED else None
