"""Keeping and reading profiles: the one way in for what forms and roster files say."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Generic

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents import service as consents
from mentorship.matching import Img, Mentor
from mentorship.profiles import naming, rows
from mentorship.profiles.audience import SHOWN, Audience, code_name
from mentorship.profiles.cards import (
    ImgCard,
    MentorCard,
    browsing_card,
    card,
    cards,
    seen_by_others,
)
from mentorship.profiles.completeness import Completeness, completeness, is_ready
from mentorship.profiles.models import Availability, Choice, Profile, ProfileKind
from mentorship.profiles.naming import NamesOneself, NobodyThere, NotAMentorHere, NotAnImgHere
from mentorship.profiles.values import (
    KINDS,
    NotText,
    OutOfRange,
    ProfileRefused,
    TooMany,
    Values,
    WordUnknown,
    tidy,
)
from mentorship.profiles.words import WordInUse, sync_terms

__all__ = [
    "SHOWN",
    "Answers",
    "Audience",
    "Change",
    "Completeness",
    "ImgCard",
    "MentorCard",
    "NamesOneself",
    "NobodyThere",
    "NotAMentorHere",
    "NotAnImgHere",
    "NotText",
    "OutOfRange",
    "PauseOver",
    "ProfileRefused",
    "TooMany",
    "Values",
    "WordInUse",
    "WordUnknown",
    "browsing_card",
    "card",
    "cards",
    "code_name",
    "completeness",
    "hold",
    "is_ready",
    "pause_mentor",
    "read_img",
    "read_many",
    "read_mentor",
    "seen_by_others",
    "sync_terms",
    "write_img",
    "write_many",
    "write_mentor",
]


class PauseOver(ValueError):
    """A pause that would end before it begins."""


class Change(enum.StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers(Generic[Values]):
    """All that one person says in one profile.

    People in ``values`` are named by the text of their key, or by an e-mail address: then nobody
    learns whether it belongs to somebody. ``values.seats`` are those offered, paused or not.
    ``lines`` says why a mentor is asked for, by the key in ``values.requests``.
    """

    values: Values
    lines: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    paused_until: dt.date | None = None
    updated_at: dt.datetime | None = None  # None: nothing kept yet


def write_img(
    session: Session,
    *,
    person_id: uuid.UUID,
    img: Img,
    now: dt.datetime,
    lines: Mapping[str, str] = MappingProxyType({}),
) -> Change:
    """Keep what a person says as an IMG, in place of what they said before.

    Raises
    ------
    ProfileRefused
        A word, number or person that must not be there; the error names the field.

    """
    return _write_one(session, person_id, Answers(values=img, lines=lines), now)


def write_mentor(
    session: Session,
    *,
    person_id: uuid.UUID,
    mentor: Mentor,
    now: dt.datetime,
    paused_until: dt.date | None = None,
) -> Change:
    """Keep what a person says as a mentor; raises as :func:`write_img` does."""
    answers = Answers(values=mentor, paused_until=paused_until)
    return _write_one(session, person_id, answers, now)


def _write_one(
    session: Session, person_id: uuid.UUID, answers: Answers[Values], now: dt.datetime
) -> Change:
    outcome = write_many(session, {person_id: answers}, now=now)[person_id]
    if isinstance(outcome, ProfileRefused):
        raise outcome
    _adopt_zone(session, person_id, answers.values.timezone)
    return outcome


def pause_mentor(
    session: Session, *, person_id: uuid.UUID, until: dt.date | None, today: dt.date
) -> None:
    """Offer a mentor nobody new until a day, or from now on again (None).

    Raises
    ------
    PauseOver
        The day is not after today.
    NoResultFound
        The person has no mentor profile.

    """
    if until is not None and until <= today:
        raise PauseOver
    changed = session.execute(
        sa.update(Profile)
        .where(Profile.person_id == person_id, Profile.kind == ProfileKind.MENTOR)
        .values(paused_until=until)
        .returning(Profile.id)
    )
    changed.one()


def _adopt_zone(session: Session, person_id: uuid.UUID, zone: str | None) -> None:
    """Let an account without a time zone of its own show times in that of the profile."""
    if zone:
        unset = sa.update(User).where(User.id == person_id, User.timezone.is_(None))
        session.execute(unset.values(timezone=zone))


def write_many(
    session: Session, answers: Mapping[uuid.UUID, Answers[Values]], *, now: dt.datetime
) -> dict[uuid.UUID, Change | ProfileRefused]:
    """Keep the profiles, all of one kind, of many people; say of each what came of it.

    A profile that is refused stays as it was. The number of queries does not grow with the people
    (only with each few thousand of them).
    """
    outcomes: dict[uuid.UUID, Change | ProfileRefused] = {}
    good: dict[uuid.UUID, Answers[Values]] = {}
    for person_id, said in answers.items():
        try:
            good[person_id] = dataclasses.replace(said, values=tidy(said.values))
        except ProfileRefused as refused:
            outcomes[person_id] = refused
    for portion in rows.in_portions(good):
        outcomes |= _write_portion(session, {key: good[key] for key in portion}, now)
    return outcomes


def _write_portion(
    session: Session, answers: Mapping[uuid.UUID, Answers[Values]], now: dt.datetime
) -> dict[uuid.UUID, Change | ProfileRefused]:
    kind = KINDS[type(next(iter(answers.values())).values)]
    _lock(session, answers)
    kept = {profile.person_id: profile for profile in _profiles(session, answers, kind)}
    before = rows.load(session, [profile.id for profile in kept.values()])
    people = naming.look_up(session, ((key, said.values) for key, said in answers.items()))
    outcomes: dict[uuid.UUID, Change | ProfileRefused] = {}
    changed: dict[uuid.UUID, tuple[rows.Rows, rows.Rows]] = {}
    for person_id, said in answers.items():
        profile = kept.get(person_id)
        old = before[profile.id] if profile else rows.nothing()
        try:
            named = naming.resolve(person_id, said.values, said.lines, people=people, before=old)
        except ProfileRefused as refused:
            outcomes[person_id] = refused
            continue
        new = rows.write(said.values, named.rows)
        made = profile or Profile(person_id=person_id, kind=kind, updated_at=now)
        moved = rows.set_columns(made, _columns(said, named.unknown)) or old != new
        outcomes[person_id] = _change(profile, moved=moved)
        if profile is None:
            session.add(made)
        if moved:
            made.updated_at = now
            changed[made.id] = (old, new)
    session.flush()
    rows.replace(session, changed)
    return outcomes


def _change(before: Profile | None, *, moved: bool) -> Change:
    if before is None:
        return Change.CREATED
    return Change.UPDATED if moved else Change.UNCHANGED


def hold(session: Session, person_id: uuid.UUID) -> None:
    """Let nobody else save this person's profile between what is read now and the commit."""
    _lock(session, [person_id])


def _lock(session: Session, person_ids: Iterable[uuid.UUID]) -> None:
    """Let the second of two simultaneous saves of one person wait for the first."""
    session.execute(
        sa.select(User.id)
        .where(User.id.in_(list(person_ids)))
        .order_by(User.id)
        .with_for_update(key_share=True)
    )


def _profiles(
    session: Session, person_ids: Iterable[uuid.UUID], kind: ProfileKind
) -> Sequence[Profile]:
    return session.scalars(
        sa.select(Profile)
        .where(Profile.person_id.in_(list(person_ids)), Profile.kind == kind)
        .execution_options(populate_existing=True)
    ).all()


def _columns(said: Answers[Values], unknown: list[str]) -> dict[str, object]:
    kind = type(said.values)
    wanted: dict[str, object] = {name: getattr(said.values, name) for name in rows.COLUMNS[kind]}
    wanted["avoid"] = tuple(unknown)
    if kind is Mentor:
        wanted["paused_until"] = said.paused_until
    return wanted


def read_img(session: Session, person_id: uuid.UUID) -> Answers[Img]:
    """Return what a person says as an IMG; empty answers where nothing is kept yet."""
    empty = Answers(values=Img(key=str(person_id)))
    return read_many(session, [person_id], Img).get(person_id, empty)


def read_mentor(session: Session, person_id: uuid.UUID) -> Answers[Mentor]:
    """Return what a person says as a mentor; empty answers where nothing is kept yet."""
    empty = Answers(values=Mentor(key=str(person_id)))
    return read_many(session, [person_id], Mentor).get(person_id, empty)


def glance(session: Session, person_id: uuid.UUID, kind: type[Values]) -> tuple[Values, bool]:
    """Return what a home page needs of a profile, in three queries, and whether it may be matched.

    People and institutions named and the importance of criteria are not read. Without a profile
    there is nothing that could be matched.
    """
    agrees = consents.agrees_to(consents.MATCHING, Profile.person_id)
    row = session.execute(
        sa.select(Profile, agrees)
        .where(Profile.person_id == person_id, Profile.kind == KINDS[kind])
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        return kind(key=str(person_id)), False
    profile, agreed = row
    below = rows.load(session, [profile.id], tables=(Choice, Availability))
    return _answers(kind, profile, below[profile.id]).values, agreed


def read_many(
    session: Session, person_ids: Iterable[uuid.UUID], kind: type[Values]
) -> dict[uuid.UUID, Answers[Values]]:
    """Return the profiles of one kind that these people have, keyed by person.

    "Prefer not to say" is a word here as in forms; the matcher's pool makes it no answer.
    """
    answers: dict[uuid.UUID, Answers[Values]] = {}
    for portion in rows.in_portions(list(person_ids)):
        profiles = _profiles(session, portion, KINDS[kind])
        below = rows.load(session, [profile.id for profile in profiles])
        for profile in profiles:
            answers[profile.person_id] = _answers(kind, profile, below[profile.id])
    return answers


def _answers(kind: type[Values], profile: Profile, below: rows.Rows) -> Answers[Values]:
    people = naming.keys_of(below, rows.readable(profile, "avoid") or ())
    values = kind(**rows.read(kind, str(profile.person_id), profile, below, people))
    return Answers(
        values=values,
        lines=MappingProxyType(naming.lines_of(below)),
        paused_until=profile.paused_until,
        updated_at=profile.updated_at,
    )
