"""Accounts elsewhere by which people sign in: finding, joining with, adding and taking off one.

An account elsewhere is known by its issuer and subject, never by its email address: who may say of
themselves that an address is theirs differs from provider to provider.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from mentorship import audit
from mentorship.accounts import answers, letters, newest
from mentorship.accounts.attempts import Account
from mentorship.accounts.models import Identity, User
from mentorship.accounts.service import EmailTaken, change_key, find_by_email, new_person

Token = Callable[[User], str]


class SomebodyElses(ValueError):
    """The account elsewhere is connected already, here or to another account."""


class LastWayIn(ValueError):
    """Without it the person could not sign in any more."""


def of_person(session: Session, person: User) -> Sequence[Identity]:
    mine = sa.select(Identity).where(Identity.person_id == person.id)
    return session.scalars(mine.order_by(Identity.made_at, Identity.id)).all()


def person_of(session: Session, account: Account) -> User | None:
    """Return who signs in with an account elsewhere, with their roles."""
    found = (
        sa.select(User)
        .join(Identity, Identity.person_id == User.id)
        .where(Identity.issuer == account.issuer, Identity.subject == account.subject)
        .options(joinedload(User.roles))
    )
    return session.scalars(found).unique().one_or_none()


def note_use(session: Session, account: Account, *, now: dt.datetime) -> None:
    session.execute(
        sa.update(Identity)
        .where(Identity.issuer == account.issuer, Identity.subject == account.subject)
        .values(used_at=now)
    )


def join(
    session: Session, account: Account, *, name: str, confirm_token: Token, now: dt.datetime
) -> None:
    """Make an account for somebody a provider sends: exactly one mail, whoever has the address.

    As after any registration, nobody signs in before the mailed link was used. Whoever has an
    account here gets none with this one connected: they sign in, and connect it themselves.

    Raises
    ------
    EmailUnusable, NameUnusable
        The address or the name cannot be used.

    """
    if person_of(session, account) is not None:
        return  # the same form, sent twice
    try:
        person = new_person(session, email=account.email or "", name=name, now=now)
    except EmailTaken:
        known = find_by_email(session, account.email or "")
        if known is not None:
            answers.answer_registered(session, known, now=now)
        return
    session.add(_row(person, account, now))
    session.flush()
    _note(session, person, "account.identity.join", account, now=now)
    send_link(session, person, confirm_token=confirm_token, now=now)


def send_link(session: Session, person: User, *, confirm_token: Token, now: dt.datetime) -> None:
    """Mail the link that confirms the address; earlier ones are void."""
    token = confirm_token(person)
    newest.note(session, person, newest.Link.CONFIRM, token)
    letters.confirm(session, person, token, now=now)


def connect(session: Session, person: User, account: Account, *, now: dt.datetime) -> None:
    """Let a person who is signed in sign in with an account elsewhere too; other sessions end.

    Raises
    ------
    SomebodyElses
        It is connected already, or this person has another one of that provider.

    """
    try:
        with session.begin_nested():
            session.add(_row(person, account, now))
            session.flush()
    except IntegrityError:
        raise SomebodyElses from None
    _changed(session, person, "account.identity.add", account, now=now)


def identity_at(session: Session, person: User, identity_id: uuid.UUID) -> Identity:
    """Return one of a person's own.

    Raises
    ------
    NoResultFound
        It is nobody's, or somebody else's.

    """
    mine = sa.select(Identity).where(Identity.person_id == person.id, Identity.id == identity_id)
    return session.scalars(mine).one()


def disconnect(
    session: Session, person: User, identity: Identity, *, usable: Sequence[str], now: dt.datetime
) -> None:
    """Take an account elsewhere off; ``usable`` are the issuers with whom people can sign in.

    Raises
    ------
    LastWayIn
        There is no password, and no other account of a provider that works here.

    """
    session.execute(sa.select(User.id).where(User.id == person.id).with_for_update())
    others = [each for each in of_person(session, person) if each.id != identity.id]
    if person.password is None and not any(each.issuer in usable for each in others):
        raise LastWayIn
    session.delete(identity)
    session.flush()
    account = Account(identity.issuer, identity.subject, None, "", None)
    _changed(session, person, "account.identity.remove", account, now=now)


def _row(person: User, account: Account, now: dt.datetime) -> Identity:
    return Identity(
        person_id=person.id, issuer=account.issuer, subject=account.subject, made_at=now
    )


def _changed(
    session: Session, person: User, action: str, account: Account, *, now: dt.datetime
) -> None:
    change_key(session, person)
    letters.identities_changed(session, person, now=now)
    _note(session, person, action, account, now=now)


def _note(
    session: Session, person: User, action: str, account: Account, *, now: dt.datetime
) -> None:
    audit.record(
        session,
        action=action,
        actor_id=person.id,
        about_id=person.id,
        now=now,
        detail={"issuer": account.issuer},
    )
