"""Answers to offers: the mentor first, then the IMG.

A seat is taken and given back by one conditional UPDATE each; the CHECK of the table stands behind
it. The round's row is held while an answer is written, so that it cannot finish in between.
"""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.rounds import letters
from mentorship.rounds.answered import AlreadyAnswered, same_no, twice
from mentorship.rounds.choices import OUT
from mentorship.rounds.due import time_for_img
from mentorship.rounds.going_on import agree, pass_on, take_back_elsewhere
from mentorship.rounds.models import Round, RoundState
from mentorship.rounds.offer_models import Ending, Offer, OfferState, Side
from mentorship.rounds.offer_steps import free_seat, step, take_seat, turn_down
from mentorship.rounds.parting import parted_by
from mentorship.rounds.scope import answer_by_of, offer_for_img, offer_for_mentor

OFFERED, ACCEPTED = OfferState.OFFERED, OfferState.ACCEPTED
CONFIRMED, SEAT_TAKEN = OfferState.CONFIRMED, OfferState.SEAT_TAKEN


class AnswersClosed(RuntimeError):
    """The round is finished, so the answer comes too late."""

    def __init__(self, round_: Round) -> None:
        super().__init__(f"the round {round_.name} is finished")
        self.round_name, self.finished_at = round_.name, round_.finished_at


def accept_offer(
    session: Session, *, person_id: uuid.UUID, offer_id: uuid.UUID, now: dt.datetime
) -> OfferState:
    """Say yes as the mentor. Returns ``accepted``, or ``seat_taken`` if no seat was left.

    Saying yes twice is as good as once. A request that an IMG made is ``confirmed`` by it, or
    ``withdrawn`` if the pair is not possible any more. If one of the two does not want the other by
    now, the offer is declined for that side.

    Raises
    ------
    NoResultFound
        There is no such offer to this person.
    AnswersClosed, AlreadyAnswered
        The round is finished, or the answer was another one.
    CannotAgree
        To a request: something that the mentor can change stands in the way.

    """
    offer = offer_for_mentor(session, person_id, offer_id)
    if offer.state in {ACCEPTED, CONFIRMED}:
        return CONFIRMED if offer.requested else ACCEPTED
    if offer.state is SEAT_TAKEN:
        return SEAT_TAKEN
    _hold_open(session, offer)
    if offer.requested:
        return agree(session, offer, now=now) or twice(session, offer, CONFIRMED, SEAT_TAKEN)
    if side := parted_by(session, offer, Side.MENTOR):
        return _part(session, offer, side, OFFERED, now)
    return _accept(session, offer, now)


def _accept(session: Session, offer: Offer, now: dt.datetime) -> OfferState:
    """Say yes to an offer of a run: a seat is taken, and the IMG is asked, with time to answer."""
    due = offer.due_at or answer_by_of(session, offer.round)
    until = max(due, time_for_img(now, answer_days=offer.round.answer_days))
    own = {"due_at": until} if until > due else {}
    if not step(session, offer, OFFERED, ACCEPTED, mentor_answered_at=now, **own):
        return twice(session, offer, ACCEPTED, CONFIRMED)
    if not take_seat(session, offer):
        step(session, offer, ACCEPTED, SEAT_TAKEN)
        letters.still_looking(session, offer, now=now)
        return SEAT_TAKEN
    letters.mentor_accepted(session, offer, answer_by=until, now=now)
    return ACCEPTED


def decline_offer(  # noqa: PLR0913  an answer has a reason and words
    session: Session,
    *,
    person_id: uuid.UUID,
    offer_id: uuid.UUID,
    reason: str,
    words: str,
    now: dt.datetime,
) -> None:
    """Say no as the mentor, before having said yes. Raises like ``accept_offer``.

    The same no twice is as good as once; a no with another reason or other words is another answer.
    """
    offer = offer_for_mentor(session, person_id, offer_id)
    no = OfferState.DECLINED_BY_MENTOR
    if offer.state is no:
        return same_no(session, offer, no, reason, words)
    _hold_open(session, offer)
    said = {"decline_reason": reason, "decline_words": words, "mentor_answered_at": now}
    if not step(session, offer, OFFERED, no, **said):
        return same_no(session, offer, no, reason, words)
    return tell_no(session, offer, now=now)


def confirm_match(
    session: Session, *, person_id: uuid.UUID, offer_id: uuid.UUID, now: dt.datetime
) -> OfferState:
    """Say yes as the IMG, after the mentor did: contact details appear to both.

    Returns ``confirmed``; or, if one of the two does not want the other by now, what that side
    would have made of it by declining.

    Raises
    ------
    NoResultFound
        There is no such match of this person, or its mentor has not said yes.
    AnswersClosed, AlreadyAnswered
        The round is finished, or the answer was another one.

    """
    offer = offer_for_img(session, person_id, offer_id)
    if offer.state is CONFIRMED:
        return CONFIRMED
    _hold_open(session, offer)
    if side := parted_by(session, offer, Side.IMG):
        return _part(session, offer, side, ACCEPTED, now)
    if not step(session, offer, ACCEPTED, CONFIRMED, img_answered_at=now):
        return twice(session, offer, CONFIRMED)
    letters.img_confirmed(session, offer, now=now)
    take_back_elsewhere(session, offer.round_id, [offer.img_id], now=now)
    return CONFIRMED


def decline_match(  # noqa: PLR0913  an answer has a reason and words
    session: Session,
    *,
    person_id: uuid.UUID,
    offer_id: uuid.UUID,
    reason: str,
    words: str,
    now: dt.datetime,
) -> None:
    """Say no as the IMG, after the mentor said yes: the seat is free again.

    Raises like ``confirm_match``; of a second no holds what ``decline_offer`` says.
    """
    offer = offer_for_img(session, person_id, offer_id)
    no = OfferState.DECLINED_BY_IMG
    if offer.state is no:
        return same_no(session, offer, no, reason, words)
    _hold_open(session, offer)
    said = {"decline_reason": reason, "decline_words": words, "img_answered_at": now}
    if not step(session, offer, ACCEPTED, no, **said):
        return same_no(session, offer, no, reason, words)
    free_seat(session, offer)
    return letters.img_declined(session, offer, now=now)


def tell_no(session: Session, offer: Offer, *, now: dt.datetime) -> None:
    """Tell the IMG that a mentor said no; a request goes on to the next mentor."""
    if offer.requested:
        pass_on(session, offer, now=now)
    else:
        letters.still_looking(session, offer, now=now)


def end_match(  # noqa: PLR0913  who ends it has a side, a reason and words
    session: Session,
    *,
    offer: Offer,
    side: Side,
    by: uuid.UUID | None,
    reason: str,
    words: str,
    now: dt.datetime,
) -> bool:
    """End a mentorship: its seat is free again. False when it has ended already."""
    if not step(session, offer, CONFIRMED, OfferState.ENDED):
        return False
    free_seat(session, offer)
    ending = Ending(offer_id=offer.id, side=side, by_id=by, reason=reason, ended_at=now)
    ending.words = words or None
    session.add(ending)
    session.flush()
    return True


def _part(
    session: Session, offer: Offer, side: Side, waits: OfferState, now: dt.datetime
) -> OfferState:
    """Close an offer for the side that does not want the other; no reason tells of it."""
    by_mentor = side is Side.MENTOR
    end = OfferState.DECLINED_BY_MENTOR if by_mentor else OfferState.DECLINED_BY_IMG
    if turn_down(session, offer, by_mentor=by_mentor, reason="other", now=now) is None:
        return twice(session, offer, end)
    if waits is OFFERED:
        letters.still_looking(session, offer, now=now)
    elif side is Side.IMG:
        letters.img_declined(session, offer, now=now)
    return end


def _hold_open(session: Session, offer: Offer) -> None:
    """Hold the round's row so that it cannot be finished before this answer is in."""
    if offer.state is OfferState.WITHDRAWN:
        raise AlreadyAnswered(offer.state)
    state = session.scalars(
        sa.select(Round.state).where(Round.id == offer.round_id).with_for_update(read=True)
    ).one()
    if state not in OUT and not (offer.requested and state is RoundState.OPEN):
        raise AnswersClosed(offer.round)
