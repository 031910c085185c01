"""What each person agreed to, by purpose and by the version of the text they read."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from mentorship.accounts.models import User
from mentorship.consents.models import Consent, Erasure
from mentorship.consents.purposes import (
    LISTED,
    MATCHING,
    OWN_YES,
    PURPOSES,
    SHARE_GENDER,
    SHARE_VISA,
    STATISTICS,
)
from mentorship.extensions import UtcDateTime

__all__ = [
    "AFTER_WITHDRAWING",
    "LISTED",
    "MATCHING",
    "OWN_YES",
    "PURPOSES",
    "SHARE_GENDER",
    "SHARE_VISA",
    "STATISTICS",
    "agrees_to",
    "asked_again",
    "give",
    "in_force",
    "is_said_for",
    "said_for",
    "standing",
    "withdraw",
]

# What packages above this one do when somebody takes a consent back; the application fills it in.
AFTER_WITHDRAWING: dict[str, list[Callable[..., None]]] = {MATCHING: []}


def give(session: Session, person_id: uuid.UUID, purpose: str, now: dt.datetime) -> None:
    """Record that the person agrees to the text as it reads now; agreeing twice changes nothing.

    Where an older text was agreed to, or a leader's file said it for them, that record ends and a
    new one begins.
    """
    version = PURPOSES[purpose].version
    not_theirs = (Consent.version != version) | Consent.by_file
    _end(session, now, *_open(person_id, purpose), not_theirs)
    if session.scalar(sa.select(Consent.id).where(*_open(person_id, purpose))):
        return
    row = {"person_id": person_id, "purpose": purpose, "version": version, "given_at": now}
    # The other of two clicks may have been faster; its row says the same.
    with suppress(IntegrityError), session.begin_nested():
        session.execute(sa.insert(Consent).values(row))


def withdraw(session: Session, person_id: uuid.UUID, purpose: str, now: dt.datetime) -> bool:
    """End the consent at once; tell whether there was one."""
    ended = _end(session, now, *_open(person_id, PURPOSES[purpose].key))
    if ended:
        for follow in AFTER_WITHDRAWING.get(purpose, ()):
            follow(session, person_id=person_id, now=now)
    return ended


def standing(session: Session, person_id: uuid.UUID) -> Mapping[str, Consent]:
    """Return the consents not withdrawn, by purpose, also those to an older text."""
    rows = sa.select(Consent).where(Consent.person_id == person_id, Consent.withdrawn_at.is_(None))
    fresh = rows.execution_options(populate_existing=True)
    return {consent.purpose: consent for consent in session.scalars(fresh)}


def said_for(person_id: uuid.UUID) -> sa.ColumnElement[bool]:
    """Say in a query whether a leader's file agreed for this person, who has not answered yet."""
    return sa.exists().where(
        Consent.person_id == person_id,
        Consent.by_file,
        Consent.withdrawn_at.is_(None),
        _current(),
    )


def is_said_for(session: Session, person_id: uuid.UUID) -> bool:
    """Tell the same of one person."""
    return bool(session.scalar(sa.select(said_for(person_id))))


def in_force(
    session: Session, person_ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, frozenset[str]]:
    """Return the purposes each person agrees to now, in one query; every person has an entry.

    Consent to an older text does not count: it never covered what the text says today. Whoever
    asked to be erased agrees to nothing until they take it back. What a leader's file said of visa
    answers covers those that the file brought: once its person can type their own, it counts no
    more.
    """
    rows = session.execute(
        sa.select(Consent.person_id, Consent.purpose).where(
            Consent.person_id.in_(person_ids),
            Consent.withdrawn_at.is_(None),
            _current(),
            ~_unheard(),
            ~_leaving(Consent.person_id),
        )
    )
    given: dict[uuid.UUID, set[str]] = {person_id: set() for person_id in person_ids}
    for person_id, purpose in rows:
        given[person_id].add(purpose)
    return {person_id: frozenset(purposes) for person_id, purposes in given.items()}


def agrees_to(
    purpose: str, person_id: sa.orm.InstrumentedAttribute[uuid.UUID]
) -> sa.ColumnElement[bool]:
    """Say in a query whether a person agrees now, to the text as it reads."""
    return (
        sa.exists()
        .where(
            Consent.person_id == person_id,
            Consent.purpose == purpose,
            Consent.version == PURPOSES[purpose].version,
            Consent.withdrawn_at.is_(None),
            ~_unheard(),
            ~_leaving(person_id),
        )
        .correlate_except(Consent)
    )


def asked_again(
    person_id: sa.orm.InstrumentedAttribute[uuid.UUID],
) -> sa.ColumnElement[bool]:
    """Say in a query whether a text that a person agreed to reads otherwise by now."""
    older = [
        sa.and_(Consent.purpose == purpose.key, Consent.version < purpose.version)
        for purpose in PURPOSES.values()
    ]
    return (
        sa.exists()
        .where(Consent.person_id == person_id, Consent.withdrawn_at.is_(None), sa.or_(*older))
        .correlate_except(Consent)
    )


def _current() -> sa.ColumnElement[bool]:
    """Say of a consent that it is to the text as it reads now."""
    return sa.or_(
        *(
            sa.and_(Consent.purpose == purpose.key, Consent.version == purpose.version)
            for purpose in PURPOSES.values()
        )
    )


def _unheard() -> sa.ColumnElement[bool]:
    """Say of a consent that its person must say it themselves, and has not yet."""
    owner = aliased(User)
    claimed = sa.exists().where(owner.id == Consent.person_id, owner.confirmed_at.is_not(None))
    return sa.and_(Consent.purpose.in_(OWN_YES), Consent.by_file, claimed.correlate_except(owner))


def _leaving(person_id: sa.orm.InstrumentedAttribute[uuid.UUID]) -> sa.ColumnElement[bool]:
    return sa.exists().where(Erasure.person_id == person_id).correlate_except(Erasure)


def _open(person_id: uuid.UUID, purpose: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Consent.person_id == person_id,
        Consent.purpose == purpose,
        Consent.withdrawn_at.is_(None),
    )


def _end(session: Session, now: dt.datetime, *which: sa.ColumnElement[bool]) -> bool:
    # A clock set back must not keep anybody from withdrawing.
    moment = sa.case((Consent.given_at > now, Consent.given_at), else_=sa.literal(now, UtcDateTime))
    ended = session.execute(
        sa.update(Consent)
        .where(*which)
        .values(withdrawn_at=moment)
        .returning(Consent.id)
        .execution_options(synchronize_session=False)
    )
    return bool(ended.all())
