"""The outbox: putting a mail in, and the steps of one delivery."""

from __future__ import annotations

import datetime as dt
import email.errors
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.headerregistry import Address

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.extensions import rows_hit
from mentorship.notices.models import Message

# How long a message waits after each try. The tenth failure is the last: about two days in all.
PAUSES = tuple(dt.timedelta(minutes=m) for m in (5, 10, 20, 40, 60, 120, 240, 480, 960, 960))
MAX_TRIES = len(PAUSES)
SUBJECT_LENGTH = 200
FAILURE_LENGTH = 200
JOINERS = "\u200c\u200d"  # invisible, and part of names in Persian and Indic scripts


class MailUnusable(ValueError):
    """A mail goes to one address, under a subject with words in it."""


def subject_of(words: str) -> str:
    """Return words as a subject: one line, no longer than mails and notices keep."""
    return one_line(words)[:SUBJECT_LENGTH]


def one_line(words: str) -> str:
    """Put ``words`` on one line: line ends and control characters become spaces."""
    return " ".join("".join(c if c.isprintable() or c in JOINERS else " " for c in words).split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What a mail says, and of whom (see :class:`Message`).

    One that comes again and again names the address that ends it.
    """

    person_id: uuid.UUID | None
    recipient: str
    subject: str
    body: str
    about_id: uuid.UUID | None = None
    unsubscribe: str | None = None


def post(  # noqa: PLR0913  one argument a column
    session: Session,
    *,
    person_id: uuid.UUID | None,
    recipient: str,
    subject: str,
    body: str,
    now: dt.datetime,
    unsubscribe: str | None = None,
) -> Message:
    """Put a mail in the outbox; it leaves after the transaction that caused it.

    Raises
    ------
    MailUnusable
        The recipient is not one plain address, or the subject says nothing.

    """
    mail = Mail(
        person_id=person_id,
        recipient=recipient,
        subject=subject,
        body=body,
        unsubscribe=unsubscribe,
    )
    [message] = post_many(session, [mail], now=now)
    return message


def post_many(session: Session, mails: Iterable[Mail], *, now: dt.datetime) -> Sequence[Message]:
    """Put mails in the outbox in one go; raises as :func:`post` does, and then puts in none."""
    messages = [_message(mail, now) for mail in mails]
    session.add_all(messages)
    session.flush()
    return messages


def _message(mail: Mail, now: dt.datetime) -> Message:
    try:
        Address(addr_spec=mail.recipient)
    except (ValueError, IndexError, email.errors.MessageError):
        raise MailUnusable(f"not one mail address: {mail.recipient!r}") from None
    subject = subject_of(mail.subject)
    if not mail.recipient.isprintable() or not subject:
        raise MailUnusable("a mail needs a subject, and a recipient without control characters")
    return Message(
        person_id=mail.person_id,
        about_id=mail.about_id,
        recipient=mail.recipient,
        subject=subject,
        body=mail.body,
        created_at=now,
        next_try_at=now,
        unsubscribe=mail.unsubscribe,
    )


def adopt(session: Session, person_id: uuid.UUID, *, recipient: str) -> None:
    """Let mails to an address that were nobody's so far be those of the person who has it."""
    nobodys = sa.and_(Message.recipient == recipient, Message.person_id.is_(None))
    session.execute(sa.update(Message).where(nobodys).values(person_id=person_id))


def is_any_due(session: Session, *, now: dt.datetime) -> bool:
    """Tell whether there is anything to deliver, without holding up writers."""
    return session.scalar(sa.select(Message.id).where(_due(now)).limit(1)) is not None


def take_next(session: Session, *, now: dt.datetime) -> Message | None:
    """Claim one due message for a try, or return None when nothing is due.

    The claim counts the try and puts the next one off, so whoever dies after it costs a delay and
    not a mail, and no second deliverer takes the same message meanwhile.
    """
    while True:
        found = session.execute(
            sa.select(Message.id, Message.attempts)
            .where(_due(now))
            .order_by(Message.next_try_at, Message.created_at)
            .limit(1)
        ).one_or_none()
        if found is None:
            return None
        if claim(session, found.id, attempts=found.attempts, now=now):
            return session.get_one(Message, found.id, populate_existing=True)


def claim(session: Session, message_id: uuid.UUID, *, attempts: int, now: dt.datetime) -> bool:
    """Take a message that was tried ``attempts`` times; False when somebody else was faster."""
    changed = rows_hit(
        session,
        sa.update(Message)
        .where(Message.id == message_id, Message.attempts == attempts, _due(now))
        .values(attempts=attempts + 1, next_try_at=now + PAUSES[attempts]),
    )
    return bool(changed)


def mark_sent(session: Session, message: Message, *, now: dt.datetime) -> None:
    """Note that a mail has left, and forget what it said: links in it open accounts."""
    message.sent_at, message.body, message.failure = now, "", None
    message.unsubscribe = None
    session.flush()


def mark_failed(session: Session, message: Message, *, why: str, final: bool) -> None:
    """Note why a try failed; ``final`` when another one would fail alike."""
    message.failure = " ".join(why.split())[:FAILURE_LENGTH]
    if final:
        message.attempts = MAX_TRIES
    session.flush()


def give_another_chance(session: Session, *, now: dt.datetime) -> int:
    """Make every unsent message due again, those given up too; return how many there are."""
    return rows_hit(
        session,
        sa.update(Message)
        .where(Message.sent_at.is_(None))
        .values(attempts=0, next_try_at=now, failure=None),
    )


def is_given_up() -> sa.ColumnElement[bool]:
    """Say which mails were tried often enough, or refused for good."""
    return sa.and_(Message.sent_at.is_(None), Message.attempts >= MAX_TRIES)


def _due(now: dt.datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        Message.sent_at.is_(None), Message.next_try_at <= now, Message.attempts < MAX_TRIES
    )
