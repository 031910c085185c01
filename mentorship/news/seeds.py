"""Bringing the news that come with the service into the database."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.hosts.service import ship
from mentorship.news.models import ItemState, NewsItem
from mentorship.news.parsing import fingerprint
from mentorship.news.searched import file
from mentorship.news.shipped import FILE, SeedItem, read_sources


def load_news(session: Session, *, now: dt.datetime, path: Path = FILE) -> int:
    """Add the items that are not there yet; return how many changed. Its hosts may be asked.

    Those that are there stay as they are, but one without a source gets the source found since.
    """
    feeds, items = read_sources(path)
    ship(session, [feed.url for feed in feeds] + [item.url for item in items if item.url])
    everybodys = session.scalars(sa.select(NewsItem).where(NewsItem.section_id.is_(None)))
    there = {item.id: item for item in everybodys}
    new = [
        NewsItem(
            id=item.id,
            topic=item.topic,
            state=ItemState.PUBLISHED,
            title=item.title,
            lead=item.lead,
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
    found = [
        _with_source(old, seed)
        for seed in items
        if seed.url and (old := there.get(seed.id)) and not (old.url or old.checked_on)
    ]
    session.flush()
    for item in (*new, *found):
        file(session, item)
    return len(new) + len(found)


def _with_source(item: NewsItem, seed: SeedItem) -> NewsItem:
    item.url, item.url_check, item.confidence = seed.url, seed.url_check, seed.confidence
    item.organization, item.lead = seed.organization, item.lead or seed.lead
    item.fingerprint = fingerprint(seed.url or str(seed.id))
    return item
