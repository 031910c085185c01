"""The rounds of a section, as leaders see them in a list."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship.profiles.models import Profile, ProfileKind
from mentorship.rounds.models import Participant, Round, RoundState, Run
from mentorship.rounds.offer_models import Offer, OfferState, Publication
from mentorship.rounds.run_models import RunStep


@dataclass(frozen=True, slots=True)
class RoundLine:
    """One row of the list. ``matched`` is of the published run, or of the one that counts."""

    id: uuid.UUID
    name: str
    state: RoundState
    imgs: int
    mentors: int
    matched: int | None
    confirmed: int
    created_at: dt.datetime
    answer_by: dt.datetime | None


def round_list(session: Session, section_id: uuid.UUID) -> Sequence[RoundLine]:
    """Return the rounds of a section, the newest first, in one query."""
    latest = (
        sa.select(Run.matched)
        .join(RunStep, RunStep.run_id == Run.id)
        .where(RunStep.round_id == Round.id)
        .order_by(RunStep.number.desc())
        .limit(1)
        .correlate(Round)
        .scalar_subquery()
    )
    published, confirmed = aliased(Run), Offer.state == OfferState.CONFIRMED
    rows = session.execute(
        sa.select(
            Round.id,
            Round.name,
            Round.state,
            _taking_part(ProfileKind.IMG),
            _taking_part(ProfileKind.MENTOR),
            sa.func.coalesce(published.matched, latest),
            sa.select(sa.func.count(Offer.img_id.distinct()))
            .where(Offer.round_id == Round.id, confirmed)
            .correlate(Round)
            .scalar_subquery(),
            Round.created_at,
            Publication.answer_by,
        )
        .outerjoin(Publication, Publication.round_id == Round.id)
        .outerjoin(published, published.id == Publication.run_id)
        .where(Round.section_id == section_id)
        .order_by(Round.created_at.desc(), Round.name)
    )
    return [RoundLine(*row) for row in rows]


def _taking_part(kind: ProfileKind) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .select_from(Participant)
        .join(Profile, Profile.id == Participant.profile_id)
        .where(
            Participant.round_id == Round.id,
            Participant.left_out_at.is_(None),
            Profile.kind == kind,
        )
        .correlate(Round)
        .scalar_subquery()
    )
