"""What goes on of a person, as their home pages tell it: mentorships, and meetings to come."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.mentorships.models import Meeting, MeetingState
from mentorship.mentorships.scope import Mentorship, pairs
from mentorship.profiles.models import Profile
from mentorship.rounds.offer_models import Offer, OfferState, Side

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


@dataclass(frozen=True, slots=True)
class Going:
    """What goes on of a person: mentorships, the newest first, and meetings, the next first."""

    mentorships: Sequence[Mentorship] = ()
    meetings: Sequence[Coming] = ()


def going_on(session: Session, person_id: uuid.UUID, *, now: dt.datetime) -> Going:
    """Return what goes on of a person, with the meetings to come, in one query.

    Meetings of late that nobody spoke of are among these.
    """
    own = sa.select(Profile.id).where(Profile.person_id == person_id)
    coming = sa.and_(
        Meeting.offer_id == Offer.id,
        Meeting.state == MeetingState.PLANNED,
        Meeting.starts_at > now - WAITS_FOR_WORDS,
    )
    rows = session.execute(
        pairs()
        .add_columns(Meeting)
        .outerjoin(Meeting, coming)
        .where(
            sa.or_(Offer.img_id.in_(own), Offer.mentor_id.in_(own)),
            Offer.state == OfferState.CONFIRMED,
        )
        .order_by(Offer.img_answered_at.desc(), Offer.id)
        .execution_options(populate_existing=False)  # nor the reader's own row, with their roles
    )
    found: dict[uuid.UUID, Mentorship] = {}
    meetings = []
    for offer, img, mentor, meeting in rows:
        side = Side.IMG if person_id == img.id else Side.MENTOR
        one = found.setdefault(offer.id, Mentorship(offer, side, img, mentor))
        if meeting is not None:
            meetings.append(_coming(one, meeting, now))
    meetings.sort(key=lambda each: (each.starts_at, each.meeting_id))
    return Going(list(found.values()), meetings)


def _coming(one: Mentorship, meeting: Meeting, now: dt.datetime) -> Coming:
    begun = meeting.starts_at <= now
    return Coming(one.id, meeting.id, one.other.name, meeting.starts_at, meeting.minutes, begun)
