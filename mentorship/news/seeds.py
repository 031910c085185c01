"""The news and the feeds that come with the service: read from a file, each with its source."""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.news.models import ItemState, NewsItem, Topic
from mentorship.news.parsing import fingerprint
from mentorship.news.searched import file
from mentorship.toolkit.entries import Entry, FactsRefused, open_file
from mentorship.toolkit.models import Confidence, UrlCheck

FILE = Path(__file__).with_name("data") / "news_sources.yaml"
_NAMES = uuid.UUID("6a7d0f0e-6a3c-4b9e-9d43-0f5f3d8f7a10")  # ids of items follow from their names


@dataclass(frozen=True, slots=True)
class SuggestedFeed:
    url: str
    organization: str
    topic: str
    keep: str
    confidence: str


@dataclass(frozen=True, slots=True)
class SeedItem:
    id: uuid.UUID
    title: str
    topic: Topic
    organization: str
    url: str | None
    as_of: str
    url_check: UrlCheck
    confidence: Confidence

    @property
    def day(self) -> dt.datetime:
        """Return the date of the source as a moment to sort by; part of one is its beginning."""
        day = dt.date.fromisoformat((self.as_of + "-01-01")[:10])
        return dt.datetime(day.year, day.month, day.day, 12, tzinfo=dt.UTC)


@functools.cache
def read_sources(path: Path = FILE) -> tuple[Sequence[SuggestedFeed], Sequence[SeedItem]]:
    """Read and check the file.

    Raises
    ------
    FactsRefused
        An entry is wrong; all that are wrong are named.

    """
    problems: list[str] = []
    sources = open_file(path, problems)
    feeds = [_feed(entry) for entry in sources.entries("feeds")]
    items = [_item(entry) for entry in sources.entries("items")]
    sources.close()
    if len({item.id for item in items}) < len(items):
        problems.append(f"{path.name}: items: an id is there twice")
    if problems:
        raise FactsRefused(problems)
    return tuple(feeds), tuple(items)


def load_news(session: Session, *, now: dt.datetime, path: Path = FILE) -> int:
    """Add the items that are not there yet; return how many. Those that are there stay as is."""
    _, items = read_sources(path)
    there = set(session.scalars(sa.select(NewsItem.id).where(NewsItem.section_id.is_(None))))
    new = [
        NewsItem(
            id=item.id,
            topic=item.topic,
            state=ItemState.PUBLISHED,
            title=item.title,
            url=item.url,
            organization=item.organization,
            as_of=item.as_of,
            url_check=item.url_check,
            confidence=item.confidence,
            fingerprint=fingerprint(item.url or str(item.id)),
            created_at=now,
            published_at=item.day,
            shown_at=item.day,
        )
        for item in items
        if item.id not in there
    ]
    session.add_all(new)
    session.flush()
    for item in new:
        file(session, item)
    return len(new)


def _feed(entry: Entry) -> SuggestedFeed:
    feed = SuggestedFeed(
        url=entry.url_if_any("url") or "",
        organization=entry.text("organization"),
        topic=entry.word("topic", tuple(Topic)),
        keep=entry.text_if_any("keep") or "",
        confidence=entry.word("confidence", ("high", "medium", "low")),
    )
    entry.word("checked", ("retrieved", "seen_in_code", "likely"))
    entry.close()
    return feed


def _item(entry: Entry) -> SeedItem:
    name = entry.key()
    topic = entry.word("topic", tuple(Topic))
    confidence = entry.word("confidence", tuple(Confidence))
    item = SeedItem(
        id=uuid.uuid5(_NAMES, name),
        title=entry.text("title"),
        topic=Topic(topic) if topic in set(Topic) else Topic.MATCH,
        organization=entry.text("organization"),
        url=entry.url_if_any("url"),
        as_of=entry.as_of() or "",
        url_check=UrlCheck.NOT_OPENED if entry.has("url") else UrlCheck.NONE,
        confidence=Confidence(confidence) if confidence in set(Confidence) else Confidence.LOW,
    )
    if not item.as_of:
        entry.problem("as_of", "is missing")
    entry.close()
    return item
