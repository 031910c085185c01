"""What people say in their profiles, read back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from types import MappingProxyType
from typing import Generic

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents import service as consents
from mentorship.matching import Img, Mentor
from mentorship.profiles import naming, rows
from mentorship.profiles.models import Availability, Choice, Profile, ProfileKind
from mentorship.profiles.values import KINDS, Values


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
    phone: str | None = None  # of the account; only where a person sees their own profile


def read_img(session: Session, person_id: uuid.UUID) -> Answers[Img]:
    """Return what a person says as an IMG; empty answers where nothing is kept yet."""
    empty = Answers(values=Img(key=str(person_id)))
    return read_many(session, [person_id], Img).get(person_id, empty)


def read_mentor(session: Session, person_id: uuid.UUID) -> Answers[Mentor]:
    """Return what a person says as a mentor; empty answers where nothing is kept yet."""
    empty = Answers(values=Mentor(key=str(person_id)))
    return read_many(session, [person_id], Mentor).get(person_id, empty)


@dataclass(frozen=True, slots=True)
class Glance(Generic[Values]):
    """What a home page needs of a profile, and of what its person agreed to before there is one."""

    values: Values
    agreed: bool = False  # to be matched
    asked_again: bool = False  # a text they agreed to has changed


def glance(session: Session, person_id: uuid.UUID, kind: type[Values]) -> Glance[Values]:
    """Return what a home page needs of a profile, in one query.

    People and institutions named and the importance of criteria are not read.
    """
    profile, agreed, again, choices, hours = session.execute(
        sa.select(
            Profile,
            consents.agrees_to(consents.MATCHING, User.id),
            consents.asked_again(User.id),
            _in_one(Choice),
            _in_one(Availability),
        )
        .select_from(User)
        .outerjoin(Profile, sa.and_(Profile.person_id == User.id, Profile.kind == KINDS[kind]))
        .where(User.id == person_id)
        .execution_options(populate_existing=True)
    ).one()
    if profile is None:
        return Glance(kind(key=str(person_id)), agreed, again)
    words, numbers = _rows_of(choices), _rows_of(hours)
    below = dict(rows.nothing()) | {
        Choice: tuple(sorted((field, int(rank), *term) for field, rank, *term in words)),
        Availability: tuple(sorted(tuple(map(int, each)) for each in numbers)),
    }
    return Glance(_answers(kind, profile, below).values, agreed, again)


def _in_one(table: type[Choice | Availability]) -> sa.ScalarSelect[str]:
    """Select all rows of a profile in one table as one text, beside other columns of it.

    No word of a list has a blank or a colon in it.
    """
    columns: list[sa.ColumnElement[str]] = [
        sa.cast(getattr(table, name), sa.String) for name in rows.TABLES[table]
    ]
    row = reduce(lambda text, column: text + ":" + column, columns)
    return (
        sa.select(sa.func.aggregate_strings(row, " "))
        .where(table.profile_id == Profile.id)
        .correlate(Profile)
        .scalar_subquery()
    )


def _rows_of(text: str | None) -> list[list[str]]:
    """Read what ``_in_one`` selects."""
    return [each.split(":") for each in (text or "").split()]


def read_many(
    session: Session, person_ids: Iterable[uuid.UUID], kind: type[Values]
) -> dict[uuid.UUID, Answers[Values]]:
    """Return the profiles of one kind that these people have, keyed by person.

    "Prefer not to say" is a word here as in forms; the matcher's pool makes it no answer.
    """
    answers: dict[uuid.UUID, Answers[Values]] = {}
    for portion in rows.in_portions(list(person_ids)):
        profiles = profiles_of(session, portion, KINDS[kind])
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


def profiles_of(
    session: Session, person_ids: Iterable[uuid.UUID], kind: ProfileKind
) -> Sequence[Profile]:
    return session.scalars(
        sa.select(Profile)
        .where(Profile.person_id.in_(list(person_ids)), Profile.kind == kind)
        .execution_options(populate_existing=True)
    ).all()
