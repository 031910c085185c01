"""What an IMG reads of their requests in a round, and its leaders of all that are under way."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship.accounts.models import User
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.profiles.service import code_name
from mentorship.rounds.candidates import belongs, held
from mentorship.rounds.models import Participant, Round, RoundState
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.rounds.request_list import Chosen, as_they_stand, last_asked
from mentorship.rounds.requesting import ENOUGH, Asked, Asking, asking_of
from mentorship.rounds.setup import SetUp

MOST_LINES = 200  # of requests under way on one page


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request of an IMG's, as they may know of it: never why it came to nothing."""

    offer_id: uuid.UUID
    mentor: str
    state: OfferState
    asked_at: dt.datetime
    answer_by: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPage:
    """An IMG's requests in a round. ``hinders`` says why none can be sent, "" if one can."""

    round_id: uuid.UUID
    round: str
    section: str
    days: int
    closes_at: dt.datetime | None
    open: bool
    hinders: str
    choices: Sequence[Chosen]
    requests: Sequence[RequestLine]

    @property
    def not_a_second(self) -> str:
        """Say why somebody with a mentor cannot ask another one now, "" if they need none."""
        return self.hinders if self.open and self.hinders != ENOUGH else ""

    @property
    def able(self) -> Sequence[Chosen]:
        """Return those who can be asked now, the first choice first."""
        return [each for each in self.choices if not each.hinders]

    @property
    def out(self) -> RequestLine | None:
        waiting = (each for each in self.requests if each.state is OfferState.OFFERED)
        return next(waiting, None)


@dataclass(frozen=True, slots=True)
class RoundToAskIn:
    """An open round of direct requests; ``waits``: one of this IMG's is out already."""

    round_id: uuid.UUID
    name: str
    waits: bool


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A request that waits, as leaders see it."""

    img: str
    mentor: str
    asked_at: dt.datetime
    answer_by: dt.datetime


def request_page(
    session: Session, person_id: uuid.UUID, round_id: uuid.UUID, *, now: dt.datetime
) -> RequestPage:
    """Return an IMG's own requests; NoResultFound where there can be none."""
    mine = asking_of(session, person_id, round_id, now=now)
    round_ = mine.round
    return RequestPage(
        round_id=round_.id,
        round=round_.name,
        section=round_.section.name,
        days=SetUp.from_json(round_.rules).request_days,
        closes_at=round_.closes_at,
        open=round_.state is RoundState.OPEN,
        hinders=mine.hinders,
        choices=_choices(session, mine, now),
        requests=_requests(mine.offers),
    )


def _choices(session: Session, mine: Asking, now: dt.datetime) -> Sequence[Chosen]:
    """Return the list while it counts here: not once the round is closed, or the IMG has enough."""
    if mine.round.state is not RoundState.OPEN or mine.hinders == ENOUGH:
        return ()
    asked = last_asked(each.offer for each in mine.offers)
    return as_they_stand(
        session, mine.round, mine.img_id, mine.mentors, mine.people, asked, now=now
    )


def _requests(offers: Sequence[Asked]) -> Sequence[RequestLine]:
    known = {OfferState.CONFIRMED, OfferState.ENDED}
    newest = sorted(offers, key=lambda each: each.offer.offered_at, reverse=True)
    return [
        RequestLine(
            each.offer.id,
            code_name(ProfileKind.MENTOR, each.mentor_id)
            if each.hidden and each.offer.state not in known
            else each.mentor,
            each.offer.read_by_img,
            each.offer.offered_at,
            each.offer.answer_by,
        )
        for each in newest
        if each.offer.answer_by is not None
    ]


def rounds_to_ask_in(session: Session, person_id: uuid.UUID) -> Sequence[RoundToAskIn]:
    """Return the open rounds in which an IMG asks (another) mentor directly."""
    here = Offer.round_id == Round.id, Offer.img_id == Profile.id
    found = sa.select(sa.func.count()).where(*here, Offer.state == OfferState.CONFIRMED)
    out = sa.exists().where(*here, Offer.state == OfferState.OFFERED).correlate_except(Offer)
    rows = session.execute(
        sa.select(
            *(Round, Profile.mentors_wanted),
            found.correlate(Round, Profile).scalar_subquery(),
            out,
        )
        .join(Participant, Participant.round_id == Round.id)
        .join(Profile, Profile.id == Participant.profile_id)
        .where(
            Profile.person_id == person_id,
            Profile.kind == ProfileKind.IMG,
            Participant.left_out_at.is_(None),
            Round.state == RoundState.OPEN,
            belongs(Profile, Round.section_id),
            held(elsewhere_than=Round.id) == 0,
        )
        .order_by(Round.opened_at.desc(), Round.id)
    )
    asking = []
    for round_, wanted, mentors, waits in rows:
        set_up = SetUp.from_json(round_.rules)
        enough = mentors >= ((wanted or 1) if set_up.two_mentors else 1)
        if set_up.direct_requests and not enough:
            asking.append(RoundToAskIn(round_.id, round_.name, waits))
    return asking


def waiting_by_person(session: Session, round_: Round) -> Mapping[uuid.UUID, int]:
    """Return how many requests wait with each IMG who asked and each mentor who is asked."""
    if round_.state is not RoundState.OPEN:  # the end of enrolment has ended them
        return {}
    waiting = sa.select(Offer.img_id, Offer.mentor_id).where(
        Offer.round_id == round_.id,
        Offer.state == OfferState.OFFERED,
        Offer.answer_by.is_not(None),
    )
    return Counter(key for pair in session.execute(waiting) for key in pair)


def under_way(session: Session, round_id: uuid.UUID) -> Sequence[UnderWay]:
    """Return the requests of a round that wait, those that end first at the top, in one query."""
    img, mentor = aliased(User), aliased(User)
    own, other = aliased(Profile), aliased(Profile)
    rows = session.execute(
        sa.select(img.name, mentor.name, Offer.offered_at, Offer.answer_by)
        .select_from(Offer)
        .join(own, own.id == Offer.img_id)
        .join(img, img.id == own.person_id)
        .join(other, other.id == Offer.mentor_id)
        .join(mentor, mentor.id == other.person_id)
        .where(Offer.round_id == round_id, Offer.state == OfferState.OFFERED)
        .where(Offer.answer_by.is_not(None))
        .order_by(Offer.answer_by, sa.func.lower(img.name), Offer.id)
        .limit(MOST_LINES)
    )
    return [
        UnderWay(img_name, mentor_name, asked_at, answer_by)
        for img_name, mentor_name, asked_at, answer_by in rows
        if answer_by is not None
    ]
