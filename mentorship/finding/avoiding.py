"""Whom a person never wants to be paired with, chosen from the list; these are not told."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy.orm import Session

from mentorship.finding.choosing import Choice, named_here, person_of, write_mentor
from mentorship.profiles import service as profiles
from mentorship.profiles.models import ProfileKind


def avoided_by_mentor(session: Session, person_id: uuid.UUID) -> Sequence[Choice]:
    """Return the IMGs a mentor never wants to be paired with, as far as they chose them here."""
    answers = profiles.read_mentor(session, person_id)
    keys = [uuid.UUID(key) for key in answers.values.exclude if "@" not in key]
    found = named_here(session, person_id, keys, ProfileKind.IMG)
    return sorted((Choice(*each, "") for each in found.values()), key=lambda one: one.name)


def avoid(
    session: Session,
    *,
    person_id: uuid.UUID,
    kind: ProfileKind,
    profile_id: uuid.UUID,
    now: dt.datetime,
) -> None:
    """Never be paired with somebody, who is not told. It can be undone in the profile.

    Raises ``TooMany`` if there is no room for one more.
    """
    other = ProfileKind.MENTOR if kind is ProfileKind.IMG else ProfileKind.IMG
    key = str(person_of(session, profile_id, other))
    profiles.hold(session, person_id)
    if kind is ProfileKind.IMG:
        img = profiles.read_img(session, person_id)
        if key not in img.values.avoid:
            requests = tuple(each for each in img.values.requests if each != key)
            changed = dataclasses.replace(
                img.values, requests=requests, avoid=(*img.values.avoid, key)
            )
            profiles.write_img(session, person_id=person_id, img=changed, now=now, lines=img.lines)
        return
    mentor = profiles.read_mentor(session, person_id)
    if key not in mentor.values.exclude:
        welcomes = tuple(each for each in mentor.values.welcomes if each != key)
        changed_mentor = dataclasses.replace(
            mentor.values, welcomes=welcomes, exclude=(*mentor.values.exclude, key)
        )
        write_mentor(session, person_id, changed_mentor, mentor, now)


def allow_again(
    session: Session, *, person_id: uuid.UUID, profile_id: uuid.UUID, now: dt.datetime
) -> None:
    """Take back, as a mentor, that one never wants to be paired with this IMG."""
    key = str(person_of(session, profile_id, ProfileKind.IMG))
    profiles.hold(session, person_id)
    answers = profiles.read_mentor(session, person_id)
    exclude = tuple(each for each in answers.values.exclude if each != key)
    if exclude != answers.values.exclude:
        mentor = dataclasses.replace(answers.values, exclude=exclude)
        write_mentor(session, person_id, mentor, answers, now)
