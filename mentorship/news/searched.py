"""What the search finds of the news: what members may read, and nothing that waits or is hidden."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.news.models import ItemState, NewsHiding, NewsItem, Topic
from mentorship.news.service import line_of
from mentorship.news.shipped import overtaken
from mentorship.news.topics import NAMES
from mentorship.search import service as search
from mentorship.search.service import Entry, Sources
from mentorship.sections.belonging import sections_of
from mentorship.toolkit.kinds import Kind, harm_if
from mentorship.toolkit.provenance import readable_date

SOURCE = "news"
OVERTAKEN = "Something later overtook this. Open it to read what holds since."


def of_news(session: Session) -> Iterator[Entry]:
    published = sa.select(NewsItem).where(NewsItem.state == ItemState.PUBLISHED)
    for item in session.scalars(published):
        yield _entry(item)


def file(session: Session, item: NewsItem) -> None:
    """Let the search find an item, or no longer."""
    if item.state is ItemState.PUBLISHED:
        search.put(session, _entry(item))
    else:
        search.drop(session, SOURCE, [item.id.hex])


def hidden_from(person_id: uuid.UUID) -> sa.Select[str]:
    """Select the keys of what this person's sections do not show them."""
    key = sa.func.replace(sa.cast(NewsHiding.item_id, sa.String), "-", "")
    return sa.select(key).where(NewsHiding.section_id.in_(sections_of(person_id)))


def _entry(item: NewsItem) -> Entry:
    by = ", ".join(filter(None, (item.organization, readable_date(item.as_of) or "undated")))
    said = (f"News: {by}", *line_of(item).provenance.warnings)
    return Entry(
        source=SOURCE,
        key=item.id.hex,  # as the databases write it without dashes
        section_id=item.section_id,
        title=item.title,
        summary=OVERTAKEN if item.id in overtaken() else item.lead,
        href=f"/news/{item.id}",
        note="A post of your section" if item.body else f"{'. '.join(said)}.",
        keywords=f"{NAMES[item.topic]} {item.organization} news",
        text=item.body,
    )


SOURCES: Sources = MappingProxyType({SOURCE: of_news})
NEWS = Kind(  # what leaders check and correct; their own posts and feeds have a desk
    NewsItem,
    "News for everybody",
    ("title", "topic", "organization", "url"),
    source_fields=("as_of", "confidence"),
    address="url",
    ages=False,
    only=NewsItem.section_id.is_(None),
    search=SOURCE,
    sources=SOURCES,
    page=lambda item: f"/news/{item.id}",
    harm=harm_if(NewsItem.topic.in_((Topic.VISAS, Topic.LICENSURE))),
)
