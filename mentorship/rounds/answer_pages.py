"""What a mentor and an IMG read of the match that is offered to them, and why it was made.

Only sentences that speak for the pair are told, and one that rests on a sensitive answer only
while its owner shares that answer. No score is shown: with it the rest could be worked out.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, lazyload

from mentorship.accounts.models import User
from mentorship.hours import Clock
from mentorship.matching import CRITERIA
from mentorship.profiles.audience import Audience
from mentorship.profiles.breaks import break_of
from mentorship.profiles.card_shapes import ImgCard, MentorCard
from mentorship.profiles.cards import card
from mentorship.profiles.choosing import name_hidden_from
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.profiles.rows import Loaded, load_all
from mentorship.rounds.candidates import held
from mentorship.rounds.choices import OVER
from mentorship.rounds.models import RoundState
from mentorship.rounds.offer_models import Offer, OfferState, Publication, SeatCount
from mentorship.rounds.parts import HEARERS
from mentorship.rounds.request_rules import told_now
from mentorship.rounds.scope import due_by, name_of, offer_for_img, offer_for_mentor

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
    mentor_answered: bool


@dataclass(frozen=True, slots=True)
class Seats:
    """A mentor's seats for one round as they are now, those left, and all that they offer."""

    here: int
    left: int
    offered: int
    may_be_raised: bool  # more of them, in the profile, would leave one here


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferPage:
    """An IMG as the mentor who is asked sees them. A reason has a label and a sentence."""

    facts: Facts
    reasons: Sequence[tuple[str, str]]
    img: ImgCard
    seats: Seats
    paused_until: dt.date | None  # while the mentor is on a break


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A yes that came too late for the last seat."""

    img: str
    round: str
    requested: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchPage:
    """A mentor who said yes, as their IMG sees them. A reason has a label and a sentence."""

    facts: Facts
    reasons: Sequence[tuple[str, str]]
    mentor: MentorCard


def offer_page(
    session: Session, person_id: uuid.UUID, offer_id: uuid.UUID, *, clock: Clock
) -> OfferPage:
    """Return what a mentor reads of an offer; NoResultFound if it is not theirs."""
    offer, now = offer_for_mentor(session, person_id, offer_id), clock.now
    pair = _pair(session, offer)
    answer_by, seats, paused, hidden = _terms(session, offer, offer.img_id, person_id)
    img = _card(session, offer, offer.img_id, person_id, pair, clock, hide_name=hidden)
    assert isinstance(img, ImgCard)  # noqa: S101  for mypy: an offer's IMG is one
    return OfferPage(
        facts=_facts(offer, answer_by, OfferState.OFFERED, now),
        reasons=_reasons(session, offer, pair, "mentor", shown=_agreed(img), now=now),
        img=img,
        seats=seats,
        paused_until=break_of(paused, now.astimezone(ZoneInfo(clock.zone))),
    )


def taken_page(session: Session, person_id: uuid.UUID, offer_id: uuid.UUID) -> Taken:
    """Return what a mentor reads whose last seat was gone when they said yes.

    Twenty may press at once: nothing is worked out for it.
    """
    offer = offer_for_mentor(session, person_id, offer_id)
    img, hidden = session.execute(
        sa.select(User, name_hidden_from(person_id))
        .join(Profile, Profile.person_id == User.id)
        .where(Profile.id == offer.img_id)
        .options(lazyload(User.roles))
    ).one()
    name = name_of(img, ProfileKind.IMG, offer, hidden=hidden)
    return Taken(img=name, round=offer.round.name, requested=offer.requested)


def match_page(
    session: Session, person_id: uuid.UUID, offer_id: uuid.UUID, *, clock: Clock
) -> MatchPage:
    """Return what an IMG reads of a match; NoResultFound if it is not theirs to see (yet)."""
    offer, now = offer_for_img(session, person_id, offer_id), clock.now
    pair = _pair(session, offer)
    answer_by, _, _, hidden = _terms(session, offer, offer.mentor_id, person_id)
    mentor = _card(session, offer, offer.mentor_id, person_id, pair, clock, hide_name=hidden)
    assert isinstance(mentor, MentorCard)  # noqa: S101  for mypy: an offer's mentor is one
    return MatchPage(
        facts=_facts(offer, answer_by, OfferState.ACCEPTED, now),
        reasons=_reasons(session, offer, pair, "img", shown=_agreed(mentor), now=now),
        mentor=mentor,
    )


def _terms(
    session: Session, offer: Offer, other_id: uuid.UUID, reader_id: uuid.UUID
) -> tuple[dt.datetime, Seats, dt.date | None, bool]:
    """Return until when an offer is answered, and how many seats its mentor has for it.

    And until when their break is, or was; and whether a code hides from the reader who has the
    other profile, until both said yes.
    """
    other = aliased(Profile)
    counts = sa.and_(SeatCount.round_id == Offer.round_id, SeatCount.mentor_id == Offer.mentor_id)
    answer_by, counted, taken, offered, paused, asked, agreed, hidden = session.execute(
        sa.select(
            due_by(),
            SeatCount.seats,
            sa.func.coalesce(SeatCount.taken, 0),
            Profile.seats,
            Profile.paused_until,
            held(elsewhere_than=offer.round_id),
            held(elsewhere_than=offer.round_id, said_yes=True),
            name_hidden_from(reader_id),
        )
        .select_from(Offer)
        .join(Profile, Profile.id == Offer.mentor_id)
        .join(other, other.id == other_id)
        .join(User, User.id == other.person_id)
        .outerjoin(Publication, Publication.round_id == Offer.round_id)
        .outerjoin(SeatCount, counts)
        .where(Offer.id == offer.id)
    ).one()
    if offer.requested and offer.round.state is RoundState.OPEN:
        here, may_be_raised = offered - asked, True
    else:
        here, may_be_raised = min(counted or 0, offered - agreed), (counted or 0) > taken
    seats = Seats(max(here, 0), max(here - taken, 0), offered, may_be_raised)
    return answer_by, seats, paused, hidden


def _pair(session: Session, offer: Offer) -> Loaded | None:
    """Read both profiles at once where no run has kept what speaks for the two."""
    return None if offer.pair else load_all(session, [offer.img_id, offer.mentor_id])


def _card(  # noqa: PLR0913, PLR0917  whose, and for whom
    session: Session,
    offer: Offer,
    profile_id: uuid.UUID,
    reader_id: uuid.UUID,
    pair: Loaded | None,
    clock: Clock,
    *,
    hide_name: bool,
) -> ImgCard | MentorCard:
    return card(
        session,
        profile_id,
        _audience(offer),
        reader_id=reader_id,
        hide_name=hide_name and offer.state is not OfferState.ENDED,
        loaded=pair,
        clock=clock,
    )


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
        mentor_answered=offer.mentor_answered_at is not None,
    )


def _reasons(  # noqa: PLR0913  whose, for whom, and what may be told
    session: Session,
    offer: Offer,
    pair: Loaded | None,
    side: str,
    *,
    shown: Collection[str],
    now: dt.datetime,
) -> Sequence[tuple[str, str]]:
    """Return the sentences for one side, of criteria that earned three fifths, best first.

    Those of a request that no run has seen yet are worked out from what both say today.
    """
    kept = offer.pair.parts or [] if offer.pair else []
    parts = told_now(session, offer, pair, now=now) if pair else kept
    hearer = HEARERS[side]
    told = {
        key
        for key, each in CRITERIA.items()
        if hearer.speaks_of(each) and (key in shown or not each.sensitive)
    }
    best = [
        part
        for part in parts
        if part["criterion"] in told
        and side in part["why"]
        and 5 * part["points"] >= 3 * part["of"]
    ]
    best.sort(key=lambda part: -part["points"])
    return [(CRITERIA[part["criterion"]].label, part["why"][side]) for part in best[:MOST_REASONS]]


def _agreed(card: ImgCard | MentorCard) -> Collection[str]:
    """Return the sensitive criteria of which the owner of the card lets the other side read."""
    visa = card.visa if isinstance(card, ImgCard) else card.visas
    return {key for key, said in (("visa", visa), ("same_gender", card.gender)) if said}
