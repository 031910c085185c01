"""What a reader sees of the news, and what they say they want to hear of.

Every query starts from the reader: an item of another section and a missing one look the same.
"""

from __future__ import annotations

import datetime as dt
import math
import secrets
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from mentorship.extensions import rows_hit
from mentorship.news.models import (
    DigestReader,
    ItemState,
    NewsHiding,
    NewsInterest,
    NewsItem,
    Topic,
)
from mentorship.news.shipped import overtaken
from mentorship.news.topics import NAMES, at_stages
from mentorship.sections.belonging import sections_of
from mentorship.toolkit.provenance import Provenance, readable_date

PER_PAGE = 15
# What fits the reader comes first, then what is quite new, then what fits and is a little older.
RECENT, QUITE_NEW, THIS_YEAR = (dt.timedelta(days=days) for days in (90, 30, 365))
NEWEST_FIRST = (NewsItem.published_at.desc(), NewsItem.id)


@dataclass(frozen=True, slots=True)
class Since:
    """The later item by which an earlier one no longer tells how things are."""

    id: uuid.UUID
    title: str
    lead: str
    date: str


@dataclass(frozen=True, slots=True)
class NewsLine:
    """An item in a list."""

    id: uuid.UUID
    title: str
    lead: str
    topic: Topic
    url: str | None  # of the page it is about; None for a post
    organization: str
    date: str  # of the source, as exactly as it is known
    published_at: dt.datetime
    is_post: bool
    provenance: Provenance
    for_everybody: bool  # it came with the service; leaders of all sections may correct it
    since: Since | None = None  # what overtook it

    @property
    def topic_name(self) -> str:
        return NAMES[self.topic]


@dataclass(frozen=True, slots=True)
class NewsPage:
    rows: Sequence[NewsLine]
    total: int
    page: int
    pages: int
    topic: Topic | None


@dataclass(frozen=True, slots=True)
class Choices:
    topics: frozenset[Topic]
    weekly: bool


def shown_to(person_id: uuid.UUID) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions under which this person sees an item."""
    mine = sections_of(person_id)
    hidden = sa.select(NewsHiding.item_id).where(NewsHiding.section_id.in_(mine))
    return (
        NewsItem.state == ItemState.PUBLISHED,
        sa.or_(NewsItem.section_id.is_(None), NewsItem.section_id.in_(mine)),
        NewsItem.id.not_in(hidden),
    )


def is_confirmable() -> sa.ColumnElement[bool]:
    """Return the condition of what a reader can look up, or a leader wrote and stands for.

    The rest, and what something later overtook, stands on the page of the news, with its warning
    or with what came later, and is sent to nobody.
    """
    return sa.and_(
        sa.or_(NewsItem.url.is_not(None), NewsItem.body != ""),
        NewsItem.id.not_in(overtaken()),
    )


def news(
    session: Session, person_id: uuid.UUID, *, topic: Topic | None = None, page: int = 1
) -> NewsPage:
    """Return one page of the news, the newest first; a page past the end counts as the last."""
    which = shown_to(person_id) + ((NewsItem.topic == topic,) if topic else ())
    total = session.scalar(sa.select(sa.func.count(NewsItem.id)).where(*which)) or 0
    pages = max(1, math.ceil(total / PER_PAGE))
    page = min(max(1, page), pages)
    rows = session.scalars(
        sa.select(NewsItem)
        .where(*which)
        .order_by(*NEWEST_FIRST)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    later = what_came_later(session, rows)
    lines = [line_of(item, later.get(item.id)) for item in rows]
    return NewsPage(lines, total, page, pages, topic)


def what_came_later(session: Session, items: Sequence[NewsItem]) -> Mapping[uuid.UUID, Since]:
    """Return, by the overtaken ones among these items, what overtook them.

    A section that hides the later item still shows it here: the earlier one alone would mislead.
    """
    later = {item.id: overtaken()[item.id] for item in items if item.id in overtaken()}
    if not later:
        return {}
    found = session.scalars(sa.select(NewsItem).where(NewsItem.id.in_(later.values())))
    known = {
        item.id: Since(item.id, item.title, item.lead, readable_date(item.as_of)) for item in found
    }
    return {old: known[new] for old, new in later.items() if new in known}


def latest(
    session: Session,
    person_id: uuid.UUID,
    *,
    stages: Collection[str] = (),
    now: dt.datetime,
    limit: int = 4,
) -> Sequence[NewsLine]:
    """Return what a dashboard shows: what fits the interests and the stages, then the newest.

    News is scarce: what fits may be up to a year old, but gives way to what is quite new. Of each
    topic that somebody chose the newest comes first, whatever its age; its date stands beside it.
    """
    asked = (
        sa.select(NewsInterest.topic)
        .where(NewsInterest.person_id == person_id, NewsInterest.topic == NewsItem.topic)
        .correlate(NewsItem)
        .exists()
    )
    fits = sa.or_(asked, NewsItem.topic.in_(at_stages(stages)))
    age = [NewsItem.published_at > now - limit for limit in (RECENT, QUITE_NEW, THIS_YEAR)]
    newest = sa.func.row_number().over(partition_by=NewsItem.topic, order_by=NEWEST_FIRST) == 1
    order = sa.case(
        (sa.and_(asked, newest), 0),
        (sa.and_(fits, age[0]), 0),
        (age[1], 1),
        (sa.and_(fits, age[2]), 2),
        else_=3,
    )
    rows = session.scalars(
        sa.select(NewsItem)
        .where(*shown_to(person_id), is_confirmable())
        .order_by(order, *NEWEST_FIRST)
        .limit(limit)
    )
    return [line_of(item) for item in rows]


def item_shown_to(session: Session, person_id: uuid.UUID, item_id: uuid.UUID) -> NewsItem:
    """Return an item with its section and author, if this person may read it."""
    return session.scalars(
        sa.select(NewsItem)
        .where(NewsItem.id == item_id, *shown_to(person_id))
        .options(joinedload(NewsItem.section), joinedload(NewsItem.author))
    ).one()


def line_of(item: NewsItem, since: Since | None = None) -> NewsLine:
    return NewsLine(
        id=item.id,
        title=item.title,
        lead=item.lead,
        topic=item.topic,
        url=item.url,
        organization=item.organization,
        date=readable_date(item.as_of),
        published_at=item.published_at,
        is_post=bool(item.body),
        provenance=Provenance(
            item.url,
            item.url_check,
            item.as_of,
            item.confidence,
            checked_on=item.checked_on,
            volatile=item.topic is Topic.VISAS and not item.body,
        ),
        for_everybody=item.section_id is None,
        since=since,
    )


def choices_of(session: Session, person_id: uuid.UUID) -> Choices:
    topics = session.scalars(
        sa.select(NewsInterest.topic).where(NewsInterest.person_id == person_id)
    )
    weekly = session.get(DigestReader, person_id)
    return Choices(frozenset(topics), weekly is not None)


def choose(
    session: Session,
    person_id: uuid.UUID,
    *,
    topics: Collection[Topic],
    weekly: bool,
    now: dt.datetime,
) -> None:
    """Keep what a reader wants to see first, and whether they want the weekly mail."""
    session.execute(sa.delete(NewsInterest).where(NewsInterest.person_id == person_id))
    session.add_all(NewsInterest(person_id=person_id, topic=topic) for topic in set(topics))
    reader = session.get(DigestReader, person_id)
    if weekly and reader is None:
        session.add(DigestReader(person_id=person_id, key=secrets.token_urlsafe(32), since=now))
    elif not weekly and reader is not None:
        session.delete(reader)
    session.flush()


def stop_digest(session: Session, key: str) -> bool:
    """End the weekly mail of whoever holds this key; tell whether there was one."""
    ended = sa.delete(DigestReader).where(DigestReader.key == key)
    return bool(rows_hit(session, ended))


def gets_digest(session: Session, key: str) -> bool:
    found = sa.select(DigestReader.person_id).where(DigestReader.key == key)
    return session.scalar(found) is not None
