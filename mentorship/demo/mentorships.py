"""What the pairs of the demo did after both said yes: they agreed, met, and some came to an end."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy.orm import Session

from mentorship.mentorships import service
from mentorship.mentorships.guide import terms
from mentorship.mentorships.models import GoalState
from mentorship.profiles.models import Profile
from mentorship.rounds.offer_models import Offer, OfferState

DAY = dt.timedelta(days=1)
ENDS = (
    ("img", "goals_met", "We did what we set out to do. Thank you for finding each other."),
    ("mentor", "no_time", "I am moving to another hospital and cannot keep my promise."),
    ("img", "time_over", ""),
    ("img", "no_contact", "Two messages in a month, and no word back."),
)
GOALS = (
    ("Personal statement ready to send", "First draft to my mentor"),
    ("Twelve programs that fit my visa and year", "List with sources"),
)


def months_together(session: Session, offers: Sequence[Offer], *, now: dt.datetime) -> None:
    """Let the confirmed pairs of a past round meet once a month; two of three have ended."""
    pairs = [offer for offer in offers if offer.state is OfferState.CONFIRMED]
    for number, offer in enumerate(pairs):
        start = offer.img_answered_at or offer.offered_at
        _agree(session, offer, start + 5 * DAY)
        _meet(session, offer, [start + (9 + 30 * month) * DAY for month in range(4)])
        if number % 3:
            _end(session, offer, number, start + 150 * DAY)
        elif number % 2:
            _meet(session, offer, [now - 12 * DAY])


def first_weeks(session: Session, offers: Sequence[Offer], *, now: dt.datetime) -> None:
    """Let some pairs that have just found each other plan their first meeting."""
    pairs = [offer for offer in offers if offer.state is OfferState.CONFIRMED]
    for offer in pairs[::2]:
        at = (now + 4 * DAY).replace(hour=23, minute=30, second=0, microsecond=0)
        plan = service.Plan(starts_at=at, minutes=45, place="Video; the mentor sends the link")
        img = _person(session, offer.img_id)
        service.plan_meeting(session, person_id=img, mentorship_id=offer.id, plan=plan, now=now)
        _set_goals(session, offer, now)


def _person(session: Session, profile_id: uuid.UUID) -> uuid.UUID:
    return session.get_one(Profile, profile_id).person_id


def _agree(session: Session, offer: Offer, now: dt.datetime) -> None:
    said = {key: term.said.example for key, term in terms(session).items()}
    service.write_agreement(
        session,
        person_id=_person(session, offer.img_id),
        mentorship_id=offer.id,
        terms=said,
        seen=0,
        now=now,
    )
    mentor = _person(session, offer.mentor_id)
    service.accept_agreement(
        session, person_id=mentor, mentorship_id=offer.id, version=1, now=now + DAY
    )
    _set_goals(session, offer, now, met=True)


def _set_goals(session: Session, offer: Offer, now: dt.datetime, *, met: bool = False) -> None:
    img = _person(session, offer.img_id)
    for title, step in GOALS:
        goal = service.add_goal(
            session,
            person_id=img,
            mentorship_id=offer.id,
            title=title,
            first_step=step,
            due_on=(now + 90 * DAY).date(),
            now=now,
        )
        if met and title == GOALS[0][0]:
            service.set_goal_state(
                session,
                person_id=img,
                mentorship_id=offer.id,
                goal_id=goal.id,
                state=GoalState.MET,
                now=now + 60 * DAY,
            )


def _meet(session: Session, offer: Offer, days: Sequence[dt.datetime]) -> None:
    img = _person(session, offer.img_id)
    for day in days:
        plan = service.Plan(starts_at=day, minutes=45, place="Video")
        meeting = service.plan_meeting(
            session, person_id=img, mentorship_id=offer.id, plan=plan, now=day - 7 * DAY
        )
        service.log_meeting(
            session,
            person_id=img,
            mentorship_id=offer.id,
            meeting_id=meeting.id,
            met=True,
            log="We went through the open questions. Next time: one page of the statement.",
            seen=service.mark_of(meeting),
            now=day + DAY,
        )


def _end(session: Session, offer: Offer, number: int, now: dt.datetime) -> None:
    side, reason, words = ENDS[number % len(ENDS)]
    ends = _person(session, offer.img_id if side == "img" else offer.mentor_id)
    service.end_mentorship(
        session, person_id=ends, mentorship_id=offer.id, reason=reason, words=words, now=now
    )
    service.give_feedback(
        session,
        person_id=_person(session, offer.img_id),
        mentorship_id=offer.id,
        rating=2 if reason == "no_contact" else 5,
        words="",
        now=now + DAY,
    )
