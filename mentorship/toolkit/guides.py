"""Reading the guides: chapters with their entries, narrowed by words, stage or reader."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.toolkit.guide_models import Chapter, Guide, GuideEntry, MatchRate, Reader
from mentorship.toolkit.provenance import Provenance

FOR_BOTH = (Reader.BOTH, Reader.SECTION)
RATES_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as pages show it."""

    id: str
    title: str
    text: str
    todo: tuple[str, ...]
    stages: tuple[str, ...]
    topics: tuple[str, ...]
    reader: Reader
    example: str
    details: dict[str, str]
    provenance: Provenance

    @property
    def anchor(self) -> str:
        return self.id.split(".", 1)[1]


@dataclass(frozen=True, slots=True)
class ChapterView:
    id: str
    name: str
    items: tuple[Item, ...]

    @property
    def anchor(self) -> str:
        return self.id.split(".", 1)[1]


@dataclass(frozen=True, slots=True)
class Rate:
    """Percent of each group that matched in a year."""

    year: str
    us_img: float
    non_us_img: float
    provenance: Provenance


def chapters(
    session: Session,
    guide: Guide,
    *,
    words: str = "",
    readers: Collection[Reader] = tuple(Reader),
) -> tuple[ChapterView, ...]:
    """Return a guide's chapters that have something to show, in order, in one query.

    An entry fits when every one of the words stands in its title, its text or what to do.
    """
    found: dict[str, tuple[str, list[Item]]] = {}
    rows = session.execute(
        sa.select(GuideEntry, Chapter)
        .join(Chapter, Chapter.id == GuideEntry.chapter_id)
        .where(Chapter.guide == guide, GuideEntry.reader.in_(readers))
        .order_by(Chapter.position, GuideEntry.position)
    )
    asked = words.casefold().split()
    for entry, chapter in rows:
        if all(word in _said(entry) for word in asked):
            found.setdefault(chapter.id, (chapter.name, []))[1].append(item(entry))
    return tuple(ChapterView(key, name, tuple(items)) for key, (name, items) in found.items())


def entries(session: Session, keys: Collection[str]) -> dict[str, Item]:
    """Return some entries of any guide by their keys."""
    rows = session.scalars(sa.select(GuideEntry).where(GuideEntry.id.in_(keys)))
    return {row.id: item(row) for row in rows}


def match_rates(session: Session) -> tuple[Rate, ...]:
    """Return the last years' rates, the oldest first."""
    rows: Sequence[MatchRate] = session.scalars(
        sa.select(MatchRate).order_by(MatchRate.id.desc()).limit(RATES_SHOWN)
    ).all()
    return tuple(
        Rate(row.id, row.us_img / 10, row.non_us_img / 10, Provenance.of(row))
        for row in reversed(rows)
    )


def item(entry: GuideEntry) -> Item:
    return Item(
        id=entry.id,
        title=entry.title,
        text=entry.text or "",
        todo=tuple(entry.todo),
        stages=tuple(entry.stages),
        topics=tuple(entry.topics),
        reader=entry.reader,
        example=entry.example or "",
        details=entry.details,
        provenance=Provenance.of(entry, own=entry.own),
    )


def _said(entry: GuideEntry) -> str:
    return " ".join([entry.title, entry.text or "", *entry.todo]).casefold()
