"""The fairness pages of match rounds that a reader may open: those of the sections they lead."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.rounds.choices import OUT
from mentorship.rounds.models import Round, RoundState, Run
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole

SHOWN = 5
RUN = (RoundState.REVIEW, RoundState.PUBLISHED, *OUT, RoundState.FINISHED)


@dataclass(frozen=True, slots=True)
class FairRound:
    id: uuid.UUID
    name: str
    section: str
    slug: str


def fair_rounds(session: Session, person_id: uuid.UUID) -> Sequence[FairRound]:
    """Return the newest rounds with a run in the sections this person leads."""
    led = sa.select(Membership.section_id).where(
        Membership.person_id == person_id,
        Membership.role == SectionRole.LEADER,
        Membership.state == MembershipState.ACTIVE,
    )
    rows = session.execute(
        sa.select(Round.id, Round.name, Section.name, Section.slug)
        .join(Section, Section.id == Round.section_id)
        .where(Round.section_id.in_(led), Round.state.in_(RUN))
        .where(sa.exists().where(Run.round_id == Round.id))
        .order_by(Round.created_at.desc(), Round.id)
        .limit(SHOWN)
    )
    return [FairRound(*row) for row in rows]
