"""The outbox: a mail is a row in the same transaction as the event that caused it."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mentorship.extensions import Model


class Message(Model):
    """One mail. ``body`` is emptied once it is sent: links in it open accounts.

    ``person_id`` is whose mail it is, whatever their address becomes: who gets it, or who asked for
    the address it goes to. It is empty where nobody with an account is meant. ``about_id`` is whom
    it names besides. Erasure and copies go by these two.
    """

    __tablename__ = "message"
    __table_args__ = (
        sa.CheckConstraint("attempts >= 0", name="attempts_count"),
        sa.CheckConstraint("sent_at IS NULL OR body = ''", name="sent_is_empty"),
        sa.Index("ix_message_waiting", "sent_at", "next_try_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    person_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    about_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    recipient: Mapped[str] = mapped_column(sa.String(254))
    subject: Mapped[str] = mapped_column(sa.String(200))
    body: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[dt.datetime]
    next_try_at: Mapped[dt.datetime]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    sent_at: Mapped[dt.datetime | None]
    failure: Mapped[str | None] = mapped_column(sa.String(200))
    unsubscribe: Mapped[str | None] = mapped_column(
        sa.String(300)
    )  # where one click ends such mails
