"""Going round the feeds that are due, and taking in what is new in their answers."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mentorship.extensions import rows_hit
from mentorship.fetching import Answer
from mentorship.news.models import Feed, ItemState, NewsItem
from mentorship.news.parsing import Entry
from mentorship.news.searched import file
from mentorship.toolkit.models import Confidence, UrlCheck

EVERY = dt.timedelta(hours=2)
WAITS = dt.timedelta(minutes=10)  # how often one looks whether a host was confirmed
RARELY = dt.timedelta(days=1)  # how often a feed that does not work is tried at last
OLDEST = dt.timedelta(days=120)  # older entries of a feed are no news


@dataclass(frozen=True, slots=True)
class Due:
    """A feed to ask now, without the session it was read in."""

    id: uuid.UUID
    url: str
    etag: str | None
    last_modified: str | None


def take_due(session: Session, *, now: dt.datetime) -> Due | None:
    """Claim one feed that is due, or return None; no second poller takes it meanwhile."""
    due = sa.and_(Feed.paused.is_(False), Feed.next_check_at <= now)
    while True:
        found = session.execute(
            sa.select(Feed.id, Feed.url, Feed.etag, Feed.last_modified)
            .where(due)
            .order_by(Feed.next_check_at, Feed.id)
            .limit(1)
        ).one_or_none()
        if found is None:
            return None
        claimed = rows_hit(
            session,
            sa.update(Feed)
            .where(Feed.id == found.id, due)
            .values(next_check_at=now + EVERY)
            .execution_options(synchronize_session=False),
        )
        if claimed:
            return Due(found.id, found.url, found.etag, found.last_modified)


def leave(session: Session, feed_id: uuid.UUID, *, now: dt.datetime) -> None:
    """Look again soon whether the feed's host was confirmed; nothing went wrong with the feed."""
    session.execute(
        sa.update(Feed)
        .where(Feed.id == feed_id)
        .values(next_check_at=now + WAITS)
        .execution_options(synchronize_session=False)
    )


def note_failure(session: Session, feed_id: uuid.UUID, *, why: str, now: dt.datetime) -> None:
    """Note what went wrong, and ask less and less often."""
    feed = _fresh(session, feed_id)
    if feed is None:
        return
    feed.failures += 1
    feed.failure, feed.checked_at = why[:200], now
    feed.next_check_at = now + min(EVERY * 2 ** min(feed.failures, 10), RARELY)
    session.flush()


def take_in(
    session: Session,
    feed_id: uuid.UUID,
    *,
    answer: Answer,
    entries: Sequence[Entry],
    now: dt.datetime,
) -> int:
    """Keep what is new in a feed's answer; return how many items that is."""
    feed = _fresh(session, feed_id)
    if feed is None:  # removed while its server was thinking
        return 0
    feed.checked_at = feed.worked_at = now
    feed.failures, feed.failure = 0, None
    if answer.body is not None:
        feed.etag, feed.last_modified = _short(answer.etag, 500), _short(answer.last_modified, 100)
    session.flush()
    items = [_item(feed, entry, now) for entry in _new(session, feed, entries, now)]
    return sum(_keep(session, item) for item in items)


def _keep(session: Session, item: NewsItem) -> bool:
    """Add an item; False when another feed of the section brought it at this very moment."""
    try:
        with session.begin_nested():
            session.add(item)
    except IntegrityError:
        return False
    file(session, item)
    return True


def _fresh(session: Session, feed_id: uuid.UUID) -> Feed | None:
    return session.get(Feed, feed_id, populate_existing=True)


def _short(value: str | None, longest: int) -> str | None:
    """Keep a validator whole or not at all: half of one would match nothing."""
    return value if value and len(value) <= longest and value.isprintable() else None


def _new(
    session: Session, feed: Feed, entries: Sequence[Entry], now: dt.datetime
) -> Iterator[Entry]:
    """Leave out what is too old, off the feed's words, or there already by address or by name."""
    known: set[str | None] = set(
        session.scalars(
            sa.select(NewsItem.fingerprint).where(
                sa.or_(NewsItem.section_id == feed.section_id, NewsItem.section_id.is_(None)),
                NewsItem.fingerprint.in_([entry.fingerprint for entry in entries]),
            )
        )
    )
    guids = [entry.guid for entry in entries if entry.guid]
    known |= set(
        session.scalars(
            sa.select(NewsItem.guid).where(NewsItem.feed_id == feed.id, NewsItem.guid.in_(guids))
        )
    )
    for entry in entries:
        names = {entry.fingerprint, entry.guid} - {None}
        old = entry.at is not None and entry.at < now - OLDEST
        if not old and not names & known and _wanted(feed, entry):
            known |= names
            yield entry


def _wanted(feed: Feed, entry: Entry) -> bool:
    """Look for the words the feed is held to, at the beginning of a word: "visa" finds "visas"."""
    words = [re.escape(word.strip()) for word in feed.keep.split(",") if word.strip()]
    text = f"{entry.title} {entry.summary}"
    return not words or re.search(rf"\b({'|'.join(words)})", text, re.IGNORECASE) is not None


def _item(feed: Feed, entry: Entry, now: dt.datetime) -> NewsItem:
    at = min(entry.at or now, now)
    return NewsItem(
        section_id=feed.section_id,
        feed_id=feed.id,
        topic=feed.topic,
        state=ItemState.PUBLISHED if feed.auto_publish else ItemState.WAITING,
        title=entry.title,
        summary=entry.summary,
        url=entry.url,
        organization=feed.organization,
        as_of=f"{at:%Y-%m-%d}" if entry.at else None,
        url_check=UrlCheck.CITED_BY_SOURCE if entry.url else UrlCheck.NONE,
        confidence=Confidence.MEDIUM,  # the feed names it; nobody here has read the page
        fingerprint=entry.fingerprint,
        guid=entry.guid,
        created_at=now,
        published_at=at,
        shown_at=now if feed.auto_publish else None,
    )
