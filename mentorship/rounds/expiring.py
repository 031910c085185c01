"""The day to answer comes: offers that nobody answered expire, each once, and all are told.

A mentor who said yes to an IMG who stays silent gets the seat back. Until an offer has expired it
can still be answered, even if the day is past because no worker was there to look.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from mentorship import audit
from mentorship.rounds import letters, round_letters
from mentorship.rounds.choices import OUT
from mentorship.rounds.going_on import AT_ONCE, close_full, full, pass_on
from mentorship.rounds.models import Round, RoundState
from mentorship.rounds.offer_models import Offer, OfferState, Publication
from mentorship.rounds.offer_steps import expire
from mentorship.rounds.scope import due_by

OPEN_ANSWERS = (OfferState.OFFERED, OfferState.ACCEPTED)


def due_expiries(session: Session, *, now: dt.datetime) -> Sequence[uuid.UUID]:
    """Return the rounds in which the day to answer of offers that wait has come."""
    waits = sa.exists().where(
        Offer.round_id == Round.id, Offer.state.in_(OPEN_ANSWERS), due_by() <= now
    )
    return session.scalars(
        sa.select(Round.id)
        .join(Publication, Publication.round_id == Round.id)
        .where(Round.state.in_(OUT), waits)
        .order_by(Publication.answer_by, Round.id)
    ).all()


def expire_answers(session: Session, *, round_id: uuid.UUID, now: dt.datetime) -> int:
    """Let whatever waits in a round expire once its day has come; return how many offers did.

    The round is held, so that no answer slips in between; of several workers one finds them.
    """
    round_ = session.get_one(Round, round_id, with_for_update=True, populate_existing=True)
    if round_.state not in OUT:
        return 0
    offers = session.scalars(
        sa.select(Offer)
        .join(Publication, Publication.round_id == Offer.round_id)
        .where(Offer.round_id == round_id, Offer.state.in_(OPEN_ANSWERS), due_by() <= now)
        .options(joinedload(Offer.round).joinedload(Round.section))
        .order_by(Offer.id)
        .execution_options(populate_existing=True)
    ).all()
    silent_imgs = sum(offer.state is OfferState.ACCEPTED for offer in offers)
    for offer in offers:
        _expire(session, offer, now)
    if offers:
        _record(session, "round.answers.expire", round_, len(offers), now)
        round_letters.answers_expired(
            session,
            offers[0].round,
            mentors=len(offers) - silent_imgs,
            imgs=silent_imgs,
            now=now,
        )
    return len(offers)


def due_requests(session: Session, *, now: dt.datetime) -> Sequence[uuid.UUID]:
    """Return the open rounds in which the day to answer a request has come, or a seat is gone."""
    waits = sa.exists().where(
        Offer.round_id == Round.id,
        Offer.state == OfferState.OFFERED,
        Offer.answer_by.is_not(None),
        sa.or_(Offer.answer_by <= now, full()),
    )
    open_rounds = sa.select(Round.id).where(Round.state == RoundState.OPEN, waits)
    return session.scalars(open_rounds.order_by(Round.id)).all()


def expire_requests(session: Session, *, round_id: uuid.UUID, now: dt.datetime) -> int:
    """Let requests expire whose day has come, each once, and go on to the next mentor.

    So do those that wait with a mentor who has no seat left. Returns how many: the
    rest at the next look, if they are many. The round is held as in ``expire_answers``.
    """
    round_ = session.get_one(Round, round_id, with_for_update=True, populate_existing=True)
    if round_.state is not RoundState.OPEN:
        return 0
    offers = session.scalars(
        sa.select(Offer)
        .where(Offer.round_id == round_id, Offer.state == OfferState.OFFERED)
        .where(Offer.answer_by <= now)
        .options(joinedload(Offer.round).joinedload(Round.section))
        .order_by(Offer.answer_by, Offer.id)
        .limit(AT_ONCE)
        .execution_options(populate_existing=True)
    ).all()
    for offer in offers:
        expire(session, offer)
        letters.time_is_over(session, offer, offer.mentor_id, f"/offers/{offer.id}", now=now)
        pass_on(session, offer, now=now)
    ended = len(offers) + close_full(session, round_id, now=now)
    if ended:
        _record(session, "round.requests.expire", round_, ended, now)
    return ended


def _record(session: Session, action: str, round_: Round, expired: int, now: dt.datetime) -> None:
    audit.record(
        session,
        action=action,
        actor_id=None,
        about_id=round_.id,
        section_id=round_.section_id,
        detail={"expired": expired},
        now=now,
    )


def _expire(session: Session, offer: Offer, now: dt.datetime) -> None:
    img_was_asked = offer.state is OfferState.ACCEPTED
    expire(session, offer)
    if img_was_asked:
        letters.time_is_over(session, offer, offer.img_id, f"/matches/{offer.id}", now=now)
        letters.img_silent(session, offer, now=now)
    else:
        letters.time_is_over(session, offer, offer.mentor_id, f"/offers/{offer.id}", now=now)
        letters.still_looking(session, offer, now=now)
