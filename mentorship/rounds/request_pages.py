"""What an IMG reads of their requests in a round, and its leaders of all that are under way."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship.accounts.models import User
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.profiles.service import code_name
from mentorship.rounds.models import Participant, Round, RoundState
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.rounds.request_rules import Chosen, ranked
from mentorship.rounds.requesting import asking_of
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
    def able(self) -> Sequence[Chosen]:
        """Return those who can be asked now, the first choice first."""
        return [each for each in self.choices if not each.hinders]

    @property
    def out(self) -> RequestLine | None:
        waiting = (each for each in self.requests if each.state is OfferState.OFFERED)
        return next(waiting, None)


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
        choices=ranked(session, round_, mine.img_id, now=now),
        requests=_requests(session, round_, mine.img_id),
    )


def _requests(session: Session, round_: Round, img_id: uuid.UUID) -> Sequence[RequestLine]:
    rows = session.execute(
        sa.select(Offer, User.id, User.name)
        .join(Profile, Profile.id == Offer.mentor_id)
        .join(User, User.id == Profile.person_id)
        .where(Offer.round_id == round_.id, Offer.img_id == img_id, Offer.answer_by.is_not(None))
        .order_by(Offer.offered_at.desc(), Offer.id)
    )
    known = {OfferState.CONFIRMED, OfferState.ENDED}
    hidden = round_.section.names_masked
    return [
        RequestLine(
            offer.id,
            code_name(ProfileKind.MENTOR, key) if hidden and offer.state not in known else name,
            offer.state,
            offer.offered_at,
            offer.answer_by,
        )
        for offer, key, name in rows
        if offer.answer_by is not None
    ]


def rounds_to_ask_in(session: Session, person_id: uuid.UUID) -> Sequence[tuple[uuid.UUID, str]]:
    """Return key and name of the open rounds in which an IMG may ask mentors directly."""
    rounds = session.scalars(
        sa.select(Round)
        .join(Participant, Participant.round_id == Round.id)
        .join(Profile, Profile.id == Participant.profile_id)
        .where(
            Profile.person_id == person_id,
            Profile.kind == ProfileKind.IMG,
            Participant.left_out_at.is_(None),
            Round.state == RoundState.OPEN,
        )
        .order_by(Round.opened_at.desc(), Round.id)
    )
    return [(each.id, each.name) for each in rounds if SetUp.from_json(each.rules).direct_requests]


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
