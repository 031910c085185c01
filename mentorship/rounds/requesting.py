"""“Request and accept”: while a round is open an IMG asks mentors directly, one after the other.

A request is an offer that the IMG has said yes to beforehand. A no, a seat that is gone or the day
to answer passes it on to the next mentor of the IMG's ranked list; when the list is over, the IMG
stays in the round. What waits when enrolment ends is closed, and counts in the match as a wish.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from mentorship.profiles.models import Profile, ProfileKind
from mentorship.rounds import letters
from mentorship.rounds.candidates import Candidate, Obstacle, candidates
from mentorship.rounds.models import Participant, Round, RoundState
from mentorship.rounds.offer_models import Offer, OfferState, SeatCount
from mentorship.rounds.offer_steps import step, take_seat
from mentorship.rounds.request_rules import ranked, standings
from mentorship.rounds.setup import SetUp

OFFERED, CONFIRMED, WITHDRAWN = OfferState.OFFERED, OfferState.CONFIRMED, OfferState.WITHDRAWN
AT_ONCE = 20  # requests that go on in one transaction, which others wait for
CLOSED = "This round does not take requests now. What you rank counts when the round is matched."
ONE_OUT = "A request of yours waits for an answer. You can take it back, or wait."
ENOUGH = "You have a mentor from this round already."
NOBODY = "Nobody on your list can be asked now. Add another mentor, or leave it to the match."
# what keeps an IMG from asking -> what they read
OWN: Mapping[Obstacle, str] = MappingProxyType(
    {
        Obstacle.NOT_A_MEMBER: "You are not a member of this section any more.",
        Obstacle.NO_CONSENT: "You do not agree to be matched. You can change that under Privacy.",
        Obstacle.NOT_READY: "Your profile needs a little more before you can ask anybody.",
        Obstacle.HAS_OFFER: "You have a mentor, or an offer to answer, from another round.",
    }
)


class CannotAsk(ValueError):
    """A request cannot be sent; the message says why, for the IMG."""


class CannotAgree(ValueError):
    """The mentor cannot say yes as they are now; the message says what to do, for them."""


@dataclass(frozen=True, slots=True)
class Asking:
    """An IMG's part in a round of requests: the offers that live, and why none can be sent."""

    round: Round
    img_id: uuid.UUID
    live: Sequence[Offer]
    hinders: str  # "" if a request can be sent

    @property
    def out(self) -> Offer | None:
        return next((offer for offer in self.live if offer.state is OFFERED), None)


def asking_of(
    session: Session, person_id: uuid.UUID, round_id: uuid.UUID, *, now: dt.datetime
) -> Asking:
    """Return an IMG's own part in a round with direct requests; NoResultFound without one."""
    round_, img_id, wanted = session.execute(
        sa.select(Round, Profile.id, Profile.mentors_wanted)
        .join(Participant, Participant.round_id == Round.id)
        .join(Profile, Profile.id == Participant.profile_id)
        .where(
            Round.id == round_id,
            Round.state != RoundState.DRAFT,
            Profile.person_id == person_id,
            Profile.kind == ProfileKind.IMG,
            Participant.left_out_at.is_(None),
        )
        .options(joinedload(Round.section))
        .execution_options(populate_existing=True)
    ).one()
    set_up = SetUp.from_json(round_.rules)
    live = session.scalars(
        sa.select(Offer)
        .where(Offer.round_id == round_id, Offer.img_id == img_id)
        .where(Offer.state.in_((OFFERED, OfferState.ACCEPTED, CONFIRMED)))
        .options(joinedload(Offer.round).joinedload(Round.section))
        .order_by(Offer.place)
        .execution_options(populate_existing=True)
    ).all()
    if not set_up.direct_requests and not any(offer.requested for offer in live):
        raise sa.exc.NoResultFound
    me = candidates(session, round_, today=now.date(), only=[img_id])
    at_most = wanted if set_up.two_mentors else 1
    return Asking(round_, img_id, live, _own_hindrance(round_, me, live, at_most, now))


def _own_hindrance(
    round_: Round,
    me: Sequence[Candidate],
    live: Sequence[Offer],
    at_most: int,
    now: dt.datetime,
) -> str:
    closing = round_.closes_at is not None and round_.closes_at <= now
    direct = SetUp.from_json(round_.rules).direct_requests
    if round_.state is not RoundState.OPEN or closing or not direct:
        return CLOSED
    if any(offer.state is OFFERED for offer in live):
        return ONE_OUT
    if len(live) >= at_most:
        return ENOUGH
    obstacle = me[0].obstacle if me else Obstacle.NOT_A_MEMBER
    return OWN.get(obstacle, CLOSED) if obstacle else ""


def ask_next(
    session: Session, *, person_id: uuid.UUID, round_id: uuid.UUID, now: dt.datetime
) -> Offer:
    """Ask the first mentor of one's list who can be asked; one request at a time is out.

    Raises
    ------
    NoResultFound
        This person has no part as an IMG in such a round.
    CannotAsk
        The round, a rule, or a request that is out forbids it.

    """
    session.execute(sa.select(Round.id).where(Round.id == round_id).with_for_update(read=True))
    mine = asking_of(session, person_id, round_id, now=now)
    if mine.hinders:
        raise CannotAsk(mine.hinders)
    place = 2 if any(offer.place == 1 for offer in mine.live) else 1
    sent = _send(session, mine.round, mine.img_id, place=place, now=now)
    if sent is None:
        raise CannotAsk(NOBODY)
    return sent


def take_back(
    session: Session, *, person_id: uuid.UUID, round_id: uuid.UUID, now: dt.datetime
) -> bool:
    """Take back one's request that is out; False if it is answered, or over, already."""
    offer = asking_of(session, person_id, round_id, now=now).out
    return offer is not None and _withdraw(session, offer, now)


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
    people = {
        each.profile_id: each for each in candidates(session, round_, today=now.date(), only=pair)
    }
    mentor, img = people.get(offer.mentor_id), people.get(offer.img_id)
    if mentor is not None and mentor.obstacle is Obstacle.PAUSED:
        raise CannotAgree("You are on a break. End it first, then say yes.")
    if mentor is not None and mentor.obstacle in {Obstacle.NO_CONSENT, Obstacle.NOT_READY}:
        raise CannotAgree("Your profile is not ready, or you do not agree to be matched now.")
    key = (offer.round_id, offer.mentor_id)
    count = session.get(SeatCount, key, populate_existing=True)
    if mentor is not None and mentor.seats <= (count.taken if count else 0):
        return OfferState.SEAT_TAKEN
    stand = standings(session, round_, offer.img_id, [offer.mentor_id], now=now)[offer.mentor_id]
    if img is None or not img.takes_part or stand.hinders:
        return _close(session, offer, WITHDRAWN, now)
    said = {"mentor_answered_at": now, "img_answered_at": now}  # from now on both yeses count
    if not step(session, offer, OFFERED, CONFIRMED, **said):
        return None
    _count_seats(session, offer, stand.seats)
    if not take_seat(session, offer):
        step(session, offer, CONFIRMED, OfferState.SEAT_TAKEN)
        pass_on(session, offer, now=now)
        return OfferState.SEAT_TAKEN
    letters.request_accepted(session, offer, now=now)
    return CONFIRMED  # who else waits with a mentor who is full now goes on by ``close_full``


def pass_on(session: Session, offer: Offer, *, now: dt.datetime) -> None:
    """Ask the next mentor of the IMG's list after a request came to nothing, and tell the IMG."""
    round_ = offer.round
    img = candidates(session, round_, today=now.date(), only=[offer.img_id])
    direct = SetUp.from_json(round_.rules).direct_requests
    late = round_.closes_at is not None and round_.closes_at <= now
    sent = None
    if direct and not late and img and img[0].takes_part:
        with suppress(CannotAsk):  # they have asked somebody themselves at this moment
            sent = _send(session, round_, offer.img_id, place=offer.place, now=now)
    letters.request_passed_on(session, offer, next_asked=sent is not None, now=now)


def end_waiting(session: Session, round_id: uuid.UUID, *, now: dt.datetime) -> int:
    """Close what waits because enrolment ends: from now on it counts as a wish. Return how many."""
    waiting = _waiting(session, Offer.round_id == round_id)
    for offer in waiting:
        if step(session, offer, OFFERED, WITHDRAWN):
            letters.requests_over(session, offer, now=now)
    return len(waiting)


def full() -> sa.ColumnElement[bool]:
    """Say whether the mentor of an offer has no seat left in its round."""
    return sa.exists().where(
        SeatCount.round_id == Offer.round_id,
        SeatCount.mentor_id == Offer.mentor_id,
        SeatCount.taken >= SeatCount.seats,
    )


def close_full(session: Session, round_id: uuid.UUID, *, now: dt.datetime) -> int:
    """Let no request wait with a mentor whose last seat is gone; return how many went on.

    At most ``AT_ONCE``: the rest at the next look. The round must be held.
    """
    closed = 0
    for offer in _waiting(session, sa.and_(Offer.round_id == round_id, full()))[:AT_ONCE]:
        who = offer.mentor_id
        stand = standings(session, offer.round, offer.img_id, [who], now=now)[who]
        if stand.seats_left > 0:  # they have raised their seats since
            _count_seats(session, offer, stand.seats)
        elif _close(session, offer, OfferState.SEAT_TAKEN, now):
            closed += 1
    return closed


def let_go(
    session: Session,
    where: sa.ColumnElement[bool],
    profile_ids: Collection[uuid.UUID],
    *,
    now: dt.datetime,
) -> None:
    """Close the requests of people who leave a round, and tell the other side."""
    for offer in _waiting(session, where, imgs=profile_ids):
        _withdraw(session, offer, now)
    for offer in _waiting(session, where, mentors=profile_ids):
        _close(session, offer, WITHDRAWN, now)


def hasten(session: Session, round_id: uuid.UUID, *, closes_at: dt.datetime) -> None:
    """Let no request wait longer than enrolment lasts."""
    waiting = sa.update(Offer).where(Offer.round_id == round_id, Offer.state == OFFERED)
    session.execute(waiting.where(Offer.answer_by > closes_at).values(answer_by=closes_at))


def _send(
    session: Session, round_: Round, img_id: uuid.UUID, *, place: int, now: dt.datetime
) -> Offer | None:
    """Ask the first mentor of the list who can be asked; None if there is nobody."""
    able = (each for each in ranked(session, round_, img_id, now=now) if not each.hinders)
    first = next(able, None)
    if first is None or first.profile_id is None:
        return None
    until = now + dt.timedelta(days=SetUp.from_json(round_.rules).request_days)
    offer = Offer(
        round=round_,
        img_id=img_id,
        mentor_id=first.profile_id,
        place=place,
        state=OFFERED,
        offered_at=now,
        answer_by=min(until, round_.closes_at) if round_.closes_at else until,
    )
    try:
        with session.begin_nested():
            session.add(offer)
    except IntegrityError:  # the other of two clicks was faster
        raise CannotAsk(ONE_OUT) from None
    letters.request_waiting(session, offer, now=now)
    return offer


def _withdraw(session: Session, offer: Offer, now: dt.datetime) -> bool:
    if not step(session, offer, OFFERED, WITHDRAWN):
        return False
    letters.request_taken_back(session, offer, now=now)
    return True


def _close(session: Session, offer: Offer, end: OfferState, now: dt.datetime) -> OfferState | None:
    """End a request without a yes, and go on to the next mentor; None if it waits no longer."""
    if not step(session, offer, OFFERED, end):
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
