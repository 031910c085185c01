"""Keeping profiles: the one way in for what forms and roster files say."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.matching import Img, Mentor
from mentorship.profiles import rows
from mentorship.profiles.breaks import LONGEST
from mentorship.profiles.drafts import Change, draft_many, write_draft
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.profiles.reading import Answers
from mentorship.profiles.values import ProfileRefused, Values

# what goes on around the saving of one profile: it sees the profile before, and then after
AROUND_SAVING: list[Callable[..., AbstractContextManager[None]]] = []


class PauseOver(ValueError):
    """A pause that would end before it begins."""


class PauseTooLong(ValueError):
    """A pause of years, which nobody means."""


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
    with ExitStack() as around:
        for follow in AROUND_SAVING:
            around.enter_context(follow(session, person_id, now=now))
        outcome = write_many(session, {person_id: answers}, now=now)[person_id]
        if isinstance(outcome, ProfileRefused):
            raise outcome
    return outcome


def pause_mentor(
    session: Session, *, person_id: uuid.UUID, until: dt.date | None, today: dt.date
) -> None:
    """Offer a mentor nobody new until a day, or from now on again (None).

    Raises
    ------
    PauseOver
        The day is not after today.
    PauseTooLong
        It is more than two years away.
    NoResultFound
        The person has no mentor profile.

    """
    if until is not None and until <= today:
        raise PauseOver
    if until is not None and until > today + LONGEST:
        raise PauseTooLong
    hold(session, person_id)  # a save that goes on writes back the day it has read
    changed = session.execute(
        sa.update(Profile)
        .where(Profile.person_id == person_id, Profile.kind == ProfileKind.MENTOR)
        .values(paused_until=until)
        .returning(Profile.id)
    )
    changed.one()


def write_many(
    session: Session, answers: Mapping[uuid.UUID, Answers[Values]], *, now: dt.datetime
) -> dict[uuid.UUID, Change | ProfileRefused]:
    """Keep the profiles, all of one kind, of many people; say of each what came of it.

    A profile that is refused stays as it was. The number of queries does not grow with the people
    (only with each few thousand of them).
    """
    outcomes: dict[uuid.UUID, Change | ProfileRefused] = {}
    for portion in rows.in_portions(answers):
        session.flush()
        hold_many(session, portion)
        draft = draft_many(session, {key: answers[key] for key in portion}, now=now)
        write_draft(session, draft)
        outcomes |= draft.outcomes
    return outcomes


def hold(session: Session, person_id: uuid.UUID) -> None:
    """Let nobody else save this person's profile between what is read now and the commit."""
    hold_many(session, [person_id])


def hold_many(session: Session, person_ids: Iterable[uuid.UUID]) -> None:
    """Let the second of two simultaneous saves of one person wait for the first."""
    for portion in rows.in_portions(sorted(person_ids)):
        session.execute(
            sa.select(User.id)
            .where(User.id.in_(portion))
            .order_by(User.id)
            .with_for_update(key_share=True)
        )
