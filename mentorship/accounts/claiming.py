"""Claiming an account that a leader made: the mailed link, and what opens with it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts import letters
from mentorship.accounts.claims import claim_links
from mentorship.accounts.models import Identity, User
from mentorship.accounts.service import LinkDead, change_key, clean_name
from mentorship.notices.models import Message
from mentorship.notices.service import post_many

_AT_ONCE = 5_000  # people in one query
QUIET = dt.timedelta(days=1)  # in which nobody is invited again with many others


def invite(session: Session, person: User, section_name: str, *, now: dt.datetime) -> bool:
    """Mail a person the link to claim their account; False when they have claimed it before."""
    return invite_many(session, [person.id], section_name, now=now) == 1


def invite_many(
    session: Session, person_ids: Sequence[uuid.UUID], section_name: str, *, now: dt.datetime
) -> int:
    """Mail all of them who have not claimed their account the link; return how many those are."""
    session.flush()
    invited = 0
    for start in range(0, len(person_ids), _AT_ONCE):
        people = session.execute(
            sa.select(User.id, User.email, User.fs_uniquifier)
            .where(
                User.id.in_(person_ids[start : start + _AT_ONCE]),
                User.confirmed_at.is_(None),
            )
            .order_by(User.email)
        )
        mails = [
            letters.claim_mail(person_id, email, key, section_name=section_name, now=now)
            for person_id, email, key in people
        ]
        invited += len(post_many(session, mails, now=now))
    return invited


def invited_lately(section_name: str, *, now: dt.datetime) -> sa.ColumnElement[bool]:
    """Say of whom, in a query of people, such a mail was posted within a day."""
    subject = letters.claim_subject(section_name)
    return sa.exists().where(
        Message.person_id == User.id, Message.subject == subject, Message.created_at > now - QUIET
    )


def claimant(session: Session, token: str, *, now: dt.datetime) -> User:
    """Return the person whose account a link opens.

    Raises
    ------
    LinkDead
        The link was used, is too old, or was never ours.

    """
    said = claim_links.read(token)
    if said is None or said.expires < now:
        raise LinkDead("this link is too old, or was never ours")
    person = session.scalar(
        sa.select(User).where(
            User.fs_uniquifier == said.key, User.confirmed_at.is_(None), User.active
        )
    )
    if person is None:
        raise LinkDead("this link was used already")
    return person


def claim(session: Session, token: str, *, name: str, password_hash: str, now: dt.datetime) -> User:
    """Open the account: set name and password, and take the address as confirmed.

    A password that a stranger set when registering with this address is gone with this, and so is
    an account elsewhere that they connected.

    Raises
    ------
    LinkDead
        The link was used, is too old, or was never ours.
    NameUnusable
        The name cannot be used.

    """
    person = claimant(session, token, now=now)
    change_key(session, person)
    session.execute(sa.delete(Identity).where(Identity.person_id == person.id))
    person.name, person.password, person.confirmed_at = clean_name(name), password_hash, now
    session.flush()
    return person
