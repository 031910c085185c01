"""What the search finds of the life of a section: for its members, and no ideas of resolutions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.community.models import CouncilSeat, Event, Opening, Resolution, ResolutionState
from mentorship.search import service as search
from mentorship.search.service import Entry, Sources
from mentorship.sections.models import Section
from mentorship.toolkit.provenance import readable_date

SOURCE = "section"
Row = Opening | Event | CouncilSeat | Resolution
PAGES = MappingProxyType({Opening: "/openings", Event: "/events", CouncilSeat: "/council"})


def of_sections(session: Session) -> Iterator[Entry]:
    tables: tuple[type[Any], ...] = (Opening, Event, CouncilSeat, Resolution)
    for table in tables:
        rows = sa.select(table, Section.slug).join(Section, Section.id == table.section_id)
        for row, slug in session.execute(rows):
            if _is_shown(row):
                yield _entry(row, slug)


def file(session: Session, *rows: Row) -> None:
    """Let the search find what leaders wrote or changed."""
    shown = [row for row in rows if _is_shown(row)]
    search.put(session, *(_entry(row, _slug(session, row)) for row in shown))
    for row in set(rows) - set(shown):
        drop(session, row)


def _slug(session: Session, row: Row) -> str:
    return session.scalars(sa.select(Section.slug).where(Section.id == row.section_id)).one()


def drop(session: Session, row: Row) -> None:
    search.drop(session, SOURCE, [row.id.hex])


def _is_shown(row: Row) -> bool:
    return not isinstance(row, Resolution) or row.state is not ResolutionState.IDEA


def _entry(row: Row, slug: str) -> Entry:
    title, summary, note, filed = _words(row)
    page = PAGES.get(type(row), f"/resolutions/{row.id}")
    return Entry(
        source=SOURCE,
        key=row.id.hex,
        section_id=row.section_id,
        title=title,
        summary=summary,
        href=f"/sections/{slug}/about{page}",
        note=note,
        keywords=filed,
    )


def _words(row: Row) -> tuple[str, str, str, str]:
    """Return title, summary, note and what else it is looked for by."""
    if isinstance(row, Opening):
        until = readable_date(row.deadline.isoformat()) if row.deadline else ""
        note = f"Opening: apply by {until}" if until else "Opening, until it is filled"
        return row.title, row.about, note, "opening seat apply election leadership"
    if isinstance(row, Event):
        day = readable_date(_day_of(row).isoformat())
        return row.title, row.about, f"Meeting or event: {day}, {row.place}", "meeting event date"
    if isinstance(row, CouncilSeat):
        return row.office, row.about, row.name or "Vacant", "governing council seat election"
    return row.title, row.ask, "Resolution", "resolution proposal policy"


def _day_of(event: Event) -> dt.date:
    """Return the day of a meeting by its own zone: an evening's may be another in UTC."""
    return event.starts_at.astimezone(ZoneInfo(event.timezone)).date()


SOURCES: Sources = MappingProxyType({SOURCE: of_sections})
