"""Whom a person may choose by name on the profile page."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship.accounts.models import User
from mentorship.profiles.audience import code_name
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole


@dataclass(frozen=True, slots=True)
class Choosable:
    """A mentor to choose: the text of the key, and the name as the list shows it."""

    key: str
    label: str


def mentors_to_choose(
    session: Session, person_id: uuid.UUID, *, named: Collection[str] = ()
) -> tuple[Choosable, ...]:
    """Return the mentors of the sections where the person is an IMG, by name.

    Those ``named`` in the profile already come last where they are no mentors there any more.
    """
    theirs, own = aliased(Membership), aliased(Membership)
    mentors = (
        sa.select(
            User.id,
            User.name,
            Profile.institution,
            sa.func.max(sa.cast(Section.names_masked, sa.Integer)),
        )
        .join(theirs, theirs.person_id == User.id)
        .join(own, own.section_id == theirs.section_id)
        .join(Section, Section.id == own.section_id)
        .join(
            Profile,
            sa.and_(Profile.person_id == User.id, Profile.kind == ProfileKind.MENTOR),
            isouter=True,
        )
        .where(
            *(theirs.role == SectionRole.MENTOR, theirs.state == MembershipState.ACTIVE),
            *(own.role == SectionRole.IMG, own.state == MembershipState.ACTIVE),
            *(own.person_id == person_id, User.id != person_id, User.active),
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
        Choosable(str(key), f"{name} (no mentor in your sections now)")
        for key, name in session.execute(rows)
    )
