"""What a mentor and an IMG read of the match that is offered to them, and why it was made.

Only sentences that speak for the pair are told, and one that rests on a sensitive answer only
while its owner shares that answer. No score is shown: with it the rest could be worked out.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.matching import CRITERIA
from mentorship.profiles.audience import Audience
from mentorship.profiles.card_shapes import ImgCard, MentorCard
from mentorship.profiles.cards import card
from mentorship.rounds.choices import OVER
from mentorship.rounds.models import RoundState
from mentorship.rounds.offer_models import Offer, OfferState, Publication, SeatCount
from mentorship.rounds.request_rules import standings, told_now
from mentorship.rounds.scope import due_by, offer_for_img, offer_for_mentor

MOST_REASONS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """How far an offer has come. ``overdue`` says that the reader's answer is late."""

    offer_id: uuid.UUID
    state: OfferState
    round: str
    section: str
    answer_by: dt.datetime
    finished: bool
    overdue: bool
    requested: bool  # the IMG asked this mentor directly


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferPage:
    """An IMG as the mentor who is asked sees them. A reason has a label and a sentence."""

    facts: Facts
    reasons: Sequence[tuple[str, str]]
    img: ImgCard
    seats: int
    seats_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchPage:
    """A mentor who said yes, as their IMG sees them. A reason has a label and a sentence."""

    facts: Facts
    reasons: Sequence[tuple[str, str]]
    mentor: MentorCard


def offer_page(
    session: Session, person_id: uuid.UUID, offer_id: uuid.UUID, *, now: dt.datetime
) -> OfferPage:
    """Return what a mentor reads of an offer; NoResultFound if it is not theirs."""
    offer = offer_for_mentor(session, person_id, offer_id)
    img = _card(session, offer, offer.img_id, person_id)
    assert isinstance(img, ImgCard)  # noqa: S101  for mypy: an offer's IMG is one
    answer_by, seats, seats_left = _terms(session, offer, now)
    return OfferPage(
        facts=_facts(offer, answer_by, OfferState.OFFERED, now),
        reasons=_reasons(session, offer, "mentor", shares_visa=img.visa is not None, now=now),
        img=img,
        seats=seats,
        seats_left=seats_left,
    )


def match_page(
    session: Session, person_id: uuid.UUID, offer_id: uuid.UUID, *, now: dt.datetime
) -> MatchPage:
    """Return what an IMG reads of a match; NoResultFound if it is not theirs to see (yet)."""
    offer = offer_for_img(session, person_id, offer_id)
    mentor = _card(session, offer, offer.mentor_id, person_id)
    assert isinstance(mentor, MentorCard)  # noqa: S101  for mypy: an offer's mentor is one
    return MatchPage(
        facts=_facts(offer, _terms(session, offer, now)[0], OfferState.ACCEPTED, now),
        reasons=_reasons(session, offer, "img", shares_visa=bool(mentor.visas), now=now),
        mentor=mentor,
    )


def _terms(session: Session, offer: Offer, now: dt.datetime) -> tuple[dt.datetime, int, int]:
    """Return until when an offer is answered, the mentor's seats in the round, and those left."""
    counts = sa.and_(SeatCount.round_id == Offer.round_id, SeatCount.mentor_id == Offer.mentor_id)
    answer_by, seats, taken = session.execute(
        sa.select(due_by(), SeatCount.seats, SeatCount.taken)
        .select_from(Offer)
        .outerjoin(Publication, Publication.round_id == Offer.round_id)
        .outerjoin(SeatCount, counts)
        .where(Offer.id == offer.id)
    ).one()
    if offer.requested and offer.round.state is RoundState.OPEN:
        people = [offer.mentor_id]
        found = standings(session, offer.round, offer.img_id, people, now=now)[offer.mentor_id]
        return answer_by, found.seats, max(found.seats_left, 0)
    return answer_by, seats or 0, (seats or 0) - (taken or 0)


def _card(
    session: Session, offer: Offer, profile_id: uuid.UUID, reader_id: uuid.UUID
) -> ImgCard | MentorCard:
    hide = offer.round.section.names_masked
    return card(session, profile_id, _audience(offer), reader_id=reader_id, hide_name=hide)


def _audience(offer: Offer) -> Audience:
    return Audience.MATCHED if offer.state is OfferState.CONFIRMED else Audience.OFFERED


def _facts(offer: Offer, answer_by: dt.datetime, waiting: OfferState, now: dt.datetime) -> Facts:
    finished = offer.round.state in OVER
    return Facts(
        offer_id=offer.id,
        state=offer.state,
        round=offer.round.name,
        section=offer.round.section.name,
        answer_by=answer_by,
        finished=finished,
        overdue=not finished and offer.state is waiting and now > answer_by,
        requested=offer.requested,
    )


def _reasons(
    session: Session, offer: Offer, side: str, *, shares_visa: bool, now: dt.datetime
) -> Sequence[tuple[str, str]]:
    """Return the sentences for one side, of criteria that earned three fifths, best first.

    Those of a request that no run has seen yet are worked out from what both say today.
    """
    parts = offer.pair.parts or [] if offer.pair else told_now(session, offer, now=now)
    secret = {key for key, each in CRITERIA.items() if each.sensitive or each.direction == "turn"}
    if shares_visa:
        secret.discard("visa")
    shown = [
        part
        for part in parts
        if part["criterion"] not in secret
        and side in part["why"]
        and 5 * part["points"] >= 3 * part["of"]
    ]
    shown.sort(key=lambda part: -part["points"])
    return [(CRITERIA[part["criterion"]].label, part["why"][side]) for part in shown[:MOST_REASONS]]
