"""The directory of a section: members who agreed to be found, and nobody else."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from mentorship.accounts.models import User
from mentorship.community.introductions import forget
from mentorship.community.models import DirectoryCard
from mentorship.sections.models import Membership, MembershipState, SectionRole

PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class Peer:
    """A member who agreed to be found."""

    id: uuid.UUID
    name: str
    roles: Sequence[SectionRole]
    about: str
    email: str  # "" unless they chose to show it


@dataclass(frozen=True, slots=True)
class Directory:
    peers: Sequence[Peer]
    total: int
    page: int
    pages: int


def directory(
    session: Session, section_id: uuid.UUID, *, words: str = "", page: int = 1
) -> Directory:
    """Return the members who agreed to be found, by name; who has left is not among them."""
    active = sa.select(Membership.person_id).where(
        Membership.section_id == section_id, Membership.state == MembershipState.ACTIVE
    )
    which = [DirectoryCard.section_id == section_id, DirectoryCard.person_id.in_(active)]
    if words:
        said = (User.name, DirectoryCard.about)
        which.append(sa.or_(*(column.icontains(words, autoescape=True) for column in said)))
    base = sa.select(DirectoryCard).join(DirectoryCard.person).where(*which)
    total = session.scalar(sa.select(sa.func.count()).select_from(base.subquery())) or 0
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(1, page), pages)
    cards = session.scalars(
        base.options(joinedload(DirectoryCard.person))
        .order_by(sa.func.lower(User.name), User.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    roles = _roles(session, section_id, [card.person_id for card in cards])
    peers = [
        Peer(
            card.person_id,
            card.person.name,
            roles.get(card.person_id, ()),
            card.about,
            card.person.email if card.show_email else "",
        )
        for card in cards
    ]
    return Directory(peers, total, page, pages)


def card_of(session: Session, section_id: uuid.UUID, person_id: uuid.UUID) -> DirectoryCard | None:
    key = {"section_id": section_id, "person_id": person_id}
    return session.get(DirectoryCard, key, populate_existing=True)


def show_me(  # noqa: PLR0913  one argument a column
    session: Session,
    section_id: uuid.UUID,
    person_id: uuid.UUID,
    *,
    about: str,
    show_email: bool,
    now: dt.datetime,
) -> None:
    """Record that somebody agrees to be found, with what they want to be seen."""
    card = card_of(session, section_id, person_id)
    card = card or DirectoryCard(section_id=section_id, person_id=person_id)
    card.about, card.show_email, card.agreed_at = about, show_email, now
    session.add(card)
    session.flush()


def hide_me(session: Session, section_id: uuid.UUID, person_id: uuid.UUID) -> None:
    """Take somebody out of the directory at once."""
    session.execute(
        sa.delete(DirectoryCard).where(
            DirectoryCard.section_id == section_id, DirectoryCard.person_id == person_id
        )
    )


def forget_who_left(
    session: Session,
    *,
    section_id: uuid.UUID,
    person_id: uuid.UUID,
    role: SectionRole,  # noqa: ARG001  the other role may remain
    now: dt.datetime,  # noqa: ARG001
) -> None:
    """Take whoever is no longer a member out of the directory; coming back, they agree anew."""
    if not _roles(session, section_id, [person_id]):
        hide_me(session, section_id, person_id)
        forget(session, section_id, person_id)


def _roles(
    session: Session, section_id: uuid.UUID, people: Sequence[uuid.UUID]
) -> Mapping[uuid.UUID, list[SectionRole]]:
    found: dict[uuid.UUID, list[SectionRole]] = {}
    for person, role in session.execute(
        sa.select(Membership.person_id, Membership.role)
        .where(
            Membership.section_id == section_id,
            Membership.person_id.in_(people),
            Membership.state == MembershipState.ACTIVE,
        )
        .order_by(Membership.role)
    ):
        found.setdefault(person, []).append(role)
    return found
