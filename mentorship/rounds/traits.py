"""Which IMGs a round is for, by what they say of themselves."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from mentorship.profiles.models import Choice, Profile, ProfileKind
from mentorship.rounds.choices import OUT, OVER
from mentorship.rounds.models import Participant, Round
from mentorship.rounds.offer_models import Offer, OfferState


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What IMGs are chosen by; "" and False ask for nothing."""

    stage: str = ""
    specialty: str = ""
    state: str = ""  # where they live, or hope to train or work
    waited: bool = False

    @property
    def asks(self) -> bool:
        return bool(self.stage or self.specialty or self.state or self.waited)


def fitting(round_: Round, traits: Traits) -> sa.Select[uuid.UUID]:
    """Select the IMGs' profiles that the traits fit, of whatever section."""
    query = sa.select(Profile.id).where(Profile.kind == ProfileKind.IMG)
    for fields, term in (
        (("stage",), traits.stage),
        (("specialties",), traits.specialty),
        (("state", "states"), traits.state),
    ):
        if term:
            query = query.where(_said(fields, term))
    return query.where(Profile.id.in_(waited(round_))) if traits.waited else query


def _said(fields: Collection[str], term: str) -> sa.Exists:
    return sa.exists().where(
        Choice.profile_id == Profile.id, Choice.field.in_(fields), Choice.term == term
    )


def waited(round_: Round) -> sa.Select[uuid.UUID]:
    """Select the IMGs whom the section's last published round before this one left without."""
    last = (
        sa.select(Round.id)
        .where(
            Round.section_id == round_.section_id,
            Round.id != round_.id,
            Round.created_at <= round_.created_at,
            Round.state.in_((*OUT, *OVER)),
        )
        .order_by(Round.created_at.desc(), Round.id)
        .limit(1)
        .scalar_subquery()
    )
    found_one = sa.exists().where(
        Offer.round_id == last,
        Offer.img_id == Participant.profile_id,
        Offer.state.in_((OfferState.CONFIRMED, OfferState.ENDED)),
    )
    return (
        sa.select(Participant.profile_id)
        .join(Profile, Profile.id == Participant.profile_id)
        .where(
            Participant.round_id == last,
            Participant.left_out_at.is_(None),
            Profile.kind == ProfileKind.IMG,
            ~found_one,
        )
    )
