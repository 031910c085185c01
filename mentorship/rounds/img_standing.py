"""Where an IMG stands in the rounds, for the dashboard.

What an IMG learns of an offer depends on its state: who the mentor is only after the mentor said
yes, and never who said no. Contact details are there only when both said yes.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, contains_eager, lazyload

from mentorship.accounts.models import User
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.rounds.choices import BEFORE, OUT
from mentorship.rounds.models import Participant, Round, RoundState
from mentorship.rounds.offer_models import Offer, OfferState, Publication
from mentorship.rounds.scope import contact_of, name_of, told_to_img
from mentorship.rounds.setup import SetUp
from mentorship.rounds.standing_shapes import MATTERS, ImgMatch, ImgRound, ImgStatus, Standing
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole

_IMG = aliased(Profile)
_LIVE = frozenset(MATTERS[: MATTERS.index(Standing.TAKES_PART) + 1])
# in a round that would look for a mentor, or says that it does
_UNMATCHED = frozenset(
    {Standing.MAY_ASK, Standing.TAKES_PART, Standing.IN_REVIEW, Standing.WAITING}
)
_WAITS = (OfferState.OFFERED, OfferState.ACCEPTED)


def img_status(session: Session, person_id: uuid.UUID) -> ImgStatus:
    """Return where an IMG stands, in two queries at most."""
    rows = session.execute(
        sa.select(
            *(Round, Publication.answer_by, Publication.published_at, Participant),
            *(Offer, User),
        )
        .join(Round.section)
        .join(Participant, Participant.round_id == Round.id)
        .join(_IMG, _IMG.id == Participant.profile_id)
        .outerjoin(Publication, Publication.round_id == Round.id)
        .outerjoin(Offer, sa.and_(Offer.round_id == Round.id, Offer.img_id == _IMG.id))
        .outerjoin(Profile, Profile.id == Offer.mentor_id)
        .outerjoin(User, User.id == Profile.person_id)
        .options(contains_eager(Round.section), lazyload(User.roles))
        .where(
            _IMG.person_id == person_id,
            _IMG.kind == ProfileKind.IMG,
            sa.or_(Participant.left_out_at.is_(None), Participant.withdrew),
            Round.state != RoundState.DRAFT,
        )
        .order_by(
            Round.created_at.desc(), Round.id, Offer.state != OfferState.CONFIRMED, Offer.place
        )
    ).all()
    rounds: list[ImgRound] = []
    published: dict[uuid.UUID | None, dt.datetime] = {}
    held: dict[uuid.UUID, dt.datetime] = {}
    for (round_, answer_by, out_since, place), group in groupby(rows, lambda row: tuple(row[:4])):
        offers = [(offer, mentor) for *_, offer, mentor in group if offer is not None]
        rounds.append(_img_round(round_, answer_by, place, offers))
        if out_since:
            published[round_.id] = out_since
        if since := [offer.offered_at for offer, _ in offers if _holds(round_, offer)]:
            held[round_.id] = min(since)
    rounds = [_as_held(each, held, published) for each in rounds]
    if any(r.standing in _LIVE for r in rounds):  # an open round is no news to them
        return ImgStatus(rounds)
    return ImgStatus([*_open_rounds_without(session, person_id), *rounds])


def _img_round(
    round_: Round,
    answer_by: dt.datetime | None,
    place: Participant,
    offers: Sequence[tuple[Offer, User]],
) -> ImgRound:
    matches = [
        ImgMatch(
            offer_id=offer.id,
            state=offer.state,
            mentor=name_of(mentor, ProfileKind.MENTOR, offer, round_.section),
            contact=contact_of(mentor, offer),
            since=offer.img_answered_at,
        )
        for offer, mentor in offers
        if told_to_img(offer)
    ]
    states = {offer.state for offer, _ in offers}
    due = [o.answer_by or o.due_at or answer_by for o, _ in offers if o.state in _WAITS]
    standing = _standing(round_, states)
    if place.withdrew and OfferState.CONFIRMED not in states:
        standing = Standing.WITHDREW
    return ImgRound(
        round_.name,
        round_.section.name,
        standing,
        min((day for day in due if day is not None), default=answer_by),
        matches,
        round_id=round_.id,
        profile_id=place.profile_id,
        state=round_.state,
        may_come_back=standing is Standing.WITHDREW and round_.state in BEFORE,
        closes_at=round_.closes_at if round_.state is RoundState.OPEN else None,
    )


def _holds(round_: Round, offer: Offer) -> bool:
    """Tell whether an offer keeps its IMG out of all other rounds (see ``candidates.held``)."""
    waits = offer.state in _WAITS and round_.state in OUT
    return waits or offer.state is OfferState.CONFIRMED


def _as_held(
    one: ImgRound,
    held: Mapping[uuid.UUID, dt.datetime],
    published: Mapping[uuid.UUID | None, dt.datetime],
) -> ImgRound:
    """Say of a round that looks for no mentor for whom another round holds, that it does not.

    One that is over did look for them, unless they were held when it was published.
    """
    since = [at for round_id, at in held.items() if round_id != one.round_id]
    if one.standing is Standing.NOT_MATCHED and one.round_id in published:
        out = any(at <= published[one.round_id] for at in since)
    else:
        out = bool(since) and one.standing in _UNMATCHED
    return dataclasses.replace(one, standing=Standing.ELSEWHERE) if out else one


def _standing(round_: Round, states: set[OfferState]) -> Standing:
    if round_.state not in OUT:
        return _standing_without_answers(round_, states)
    found = {
        OfferState.ACCEPTED: Standing.ANSWER_NEEDED,
        OfferState.CONFIRMED: Standing.CONFIRMED,
        OfferState.OFFERED: Standing.ASKED,
        OfferState.ENDED: Standing.ENDED,
    }
    return next((said for state, said in found.items() if state in states), Standing.WAITING)


def _standing_without_answers(round_: Round, states: set[OfferState]) -> Standing:
    """Say where an IMG stands while no offer of a run is out; requests may be."""
    if OfferState.CONFIRMED in states:
        return Standing.CONFIRMED
    if round_.state is RoundState.OPEN and SetUp.from_json(round_.rules).direct_requests:
        return Standing.REQUESTED if OfferState.OFFERED in states else Standing.MAY_ASK
    if round_.state in {RoundState.OPEN, RoundState.CLOSED}:
        return Standing.TAKES_PART
    if round_.state in {RoundState.REVIEW, RoundState.PUBLISHED}:
        return Standing.IN_REVIEW
    return Standing.ENDED if OfferState.ENDED in states else Standing.NOT_MATCHED


def _open_rounds_without(session: Session, person_id: uuid.UUID) -> list[ImgRound]:
    """Return open rounds of the IMG's sections that they are not part of."""
    takes_part = (
        sa.exists()
        .where(
            Participant.round_id == Round.id,
            Participant.profile_id == Profile.id,
            Profile.person_id == person_id,
            Profile.kind == ProfileKind.IMG,
        )
        .correlate(Round)
    )
    rows = session.execute(
        sa.select(Round, Section.name, _IMG.id)
        .join(Section, Section.id == Round.section_id)
        .outerjoin(_IMG, sa.and_(_IMG.person_id == person_id, _IMG.kind == ProfileKind.IMG))
        .join(Membership, Membership.section_id == Section.id)
        .where(
            Membership.person_id == person_id,
            Membership.role == SectionRole.IMG,
            Membership.state == MembershipState.ACTIVE,
            Round.state == RoundState.OPEN,
            ~takes_part,
        )
        .order_by(Round.created_at.desc())
    )
    return [
        ImgRound(
            round_.name,
            section,
            Standing.NOT_IN,
            None,
            (),
            round_id=round_.id,
            profile_id=profile_id,
            state=round_.state,
            closes_at=round_.closes_at,
        )
        for round_, section, profile_id in rows
    ]
