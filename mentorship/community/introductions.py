"""Putting two members in touch: one asks, the other agrees, and only then both see an address."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session, joinedload

from mentorship.accounts.models import User
from mentorship.community.models import DirectoryCard, Introduction, IntroductionState
from mentorship.inbox.models import NoticeKind
from mentorship.inbox.service import Telling, tell
from mentorship.notices.letters import stationery
from mentorship.sections.models import Membership, MembershipState, Section

# What whoever asked cannot tell apart.
STILL_OPEN = frozenset({IntroductionState.WAITING, IntroductionState.DECLINED})


class AskedBefore(ValueError):
    """One asks the same person once: who was told no is not asked again."""


@dataclass(frozen=True, slots=True)
class Other:
    """A member somebody asked, was asked by, or is in touch with."""

    introduction_id: uuid.UUID
    person_id: uuid.UUID
    name: str
    words: str  # of whoever asked
    email: str  # "" until both agreed


@dataclass(frozen=True, slots=True)
class Mine:
    """Where somebody stands with the other members of a section."""

    to_answer: list[Other] = field(default_factory=list)
    asked: list[Other] = field(default_factory=list)  # without a yes, so far
    in_touch: list[Other] = field(default_factory=list)
    known: set[uuid.UUID] = field(default_factory=set)  # whom one cannot ask, or need not


def mine_in(session: Session, section_id: uuid.UUID, person_id: uuid.UUID) -> Mine:
    """Return one's own introductions in a section, with those who are still in it."""
    found = Mine()
    rows = session.scalars(
        sa.select(Introduction)
        .where(
            Introduction.section_id == section_id,
            sa.or_(Introduction.from_id == person_id, Introduction.to_id == person_id),
        )
        .options(joinedload(Introduction.asker), joinedload(Introduction.asked))
        .order_by(Introduction.asked_at.desc(), Introduction.id)
    ).all()
    here = _members_among(session, section_id, {row.from_id for row in rows} | _to(rows))
    for row in rows:
        i_asked = row.from_id == person_id
        who = row.asked if i_asked else row.asker
        if who.id not in here:
            continue
        agreed = row.state is IntroductionState.AGREED
        other = Other(row.id, who.id, who.name, row.words, who.email if agreed else "")
        if agreed:
            found.in_touch.append(other)
        elif i_asked and row.state in STILL_OPEN:
            found.asked.append(other)
        elif not i_asked and row.state is IntroductionState.WAITING:
            found.to_answer.append(other)
        if i_asked or row.state in {IntroductionState.AGREED, IntroductionState.WAITING}:
            found.known.add(who.id)
    return found


def may_be_asked(
    session: Session, section_id: uuid.UUID, person_id: uuid.UUID, *, by: uuid.UUID
) -> User:
    """Return a listed member whom somebody else may ask.

    Raises
    ------
    NoResultFound
        There is none of that key, or it is oneself.

    """
    if person_id == by or not _members_among(session, section_id, {person_id}):
        raise NoResultFound
    card = sa.select(DirectoryCard).where(
        DirectoryCard.section_id == section_id, DirectoryCard.person_id == person_id
    )
    return session.scalars(card.options(joinedload(DirectoryCard.person))).one().person


def ask(  # noqa: PLR0913  who asks whom, where, in which words and when
    session: Session,
    section: Section,
    *,
    asker: User,
    person_id: uuid.UUID,
    words: str,
    now: dt.datetime,
) -> Introduction:
    """Ask a listed member to be put in touch, and tell them.

    Raises
    ------
    AskedBefore
        One of the two has asked the other already.

    """
    asked = may_be_asked(session, section.id, person_id, by=asker.id)
    both = (asker.id, asked.id)
    # Of two who ask each other at once the second waits for the first.
    people = sa.select(User.id).where(User.id.in_(both)).order_by(User.id)
    session.execute(people.with_for_update(key_share=True))
    there = sa.and_(Introduction.from_id == asker.id, Introduction.to_id == asked.id)
    back = sa.and_(
        Introduction.from_id == asked.id,
        Introduction.to_id == asker.id,
        Introduction.state.in_([IntroductionState.WAITING, IntroductionState.AGREED]),
    )
    before = sa.select(Introduction.id).where(
        Introduction.section_id == section.id, sa.or_(there, back)
    )
    if session.scalars(before).first():
        raise AskedBefore
    row = Introduction(
        section_id=section.id,
        from_id=asker.id,
        to_id=asked.id,
        words=words,
        state=IntroductionState.WAITING,
        asked_at=now,
    )
    session.add(row)
    session.flush()
    _tell(session, asked, "peer_asks", section, who=asker, now=now)
    return row


def answer(  # noqa: PLR0913  who answers what, where, how and when
    session: Session,
    section: Section,
    introduction_id: uuid.UUID,
    *,
    person: User,
    agrees: bool,
    now: dt.datetime,
) -> None:
    """Say yes or no to whoever asked; only a yes is told."""
    row = session.scalars(
        sa.select(Introduction)
        .where(
            Introduction.id == introduction_id,
            Introduction.section_id == section.id,
            Introduction.to_id == person.id,
            Introduction.state == IntroductionState.WAITING,
        )
        .options(joinedload(Introduction.asker))
        .with_for_update(of=Introduction)
    ).one()
    row.state = IntroductionState.AGREED if agrees else IntroductionState.DECLINED
    row.answered_at = now
    session.flush()
    if agrees:
        _tell(session, row.asker, "peer_agreed", section, who=person, now=now)


def end(
    session: Session,
    section_id: uuid.UUID,
    introduction_id: uuid.UUID,
    person_id: uuid.UUID,
    *,
    now: dt.datetime,
) -> None:
    """Take back one's own asking, or an agreement of either side: neither sees an address then.

    After a no the asking is taken back like one that waits, so that it cannot be told apart; the
    same person is not asked again in either case.
    """
    row = session.scalars(
        sa.select(Introduction).where(
            Introduction.id == introduction_id, Introduction.section_id == section_id
        )
    ).one()
    mine = row.from_id == person_id
    if row.state is IntroductionState.AGREED and (mine or row.to_id == person_id):
        session.delete(row)
    elif mine and row.state in STILL_OPEN:
        row.state = IntroductionState.WITHDRAWN
        row.answered_at = row.answered_at or now
    else:
        raise NoResultFound
    session.flush()


def forget(session: Session, section_id: uuid.UUID, person_id: uuid.UUID) -> None:
    """Forget all introductions of somebody who left a section."""
    theirs = sa.or_(Introduction.from_id == person_id, Introduction.to_id == person_id)
    session.execute(sa.delete(Introduction).where(Introduction.section_id == section_id, theirs))


def _to(rows: Sequence[Introduction]) -> set[uuid.UUID]:
    return {row.to_id for row in rows}


def _members_among(
    session: Session, section_id: uuid.UUID, people: set[uuid.UUID]
) -> frozenset[uuid.UUID]:
    active = sa.select(Membership.person_id).where(
        Membership.section_id == section_id,
        Membership.person_id.in_(people),
        Membership.state == MembershipState.ACTIVE,
    )
    return frozenset(session.scalars(active))


def _tell(  # noqa: PLR0913  who is told what of whom
    session: Session, person: User, template: str, section: Section, *, who: User, now: dt.datetime
) -> None:
    path = f"/sections/{section.slug}/about/people"
    letter = stationery.write(
        template, path=path, name=person.name, who=who.name, section=section.name
    )
    telling = Telling(person.id, person.email, letter, path, about_id=who.id)
    tell(session, [telling], kind=NoticeKind.SECTION, now=now)
