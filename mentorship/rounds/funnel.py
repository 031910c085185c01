"""How far the members of a section have come, for the leader's dashboard."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.profiles.models import Profile
from mentorship.profiles.service import is_ready
from mentorship.rounds.candidates import agrees
from mentorship.rounds.choices import LIVE_OFFERS, OUT
from mentorship.rounds.models import Round
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.sections.models import Membership, MembershipState, SectionRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """IMGs and mentors of a section: members, ready to be matched, matched now, confirmed."""

    imgs: int
    imgs_ready: int
    imgs_matched: int
    imgs_confirmed: int
    mentors: int
    mentors_ready: int
    mentors_matched: int
    mentors_confirmed: int


def leader_funnel(session: Session, section_id: uuid.UUID) -> Funnel:
    """Return how far the members of a section have come, in one query."""
    ready = sa.and_(is_ready(), agrees())
    matched = _has_offer(section_id, LIVE_OFFERS)
    confirmed = _has_offer(section_id, (OfferState.CONFIRMED,))
    of_img = Membership.role == SectionRole.IMG
    of_mentor = Membership.role == SectionRole.MENTOR
    counts = [
        sa.func.count().filter(role, *more)
        for role in (of_img, of_mentor)
        for more in ((), (ready,), (matched,), (confirmed,))
    ]
    row = session.execute(
        sa.select(*counts)
        .select_from(Membership)
        .outerjoin(
            Profile,
            sa.and_(
                Profile.person_id == Membership.person_id,
                sa.cast(Profile.kind, sa.String) == sa.cast(Membership.role, sa.String),
            ),
        )
        .where(
            Membership.section_id == section_id,
            Membership.state == MembershipState.ACTIVE,
            Membership.role != SectionRole.LEADER,
        )
    ).one()
    return Funnel(
        imgs=row[0],
        imgs_ready=row[1],
        imgs_matched=row[2],
        imgs_confirmed=row[3],
        mentors=row[4],
        mentors_ready=row[5],
        mentors_matched=row[6],
        mentors_confirmed=row[7],
    )


def _has_offer(section_id: uuid.UUID, states: Sequence[OfferState]) -> sa.Exists:
    """Say whether a profile has an offer in one of these states, waiting ones only while live."""
    waits = sa.or_(Round.state.in_(OUT), Offer.state == OfferState.CONFIRMED)
    return (
        sa.exists()
        .where(
            sa.or_(Offer.img_id == Profile.id, Offer.mentor_id == Profile.id),
            Offer.state.in_(states),
            Round.id == Offer.round_id,
            Round.section_id == section_id,
            waits,
        )
        .correlate(Profile)
    )
