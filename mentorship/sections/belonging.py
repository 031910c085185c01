"""Who belongs where: what other rooms ask about memberships."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload

from mentorship.accounts.models import User
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole


def memberships_of(session: Session, person_id: uuid.UUID) -> Sequence[Membership]:
    """Return all memberships of a person in any state, with their sections, by section name."""
    return session.scalars(memberships_query(person_id)).all()


def memberships_query(person_id: uuid.UUID) -> sa.Select[Membership]:
    return (
        sa.select(Membership)
        .join(Membership.section)
        .where(Membership.person_id == person_id)
        .options(joinedload(Membership.section))
        .order_by(Section.name, Membership.role)
    )


def sections_of(person_id: uuid.UUID) -> sa.Select[uuid.UUID]:
    """Select the keys of the sections in which this person is active."""
    return sa.select(Membership.section_id).where(
        Membership.person_id == person_id, Membership.state == MembershipState.ACTIVE
    )


def active_roles(session: Session, person_id: uuid.UUID) -> frozenset[SectionRole]:
    """Return the roles a person has now, in any section."""
    mine = Membership.person_id == person_id, Membership.state == MembershipState.ACTIVE
    return frozenset(session.scalars(sa.select(Membership.role).where(*mine)))


def sections_led_by(session: Session, person_id: uuid.UUID) -> Sequence[Section]:
    led = _active(person_id).where(Membership.role == SectionRole.LEADER)
    return session.scalars(sa.select(Section).where(led.exists()).order_by(Section.name)).all()


def section_led_by(session: Session, person_id: uuid.UUID, slug: str) -> Section:
    """Return the section, if this person leads it.

    Raises
    ------
    NoResultFound
        There is no such section, or others lead it: from outside the two look the same.

    """
    led = _active(person_id).where(Membership.role == SectionRole.LEADER)
    return session.scalars(sa.select(Section).where(Section.slug == slug, led.exists())).one()


def section_of_member(session: Session, person_id: uuid.UUID, slug: str) -> Section:
    """Return the section, if this person is active in it in any role; else NoResultFound."""
    member = _active(person_id)
    return session.scalars(sa.select(Section).where(Section.slug == slug, member.exists())).one()


def leaders_of(session: Session, section_id: uuid.UUID) -> Sequence[Membership]:
    """Return the active leaders of a section, with their accounts, by name."""
    return session.scalars(leading(section_id)).all()


def leading(section_id: uuid.UUID | sa.ScalarSelect[uuid.UUID]) -> sa.Select[Membership]:
    return (
        sa.select(Membership)
        .join(Membership.person)
        .where(
            Membership.section_id == section_id,
            Membership.role == SectionRole.LEADER,
            Membership.state == MembershipState.ACTIVE,
        )
        .options(contains_eager(Membership.person).lazyload(User.roles))
        .order_by(User.name, User.id)
    )


@dataclass(frozen=True, slots=True)
class Readers:
    """Who reads what one of two people tells the leaders: those who are neither of the two."""

    others: Sequence[User]
    led: bool  # somebody leads the section, be it one of the two

    @classmethod
    def among(cls, leaders: Iterable[tuple[User, bool]]) -> Readers:
        """Choose from the leaders, each with whether they are one of the two."""
        known = list(leaders)
        return cls([person for person, of_two in known if not of_two], led=bool(known))


def _active(person_id: uuid.UUID) -> sa.Select[uuid.UUID]:
    """Select the person's active memberships in the section of the query around this one."""
    return (
        sa.select(Membership.id)
        .where(
            Membership.section_id == Section.id,
            Membership.person_id == person_id,
            Membership.state == MembershipState.ACTIVE,
        )
        .correlate(Section)
    )
