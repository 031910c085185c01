"""Who deserves a mentor first next time: they got none, or lost one through no fault of theirs.

Leaders see it, and it is a criterion of the match like others (``priority``), with a weight.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.rounds.choices import OVER
from mentorship.rounds.models import Round, RoundState, Unmatched
from mentorship.rounds.offer_models import Ending, Offer, OfferState, Publication, Side
from mentorship.rounds.scope import asked_directly

SAID_NO = "A mentor said no last time"
SILENT = "A mentor did not answer last time"
ENDED = "The last mentorship ended through no fault of theirs"
LEFT = "There was no mentor for them last time"
# who ended it, and why: what is no fault of the IMG's
NO_FAULT: Mapping[Side, frozenset[str]] = {
    Side.MENTOR: frozenset({"no_time", "situation_changed", "not_a_fit", "other"}),
    Side.IMG: frozenset({"no_contact", "concern"}),
    Side.LEADER: frozenset({"no_time", "situation_changed", "not_a_fit", "concern"}),
}


def priority_of(session: Session, profile_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    """Return, of these IMGs, those who deserve it, each with the reason, in two queries.

    Only the last that came of it counts: whoever found a mentor since has none any more. A request
    that came to nothing is no match: asking many would put an IMG before others.
    """
    since, last = _offers(session, profile_ids)
    left = _left(session, profile_ids)
    waited = {img_id for img_id, at in left.items() if img_id not in since or since[img_id] < at}
    reasons = {img_id: reason for img_id, reason in last.items() if reason}
    return {**reasons, **dict.fromkeys(waited, LEFT)}


def _left(session: Session, profile_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, dt.datetime]:
    """Return the IMGs whom a run left without anybody, and when it was last published."""
    rows = session.execute(
        sa.select(Unmatched.img_id, sa.func.max(Publication.published_at))
        .join(Publication, Publication.run_id == Unmatched.run_id)
        .where(Unmatched.img_id.in_(profile_ids))
        .group_by(Unmatched.img_id)
    )
    return dict(rows.all())


def _offers(
    session: Session, profile_ids: Collection[uuid.UUID]
) -> tuple[Mapping[uuid.UUID, dt.datetime], Mapping[uuid.UUID, str]]:
    """Return, of each IMG, when the last offer was and what it gives them priority for, if so."""
    both_said_yes = Offer.state.in_((OfferState.CONFIRMED, OfferState.ENDED))
    rows = session.execute(
        sa.select(
            Offer.img_id,
            Offer.state,
            Round.state,
            Offer.mentor_answered_at.is_not(None),
            Ending.side,
            Ending.reason,
            Offer.offered_at,
        )
        .join(Round, Round.id == Offer.round_id)
        .outerjoin(Ending, Ending.offer_id == Offer.id)
        .where(Offer.img_id.in_(profile_ids), sa.or_(~asked_directly(), both_said_yes))
        .order_by(Offer.offered_at, Offer.place.desc(), Offer.id)
    ).all()
    last = {
        img_id: _reason(state, round_state, side, reason, mentor_answered=answered)
        for img_id, state, round_state, answered, side, reason, _ in rows
    }
    return {row.img_id: row.offered_at for row in rows}, last


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
