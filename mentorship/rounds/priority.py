"""Who deserves a mentor first next time: they got none, or lost one through no fault of theirs.

Leaders see it, and it is a criterion of the match like others (``priority``), with a weight.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.rounds.choices import OVER
from mentorship.rounds.models import Round, RoundState, Unmatched
from mentorship.rounds.offer_models import Ending, Offer, OfferState, Publication, Side
from mentorship.rounds.scope import asked_directly, due_by

SAID_NO = "A mentor said no last time"
SILENT = "A mentor did not answer last time"
CUT_SHORT = "The last round was finished before their day to answer came"
ENDED = "The last mentorship ended through no fault of theirs"
LEFT = "There was no mentor for them last time"
# who ended it, and why: what is no fault of the IMG's
NO_FAULT: Mapping[Side, frozenset[str]] = {
    Side.MENTOR: frozenset({"no_time", "situation_changed", "not_a_fit", "other"}),
    Side.IMG: frozenset({"no_contact", "concern"}),
    # a leader's reasons speak of the mentor, but for "other"
    Side.LEADER: frozenset({"no_time", "situation_changed", "not_a_fit", "no_contact", "concern"}),
}


def priority_of(session: Session, profile_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    """Return, of these IMGs, those who deserve it, each with the reason, in one query.

    Only the last that came of it counts: whoever found a mentor since has none any more, nor has
    whoever has a mentor. A request that came to nothing is no match: asking many would put an IMG
    before others.
    """
    both_said_yes = Offer.state.in_((OfferState.CONFIRMED, OfferState.ENDED))
    offers = (
        sa.select(
            Offer.img_id.label("img_id"),
            sa.func.coalesce(Ending.ended_at, Offer.offered_at).label("at"),
            sa.cast(Offer.state, sa.String).label("state"),
            sa.cast(Round.state, sa.String).label("round_state"),
            Offer.mentor_answered_at.is_not(None).label("answered"),
            sa.cast(Ending.side, sa.String).label("side"),
            Ending.reason.label("reason"),
            Offer.place.label("place"),
            Offer.img_answered_at.label("found_at"),
            sa.func.coalesce(Round.finished_at < due_by(), sa.false()).label("cut_short"),
        )
        .join(Round, Round.id == Offer.round_id)
        .outerjoin(Publication, Publication.round_id == Offer.round_id)
        .outerjoin(Ending, Ending.offer_id == Offer.id)
        .where(Offer.img_id.in_(profile_ids), sa.or_(~asked_directly(), both_said_yes))
    )
    words = sa.cast(sa.null(), sa.String)
    left = (
        sa.select(Unmatched.img_id, Publication.published_at, *(words,) * 2, sa.false())
        .add_columns(*(words,) * 2, sa.literal(0), sa.cast(sa.null(), Offer.img_answered_at.type))
        .add_columns(sa.false())
        .join(Publication, Publication.run_id == Unmatched.run_id)
        .where(Unmatched.img_id.in_(profile_ids))
    )
    found = sa.union_all(offers, left).subquery()
    rows = session.execute(sa.select(found).order_by(found.c.at, found.c.place.desc()))
    of_img: dict[uuid.UUID, list[sa.Row[Any]]] = {}
    for row in rows:
        of_img.setdefault(row.img_id, []).append(row)
    last = {img_id: _last(some) for img_id, some in of_img.items()}
    return {img_id: reason for img_id, reason in last.items() if reason}


def _last(rows: Sequence[sa.Row[Any]]) -> str:
    """Say why what came of an IMG's matches, the last at the end, gives priority; "" if not.

    A mentor beside the one they lost is no new one, also if that mentorship ended well later.
    """
    if any(row.state == OfferState.CONFIRMED for row in rows):
        return ""
    reason, since = "", None
    for row in rows:
        beside = since is not None and row.state == OfferState.ENDED and row.found_at <= since
        found = _reason(row)
        if found or not beside:
            reason, since = found, row.at if found == ENDED else None
    return reason


def _reason(row: sa.Row[Any]) -> str:
    """Say why the last that came of it gives priority; "" if it does not."""
    if row.state is None:
        return LEFT
    state, silent = OfferState(row.state), not row.answered
    if state in {OfferState.DECLINED_BY_MENTOR, OfferState.SEAT_TAKEN}:
        return SAID_NO
    over = RoundState(row.round_state) in OVER
    if (state is OfferState.EXPIRED and silent) or (state is OfferState.OFFERED and over):
        return SILENT
    if state is OfferState.ACCEPTED and over and row.cut_short:
        return CUT_SHORT
    if state is OfferState.ENDED and row.side and row.reason in NO_FAULT[Side(row.side)]:
        return ENDED
    return ""
