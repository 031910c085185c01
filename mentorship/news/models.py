"""News items, the feeds that bring some of them, and what each reader wants to hear of."""

from __future__ import annotations

import datetime as dt
import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mentorship.accounts.models import User
from mentorship.extensions import Model, one_of
from mentorship.sections.models import Section
from mentorship.toolkit.models import Confidence, UrlCheck

WEB = "{0} LIKE 'http://%' OR {0} LIKE 'https://%'"
TITLE_LENGTH = 200
URL_LENGTH = 2000


class Topic(enum.StrEnum):
    MATCH = "match"
    RESIDENCY = "residency"
    GME = "gme"
    VISAS = "visas"
    LICENSURE = "licensure"
    EQUITY = "equity"
    SECTION = "section"


class ItemState(enum.StrEnum):
    DRAFT = "draft"  # a leader writes it
    WAITING = "waiting"  # a feed brought it; a leader decides
    PUBLISHED = "published"
    HIDDEN = "hidden"


class Feed(Model):
    """An RSS or Atom feed that a section reads, and how it has been doing."""

    __tablename__ = "news_feed"
    __table_args__ = (
        sa.UniqueConstraint("section_id", "url"),
        sa.CheckConstraint(WEB.format("url"), name="url_of_web"),
        sa.CheckConstraint("failures >= 0", name="failures_count"),
        sa.CheckConstraint("failures = 0 OR failure IS NOT NULL", name="failure_told"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    section_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Section.id, ondelete="CASCADE"), index=True
    )
    url: Mapped[str] = mapped_column(sa.String(URL_LENGTH))
    organization: Mapped[str] = mapped_column(sa.String(120))
    topic: Mapped[Topic] = mapped_column(one_of(Topic, "topic_known"))
    keep: Mapped[str] = mapped_column(sa.String(300), default="")  # words, one of which is needed
    auto_publish: Mapped[bool] = mapped_column(default=False)
    paused: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime]
    next_check_at: Mapped[dt.datetime] = mapped_column(index=True)
    checked_at: Mapped[dt.datetime | None]
    worked_at: Mapped[dt.datetime | None]
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    failure: Mapped[str | None] = mapped_column(sa.String(200))
    etag: Mapped[str | None] = mapped_column(sa.String(500))
    last_modified: Mapped[str | None] = mapped_column(sa.String(100))


class NewsItem(Model):
    """Something new. Without a section it is for everybody; with ``body`` a leader wrote it."""

    __tablename__ = "news_item"
    __table_args__ = (
        # The same page may come by two feeds, and one feed may change the address of an entry.
        sa.UniqueConstraint("section_id", "fingerprint"),
        sa.UniqueConstraint("feed_id", "guid"),
        sa.CheckConstraint(f"url IS NULL OR {WEB.format('url')}", name="url_of_web"),
        sa.CheckConstraint("length(as_of) IN (4, 7, 10)", name="as_of_shape"),
        sa.CheckConstraint("length(title) > 0", name="title_given"),
        sa.CheckConstraint("state <> 'waiting' OR body = ''", name="only_feeds_wait"),
        sa.CheckConstraint("state <> 'published' OR shown_at IS NOT NULL", name="shown_when"),
        sa.Index("ix_news_item_shown", "state", "published_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    section_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(Section.id, ondelete="CASCADE"), index=True
    )
    feed_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(Feed.id, ondelete="SET NULL"), index=True
    )
    author_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey(User.id, ondelete="SET NULL"))
    topic: Mapped[Topic] = mapped_column(one_of(Topic, "topic_known"))
    state: Mapped[ItemState] = mapped_column(one_of(ItemState, "state_known"))
    title: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))
    lead: Mapped[str] = mapped_column(sa.Text, default="")  # a line in our own words
    summary: Mapped[str] = mapped_column(sa.Text, default="")  # of the feed, for leaders only
    body: Mapped[str] = mapped_column(sa.Text, default="")  # Markdown
    url: Mapped[str | None] = mapped_column(sa.String(URL_LENGTH))
    organization: Mapped[str] = mapped_column(sa.String(120), default="")
    as_of: Mapped[str | None] = mapped_column(sa.String(10))  # of the source: YYYY[-MM[-DD]]
    url_check: Mapped[UrlCheck] = mapped_column(  # whether somebody read that page
        one_of(UrlCheck, "url_check_known"), default=UrlCheck.NOT_OPENED
    )
    confidence: Mapped[Confidence] = mapped_column(
        one_of(Confidence, "confidence_known"), default=Confidence.MEDIUM
    )
    checked_on: Mapped[dt.date | None]  # the day a leader last compared it with its source
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    guid: Mapped[str | None] = mapped_column(sa.String(64))
    created_at: Mapped[dt.datetime]
    published_at: Mapped[dt.datetime]  # where it came from; by this it is sorted
    shown_at: Mapped[dt.datetime | None]  # here, for the first time
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey(User.id, ondelete="SET NULL")
    )

    section: Mapped[Section | None] = relationship(lazy="raise")
    author: Mapped[User | None] = relationship(foreign_keys=author_id, lazy="raise")


class NewsHiding(Model):
    """A section does not show its members an item that is for everybody."""

    __tablename__ = "news_hiding"

    section_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(Section.id, ondelete="CASCADE"), primary_key=True
    )
    item_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(NewsItem.id, ondelete="CASCADE"), primary_key=True, index=True
    )


class NewsInterest(Model):
    """A topic that somebody wants to see first."""

    __tablename__ = "news_interest"

    person_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(User.id, ondelete="CASCADE"), primary_key=True
    )
    topic: Mapped[Topic] = mapped_column(one_of(Topic, "topic_known"), primary_key=True)


class DigestReader(Model):
    """Somebody who gets the weekly mail; ``key`` stands in its link to stop it."""

    __tablename__ = "digest_reader"

    person_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey(User.id, ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(sa.String(43), unique=True)
    since: Mapped[dt.datetime]  # items published after this are still to be told
