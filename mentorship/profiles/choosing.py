"""Whom a person may choose by name on the profile page: nobody whom they could not look up."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents.service import LISTED, MATCHING, agrees_to
from mentorship.profiles.audience import code_name
from mentorship.profiles.completeness import is_ready
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole


@dataclass(frozen=True, slots=True)
class Choosable:
    """A mentor to choose: the text of the key, and the name as the list shows it."""

    key: str
    label: str


def mentors_to_choose(
    session: Session,
    person_id: uuid.UUID,
    *,
    sections: sa.Select[uuid.UUID],
    named: Collection[str] = (),
) -> tuple[Choosable, ...]:
    """Return the mentors of ``sections`` who agreed to be looked up and could be matched, by name.

    ``sections`` is a part of a query. Those ``named`` in the profile already come last where they
    are not among them (any more).
    """
    mentors = (
        sa.select(
            User.id,
            User.name,
            Profile.institution,
            sa.func.max(sa.cast(Section.names_masked, sa.Integer)),
        )
        .join(Membership, Membership.person_id == User.id)
        .join(Section, Section.id == Membership.section_id)
        .join(Profile, sa.and_(Profile.person_id == User.id, Profile.kind == ProfileKind.MENTOR))
        .where(
            Membership.section_id.in_(sections),
            *(Membership.role == SectionRole.MENTOR, Membership.state == MembershipState.ACTIVE),
            *(agrees_to(LISTED, User.id), agrees_to(MATCHING, User.id), is_ready()),
            *(User.id != person_id, User.active),
        )
        .group_by(User.id, User.name, Profile.institution)
        .order_by(User.name, User.id)
    )
    here = tuple(
        Choosable(str(key), _label(key, name, institution, masked=bool(masked)))
        for key, name, institution, masked in session.execute(mentors)
    )
    others = {key for key in named if "@" not in key} - {mentor.key for mentor in here}
    return here + _former(session, others)


def _label(key: uuid.UUID, name: str, institution: str | None, *, masked: bool) -> str:
    if masked:
        return code_name(ProfileKind.MENTOR, key)
    return f"{name}, {institution}" if institution else name


def _former(session: Session, keys: Collection[str]) -> tuple[Choosable, ...]:
    rows = (
        sa.select(User.id, User.name)
        .where(User.id.in_([uuid.UUID(key) for key in keys]))
        .order_by(User.name, User.id)
    )
    return tuple(
        Choosable(str(key), f"{name} (in no list of yours now)")
        for key, name in session.execute(rows)
    )
