"""“Request and accept”: while a round is open an IMG asks mentors directly, one after the other.

A request is an offer that the IMG has said yes to beforehand. A no, a seat that is gone or the day
to answer passes it on to the next mentor of the IMG's ranked list; when the list is over, the IMG
stays in the round. What waits when enrolment ends is closed, and counts in the match as a wish.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from mentorship.accounts.models import User
from mentorship.profiles.choosing import name_hidden_from
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.rounds import letters
from mentorship.rounds.candidates import Candidate, Obstacle, candidates
from mentorship.rounds.due import end_of_day
from mentorship.rounds.insight_models import RoundAverages
from mentorship.rounds.models import Participant, Round, RoundState
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.rounds.offer_steps import step
from mentorship.rounds.request_list import Listed, keys_of, listed, ranked
from mentorship.rounds.setup import SetUp

OFFERED, CONFIRMED, WITHDRAWN = OfferState.OFFERED, OfferState.CONFIRMED, OfferState.WITHDRAWN
LIVE = frozenset({OFFERED, OfferState.ACCEPTED, CONFIRMED})
CLOSED = "This round does not take requests now. What you rank counts in the next match."
LEFT_OUT = "Your section leader has taken you out of this round. What was agreed goes on."
ONE_OUT = "A request of yours waits for an answer. You can take it back, or wait."
ENOUGH = "You have a mentor from this round already."
NOT_THEM = (
    "The mentor whom this page named cannot be asked any more, or your list has changed meanwhile."
    " Below is who would be asked now."
)
NOBODY = "Nobody on your list can be asked now. Add another mentor, or leave it to the match."
# what keeps an IMG from asking -> what they read
OWN: Mapping[Obstacle, str] = MappingProxyType(
    {
        Obstacle.NOT_A_MEMBER: "You are not a member of this section any more.",
        Obstacle.NO_CONSENT: "You do not agree to be matched. You can change that under Privacy.",
        Obstacle.NOT_READY: "Your profile needs a little more before you can ask anybody.",
        Obstacle.HAS_MENTOR: "You have a mentor from another round.",
        Obstacle.HAS_OFFER: "You have an offer to answer from another round.",
    }
)


class CannotAsk(ValueError):
    """A request cannot be sent; the message says why, for the IMG."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An offer of an IMG's in a round, with key and name of its mentor."""

    offer: Offer
    mentor_id: uuid.UUID
    mentor: str
    hidden: bool  # the name, until both have said yes


@dataclass(frozen=True, slots=True)
class Asking:
    """An IMG's part in a round of requests: their offers and list, and why none can be sent."""

    round: Round
    averages: RoundAverages | None  # kept here, the session reads them once
    img_id: uuid.UUID
    offers: Sequence[Asked]
    mentors: Sequence[Listed]
    people: Sequence[Candidate]  # the IMG, and those on the list
    hinders: str  # "" if a request can be sent

    @property
    def live(self) -> Sequence[Offer]:
        return [each.offer for each in self.offers if each.offer.state in LIVE]

    @property
    def out(self) -> Offer | None:
        """Return the request that waits. An offer of a run is not the IMG's to take back."""
        waiting = (each for each in self.live if each.requested and each.state is OFFERED)
        return next(waiting, None)


def asking_of(
    session: Session, person_id: uuid.UUID, round_id: uuid.UUID, *, now: dt.datetime
) -> Asking:
    """Return an IMG's own part in a round with direct requests; NoResultFound without one.

    One who was left out keeps what both had agreed on before, and reads what became of requests.
    """
    other = aliased(Profile)
    both_said_yes = Offer.state.in_((CONFIRMED, OfferState.ENDED))
    asked = sa.and_(Offer.answer_by.is_not(None), ~Participant.withdrew)
    rows = session.execute(
        sa.select(
            *(Round, RoundAverages, Profile.id, Profile.mentors_wanted),
            *(Offer, User.id, User.name, name_hidden_from(person_id)),
        )
        .join(Participant, Participant.round_id == Round.id)
        .join(Profile, Profile.id == Participant.profile_id)
        .outerjoin(RoundAverages, RoundAverages.round_id == Round.id)
        .outerjoin(Offer, sa.and_(Offer.round_id == Round.id, Offer.img_id == Profile.id))
        .outerjoin(other, other.id == Offer.mentor_id)
        .outerjoin(User, User.id == other.person_id)
        .where(
            Round.id == round_id,
            Round.state != RoundState.DRAFT,
            Profile.person_id == person_id,
            Profile.kind == ProfileKind.IMG,
            sa.or_(Participant.left_out_at.is_(None), both_said_yes, asked),
        )
        .options(joinedload(Round.section), contains_eager(Offer.round))
        .order_by(Offer.place, Offer.offered_at.desc(), Offer.id)
        .execution_options(populate_existing=True)
    ).all()
    if not rows:
        raise sa.exc.NoResultFound
    round_, means, img_id, wanted = rows[0][:4]
    set_up = SetUp.from_json(round_.rules)
    offers = [Asked(*row[4:]) for row in rows if row[4] is not None]
    live = [each.offer for each in offers if each.offer.state in LIVE]
    if not set_up.direct_requests and not any(offer.requested for offer in live):
        raise sa.exc.NoResultFound
    mentors = listed(session, round_id, img_id)
    only = [img_id, *keys_of(mentors)]
    people = candidates(session, round_, now=now, only=only)
    me = [each for each in people if each.profile_id == img_id]
    at_most = wanted if set_up.two_mentors else 1
    hinders = _own_hindrance(round_, me, live, at_most, now)
    return Asking(round_, means, img_id, offers, mentors, people, hinders)


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
    if me and me[0].left_out:
        return LEFT_OUT
    obstacle = me[0].obstacle if me else Obstacle.NOT_A_MEMBER
    return OWN.get(obstacle, CLOSED) if obstacle else ""


def ask_next(
    session: Session,
    *,
    person_id: uuid.UUID,
    round_id: uuid.UUID,
    whom: uuid.UUID | None = None,
    now: dt.datetime,
) -> Offer:
    """Ask the first mentor of one's list who can be asked; one request at a time is out.

    Asking is a yes: if it was said to ``whom`` (a profile), nobody else is asked, and asking them
    twice is as good as once.

    Raises
    ------
    NoResultFound
        This person has no part as an IMG in such a round.
    CannotAsk
        The round, a rule, or a request that is out forbids it.

    """
    session.execute(sa.select(Round.id).where(Round.id == round_id).with_for_update(read=True))
    try:
        return _ask(session, asking_of(session, person_id, round_id, now=now), whom, now)
    except CannotAsk:
        out = asking_of(session, person_id, round_id, now=now).out
        if out is None or out.mentor_id != whom:
            raise
        return out  # the other of two clicks was faster


def _ask(session: Session, mine: Asking, whom: uuid.UUID | None, now: dt.datetime) -> Offer:
    if mine.hinders:
        raise CannotAsk(mine.hinders)
    place = 2 if any(offer.place == 1 for offer in mine.live) else 1
    sent = send(session, mine.round, mine.img_id, place=place, whom=whom, now=now)
    if sent is None:
        raise CannotAsk(NOBODY)
    return sent


def take_back(
    session: Session,
    *,
    person_id: uuid.UUID,
    round_id: uuid.UUID,
    which: uuid.UUID | None = None,
    now: dt.datetime,
) -> bool:
    """Take back one's request that is out (the one meant); False if that waits no longer."""
    offer = asking_of(session, person_id, round_id, now=now).out
    if offer is None or which not in {None, offer.id}:
        return False
    return withdraw(session, offer, now)


def send(  # noqa: PLR0913  whose request, and to whom
    session: Session,
    round_: Round,
    img_id: uuid.UUID,
    *,
    place: int,
    whom: uuid.UUID | None = None,
    now: dt.datetime,
) -> Offer | None:
    """Ask the first mentor of the list who can be asked; None if there is nobody.

    Raises ``CannotAsk`` if that is not ``whom`` it was to be, or if a request is out.
    """
    able = (each for each in ranked(session, round_, img_id, now=now) if not each.hinders)
    first = next(able, None)
    if first is None or first.profile_id is None:
        return None
    if whom not in {None, first.profile_id}:
        raise CannotAsk(NOT_THEM)
    until = end_of_day(now, days=SetUp.from_json(round_.rules).request_days)
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
    except IntegrityError:
        raise CannotAsk(ONE_OUT) from None
    letters.request_waiting(session, offer, now=now)
    return offer


def withdraw(session: Session, offer: Offer, now: dt.datetime) -> bool:
    """Take a request that waits back and tell the mentor; False if it waits no longer."""
    if not step(session, offer, OFFERED, WITHDRAWN):
        return False
    letters.request_taken_back(session, offer, now=now)
    return True
