"""What each person agreed to, by purpose and by the version of the text they read."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from mentorship.accounts.models import User
from mentorship.consents.models import Consent, Erasure
from mentorship.extensions import UtcDateTime

MATCHING, LISTED, STATISTICS = "matching", "listed", "statistics"
SHARE_VISA, SHARE_GENDER = "share_visa", "share_gender"
# What a leader's file cannot say of who has claimed the account; of a gender it never can.
OWN_YES = frozenset({SHARE_VISA, SHARE_GENDER})
# What packages above this one do when somebody takes a consent back; the application fills it in.
AFTER_WITHDRAWING: dict[str, list[Callable[..., None]]] = {MATCHING: []}


@dataclass(frozen=True, slots=True)
class Purpose:
    """One question; each line of ``text`` is a paragraph.

    Whoever changes what ``text`` or ``without`` say raises ``version``.
    """

    key: str
    version: int
    label: str
    text: str
    without: str
    withdrawing: str


PURPOSES: Mapping[str, Purpose] = MappingProxyType(
    {
        purpose.key: purpose
        for purpose in (
            Purpose(
                key=MATCHING,
                version=1,
                label="Use my profile to find a match",
                text=(
                    "The match program reads your profile and compares it with other profiles in "
                    "your section. The section leaders see who was matched with you and why, and "
                    "how many points each part of your profile gave."
                ),
                without="Without this you are not part of any match round.",
                withdrawing=(
                    "You will not be in any future match round. "
                    "Matches that were already made stay as they are, also those that wait for an "
                    "answer. A request that you sent to a mentor, or that waits for your answer, "
                    "ends now."
                ),
            ),
            Purpose(
                key=SHARE_VISA,
                version=1,
                label="Show my visa situation to my match",
                text=(
                    "The mentor or IMG you are paired with sees your visa situation, or the visa "
                    "paths you have been through, as soon as it is their turn to answer, so that "
                    "you can talk about it from the start."
                ),
                without="Without this your match does not see it. You can still tell them.",
                withdrawing="Your match no longer sees your visa situation or visa paths here.",
            ),
            Purpose(
                key=SHARE_GENDER,
                version=1,
                label="Show my gender to my match",
                text=(
                    "The mentor or IMG you are paired with sees your gender, if you have given it, "
                    "as soon as it is their turn to answer."
                ),
                without=(
                    "Without this your match does not see it. It still counts when somebody wishes "
                    "for a mentor of their own gender."
                ),
                withdrawing="Your match no longer sees your gender here.",
            ),
            Purpose(
                key=LISTED,
                version=2,
                label="Let members of my section look me up",
                text=(
                    "If your section offers it, IMGs can look through a list of mentors, and "
                    "mentors through a list of IMGs.\nOf you they see your name (or a code, if "
                    "your section hides names), specialties, topics, languages, time zone, ways to "
                    "talk, ways of working, and how many meetings a month suit you.\nOf an IMG "
                    "also the stage of the journey and the states they hope for.\nOf a mentor also "
                    "the position, subspecialties, the stages they help with, the state they live "
                    "in, the states they are licensed in, whether they are an IMG themselves, a "
                    "few words about them, the institution (not if your section hides names), and "
                    "whether they have a free seat now: during a break there is none.\nBeside it "
                    "stands how well the two of you fit and why, for example how much free time "
                    "you have in common.\nThey never see your visa answers, gender, goals, which "
                    "hours are free, or how to reach you."
                ),
                without="Without this you are in no list. The match program still considers you.",
                withdrawing="You are in no list any more. Who has asked for you stays as it is.",
            ),
            Purpose(
                key=STATISTICS,
                version=3,
                label="Count me in statistics",
                text=(
                    "Your answers may be counted together with those of others. Your section "
                    "leaders then read numbers and averages of groups, for example how many people "
                    "from each region of the world were matched, and how well their matches fit on "
                    "average. Small groups are put together or left out. Of groups by visa "
                    "situation, visa paths or gender, chance is mixed into each number and each "
                    "average, so that nobody can work out what you answered."
                ),
                without="Without this you are left out of the statistics. Your match is the same.",
                withdrawing="You will be left out of all statistics made from now on.",
            ),
        )
    }
)


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
