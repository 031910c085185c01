"""The words of a round's mails, as the leaders of a section want them."""

from __future__ import annotations

import datetime as dt
import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mentorship.accounts.models import User
from mentorship.extensions import Model, one_of
from mentorship.sections.models import Section

SUBJECT_LENGTH, BODY_LENGTH = 150, 4000


class MailKind(enum.StrEnum):
    OFFERS_WAITING = "offers_waiting"  # to each mentor who is asked
    ROUND_PUBLISHED = "round_published"  # to each IMG of the round
    MENTOR_ACCEPTED = "mentor_accepted"  # to the IMG whose mentor said yes


class MailText(Model):
    """The text of one mail of one section; without a row it is the usual one."""

    __tablename__ = "mail_text"
    __table_args__ = (
        sa.CheckConstraint(
            f"length(subject) > 0 AND length(body) BETWEEN 1 AND {BODY_LENGTH}", name="words_given"
        ),
    )

    section_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Section.id, ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[MailKind] = mapped_column(one_of(MailKind, "kind_known"), primary_key=True)
    subject: Mapped[str] = mapped_column(sa.String(SUBJECT_LENGTH))
    body: Mapped[str] = mapped_column(sa.Text)
    changed_at: Mapped[dt.datetime]
    changed_by_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(User.id, ondelete="SET NULL")
    )
