"""How a request goes on: a yes makes a pair; all else asks the next mentor, or closes it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from mentorship.profiles.models import Profile
from mentorship.rounds import letters
from mentorship.rounds.candidates import Candidate, Obstacle, candidates, held
from mentorship.rounds.models import Round
from mentorship.rounds.offer_models import Offer, OfferState, SeatCount
from mentorship.rounds.offer_steps import step, take_seat
from mentorship.rounds.reminding import count_as_reminder
from mentorship.rounds.request_rules import standings_of
from mentorship.rounds.requesting import CannotAsk, send, withdraw
from mentorship.rounds.setup import SetUp

OFFERED, CONFIRMED, WITHDRAWN = OfferState.OFFERED, OfferState.CONFIRMED, OfferState.WITHDRAWN
AT_ONCE = 20  # requests that go on in one transaction, which others wait for


class CannotAgree(ValueError):
    """The mentor cannot say yes as they are now; the message says what to do, for them."""


def agree(session: Session, offer: Offer, *, now: dt.datetime) -> OfferState | None:
    """Say yes to a request: a seat is taken, and both see how to reach each other.

    Returns ``confirmed``; ``seat_taken`` if no seat is left, and then the request goes on by
    ``close_full``; ``withdrawn`` if a rule forbids the pair by now; or None if it was answered
    before.

    Raises
    ------
    CannotAgree
        Something that the mentor can change stands in the way.

    """
    _hold_people(session, offer)
    if session.scalar(sa.select(Offer.state).where(Offer.id == offer.id)) is not OFFERED:
        return None
    round_, pair = offer.round, [offer.img_id, offer.mentor_id]
    # a break keeps new requests away; who asked before it may still hear yes
    found = candidates(session, round_, now=now, only=pair, despite_break=True)
    people = {each.profile_id: each for each in found}
    mentor, img = people.get(offer.mentor_id), people.get(offer.img_id)
    if mentor is not None and mentor.obstacle in {Obstacle.NO_CONSENT, Obstacle.NOT_READY}:
        raise CannotAgree("Your profile is not ready, or you do not agree to be matched now.")
    key = (offer.round_id, offer.mentor_id)
    count = session.get(SeatCount, key, populate_existing=True)
    taken = {offer.mentor_id: count.taken if count else 0}
    if mentor is not None and mentor.seats <= taken[offer.mentor_id]:
        return OfferState.SEAT_TAKEN
    known = standings_of(session, round_, offer.img_id, found, taken, now)
    stand = known[offer.mentor_id]
    if img is None or not _may_have_somebody(img) or stand.hinders:
        return _close(session, offer, WITHDRAWN, now, mentor_answered_at=now)
    said = {"mentor_answered_at": now, "img_answered_at": now}  # from now on both yeses count
    if not step(session, offer, OFFERED, CONFIRMED, **said):
        return None
    _count_seats(session, offer, stand.seats)
    if not take_seat(session, offer):
        step(session, offer, CONFIRMED, OfferState.SEAT_TAKEN)
        pass_on(session, offer, now=now)
        return OfferState.SEAT_TAKEN
    letters.request_accepted(session, offer, now=now)
    take_back_elsewhere(session, offer.round_id, [offer.img_id], now=now)
    return CONFIRMED  # who else waits with a mentor who is full now goes on by ``close_full``


def _may_have_somebody(img: Candidate) -> bool:
    """Tell whether an IMG who has asked may be said yes to, be it with fewer answers by now."""
    return img.joined and not img.left_out and img.obstacle in {None, Obstacle.NOT_READY}


def pass_on(session: Session, offer: Offer, *, now: dt.datetime) -> None:
    """Ask the next mentor of the IMG's list after a request came to nothing, and tell the IMG."""
    round_ = offer.round
    img = candidates(session, round_, now=now, only=[offer.img_id])
    direct = SetUp.from_json(round_.rules).direct_requests
    late = round_.closes_at is not None and round_.closes_at <= now
    if not img or not img[0].takes_part:
        letters.request_passed_on(session, offer, "request_and_place_over", now=now)
    elif not direct or late:
        letters.request_passed_on(session, offer, "request_left_to_match", now=now)
    elif _send_next(session, offer, now):
        letters.request_passed_on(session, offer, "request_passed_on", now=now)
    else:
        letters.request_passed_on(session, offer, "request_list_over", now=now)


def _send_next(session: Session, offer: Offer, now: dt.datetime) -> bool:
    """Ask the next mentor of the list; False if nobody is left to ask."""
    try:
        sent = send(session, offer.round, offer.img_id, place=offer.place, now=now)
    except CannotAsk:  # they have asked the next one themselves at this moment
        return True
    return sent is not None


def end_waiting(
    session: Session, round_id: uuid.UUID, *, now: dt.datetime, each_is_told: bool = True
) -> int:
    """Close what waits as the round takes no more: it counts as a wish now. Return how many.

    Both sides of each are told, unless they are told more of the round.
    """
    waiting = _waiting(session, Offer.round_id == round_id)
    for offer in waiting:
        if step(session, offer, OFFERED, WITHDRAWN) and each_is_told:
            letters.requests_over(session, offer, now=now)
    return len(waiting)


def full() -> sa.ColumnElement[bool]:
    """Say whether the mentor of a request has no seat left for it, as ``agree`` counts them."""
    here = sa.and_(SeatCount.round_id == Offer.round_id, SeatCount.mentor_id == Offer.mentor_id)
    taken = sa.select(SeatCount.taken).where(here).correlate(Offer).scalar_subquery()
    left = Profile.seats - held(elsewhere_than=Offer.round_id) - sa.func.coalesce(taken, 0)
    return sa.exists().where(Profile.id == Offer.mentor_id, left <= 0).correlate(Offer)


def close_full(session: Session, round_id: uuid.UUID, *, now: dt.datetime) -> int:
    """Let no request wait with a mentor whose last seat is gone; return how many went on.

    At most ``AT_ONCE``: the rest at the next look. The round must be held.
    """
    waiting = _waiting(session, sa.and_(Offer.round_id == round_id, full()))[:AT_ONCE]
    return sum(_close(session, offer, OfferState.SEAT_TAKEN, now) is not None for offer in waiting)


def let_go(
    session: Session,
    where: sa.ColumnElement[bool],
    profile_ids: Collection[uuid.UUID],
    *,
    now: dt.datetime,
) -> None:
    """Close the requests of people who leave a round, and tell the other side."""
    for offer in _waiting(session, where, imgs=profile_ids):
        withdraw(session, offer, now)
    for offer in _waiting(session, where, mentors=profile_ids):
        _close(session, offer, WITHDRAWN, now)


def leave_out(
    session: Session, round_id: uuid.UUID, profile_ids: Collection[uuid.UUID], *, now: dt.datetime
) -> None:
    """Close the requests of people whom a leader leaves out, and tell both sides."""
    here = Offer.round_id == round_id
    for offer in _waiting(session, here, imgs=profile_ids):
        if step(session, offer, OFFERED, WITHDRAWN):
            letters.request_left_out(session, offer, now=now)
    let_go(session, here, profile_ids, now=now)


def take_back_elsewhere(
    session: Session, round_id: uuid.UUID, img_ids: Collection[uuid.UUID], *, now: dt.datetime
) -> None:
    """Take back what IMGs have asked in other rounds, now that this one has somebody for them."""
    for offer in _waiting(session, Offer.round_id != round_id, imgs=img_ids):
        if withdraw(session, offer, now):
            letters.request_passed_on(session, offer, "request_not_needed", now=now)


def hasten(
    session: Session, round_id: uuid.UUID, *, closes_at: dt.datetime, now: dt.datetime
) -> None:
    """Let no request wait longer than enrolment lasts, and tell mentors who have less time by it.

    That mail stands for the reminder that would be due at once, if one would.
    """
    waiting = sa.update(Offer).where(Offer.round_id == round_id, Offer.state == OFFERED)
    sooner = waiting.where(Offer.answer_by > closes_at).values(answer_by=closes_at)
    cut = session.scalars(sooner.returning(Offer.id)).all()
    for offer in _waiting(session, Offer.id.in_(cut)):
        letters.request_sooner(session, offer, now=now)
        count_as_reminder(session, offer, now=now)


def _close(
    session: Session, offer: Offer, end: OfferState, now: dt.datetime, **said: dt.datetime
) -> OfferState | None:
    """End a request without a pair, and go on to the next mentor; None if it waits no longer."""
    if not step(session, offer, OFFERED, end, **said):
        return None
    pass_on(session, offer, now=now)
    return end


def _waiting(
    session: Session,
    where: sa.ColumnElement[bool],
    *,
    imgs: Collection[uuid.UUID] | None = None,
    mentors: Collection[uuid.UUID] | None = None,
) -> Sequence[Offer]:
    query = (
        sa.select(Offer)
        .where(where, Offer.state == OFFERED, Offer.answer_by.is_not(None))
        .options(joinedload(Offer.round).joinedload(Round.section))
        .order_by(Offer.offered_at, Offer.id)
        .execution_options(populate_existing=True)
    )
    if imgs is not None:
        query = query.where(Offer.img_id.in_(imgs))
    if mentors is not None:
        query = query.where(Offer.mentor_id.in_(mentors))
    return session.scalars(query).all()


def _hold_people(session: Session, offer: Offer) -> None:
    """Hold both profiles, so that no other round gives away the same seat or the same IMG.

    Other requests may be written meanwhile: they only name these people.
    """
    session.execute(
        sa.select(Profile.id)
        .where(Profile.id.in_([offer.img_id, offer.mentor_id]))
        .order_by(Profile.id)
        .with_for_update(key_share=True)
    )


def _count_seats(session: Session, offer: Offer, seats: int) -> None:
    """Keep how many seats the mentor has in this round now; never fewer than are taken."""
    key = (offer.round_id, offer.mentor_id)
    count = session.get(SeatCount, key, populate_existing=True)
    if count is None:
        session.add(SeatCount(round_id=key[0], mentor_id=key[1], seats=seats))
    else:
        count.seats = max(seats, count.taken)
    session.flush()
