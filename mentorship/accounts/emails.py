"""Another address to sign in with: asked for here, confirmed there, announced at the old one."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.accounts import letters
from mentorship.accounts.models import EmailChange, User
from mentorship.accounts.service import (
    LinkDead,
    change_key,
    clean_email,
    find_by_email,
    keep_email,
)
from mentorship.extensions import rows_hit
from mentorship.notices.service import adopt

VALID_FOR = dt.timedelta(hours=24)
TOKEN_BYTES = 32


def ask(session: Session, person: User, email: str, *, now: dt.datetime) -> None:
    """Mail a link to the new address, and word of it to the old one; earlier links are dead.

    Whoever has that address gets exactly one mail, so nothing here tells whether it is in use.

    Raises
    ------
    EmailUnusable
        Mail cannot be sent to such an address.

    """
    email, token = clean_email(email), secrets.token_urlsafe(TOKEN_BYTES)
    keep_email(session, person.id)
    session.add(
        EmailChange(person_id=person.id, email=email, token_hash=_hash(token), asked_at=now)
    )
    if (owner := find_by_email(session, email)) is None:
        letters.confirm_email(session, person, email, token, now=now)
    else:
        letters.email_taken(session, owner, now=now)
    letters.email_asked(session, person, now=now)
    _note(session, person, "account.email.ask", now=now)


def pending(session: Session, person: User, *, now: dt.datetime) -> EmailChange | None:
    """Return the change that a person asked for and that a link can still confirm."""
    mine = EmailChange.person_id == person.id, EmailChange.asked_at > now - VALID_FOR
    return session.scalar(sa.select(EmailChange).where(*mine))


def take_back(session: Session, person: User, *, now: dt.datetime) -> None:
    """Void the link to a new address; nothing happens where there is none."""
    if keep_email(session, person.id):
        _note(session, person, "account.email.take_back", now=now)


def asked(session: Session, token: str, *, now: dt.datetime) -> EmailChange:
    """Return the change that a link confirms.

    Raises
    ------
    LinkDead
        The link was used or voided, is too old, or was never ours.

    """
    found = session.scalar(
        sa.select(EmailChange)
        .join(User, User.id == EmailChange.person_id)
        .where(
            EmailChange.token_hash == _hash(token),
            EmailChange.asked_at > now - VALID_FOR,
            User.active,
        )
    )
    if found is None:
        raise LinkDead("this link was used, is too old, or was never ours")
    return found


def confirm(session: Session, token: str, *, now: dt.datetime) -> User:
    """Take the new address; every session and every other link of the person ends.

    Raises
    ------
    LinkDead
        As of :func:`asked`; or somebody else has the address now.

    """
    change = asked(session, token, now=now)
    person = session.get_one(User, change.person_id, with_for_update=True)  # before what voids it
    gone = rows_hit(session, sa.delete(EmailChange).where(EmailChange.id == change.id))
    if not gone:
        raise LinkDead("this link was used already")
    before = person.email
    try:
        with session.begin_nested():
            person.email, person.confirmed_at = change.email, now
            session.flush()
    except IntegrityError:
        raise LinkDead("somebody has this address now") from None
    change_key(session, person)
    adopt(session, person.id, recipient=before)
    letters.email_changed(session, person, before, now=now)
    _note(session, person, "account.email.change", now=now)
    return person


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _note(session: Session, person: User, action: str, *, now: dt.datetime) -> None:
    audit.record(session, action=action, actor_id=person.id, about_id=person.id, now=now)
