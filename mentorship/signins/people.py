"""What administrators do about accounts: find one, end its sessions, switch it off and on."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, lazyload

from mentorship import audit
from mentorship.accounts.models import User
from mentorship.consents.staying import alone_on_site, hold_administrators
from mentorship.signins import service

AT_MOST = 50
# What packages above this one do when an account is switched off; the application fills it in.
AFTER_SWITCHING_OFF: list[Callable[..., None]] = []


class Oneself(ValueError):
    """Administrators do not switch themselves off: another one has to do it."""


class LastAdministrator(ValueError):
    """Nobody else administers the site and stays."""


def search(session: Session, words: str) -> Sequence[User]:
    """Return people whose name or address holds ``words``, by name; at most 50."""
    if not words:
        return ()
    found = User.name.icontains(words, autoescape=True) | User.email.icontains(
        words, autoescape=True
    )
    return session.scalars(
        sa.select(User)
        .where(found)
        .order_by(User.name, User.id)
        .limit(AT_MOST)
        .options(lazyload(User.roles))
    ).all()


def person_at(session: Session, person_id: uuid.UUID) -> User:
    """Return a person.

    Raises
    ------
    NoResultFound
        There is none with this key.

    """
    return session.scalars(sa.select(User).where(User.id == person_id)).one()


def switch_off(session: Session, person: User, *, by: uuid.UUID, now: dt.datetime) -> None:
    """Keep a person out: all sessions end, and they cannot sign in. Nothing of theirs is lost.

    Requests of theirs, or to them, end: nobody waits for somebody who cannot answer.

    Raises
    ------
    Oneself
        The person is who asks.
    LastAdministrator
        Whoever else administers the site, who asks among them, is about to be erased.

    """
    if person.id == by:
        raise Oneself
    hold_administrators(session)
    if alone_on_site(session, person.id):
        raise LastAdministrator
    person.active = False
    session.flush()
    service.end_sessions(session, person_id=person.id, by=by, now=now)
    for follow in AFTER_SWITCHING_OFF:
        follow(session, person_id=person.id, now=now)
    _note(session, person, "account.switch_off", by=by, now=now)


def switch_on(session: Session, person: User, *, by: uuid.UUID, now: dt.datetime) -> None:
    person.active = True
    _note(session, person, "account.switch_on", by=by, now=now)


def _note(session: Session, person: User, action: str, *, by: uuid.UUID, now: dt.datetime) -> None:
    audit.record(session, action=action, actor_id=by, about_id=person.id, now=now)
