"""The news desk of a section: leaders write posts and decide what feeds brought."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from mentorship.news.models import ItemState, NewsHiding, NewsItem, Topic
from mentorship.news.parsing import fingerprint
from mentorship.news.searched import file
from mentorship.news.service import NEWEST_FIRST
from mentorship.news.shipped import overtaken
from mentorship.toolkit.models import UrlCheck
from mentorship.toolkit.provenance import readable_date

PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class DeskPage:
    rows: Sequence[NewsItem]
    state: ItemState
    counts: Mapping[ItemState, int]
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Everybodys:
    """An item for everybody, and whether the section hides it."""

    item: NewsItem
    hidden: bool

    @property
    def date(self) -> str:
        return readable_date(self.item.as_of) or "undated"


def desk(
    session: Session, section_id: uuid.UUID, *, state: ItemState | None, page: int = 1
) -> DeskPage:
    """Return the section's own items in one state; without a state, what wants a decision most."""
    counted = (
        sa.select(NewsItem.state, sa.func.count())
        .where(NewsItem.section_id == section_id)
        .group_by(NewsItem.state)
    )
    counts = dict.fromkeys(ItemState, 0)
    for each, count in session.execute(counted):
        counts[each] = count
    if state is None:
        state = ItemState.WAITING if counts[ItemState.WAITING] else ItemState.PUBLISHED
    pages = max(1, math.ceil(counts[state] / PER_PAGE))
    page = min(max(1, page), pages)
    rows = session.scalars(
        sa.select(NewsItem)
        .where(NewsItem.section_id == section_id, NewsItem.state == state)
        .options(joinedload(NewsItem.author))
        .order_by(*NEWEST_FIRST)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    return DeskPage(rows, state, counts, page, pages)


def everybodys(session: Session, section_id: uuid.UUID, *, limit: int = 60) -> Sequence[Everybodys]:
    """Return the items for everybody, the newest first, and which of them the section hides."""
    hidden = NewsHiding.item_id.is_not(None)
    rows = session.execute(
        sa.select(NewsItem, hidden)
        .join(
            NewsHiding,
            sa.and_(NewsHiding.item_id == NewsItem.id, NewsHiding.section_id == section_id),
            isouter=True,
        )
        .where(NewsItem.section_id.is_(None), NewsItem.state == ItemState.PUBLISHED)
        .order_by(*NEWEST_FIRST)
        .limit(limit)
    )
    return [Everybodys(item, bool(is_hidden)) for item, is_hidden in rows]


def item_at_desk(session: Session, section_id: uuid.UUID, item_id: uuid.UUID) -> NewsItem:
    """Return one of the section's own items with its author; else NoResultFound."""
    return session.scalars(
        sa.select(NewsItem)
        .where(NewsItem.id == item_id, NewsItem.section_id == section_id)
        .options(joinedload(NewsItem.author))
        .execution_options(populate_existing=True)
    ).one()


def write_post(  # noqa: PLR0913  one argument a column
    session: Session,
    *,
    section_id: uuid.UUID,
    author_id: uuid.UUID,
    topic: Topic,
    title: str,
    lead: str,
    body: str,
    now: dt.datetime,
) -> NewsItem:
    """Begin a post as a draft, which only the section's leaders see."""
    key = uuid.uuid4()
    post = NewsItem(
        id=key,
        section_id=section_id,
        author_id=author_id,
        topic=topic,
        state=ItemState.DRAFT,
        title=title,
        lead=lead,
        body=body,
        url_check=UrlCheck.NONE,
        fingerprint=fingerprint(str(key)),
        created_at=now,
        published_at=now,
    )
    session.add(post)
    session.flush()
    return post


def edit_item(  # noqa: PLR0913  one argument a column
    session: Session, item: NewsItem, *, topic: Topic, title: str, lead: str, body: str = ""
) -> None:
    """Change the words of a post, or the title, topic and line of an item from a feed."""
    item.topic, item.title, item.lead = topic, title, lead
    if item.body:
        item.body = body
    session.flush()
    file(session, item)


def publish(session: Session, item: NewsItem, *, by: uuid.UUID, now: dt.datetime) -> None:
    """Show an item to the members; a draft counts as written now. Twice changes nothing more."""
    if item.state is ItemState.PUBLISHED:
        return
    if item.state is ItemState.DRAFT:
        item.published_at = now
    item.state, item.decided_by_id = ItemState.PUBLISHED, by
    item.shown_at = item.shown_at or now
    session.flush()
    file(session, item)


def hide(session: Session, item: NewsItem, *, by: uuid.UUID) -> None:
    """Keep an item from the members; it can be published again."""
    if item.state is not ItemState.DRAFT:
        item.state, item.decided_by_id = ItemState.HIDDEN, by
    session.flush()
    file(session, item)


def throw_away(session: Session, item: NewsItem) -> bool:
    """Delete a draft; say whether it was one. Anything else can only be hidden."""
    if item.state is not ItemState.DRAFT:
        return False
    session.delete(item)
    session.flush()
    return True


def hide_everybodys(session: Session, section_id: uuid.UUID, item_id: uuid.UUID) -> NewsItem:
    """Hide an item for everybody from the members of one section.

    What it overtook goes with it: without the later item, the earlier one would mislead.
    """
    item = _of_everybody(session, item_id)
    earlier = [old for old, new in overtaken().items() if new == item_id]
    known = session.scalars(sa.select(NewsItem.id).where(NewsItem.id.in_([item_id, *earlier])))
    for each in known.all():
        session.merge(NewsHiding(section_id=section_id, item_id=each))
    session.flush()
    return item


def show_everybodys(session: Session, section_id: uuid.UUID, item_id: uuid.UUID) -> NewsItem:
    """Show an item again, and with it the one that overtook it, if there is one."""
    item = _of_everybody(session, item_id)
    with_it = [item_id, overtaken().get(item_id, item_id)]
    session.execute(
        sa.delete(NewsHiding).where(
            NewsHiding.section_id == section_id, NewsHiding.item_id.in_(with_it)
        )
    )
    return item


def _of_everybody(session: Session, item_id: uuid.UUID) -> NewsItem:
    return session.scalars(
        sa.select(NewsItem).where(NewsItem.id == item_id, NewsItem.section_id.is_(None))
    ).one()
