"""What others count on of a person: said before they are erased."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship.accounts.models import User
from mentorship.profiles.models import Profile
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.rounds.scope import asked_directly


@dataclass(frozen=True, slots=True)
class Standing:
    """``with_``: the people of mentorships that go on; ``waiting``: offers without an answer."""

    with_: Sequence[str]
    waiting: int
    in_runs: bool


def standing_of(session: Session, person_id: uuid.UUID) -> Standing:
    """Return it, in two queries. Offers an IMG was not told of are not counted."""
    other, other_profile = aliased(User), aliased(Profile)
    mine = sa.select(Profile.id).where(Profile.person_id == person_id)
    as_img, as_mentor = Offer.img_id.in_(mine), Offer.mentor_id.in_(mine)
    others = sa.case((as_img, Offer.mentor_id), else_=Offer.img_id)
    names = session.scalars(
        sa.select(other.name)
        .select_from(Offer)
        .join(other_profile, other_profile.id == others)
        .join(other, other.id == other_profile.person_id)
        .where(as_img | as_mentor, Offer.state == OfferState.CONFIRMED)
        .order_by(other.name)
    ).all()
    waits = (as_mentor & Offer.state.in_((OfferState.OFFERED, OfferState.ACCEPTED))) | (
        as_img
        & (
            (Offer.state == OfferState.ACCEPTED)
            | (asked_directly() & (Offer.state == OfferState.OFFERED))
        )
    )
    row = session.execute(
        sa.select(
            sa.select(sa.func.count()).select_from(Offer).where(waits).scalar_subquery(),
            sa.exists().where(as_img | as_mentor),
        )
    ).one()
    return Standing(names, row[0], bool(row[1]))
