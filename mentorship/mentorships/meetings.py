"""Meetings of a pair: planned, moved, called off, and what came of them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship.accounts.models import User
from mentorship.mentorships import letters
from mentorship.mentorships.models import Meeting, MeetingState
from mentorship.mentorships.scope import going_mentorship, mentorship_of
from mentorship.profiles.models import Profile
from mentorship.rounds.offer_models import Offer, OfferState

WAITS_FOR_WORDS = dt.timedelta(days=14)  # how long a home page asks whether two have met


@dataclass(frozen=True, slots=True)
class Coming:
    """A planned meeting of a person, with whom; ``begun``: nobody has said yet whether they met."""

    mentorship_id: uuid.UUID
    meeting_id: uuid.UUID
    other: str
    starts_at: dt.datetime
    minutes: int
    begun: bool


class NotPlanned(RuntimeError):
    """The meeting has taken place or was called off: its time can no longer change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """When, how long and where a pair meets, and what about."""

    starts_at: dt.datetime
    minutes: int
    place: str = ""
    agenda: str = ""


def plan_meeting(
    session: Session,
    *,
    person_id: uuid.UUID,
    mentorship_id: uuid.UUID,
    plan: Plan,
    now: dt.datetime,
) -> Meeting:
    """Plan a meeting, or note one that has been; the same start twice is one meeting.

    Raises
    ------
    MentorshipEnded, NoResultFound
        The mentorship is over, or not theirs.

    """
    pair = going_mentorship(session, person_id, mentorship_id)
    same = sa.select(Meeting).where(
        Meeting.offer_id == mentorship_id,
        Meeting.starts_at == plan.starts_at,
        Meeting.state != MeetingState.CANCELLED,
    )
    if found := session.scalars(same).first():
        return found
    meeting = Meeting(
        offer_id=mentorship_id,
        starts_at=plan.starts_at,
        minutes=plan.minutes,
        state=MeetingState.PLANNED,
        words={"place": plan.place, "agenda": plan.agenda, "log": ""},
        changed_at=now,
    )
    session.add(meeting)
    session.flush()
    if plan.starts_at > now:
        letters.tell_other(session, pair, "mentorship_meeting", now=now)
    return meeting


def move_meeting(  # noqa: PLR0913  who, where, which, to when
    session: Session,
    *,
    person_id: uuid.UUID,
    mentorship_id: uuid.UUID,
    meeting_id: uuid.UUID,
    plan: Plan,
    now: dt.datetime,
) -> None:
    """Change a planned meeting; calendars see by its number that it is newer.

    Raises
    ------
    NotPlanned
        It has taken place or was called off.
    MentorshipEnded, NoResultFound
        The mentorship is over, or the meeting is not theirs.

    """
    pair = going_mentorship(session, person_id, mentorship_id)
    meeting = _planned(session, mentorship_id, meeting_id)
    words = {**meeting.words, "place": plan.place, "agenda": plan.agenda}
    now_planned = meeting.starts_at, meeting.minutes, meeting.words
    if now_planned == (plan.starts_at, plan.minutes, words):
        return
    meeting.starts_at, meeting.minutes, meeting.words = plan.starts_at, plan.minutes, words
    meeting.sequence, meeting.changed_at = meeting.sequence + 1, now
    session.flush()
    letters.tell_other(session, pair, "mentorship_meeting", now=now)


def cancel_meeting(
    session: Session,
    *,
    person_id: uuid.UUID,
    mentorship_id: uuid.UUID,
    meeting_id: uuid.UUID,
    now: dt.datetime,
) -> None:
    """Call a planned meeting off; twice is as good as once. Raises like ``move_meeting``."""
    pair = going_mentorship(session, person_id, mentorship_id)
    if _meeting(session, mentorship_id, meeting_id).state is MeetingState.CANCELLED:
        return
    meeting = _planned(session, mentorship_id, meeting_id)
    meeting.state, meeting.sequence = MeetingState.CANCELLED, meeting.sequence + 1
    meeting.changed_at = now
    session.flush()
    letters.tell_other(session, pair, "mentorship_meeting", now=now)


def log_meeting(  # noqa: PLR0913  who, where, which, and what came of it
    session: Session,
    *,
    person_id: uuid.UUID,
    mentorship_id: uuid.UUID,
    meeting_id: uuid.UUID,
    met: bool,
    log: str,
    now: dt.datetime,
) -> None:
    """Say whether the two met, and what they agreed to do. Both can read and mend it.

    Raises
    ------
    NotPlanned
        The meeting was called off, or has not begun.
    MentorshipEnded, NoResultFound
        The mentorship is over, or the meeting is not theirs.

    """
    going_mentorship(session, person_id, mentorship_id)
    meeting = _meeting(session, mentorship_id, meeting_id)
    if meeting.state is MeetingState.CANCELLED or meeting.starts_at > now:
        raise NotPlanned
    meeting.state = MeetingState.MET if met else MeetingState.MISSED
    meeting.words = {**meeting.words, "log": log}
    meeting.changed_at = now
    session.flush()


def meeting_of(
    session: Session, person_id: uuid.UUID, mentorship_id: uuid.UUID, meeting_id: uuid.UUID
) -> Meeting:
    """Return a meeting of a mentorship that this person is half of; else NoResultFound."""
    mentorship_of(session, person_id, mentorship_id)
    return _meeting(session, mentorship_id, meeting_id)


def _meeting(session: Session, mentorship_id: uuid.UUID, meeting_id: uuid.UUID) -> Meeting:
    one = sa.select(Meeting).where(Meeting.id == meeting_id, Meeting.offer_id == mentorship_id)
    return session.scalars(
        one.with_for_update(), execution_options={"populate_existing": True}
    ).one()


def _planned(session: Session, mentorship_id: uuid.UUID, meeting_id: uuid.UUID) -> Meeting:
    meeting = _meeting(session, mentorship_id, meeting_id)
    if meeting.state is not MeetingState.PLANNED:
        raise NotPlanned
    return meeting


def coming_meetings(
    session: Session, person_id: uuid.UUID, *, now: dt.datetime
) -> Sequence[Coming]:
    """Return a person's planned meetings, and those of late that nobody spoke of, in one query."""
    img, mentor = aliased(Profile), aliased(Profile)
    own = sa.or_(img.person_id == person_id, mentor.person_id == person_id)
    rows = session.execute(
        sa.select(Meeting, User.name)
        .join(Offer, Offer.id == Meeting.offer_id)
        .join(img, img.id == Offer.img_id)
        .join(mentor, mentor.id == Offer.mentor_id)
        .join(
            User,
            User.id == sa.case((img.person_id == person_id, mentor.person_id), else_=img.person_id),
        )
        .where(
            own,
            Offer.state == OfferState.CONFIRMED,
            Meeting.state == MeetingState.PLANNED,
            Meeting.starts_at > now - WAITS_FOR_WORDS,
        )
        .order_by(Meeting.starts_at, Meeting.id)
    )
    return [
        Coming(m.offer_id, m.id, other, m.starts_at, m.minutes, m.starts_at <= now)
        for m, other in rows
    ]
