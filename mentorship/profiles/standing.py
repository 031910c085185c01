"""What a person's own profile pages say of them beside their answers."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents.service import LISTED, MATCHING, SHARE_GENDER, SHARE_VISA, agrees_to
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole


@dataclass(frozen=True, slots=True)
class OwnStanding:
    """Consents in force, and whether the person has the role in a section, waits for it, had it."""

    shares_visa: bool
    shares_gender: bool
    listed: bool
    takes_part: bool
    belongs: bool
    waits: bool
    left: bool

    @property
    def has_home(self) -> bool:
        """Tell whether there is a home page of this role for the person."""
        return self.belongs or self.waits


def own_standing(session: Session, person_id: uuid.UUID, role: SectionRole) -> OwnStanding:
    """Return what a person agreed to and where they belong in one role, in one query."""

    def is_member(state: MembershipState) -> sa.Exists:
        return sa.exists().where(
            Membership.person_id == User.id, Membership.role == role, Membership.state == state
        )

    row = session.execute(
        sa.select(
            agrees_to(SHARE_VISA, User.id),
            agrees_to(SHARE_GENDER, User.id),
            agrees_to(LISTED, User.id),
            agrees_to(MATCHING, User.id),
            is_member(MembershipState.ACTIVE),
            is_member(MembershipState.ASKED),
            is_member(MembershipState.LEFT),
        ).where(User.id == person_id)
    ).one()
    return OwnStanding(*map(bool, row))


def hiding_sections(session: Session, person_id: uuid.UUID) -> Sequence[str]:
    """Return the names of the sections, of now and before, to whose people this one is a code."""
    rows = session.scalars(
        sa.select(Section.name)
        .join(Membership, Membership.section_id == Section.id)
        .where(Membership.person_id == person_id, Section.names_masked)
        .distinct()
    )
    return sorted(rows)
