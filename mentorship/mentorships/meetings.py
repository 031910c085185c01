"""Meetings of a pair: planned, moved, called off, and what came of them."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.mentorships import letters
from mentorship.mentorships.models import Meeting, MeetingState
from mentorship.mentorships.scope import (
    Mentorship,
    MentorshipEnded,
    going_mentorship,
    held_mentorship,
    mentorship_of,
)
from mentorship.rounds.meanwhile import mark

LOGGED_FOR = dt.timedelta(weeks=6)  # after a meeting, where the mentorship has ended since


class NotPlanned(RuntimeError):
    """The meeting has taken place or was called off: its time can no longer change."""


class MeetingChanged(RuntimeError):
    """The other side wrote of this ``meeting``, or it stands at the time that was chosen."""

    def __init__(self, meeting: Meeting) -> None:
        super().__init__("the other side has written of this meeting meanwhile")
        self.meeting = meeting


class BeforePair(ValueError):
    """The two were no pair that day, by the clock of whoever typed it; they are ``since`` then."""

    def __init__(self, since: dt.date) -> None:
        super().__init__(f"the two are a pair since {since}")
        self.since = since


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """When, how long and where a pair meets, and what about; ``zone`` tells which day it is."""

    starts_at: dt.datetime
    zone: dt.tzinfo = dt.UTC
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
    MeetingChanged
        There is one at this time already, of which other things are said.
    BeforePair
        It is of a day on which the two were no pair.
    MentorshipEnded, NoResultFound
        The mentorship is over, or not theirs.

    """
    pair = going_mentorship(session, person_id, mentorship_id)
    if found := _at_that_time(session, pair, plan):
        if not _says(found, plan):
            raise MeetingChanged(found)
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
    seen: str,
    now: dt.datetime,
) -> bool:
    """Change a planned meeting; return False where nothing is new, and nobody told.

    Calendars see by its number that it is newer. ``seen`` marks the meeting as the writer read it
    (``mark_of``). Raises like ``plan_meeting``, and besides

    Raises
    ------
    NotPlanned
        It has taken place or was called off.
    MeetingChanged
        The other side has changed it since.

    """
    pair = going_mentorship(session, person_id, mentorship_id)
    meeting = _planned(session, mentorship_id, meeting_id)
    if meeting.starts_at == plan.starts_at and _says(meeting, plan):
        return False
    if mark_of(meeting) != seen:
        raise MeetingChanged(meeting)
    if meeting.starts_at != plan.starts_at and (found := _at_that_time(session, pair, plan)):
        raise MeetingChanged(found)
    meeting.starts_at, meeting.minutes = plan.starts_at, plan.minutes
    meeting.words = {**meeting.words, "place": plan.place, "agenda": plan.agenda}
    meeting.sequence, meeting.changed_at = meeting.sequence + 1, now
    session.flush()
    letters.tell_other(session, pair, "mentorship_meeting", now=now)
    return True


def cancel_meeting(
    session: Session,
    *,
    person_id: uuid.UUID,
    mentorship_id: uuid.UUID,
    meeting_id: uuid.UUID,
    now: dt.datetime,
) -> bool:
    """Call a planned meeting off; return False where it was off. Raises like ``move_meeting``."""
    pair = going_mentorship(session, person_id, mentorship_id)
    if _meeting(session, mentorship_id, meeting_id).state is MeetingState.CANCELLED:
        return False
    meeting = _planned(session, mentorship_id, meeting_id)
    meeting.state, meeting.sequence = MeetingState.CANCELLED, meeting.sequence + 1
    meeting.changed_at = now
    session.flush()
    letters.tell_other(session, pair, "mentorship_meeting", now=now)
    return True


def log_meeting(  # noqa: PLR0913  who, where, which, and what came of it
    session: Session,
    *,
    person_id: uuid.UUID,
    mentorship_id: uuid.UUID,
    meeting_id: uuid.UUID,
    met: bool,
    log: str,
    seen: str,
    now: dt.datetime,
) -> None:
    """Say whether the two met, and what they agreed to do. Both can read and mend it.

    ``seen`` marks the meeting as the writer read it (``mark_of``).

    Raises
    ------
    NotPlanned
        The meeting was called off, or has not begun.
    MeetingChanged
        The other side has written of it since.
    MentorshipEnded, NoResultFound
        The mentorship is over, and the meeting long past; or it is not theirs.

    """
    pair = held_mentorship(session, person_id, mentorship_id)
    meeting = _meeting(session, mentorship_id, meeting_id)
    if meeting.state is MeetingState.CANCELLED or meeting.starts_at > now:
        raise NotPlanned
    if not may_log(pair, meeting, now=now):
        raise MentorshipEnded
    state = MeetingState.MET if met else MeetingState.MISSED
    if (meeting.state, meeting.words["log"]) == (state, log):
        return
    if mark_of(meeting) != seen:
        raise MeetingChanged(meeting)
    meeting.state, meeting.words = state, {**meeting.words, "log": log}
    meeting.changed_at = now
    session.flush()


def may_log(pair: Mentorship, meeting: Meeting, *, now: dt.datetime) -> bool:
    """Tell whether the two may say what came of a meeting: for some weeks also after the end."""
    begun = meeting.state is not MeetingState.CANCELLED and meeting.starts_at <= now
    return begun and (pair.going or meeting.starts_at > now - LOGGED_FOR)


def mark_of(meeting: Meeting) -> str:
    """Return what tells a meeting, as it stands, from the same one before a change."""
    starts_at = meeting.starts_at.astimezone(dt.UTC)
    said = {"starts_at": starts_at, "minutes": meeting.minutes, "state": meeting.state}
    return mark(said | meeting.words)


def _at_that_time(session: Session, pair: Mentorship, plan: Plan) -> Meeting | None:
    """Return the meeting that stands at the time of a plan; BeforePair if that is too early."""
    pair_at = pair.offer.img_answered_at or pair.offer.offered_at  # for mypy: a pair has both
    since = pair_at.astimezone(plan.zone).date()
    if plan.starts_at.astimezone(plan.zone).date() < since:
        raise BeforePair(since)
    same = sa.select(Meeting).where(
        Meeting.offer_id == pair.id,
        Meeting.starts_at == plan.starts_at,
        Meeting.state != MeetingState.CANCELLED,
    )
    return session.scalars(same).first()


def _says(meeting: Meeting, plan: Plan) -> bool:
    """Tell whether a plan says of a meeting what is known of it, but for its start."""
    known = meeting.minutes, meeting.words["place"], meeting.words["agenda"]
    return known == (plan.minutes, plan.place, plan.agenda)


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
