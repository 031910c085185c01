"""Answers that came second: which one holds, and whether the two are the same."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.profiles.models import Profile
from mentorship.rounds.candidates import belongs
from mentorship.rounds.models import Participant
from mentorship.rounds.offer_models import Offer, OfferState


class AlreadyAnswered(RuntimeError):
    """The offer has another answer already; ``left`` if whoever said no is not in the round now."""

    def __init__(self, state: OfferState, *, left: bool = False) -> None:
        super().__init__(f"the offer is {state} already")
        self.state, self.left = state, left


def twice(session: Session, offer: Offer, *same: OfferState) -> OfferState:
    """Of two answers at once this one came second: fine if the first said the same."""
    state = session.scalars(sa.select(Offer.state).where(Offer.id == offer.id)).one()
    if state not in same:
        raise _holding(session, offer, state)
    return state


def same_no(session: Session, offer: Offer, no: OfferState, reason: str, words: str) -> None:
    """Let the same no pass again: any other is not kept, and who has left holds no place."""
    row = sa.select(Offer.state, Offer.decline_reason, Offer.decline_words)
    state, *said = session.execute(row.where(Offer.id == offer.id)).one()
    before = _holding(session, offer, state)
    if before.left or (state, *said) != (no, reason, words):
        raise before


def _holding(session: Session, offer: Offer, state: OfferState) -> AlreadyAnswered:
    """Say which answer holds. Leaving the round is a no, too, but nobody would call it one."""
    sides = {
        OfferState.DECLINED_BY_MENTOR: offer.mentor_id,
        OfferState.DECLINED_BY_IMG: offer.img_id,
    }
    gone = sa.or_(Participant.withdrew, ~belongs(Profile, offer.round.section_id))
    left = (
        sa.select(gone)
        .select_from(Profile)
        .join(Participant, Participant.profile_id == Profile.id)
        .where(Participant.round_id == offer.round_id, Profile.id == sides.get(state))
    )
    return AlreadyAnswered(state, left=state in sides and bool(session.scalar(left)))
