"""Who deserves a mentor first next time: their last match failed through no fault of theirs.

Leaders see it, and it is a criterion of the match like others (``priority``), with a weight.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.rounds.choices import OVER
from mentorship.rounds.models import Round, RoundState
from mentorship.rounds.offer_models import Ending, Offer, OfferState, Side
from mentorship.rounds.scope import asked_directly

SAID_NO = "A mentor said no last time"
SILENT = "A mentor did not answer last time"
ENDED = "The last mentorship ended through no fault of theirs"
# who ended it, and why: what is no fault of the IMG's
NO_FAULT: Mapping[Side, frozenset[str]] = {
    Side.MENTOR: frozenset({"no_time", "situation_changed", "not_a_fit", "other"}),
    Side.IMG: frozenset({"no_contact", "concern"}),
    Side.LEADER: frozenset({"no_time", "situation_changed", "not_a_fit", "concern"}),
}


def priority_of(session: Session, profile_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    """Return, of these IMGs, those who deserve it, each with the reason, in one query.

    Only the last that came of it counts: whoever found a mentor since has none any more. A request
    that came to nothing is no match: asking many would put an IMG before others.
    """
    both_said_yes = Offer.state.in_((OfferState.CONFIRMED, OfferState.ENDED))
    rows = session.execute(
        sa.select(
            Offer.img_id,
            Offer.state,
            Round.state,
            Offer.mentor_answered_at.is_not(None),
            Ending.side,
            Ending.reason,
        )
        .join(Round, Round.id == Offer.round_id)
        .outerjoin(Ending, Ending.offer_id == Offer.id)
        .where(Offer.img_id.in_(profile_ids), sa.or_(~asked_directly(), both_said_yes))
        .order_by(Offer.offered_at, Offer.place.desc(), Offer.id)
    )
    last = {
        img_id: _reason(state, round_state, side, reason, mentor_answered=answered)
        for img_id, state, round_state, answered, side, reason in rows
    }
    return {img_id: reason for img_id, reason in last.items() if reason}


def _reason(
    state: OfferState,
    round_state: RoundState,
    side: Side | None,
    reason: str | None,
    *,
    mentor_answered: bool,
) -> str:
    if state in {OfferState.DECLINED_BY_MENTOR, OfferState.SEAT_TAKEN}:
        return SAID_NO
    silent = state is OfferState.EXPIRED and not mentor_answered
    if silent or (state is OfferState.OFFERED and round_state in OVER):
        return SILENT
    if state is OfferState.ENDED and side is not None and reason in NO_FAULT[side]:
        return ENDED
    return ""
