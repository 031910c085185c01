"""How far the members of a section have come, for the leader's dashboard."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Funnel:
    """IMGs and mentors of a section: members, ready to be matched, matched now, confirmed."""

    imgs: int = 0
    imgs_ready: int = 0
    imgs_matched: int = 0
    imgs_confirmed: int = 0
    mentors: int = 0
    mentors_ready: int = 0
    mentors_matched: int = 0
    mentors_confirmed: int = 0


def leader_funnels(
    session: Session, section_ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, Funnel]:
    """Return how far the members of each section have come, in one query for all."""
    ready = sa.and_(is_ready(), agrees())
    matched = _has_offer(LIVE_OFFERS)
    confirmed = _has_offer((OfferState.CONFIRMED,))
    of_img = Membership.role == SectionRole.IMG
    of_mentor = Membership.role == SectionRole.MENTOR
    counts = [
        sa.func.count().filter(role, *more)
        for role in (of_img, of_mentor)
        for more in ((), (ready,), (matched,), (confirmed,))
    ]
    rows = session.execute(
        sa.select(Membership.section_id, *counts)
        .select_from(Membership)
        .outerjoin(
            Profile,
            sa.and_(
                Profile.person_id == Membership.person_id,
                sa.cast(Profile.kind, sa.String) == sa.cast(Membership.role, sa.String),
            ),
        )
        .where(
            Membership.section_id.in_(section_ids),
            Membership.state == MembershipState.ACTIVE,
            Membership.role != SectionRole.LEADER,
        )
        .group_by(Membership.section_id)
    )
    found = {section_id: Funnel(*counted) for section_id, *counted in rows}
    return {section_id: found.get(section_id, Funnel()) for section_id in section_ids}


def _has_offer(states: Sequence[OfferState]) -> sa.Exists:
    """Say whether a member has an offer of the section in one of these states.

    One that waits counts only while it can be answered.
    """
    waits = sa.or_(Round.state.in_(OUT), Offer.state == OfferState.CONFIRMED)
    return (
        sa.exists()
        .where(
            sa.or_(Offer.img_id == Profile.id, Offer.mentor_id == Profile.id),
            Offer.state.in_(states),
            Round.id == Offer.round_id,
            Round.section_id == Membership.section_id,
            waits,
        )
        .correlate(Profile, Membership)
    )
