"""What a person does with somebody in the list: note, ask for, welcome, or never be paired with.

Requests, welcomes and people to avoid are part of the profile and go through its rules; here they
are changed one at a time. The profile is held first: of two changes at once neither is lost.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, NoResultFound
from sqlalchemy.orm import Session, aliased

from mentorship import vocabulary
from mentorship.accounts.models import User
from mentorship.finding.models import Mark, MarkKind
from mentorship.matching import Mentor
from mentorship.profiles import service as profiles
from mentorship.profiles.choosing import name_hidden_from
from mentorship.profiles.models import Naming, NamingUse, Profile, ProfileKind
from mentorship.rounds.scope import were_a_pair

MOST_REQUESTS, MOST_WELCOMES = vocabulary.AT_MOST["requests"], vocabulary.AT_MOST["welcomes"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A mentor asked for, in the order of the ranking, with the line on why."""

    profile_id: uuid.UUID | None
    name: str
    why: str


def note(
    session: Session,
    *,
    person_id: uuid.UUID,
    profile_id: uuid.UUID,
    kind: MarkKind | None,
) -> None:
    """Bookmark or hide somebody, or neither; the last word counts."""
    mine = Mark.reader_id == person_id, Mark.profile_id == profile_id
    if kind is None:
        session.execute(sa.delete(Mark).where(*mine))
        return
    changed = session.execute(sa.update(Mark).where(*mine).values(kind=kind).returning(Mark.kind))
    if changed.one_or_none() is None:
        try:
            with session.begin_nested():
                session.add(Mark(reader_id=person_id, profile_id=profile_id, kind=kind))
        except IntegrityError:  # the other of two clicks was faster
            session.execute(sa.update(Mark).where(*mine).values(kind=kind))


def ask_for(
    session: Session,
    *,
    person_id: uuid.UUID,
    profile_id: uuid.UUID,
    why: str,
    now: dt.datetime,
) -> None:
    """Add a mentor at the end of the ranking, or change the line on why.

    Raises
    ------
    TooMany
        There is no room for one more.
    NoResultFound
        No such mentor in a section of this person.

    """
    key = str(person_of(session, profile_id, ProfileKind.MENTOR))
    profiles.hold(session, person_id)
    answers = profiles.read_img(session, person_id)
    requests = answers.values.requests
    if key not in requests:
        requests = (*requests, key)
    _keep_requests(session, person_id, requests, {**answers.lines, key: why}, now)


def stop_asking(
    session: Session, *, person_id: uuid.UUID, profile_id: uuid.UUID, now: dt.datetime
) -> None:
    """Take a mentor out of the ranking; twice is as good as once."""
    key = str(person_of(session, profile_id, ProfileKind.MENTOR))
    profiles.hold(session, person_id)
    answers = profiles.read_img(session, person_id)
    requests = tuple(each for each in answers.values.requests if each != key)
    if requests != answers.values.requests:
        _keep_requests(session, person_id, requests, dict(answers.lines), now)


def move(
    session: Session,
    *,
    person_id: uuid.UUID,
    profile_id: uuid.UUID,
    by: int,
    now: dt.datetime,
) -> None:
    """Move a mentor up (-1) or down (1) in the ranking; at its end nothing moves."""
    key = str(person_of(session, profile_id, ProfileKind.MENTOR))
    profiles.hold(session, person_id)
    answers = profiles.read_img(session, person_id)
    ranking = list(answers.values.requests)
    if key not in ranking:
        raise NoResultFound
    place = ranking.index(key)
    to = min(max(place + by, 0), len(ranking) - 1)
    ranking.insert(to, ranking.pop(place))
    _keep_requests(session, person_id, tuple(ranking), dict(answers.lines), now)


def choices_of(session: Session, person_id: uuid.UUID) -> Sequence[Choice]:
    """Return the mentors a person asked for, in order, named as the section names them."""
    answers = profiles.read_img(session, person_id)
    keys = [uuid.UUID(key) for key in answers.values.requests if "@" not in key]
    found = named_here(session, person_id, keys, ProfileKind.MENTOR)
    return [Choice(*found[key], answers.lines.get(str(key), "")) for key in keys if key in found]


def asked_for(session: Session, person_id: uuid.UUID, profile_id: uuid.UUID) -> bool:
    """Tell whether a mentor is in the ranking of a person, be it in no list of theirs any more."""
    mine, theirs = aliased(Profile), aliased(Profile)
    asked = (
        sa.select(Naming.profile_id)
        .join(mine, mine.id == Naming.profile_id)
        .join(theirs, theirs.person_id == Naming.person_id)
        .where(
            *(mine.person_id == person_id, theirs.id == profile_id),
            *(theirs.kind == ProfileKind.MENTOR, Naming.use == NamingUse.REQUEST),
        )
    )
    return session.scalars(asked).first() is not None


def why_of(session: Session, person_id: uuid.UUID, mentor_id: uuid.UUID) -> str:
    """Return the line on why a person asks for this mentor; "" for one not asked for."""
    mine = sa.select(Naming.line).join(Profile, Profile.id == Naming.profile_id)
    line = mine.where(
        Profile.person_id == person_id,
        Naming.person_id == mentor_id,
        Naming.use == NamingUse.REQUEST,
    )
    return session.scalars(line).one_or_none() or ""


def named_here(
    session: Session, person_id: uuid.UUID, keys: Sequence[uuid.UUID], kind: ProfileKind
) -> dict[uuid.UUID, tuple[uuid.UUID | None, str]]:
    """Return the profile and the name of people as a section of the reader shows or showed it.

    The name of somebody with whom the reader is or was a pair is known to both.
    """
    of_kind = sa.and_(Profile.person_id == User.id, Profile.kind == kind)
    rows = session.execute(
        sa.select(
            *(User.id, User.name, Profile.id),
            sa.and_(name_hidden_from(person_id), ~were_a_pair(person_id)),
        )
        .outerjoin(Profile, of_kind)
        .where(User.id.in_(keys))
    )
    return {
        person: (profile, profiles.code_name(kind, person) if hidden else name)
        for person, name, profile, hidden in rows
    }


def welcome(
    session: Session,
    *,
    person_id: uuid.UUID,
    profile_id: uuid.UUID,
    gladly: bool,
    now: dt.datetime,
) -> None:
    """Say, as a mentor, that one would gladly take this IMG, or not any more.

    Raises
    ------
    TooMany
        There is no room for one more.
    NoResultFound
        No such IMG in a section of this person.

    """
    key = str(person_of(session, profile_id, ProfileKind.IMG))
    profiles.hold(session, person_id)
    answers = profiles.read_mentor(session, person_id)
    before = answers.values.welcomes
    after = tuple(each for each in before if each != key) + ((key,) if gladly else ())
    mentor = dataclasses.replace(answers.values, welcomes=after)
    write_mentor(session, person_id, mentor, answers, now)


def write_mentor(
    session: Session,
    person_id: uuid.UUID,
    mentor: Mentor,
    before: profiles.Answers[Mentor],
    now: dt.datetime,
) -> None:
    """Keep a changed profile of a mentor; raises NoResultFound for an IMG who is not here."""
    try:
        profiles.write_mentor(
            session,
            person_id=person_id,
            mentor=mentor,
            now=now,
            paused_until=before.paused_until,
        )
    except profiles.NotAnImgHere:
        raise NoResultFound from None


def _keep_requests(
    session: Session,
    person_id: uuid.UUID,
    requests: tuple[str, ...],
    lines: dict[str, str],
    now: dt.datetime,
) -> None:
    img = dataclasses.replace(profiles.read_img(session, person_id).values, requests=requests)
    try:
        profiles.write_img(session, person_id=person_id, img=img, now=now, lines=lines)
    except (profiles.NotAMentorHere, profiles.NamesOneself):
        raise NoResultFound from None


def person_of(session: Session, profile_id: uuid.UUID, kind: ProfileKind) -> uuid.UUID:
    """Return whose profile it is; raises NoResultFound if there is none of this kind."""
    one = sa.select(Profile.person_id).where(Profile.id == profile_id, Profile.kind == kind)
    return session.scalars(one).one()
