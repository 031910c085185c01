"""Notices, and how each person wants to hear of each kind."""

from __future__ import annotations

import datetime as dt
import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mentorship.accounts.models import User
from mentorship.extensions import Model, one_of

WORDS_LENGTH = 200


class NoticeKind(enum.StrEnum):
    OFFER = "offer"  # somebody is waiting for this person's yes or no
    ANSWER = "answer"  # the other side, or what became of an offer
    REMINDER = "reminder"
    EXPIRY = "expiry"  # the day to answer has passed
    PUBLICATION = "publication"
    MENTORSHIP = "mentorship"  # agreements, meetings, the end
    SECTION = "section"  # what was decided about joining, invitations, members who write
    LEADING = "leading"  # for leaders of a section: who asks to join, and that they lead
    LETTER = "letter"  # what became of a letter for the gallery
    CONCERN = "concern"  # somebody told the leaders of a worry


class Way(enum.StrEnum):
    NOW = "now"  # on the site, and a mail at once
    DAILY = "daily"  # on the site, and in one mail a day
    HERE = "here"  # on the site only
    OFF = "off"


class Notice(Model):
    """One thing that happened. ``words`` name a round or nothing, never a person or an answer."""

    __tablename__ = "notice"
    __table_args__ = (
        sa.CheckConstraint("length(words) > 0", name="words_given"),
        sa.CheckConstraint("path LIKE '/%'", name="path_of_site"),
        sa.Index("ix_notice_person", "person_id", "seen_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    person_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey(User.id, ondelete="CASCADE"))
    kind: Mapped[NoticeKind] = mapped_column(one_of(NoticeKind, "kind_known"))
    words: Mapped[str] = mapped_column(sa.String(WORDS_LENGTH))
    path: Mapped[str] = mapped_column(sa.String(200))
    created_at: Mapped[dt.datetime] = mapped_column(index=True)
    seen_at: Mapped[dt.datetime | None]
    for_digest: Mapped[bool] = mapped_column(default=False, server_default=sa.false(), index=True)


class NoticeChoice(Model):
    """How a person wants to hear of one kind, where that is not the usual way."""

    __tablename__ = "notice_choice"
    __table_args__ = (
        sa.CheckConstraint(
            "way <> 'off' OR kind IN ('publication', 'letter')",
            name="off_where_allowed",
        ),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(User.id, ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[NoticeKind] = mapped_column(one_of(NoticeKind, "kind_known"), primary_key=True)
    way: Mapped[Way] = mapped_column(one_of(Way, "way_known"))
