"""Opening one person's sealed answers as an administrator: for an hour, with a reason, and seen.

The person gets a mail with the reason, and the log an entry; both in the transaction that opens.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import audit, vocabulary
from mentorship.accounts.models import User
from mentorship.notices.letters import post_letter
from mentorship.privacy.models import GlassOpening
from mentorship.profiles import rows
from mentorship.profiles.models import Profile, ProfileKind

OPEN_FOR = dt.timedelta(hours=1)
FIELDS = ("visa", "visas", "gender", "phone")
_AS = {ProfileKind.IMG: "as an IMG", ProfileKind.MENTOR: "as a mentor"}


class OneOwn(ValueError):
    """Nobody opens their own answers: they stand in their profile."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What an opening shows: (label, answer) of each field that has one."""

    opening: GlassOpening
    person: User
    answers: Sequence[tuple[str, str]]


def open_glass(
    session: Session, *, by: uuid.UUID, person: User, reason: str, now: dt.datetime
) -> GlassOpening:
    """Open the sealed answers of a person for an hour, and tell them and the log.

    Raises
    ------
    OneOwn
        It is oneself.

    """
    if person.id == by:
        raise OneOwn
    opening = GlassOpening(by_id=by, about_id=person.id, opened_at=now, until=now + OPEN_FOR)
    opening.reason = reason
    session.add(opening)
    session.flush()
    audit.record(
        session,
        action="glass.break_glass",
        actor_id=by,
        about_id=person.id,
        now=now,
        detail={"fields": list(FIELDS), "opening": str(opening.id)},
    )
    post_letter(
        session,
        person.id,
        person.email,
        "glass_opened",
        path="/privacy",
        name=person.name,
        reason=reason,
        now=now,
    )
    return opening


def opened(session: Session, *, by: uuid.UUID, opening_id: uuid.UUID, now: dt.datetime) -> Opened:
    """Return what an opening shows; NoResultFound if it is another's or its hour is over."""
    opening = session.scalars(
        sa.select(GlassOpening).where(
            GlassOpening.id == opening_id, GlassOpening.by_id == by, GlassOpening.until > now
        )
    ).one()
    person = session.get_one(User, opening.about_id)
    profiles = session.scalars(sa.select(Profile).where(Profile.person_id == person.id)).all()
    return Opened(opening, person, [*_answers(profiles), *_phone(person)])


def _answers(profiles: Sequence[Profile]) -> Sequence[tuple[str, str]]:
    said = []
    for profile in profiles:
        for field, label, words in (
            ("visa", "Visa situation", "visa"),
            ("visas", "Visa paths", "visa_path"),
            ("gender", "Gender", "gender"),
        ):
            value = rows.readable(profile, field)
            values = [value] if isinstance(value, str) else value or []
            if values:
                names = vocabulary.LISTS[words]
                told = ", ".join(names[v].name if v in names else v for v in values)
                said.append((f"{label}, {_AS[profile.kind]}", told))
    return said


def _phone(person: User) -> Sequence[tuple[str, str]]:
    return [("Phone", person.phone)] if person.phone else []
