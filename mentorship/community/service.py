"""Reading and keeping the life of a section. Its members read; its leaders write."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.community import searched
from mentorship.community.models import CouncilSeat, Event, Opening, Resolution
from mentorship.community.resolving import resolutions
from mentorship.extensions import UtcDateTime
from mentorship.sections.belonging import sections_of
from mentorship.sections.models import Section

Row = TypeVar("Row", Opening, Event, CouncilSeat)


@dataclass(frozen=True, slots=True)
class SectionPage:
    """What a section shows its members at a glance."""

    openings: Sequence[Opening]
    events: Sequence[Event]
    council: Sequence[CouncilSeat]
    resolutions: Sequence[Resolution]


@dataclass(frozen=True, slots=True)
class SectionDate:
    """A meeting, or the last day to apply for an opening, of a section."""

    is_event: bool
    title: str
    slug: str
    day: dt.date | None
    starts_at: dt.datetime | None

    @property
    def on(self) -> dt.date:
        return self.day or (self.starts_at.date() if self.starts_at else dt.date.max)


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


def coming_up(
    session: Session, person_id: uuid.UUID, *, today: dt.date, now: dt.datetime, limit: int = 4
) -> Sequence[SectionDate]:
    """Return the next meetings and last days to apply in a person's sections, in one query."""
    soon = sa.union_all(
        sa.select(
            sa.literal("event").label("kind"),
            *(Event.title, Event.section_id, Event.starts_at),
            sa.cast(sa.null(), sa.Date).label("day"),
        ).where(Event.starts_at > now),
        sa.select(
            sa.literal("opening"),
            *(Opening.title, Opening.section_id),
            sa.cast(sa.null(), UtcDateTime),
            Opening.deadline,
        ).where(Opening.deadline >= today),
    ).subquery()
    rows = session.execute(
        sa.select(soon, Section.slug)
        .join(Section, Section.id == soon.c.section_id)
        .where(soon.c.section_id.in_(sections_of(person_id)))
    )
    found = [
        SectionDate(row.kind == "event", row.title, row.slug, row.day, row.starts_at)
        for row in rows
    ]
    return sorted(found, key=lambda each: (each.on, each.title))[:limit]


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
    searched.file(session, row)
    return row


def remove_row(session: Session, row: Opening | Event | CouncilSeat) -> None:
    searched.drop(session, row)
    session.delete(row)
    session.flush()
