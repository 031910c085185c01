"""The news and the feeds that come with the service: read from a file, each with its source."""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from mentorship.news.models import Topic
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
    lead: str = ""
    overtaken_by: uuid.UUID | None = None  # the item that says what holds since

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
    known = {item.id for item in items}
    problems.extend(
        f"{path.name}: items: {item.title}: overtaken_by: no item has this id"
        for item in items
        if item.overtaken_by and item.overtaken_by not in known
    )
    if problems:
        raise FactsRefused(problems)
    return tuple(feeds), tuple(items)


@functools.cache
def overtaken() -> Mapping[uuid.UUID, uuid.UUID]:
    """Return the items that no longer tell how things are, and the one that does."""
    _, items = read_sources()
    return MappingProxyType({item.id: item.overtaken_by for item in items if item.overtaken_by})


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
    later = entry.text_if_any("overtaken_by")
    item = SeedItem(
        id=uuid.uuid5(_NAMES, name),
        title=entry.text("title"),
        topic=Topic(topic) if topic in set(Topic) else Topic.MATCH,
        organization=entry.text("organization"),
        url=entry.url_if_any("url"),
        as_of=entry.as_of() or "",
        url_check=UrlCheck.NOT_OPENED if entry.has("url") else UrlCheck.NONE,
        confidence=Confidence(confidence) if confidence in set(Confidence) else Confidence.LOW,
        lead=entry.text_if_any("lead") or "",
        overtaken_by=uuid.uuid5(_NAMES, later) if later else None,
    )
    if not item.as_of:
        entry.problem("as_of", "is missing")
    entry.close()
    return item
