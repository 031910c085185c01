"""The single steps of an offer and of a mentor's seats: each one conditional UPDATE.

Of two who take the same step at once one does it; the other is told that it did not happen.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.extensions import rows_hit
from mentorship.profiles.models import Profile
from mentorship.rounds.candidates import held
from mentorship.rounds.offer_models import Offer, OfferState, SeatCount

OFFERED, ACCEPTED = OfferState.OFFERED, OfferState.ACCEPTED


def step(
    session: Session, offer: Offer, start: OfferState, end: OfferState, **values: object
) -> bool:
    """Move an offer on; False if it is no longer where the step starts."""
    changed = sa.update(Offer).where(Offer.id == offer.id, Offer.state == start)
    return bool(rows_hit(session, changed.values(state=end, **values)))


def take_seat(session: Session, offer: Offer) -> bool:
    """Take a seat of the mentor of an offer that says yes already; False if none is free.

    None is if its round has given them all away, or if all rounds together have more of the
    mentor's yeses than there are seats now. The mentor is held: at this moment they may say yes in
    another round, or lower their seats.
    """
    mentor = Profile.id == offer.mentor_id
    session.execute(sa.select(Profile.id).where(mentor).with_for_update(key_share=True))
    enough = sa.exists().where(mentor, held(said_yes=True) <= Profile.seats)
    free = _seats_of(offer).where(SeatCount.taken < SeatCount.seats, enough)
    return bool(rows_hit(session, free.values(taken=SeatCount.taken + 1)))


def free_seat(session: Session, offer: Offer) -> None:
    session.execute(_seats_of(offer).where(SeatCount.taken > 0).values(taken=SeatCount.taken - 1))


def turn_down(
    session: Session,
    offer: Offer,
    *,
    by_mentor: bool,
    reason: str = "situation_changed",
    now: dt.datetime,
) -> OfferState | None:
    """Withdraw a waiting offer for somebody who leaves, or does not want the other.

    Returns what it waited for, ``offered`` or ``accepted``; None if it waits no longer.
    """
    end = OfferState.DECLINED_BY_MENTOR if by_mentor else OfferState.DECLINED_BY_IMG
    said = {"decline_reason": reason}
    side = "mentor_answered_at" if by_mentor else "img_answered_at"
    after_yes = "stepped_back_at" if by_mentor else side
    if step(session, offer, ACCEPTED, end, **said, **{after_yes: now}):
        free_seat(session, offer)
        return ACCEPTED
    return OFFERED if step(session, offer, OFFERED, end, **said, **{side: now}) else None


def expire(session: Session, offer: Offer) -> bool:
    """Close an offer that nobody answered in time; False if it waits no longer."""
    if step(session, offer, ACCEPTED, OfferState.EXPIRED):
        free_seat(session, offer)
        return True
    return step(session, offer, OFFERED, OfferState.EXPIRED)


def _seats_of(offer: Offer) -> sa.Update:
    return sa.update(SeatCount).where(
        SeatCount.round_id == offer.round_id, SeatCount.mentor_id == offer.mentor_id
    )
