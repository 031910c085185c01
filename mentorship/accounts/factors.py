"""The second factor of an account: an app's codes, and passkeys."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.accounts import letters
from mentorship.accounts.models import Passkey, RecoveryCode, User
from mentorship.accounts.service import change_key
from mentorship.extensions import rows_hit
from mentorship.notices.service import one_line

PASSKEYS = 10
NAME_LENGTH = 60
REASON_LENGTH = 300


class NameTaken(ValueError):
    """Another passkey of this person has the name."""


class TooMany(ValueError):
    """A person keeps at most ten passkeys."""


class StillNeeded(ValueError):
    """Who must have a second factor cannot take the last one off."""


class NothingToReset(ValueError):
    """The person has no second factor."""


# --- What there is -----------------------------------------------------------------------------


def passkeys_of(session: Session, person: User) -> Sequence[Passkey]:
    mine = sa.select(Passkey).where(Passkey.person_id == person.id)
    return session.scalars(mine.order_by(Passkey.made_at, Passkey.id)).all()


# --- An app's codes ----------------------------------------------------------------------------


def use_counter(session: Session, person: User, counter: int) -> bool:
    """Use the code of a time step up; False when it, or a later one, was used before."""
    fresh = sa.or_(User.totp_counter.is_(None), User.totp_counter < counter)
    used = rows_hit(
        session, sa.update(User).where(User.id == person.id, fresh).values(totp_counter=counter)
    )
    return bool(used)


def set_app(session: Session, person: User, secret: str, *, now: dt.datetime) -> None:
    """Take the codes of this app from now on, and those of no other."""
    person.totp = secret
    _note(session, person, "account.factor.add", now=now, factor="app")
    _changed(session, person, now=now)


def remove_app(session: Session, person: User, *, needed: bool, now: dt.datetime) -> None:
    """Take an app's codes no more.

    Raises
    ------
    StillNeeded
        It is the last second factor of somebody who must have one.

    """
    if needed and not passkeys_of(session, person):
        raise StillNeeded
    person.totp = None
    _note(session, person, "account.factor.remove", now=now, factor="app")
    _changed(session, person, now=now)


# --- Passkeys ----------------------------------------------------------------------------------


def add_passkey(session: Session, passkey: Passkey, person: User, *, now: dt.datetime) -> None:
    """Keep a passkey that was checked.

    Raises
    ------
    NameTaken, TooMany
        It cannot be kept.

    """
    mine = passkeys_of(session, person)
    if len(mine) >= PASSKEYS:
        raise TooMany(f"You have {PASSKEYS} passkeys already. Take one off first.")
    passkey.name = one_line(passkey.name)[:NAME_LENGTH]
    if passkey.name.casefold() in {each.name.casefold() for each in mine}:
        raise NameTaken("You have a passkey of this name. Choose another name.")
    passkey.person_id, passkey.made_at = person.id, now
    session.add(passkey)
    session.flush()
    _note(session, person, "account.factor.add", now=now, factor="passkey")
    _changed(session, person, now=now)


def passkey_at(session: Session, person: User, passkey_id: uuid.UUID) -> Passkey:
    """Return one's own passkey.

    Raises
    ------
    NoResultFound
        It is nobody's, or somebody else's.

    """
    mine = sa.select(Passkey).where(Passkey.person_id == person.id, Passkey.id == passkey_id)
    return session.scalars(mine).one()


def remove_passkey(
    session: Session, person: User, passkey: Passkey, *, needed: bool, now: dt.datetime
) -> None:
    """Take a passkey off.

    Raises
    ------
    StillNeeded
        It is the last second factor of somebody who must have one.

    """
    if needed and person.totp_sealed is None and len(passkeys_of(session, person)) == 1:
        raise StillNeeded
    session.delete(passkey)
    session.flush()
    _note(session, person, "account.factor.remove", now=now, factor="passkey")
    _changed(session, person, now=now)


def use_passkey(
    session: Session, passkey: Passkey, *, count: int, asked_at: dt.datetime, now: dt.datetime
) -> bool:
    """Note a use. False when the passkey was used after it was asked for: an answer works once."""
    unused = sa.or_(Passkey.used_at.is_(None), Passkey.used_at < asked_at)
    used = rows_hit(
        session,
        sa.update(Passkey)
        .where(Passkey.id == passkey.id, unused)
        .values(used_at=now, sign_count=count),
    )
    return bool(used)


# --- Reset -------------------------------------------------------------------------------------


def reset(session: Session, person: User, *, by: uuid.UUID, reason: str, now: dt.datetime) -> None:
    """Take every second factor of a person off, who has lost them all; their sessions end.

    The reason goes to the person by mail. The log, which nobody can empty, holds no words.

    Raises
    ------
    NothingToReset
        There is none.

    """
    if person.second_factor_at is None:
        raise NothingToReset(f"{person.name} has no second factor.")
    session.execute(sa.delete(Passkey).where(Passkey.person_id == person.id))
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    person.totp = person.second_factor_at = None
    change_key(session, person)
    audit.record(
        session,
        action="account.factor.reset",
        actor_id=by,
        about_id=person.id,
        now=now,
    )
    letters.factor_reset(session, person, reason=reason, now=now)
    session.flush()


def _changed(session: Session, person: User, *, now: dt.datetime) -> None:
    """Follow a change: since when there is a second factor, other sessions end, a mail says so."""
    if person.totp_sealed is None and not passkeys_of(session, person):
        person.second_factor_at = None
        session.execute(sa.delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    elif person.second_factor_at is None:
        person.second_factor_at = now
    session.flush()
    change_key(session, person)
    letters.factor_changed(session, person, on=person.second_factor_at is not None, now=now)


def _note(session: Session, person: User, action: str, *, now: dt.datetime, **detail: str) -> None:
    audit.record(
        session, action=action, actor_id=person.id, about_id=person.id, now=now, detail=detail
    )
