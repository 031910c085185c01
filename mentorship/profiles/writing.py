"""Keeping profiles: the one way in for what forms and roster files say."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import uuid
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.matching import Img, Mentor
from mentorship.profiles import naming, rows
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.profiles.people import look_up
from mentorship.profiles.reading import Answers, profiles_of
from mentorship.profiles.values import KINDS, ProfileRefused, Values, tidy


class PauseOver(ValueError):
    """A pause that would end before it begins."""


class Change(enum.StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


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
    return write(session, person_id, Answers(values=img, lines=lines), now)


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
    return write(session, person_id, answers, now)


def write(
    session: Session, person_id: uuid.UUID, answers: Answers[Values], now: dt.datetime
) -> Change:
    """Keep all that a person says in one profile; raises as :func:`write_img` does."""
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
    kept = {profile.person_id: profile for profile in profiles_of(session, answers, kind)}
    before = rows.load(session, [profile.id for profile in kept.values()])
    people = look_up(session, ((key, said.values) for key, said in answers.items()))
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


def _columns(said: Answers[Values], unknown: list[str]) -> dict[str, object]:
    kind = type(said.values)
    wanted: dict[str, object] = {name: getattr(said.values, name) for name in rows.COLUMNS[kind]}
    wanted["avoid"] = tuple(unknown)
    if kind is Mentor:
        wanted["paused_until"] = said.paused_until
    return wanted
