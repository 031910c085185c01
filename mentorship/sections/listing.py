"""What the pages about sections show: members page by page, and which sections are open to whom."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from mentorship.accounts.models import User
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole
from mentorship.sections.moves import read

PAGE_SIZE = 25
PRESENT = (MembershipState.ASKED, MembershipState.ACTIVE)
ASKABLE = (SectionRole.IMG, SectionRole.MENTOR)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the leader looks for; without a state, requests and present members."""

    role: SectionRole | None = None
    state: MembershipState | None = None
    words: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of what was found. ``counts`` are of the whole section, whatever is looked for."""

    rows: Sequence[Membership]
    found: int
    page: int
    last: int
    counts: Mapping[tuple[SectionRole, MembershipState], int]

    @property
    def waiting(self) -> int:
        return sum(n for (_, state), n in self.counts.items() if state is MembershipState.ASKED)

    def active(self, role: str) -> int:
        return self.counts.get((SectionRole(role), MembershipState.ACTIVE), 0)


def own_membership(session: Session, person_id: uuid.UUID, membership_id: uuid.UUID) -> Membership:
    """Return a membership if it is this person's; else NoResultFound."""
    return read(session, Membership.id == membership_id, Membership.person_id == person_id)


def membership_in(session: Session, section_id: uuid.UUID, membership_id: uuid.UUID) -> Membership:
    """Return a membership if it is in this section; else NoResultFound."""
    return read(session, Membership.id == membership_id, Membership.section_id == section_id)


def members_of(session: Session, section_id: uuid.UUID, wanted: Wanted) -> Listing:
    """Find members, those who wait for an answer first. A page beyond the last is the last."""
    here = Membership.section_id == section_id
    counted = sa.select(Membership.role, Membership.state, sa.func.count()).where(here)
    counts = session.execute(counted.group_by(Membership.role, Membership.state))
    which = (here, *_conditions(wanted))
    found = session.scalars(
        sa.select(sa.func.count()).select_from(Membership).join(Membership.person).where(*which)
    ).one()
    last = max(1, -(-found // PAGE_SIZE))
    page = min(max(1, wanted.page), last)
    waits_first = sa.case((Membership.state == MembershipState.ASKED, 0), else_=1)
    rows = session.scalars(
        sa.select(Membership)
        .join(Membership.person)
        .where(*which)
        .options(joinedload(Membership.person), joinedload(Membership.decided_by))
        .order_by(waits_first, sa.func.lower(User.name), Membership.person_id, Membership.role)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    return Listing(
        rows=rows,
        found=found,
        page=page,
        last=last,
        counts={(role, state): number for role, state, number in counts},
    )


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    states = PRESENT if wanted.state is None else (wanted.state,)
    conditions: list[sa.ColumnElement[bool]] = [Membership.state.in_(states)]
    if wanted.role is not None:
        conditions.append(Membership.role == wanted.role)
    if wanted.words:
        conditions.append(
            User.name.icontains(wanted.words, autoescape=True)
            | User.email.icontains(wanted.words, autoescape=True)
        )
    return conditions


@dataclass(frozen=True, slots=True)
class Opening:
    """A section and the roles in it that a person neither has nor waits for."""

    section: Section
    roles: Sequence[SectionRole]


def section_at(session: Session, slug: str) -> Section:
    """Return any section, for pages that everybody or an administrator may see."""
    return session.scalars(sa.select(Section).where(Section.slug == slug)).one()


def openings(session: Session, person_id: uuid.UUID) -> Sequence[Opening]:
    """Return every section, by name, as it is open to this person."""
    sections = session.scalars(sa.select(Section).order_by(sa.func.lower(Section.name), Section.id))
    taken = _taken(session, person_id)
    return [_opening(section, taken) for section in sections]


def opening(session: Session, person_id: uuid.UUID, slug: str) -> Opening:
    """Return one section as it is open to this person; NoResultFound if there is none."""
    return _opening(section_at(session, slug), _taken(session, person_id))


def _taken(session: Session, person_id: uuid.UUID) -> frozenset[tuple[uuid.UUID, SectionRole]]:
    mine = Membership.person_id == person_id, Membership.state.in_(PRESENT)
    rows = session.execute(sa.select(Membership.section_id, Membership.role).where(*mine))
    return frozenset((section_id, role) for section_id, role in rows)


def _opening(section: Section, taken: frozenset[tuple[uuid.UUID, SectionRole]]) -> Opening:
    roles = [role for role in ASKABLE if (section.id, role) not in taken]
    return Opening(section, roles)


@dataclass(frozen=True, slots=True)
class Overview:
    """A section in the administrator's list."""

    section: Section
    leaders: int
    members: int


def all_sections(session: Session) -> Sequence[Overview]:
    """Return every section with its numbers, in one query."""
    active = Membership.state == MembershipState.ACTIVE
    leads = Membership.role == SectionRole.LEADER
    rows = session.execute(
        sa.select(
            Section,
            sa.func.count(sa.case((active & leads, Membership.id))),
            sa.func.count(sa.distinct(sa.case((active & ~leads, Membership.person_id)))),
        )
        .outerjoin(Membership, Membership.section_id == Section.id)
        .group_by(Section.id)
        .order_by(sa.func.lower(Section.name), Section.id)
    )
    return [Overview(section, leaders, members) for section, leaders, members in rows]
