"""What was looked for in vain: counted section by section, so that its leaders can add it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from mentorship.extensions import rows_hit
from mentorship.search.models import QUERY_LENGTH, SearchMiss

LEAST = 2  # people: what one alone typed may be anything, also a name; it stays unseen
MOST_OFTEN = (SearchMiss.times.desc(), SearchMiss.last_at.desc(), SearchMiss.text)


@dataclass(frozen=True, slots=True)
class Miss:
    text: str
    section_id: uuid.UUID | None
    by: str


def note_miss(
    session: Session, text: str, *, sections: Collection[uuid.UUID], by: str, now: dt.datetime
) -> None:
    """Count a question that found nothing, once in each section of whoever asked.

    Nothing is kept of who that was but a code, ``by``, so that somebody who asks the same again is
    not counted as another; it leads to nobody without the site's secret, and is of this text alone.
    """
    words = " ".join(text.casefold().split())[:QUERY_LENGTH].strip()
    if not words:
        return
    for section_id in sections or (None,):
        _count(session, Miss(words, section_id, by), now)


def misses(session: Session, section_id: uuid.UUID, *, limit: int = 20) -> Sequence[SearchMiss]:
    """Return what members of a section looked for in vain, the most often first."""
    return session.scalars(
        sa.select(SearchMiss)
        .where(SearchMiss.times >= LEAST, SearchMiss.section_id == section_id)
        .order_by(*MOST_OFTEN)
        .limit(limit)
    ).all()


def most_missed(
    session: Session, section_ids: Collection[uuid.UUID], *, limit: int = 3
) -> Mapping[uuid.UUID, Sequence[SearchMiss]]:
    """Return the few things most often looked for in vain in each section, in one query."""
    place = sa.func.row_number().over(partition_by=SearchMiss.section_id, order_by=MOST_OFTEN)
    placed = (
        sa.select(SearchMiss.id, place.label("place"))
        .where(SearchMiss.times >= LEAST, SearchMiss.section_id.in_(section_ids))
        .subquery()
    )
    found: dict[uuid.UUID, list[SearchMiss]] = defaultdict(list)
    for miss in session.scalars(
        sa.select(SearchMiss)
        .join(placed, placed.c.id == SearchMiss.id)
        .where(placed.c.place <= limit)
        .order_by(*MOST_OFTEN)
    ):
        if miss.section_id:  # it always has one here
            found[miss.section_id].append(miss)
    return found


def all_misses(session: Session, *, limit: int = 100) -> Sequence[SearchMiss]:
    """Return what was looked for in vain in all sections and by people of none."""
    return session.scalars(
        sa.select(SearchMiss)
        .where(SearchMiss.times >= LEAST)
        .options(joinedload(SearchMiss.section))
        .order_by(*MOST_OFTEN)
        .limit(limit)
    ).all()


def forget_miss(session: Session, section_id: uuid.UUID, text: str) -> None:
    """Take a question off the list of a section."""
    session.execute(
        sa.delete(SearchMiss).where(SearchMiss.text == text, SearchMiss.section_id == section_id)
    )


def _count(session: Session, miss: Miss, now: dt.datetime) -> None:
    again = (
        sa.update(SearchMiss)
        .where(SearchMiss.text == miss.text, SearchMiss.section_id == miss.section_id)
        .values(
            times=SearchMiss.times + sa.case((SearchMiss.last_by == miss.by, 0), else_=1),
            last_by=miss.by,
            last_at=now,
        )
        .execution_options(synchronize_session=False)
    )
    if rows_hit(session, again):
        return
    try:
        with session.begin_nested():
            session.add(
                SearchMiss(
                    text=miss.text,
                    section_id=miss.section_id,
                    times=1,
                    last_by=miss.by,
                    last_at=now,
                )
            )
    except IntegrityError:  # somebody else looked for the same at the same moment
        session.execute(again)
