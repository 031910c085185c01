"""Reading and keeping the life of a section. Its members read; its leaders write."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from mentorship.accounts.models import User
from mentorship.community.models import (
    CouncilSeat,
    DirectoryCard,
    Event,
    Opening,
    Resolution,
    ResolutionState,
    ResolutionStep,
)
from mentorship.sections.models import Membership, MembershipState, SectionRole

Row = TypeVar("Row", Opening, Event, CouncilSeat)
PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class SectionPage:
    """What a section shows its members at a glance."""

    openings: Sequence[Opening]
    events: Sequence[Event]
    council: Sequence[CouncilSeat]
    resolutions: Sequence[Resolution]


@dataclass(frozen=True, slots=True)
class Peer:
    """A member who agreed to be found."""

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


def section_page(
    session: Session, section_id: uuid.UUID, *, today: dt.date, now: dt.datetime
) -> SectionPage:
    return SectionPage(
        openings=openings(session, section_id, today=today),
        events=events(session, section_id, now=now)[:3],
        council=council(session, section_id),
        resolutions=resolutions(session, section_id)[:5],
    )


def openings(
    session: Session, section_id: uuid.UUID, *, today: dt.date, closed: bool = False
) -> Sequence[Opening]:
    """Return what is open, the nearest deadline first; or what is closed, the latest first."""
    past = Opening.deadline < today
    order = Opening.deadline.desc() if closed else Opening.deadline.nulls_last()
    which = past if closed else sa.or_(Opening.deadline.is_(None), sa.not_(past))
    return session.scalars(
        sa.select(Opening)
        .where(Opening.section_id == section_id, which)
        .order_by(order, Opening.title)
    ).all()


def events(
    session: Session, section_id: uuid.UUID, *, now: dt.datetime, past: bool = False
) -> Sequence[Event]:
    """Return what is to come, the next first; or what is over, the latest first."""
    over = Event.ends_at < now
    order = Event.starts_at.desc() if past else Event.starts_at
    return session.scalars(
        sa.select(Event)
        .where(Event.section_id == section_id, over if past else sa.not_(over))
        .order_by(order, Event.title)
    ).all()


def council(session: Session, section_id: uuid.UUID) -> Sequence[CouncilSeat]:
    return session.scalars(
        sa.select(CouncilSeat)
        .where(CouncilSeat.section_id == section_id)
        .order_by(CouncilSeat.position, CouncilSeat.office)
    ).all()


def one_row(session: Session, table: type[Row], section_id: uuid.UUID, row_id: uuid.UUID) -> Row:
    """Return an opening, event or seat of this section; else NoResultFound."""
    return session.scalars(
        sa.select(table).where(table.id == row_id, table.section_id == section_id)
    ).one()


def save_row(
    session: Session,
    table: type[Row],
    section_id: uuid.UUID,
    row: Row | None,
    values: Mapping[str, Any],
) -> Row:
    """Keep an opening, event or seat."""
    row = row if row is not None else table(section_id=section_id)
    for name, value in values.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    return row


def remove_row(session: Session, row: Opening | Event | CouncilSeat) -> None:
    session.delete(row)
    session.flush()


# --- Resolutions --------------------------------------------------------------------------------


def resolutions(
    session: Session,
    section_id: uuid.UUID,
    *,
    ideas_of: uuid.UUID | None = None,
    all_ideas: bool = False,
) -> Sequence[Resolution]:
    """Return the resolutions, the newest first; of ideas only one's own, or for leaders all."""
    seen = sa.true() if all_ideas else _beyond_ideas(ideas_of)
    return session.scalars(
        sa.select(Resolution)
        .where(Resolution.section_id == section_id, seen)
        .options(joinedload(Resolution.author))
        .order_by(Resolution.created_at.desc(), Resolution.id)
    ).all()


def resolution(
    session: Session,
    section_id: uuid.UUID,
    resolution_id: uuid.UUID,
    *,
    person_id: uuid.UUID,
    leads: bool,
) -> Resolution:
    """Return a resolution with its steps, if this person may see it; else NoResultFound."""
    seen = sa.true() if leads else _beyond_ideas(person_id)
    return session.scalars(
        sa.select(Resolution)
        .where(Resolution.id == resolution_id, Resolution.section_id == section_id, seen)
        .options(joinedload(Resolution.author), selectinload(Resolution.steps))
        .execution_options(populate_existing=True)
    ).one()


def propose(  # noqa: PLR0913  one argument a column
    session: Session,
    section_id: uuid.UUID,
    *,
    author_id: uuid.UUID,
    title: str,
    problem: str,
    ask: str,
    now: dt.datetime,
) -> Resolution:
    """Put an idea before the leaders."""
    made = Resolution(
        section_id=section_id,
        author_id=author_id,
        title=title,
        problem=problem,
        ask=ask,
        state=ResolutionState.IDEA,
        created_at=now,
    )
    session.add(made)
    session.flush()
    add_step(session, made, state=ResolutionState.IDEA, day=now.date(), note="", now=now)
    return made


def add_step(  # noqa: PLR0913  one argument a column
    session: Session,
    made: Resolution,
    *,
    state: ResolutionState,
    day: dt.date,
    note: str,
    now: dt.datetime,
) -> None:
    """Note where a resolution has come to."""
    made.state = state
    session.add(ResolutionStep(resolution_id=made.id, state=state, day=day, note=note, at=now))
    session.flush()


def _beyond_ideas(author_id: uuid.UUID | None) -> sa.ColumnElement[bool]:
    return sa.or_(Resolution.state != ResolutionState.IDEA, Resolution.author_id == author_id)


# --- The directory ------------------------------------------------------------------------------


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
