"""Reminding whoever owes an answer: five days before the date, on the last day, and after it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from mentorship.rounds import letters
from mentorship.rounds.models import (
    Offer,
    OfferState,
    Publication,
    Reminder,
    Round,
    RoundState,
    Side,
)

FIRST, LAST = dt.timedelta(days=5), dt.timedelta(days=1)
AFTER = dt.timedelta(days=7)  # whoever is found later than this owes their leader, not us
TIME_IS_OVER = 3
WHO_OWES = {OfferState.OFFERED: Side.MENTOR, OfferState.ACCEPTED: Side.IMG}


@dataclass(frozen=True, slots=True)
class _Due:
    offer: Offer
    side: Side
    number: int
    answer_by: dt.datetime


def remind(session: Session, *, now: dt.datetime) -> int:
    """Write every reminder that is due, each once however often this runs; return how many."""
    return sum(_remind(session, due, now) for due in _all_due(session, now))


def _all_due(session: Session, now: dt.datetime) -> list[_Due]:
    rows = session.execute(
        sa.select(Offer, Publication.answer_by)
        .join(Publication, Publication.round_id == Offer.round_id)
        .join(Offer.round)
        .where(
            Round.state == RoundState.PUBLISHED,
            Offer.state.in_(WHO_OWES),
            Publication.answer_by > now - AFTER,
            Publication.answer_by <= now + FIRST,
        )
        .options(joinedload(Offer.round).joinedload(Round.section))
        .order_by(Offer.id)
    ).all()
    sent = set(
        session.execute(
            sa.select(Reminder.offer_id, Reminder.side, Reminder.number).where(
                Reminder.offer_id.in_([offer.id for offer, _ in rows])
            )
        ).all()
    )
    found = []
    for offer, answer_by in rows:
        number = _number(answer_by - now)
        due = _Due(offer, WHO_OWES[offer.state], number, answer_by)
        if (offer.id, due.side, number) not in sent:
            found.append(due)
    return found


def _number(left: dt.timedelta) -> int:
    if left <= dt.timedelta(0):
        return TIME_IS_OVER
    return 2 if left <= LAST else 1


def _remind(session: Session, due: _Due, now: dt.datetime) -> bool:
    row = Reminder(offer_id=due.offer.id, side=due.side, number=due.number, sent_at=now)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # another process was faster
        return False
    mentor = due.side is Side.MENTOR
    profile_id: uuid.UUID = due.offer.mentor_id if mentor else due.offer.img_id
    path = f"/{'offers' if mentor else 'matches'}/{due.offer.id}"
    if due.number == TIME_IS_OVER:
        letters.time_is_over(session, due.offer, profile_id, path, now=now)
    else:
        letters.answer_owed(session, due.offer, profile_id, path, answer_by=due.answer_by, now=now)
    return True
