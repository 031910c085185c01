"""The feeds of a section: naming them, how they are doing, and taking in what they bring."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mentorship.addresses import web_address
from mentorship.connecting import FetchFailed
from mentorship.hosts.service import Named, Standing, standings
from mentorship.news.models import Feed, ItemState, NewsItem, Topic
from mentorship.sections.models import Section

ILL_AFTER = 3  # failures in a row


class FeedUnusable(ValueError):
    """The address of a feed is no address, or the section reads it already."""


@dataclass(frozen=True, slots=True)
class FeedLine:
    """A feed as its leaders see it."""

    feed: Feed
    items: int
    host: Standing

    @property
    def health(self) -> str:
        """Return one of: paused, waiting, refused, new, well, shaky, ill."""
        feed = self.feed
        if feed.paused:
            return "paused"
        if self.host is not Standing.LISTED:
            return self.host.value
        if feed.failures:
            return "ill" if feed.failures >= ILL_AFTER else "shaky"
        return "well" if feed.checked_at else "new"


def feeds_of(session: Session, section_id: uuid.UUID) -> Sequence[FeedLine]:
    """Return the feeds of a section, those in trouble first, and how many items each brought."""
    counted = (
        sa.select(Feed, sa.func.count(NewsItem.id))
        .join(NewsItem, NewsItem.feed_id == Feed.id, isouter=True)
        .where(Feed.section_id == section_id)
        .group_by(Feed.id)
        .order_by(Feed.failures.desc(), sa.func.lower(Feed.organization), Feed.id)
    )
    found = session.execute(counted).all()
    hosts = standings(session, [feed.url for feed, _ in found])
    return [FeedLine(feed, count, hosts[feed.url]) for feed, count in found]


def named(session: Session) -> Iterator[Named]:
    """Return the address of every feed, for the list of hosts, and whose it is."""
    rows = sa.select(Feed.url, Section.name).join(Section, Section.id == Feed.section_id)
    for url, name in session.execute(rows.order_by(Section.name, Feed.url)):
        yield Named(url, f"Feed of {name}")


def feed_of(session: Session, section_id: uuid.UUID, feed_id: uuid.UUID) -> Feed:
    """Return a feed of this section; else NoResultFound."""
    mine = sa.select(Feed).where(Feed.id == feed_id, Feed.section_id == section_id)
    return session.scalars(mine).one()


def save_feed(  # noqa: PLR0913  one argument a column
    session: Session,
    feed: Feed | None,
    *,
    section_id: uuid.UUID,
    url: str,
    organization: str,
    topic: Topic,
    keep: str,
    auto_publish: bool,
    now: dt.datetime,
) -> Feed:
    """Add a feed, or change one; a new address is asked as if it had never been.

    Raises
    ------
    FeedUnusable
        The address cannot be one of a feed, or the section reads it already.

    """
    try:
        web_address(url)
    except FetchFailed as trouble:
        raise FeedUnusable(str(trouble)) from None
    feed = feed or Feed(section_id=section_id, url="", created_at=now, next_check_at=now)
    try:
        with session.begin_nested():
            if feed.url != url:
                feed.url, feed.next_check_at = url, now
                feed.etag = feed.last_modified = feed.failure = feed.checked_at = None
                feed.failures = 0
            feed.organization, feed.topic, feed.keep = organization, topic, keep
            feed.auto_publish = auto_publish
            session.add(feed)
    except IntegrityError:
        raise FeedUnusable("your section reads this feed already") from None
    return feed


def set_paused(session: Session, feed: Feed, *, paused: bool, now: dt.datetime) -> None:
    feed.paused = paused
    if not paused:
        ask_soon(session, feed, now=now)
    session.flush()


def ask_soon(session: Session, feed: Feed, *, now: dt.datetime) -> None:
    """Make a feed due at the next round."""
    feed.next_check_at = now
    session.flush()


def remove_feed(session: Session, feed: Feed) -> None:
    """Forget a feed and what it brought that nobody decided on; what was published stays."""
    session.execute(
        sa.delete(NewsItem).where(NewsItem.feed_id == feed.id, NewsItem.state == ItemState.WAITING)
    )
    session.delete(feed)
    session.flush()
