"""The single steps of an offer and of a mentor's seats: each one conditional UPDATE.

Of two who take the same step at once one does it; the other is told that it did not happen.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.extensions import rows_hit
from mentorship.rounds.offer_models import Offer, OfferState, SeatCount


def step(
    session: Session, offer: Offer, start: OfferState, end: OfferState, **values: object
) -> bool:
    """Move an offer on; False if it is no longer where the step starts."""
    changed = sa.update(Offer).where(Offer.id == offer.id, Offer.state == start)
    return bool(rows_hit(session, changed.values(state=end, **values)))


def take_seat(session: Session, offer: Offer) -> bool:
    """Take a seat of the offer's mentor; False if none is free."""
    free = _seats_of(offer).where(SeatCount.taken < SeatCount.seats)
    return bool(rows_hit(session, free.values(taken=SeatCount.taken + 1)))


def free_seat(session: Session, offer: Offer) -> None:
    session.execute(_seats_of(offer).where(SeatCount.taken > 0).values(taken=SeatCount.taken - 1))


def _seats_of(offer: Offer) -> sa.Update:
    return sa.update(SeatCount).where(
        SeatCount.round_id == offer.round_id, SeatCount.mentor_id == offer.mentor_id
    )
