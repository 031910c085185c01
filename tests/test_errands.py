"""What workers do by the clock: each errand calls its service, and two of the same do no harm."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from mentorship import pulse
from mentorship.hosts.models import ListedHost
from mentorship.news import feeds
from mentorship.news.models import DigestReader, Feed, NewsItem, Topic
from mentorship.news.seeds import load_news
from mentorship.notices.models import Message
from mentorship.toolkit.models import Confidence, UrlCheck
from mentorship.toolkit.resource_models import Resource, ResourceType
from mentorship.toolkit.truth_models import LinkCheck
from tests import factories

NOON = dt.datetime(2026, 11, 25, 12, 5)  # noqa: DTZ001  the clock of the queue


def due(app: Flask, at: dt.datetime) -> dict[str, object]:
    queue = app.extensions["queue"]
    _ = queue.errands
    return {task.name: task for task in queue.huey.read_periodic(at)}


def test_feeds_and_links_are_due_every_minute_and_the_weekly_mail_every_hour(app: Flask) -> None:
    always = {"keep_averages", "poll_feeds", "look_at_links", "make_copies"}
    assert set(due(app, NOON)) == always | {"send_weekly_digests"}
    later = NOON + dt.timedelta(minutes=1)
    assert set(due(app, later)) == always
    assert "remind_owing" in due(app, NOON + dt.timedelta(minutes=5))


def test_an_errand_polls_a_feed(app: Flask, session: Session) -> None:
    section, now = factories.section(session), pulse.utc_now()
    session.add(ListedHost(host="127.0.0.1", allowed=True))
    feeds.save_feed(
        session,
        None,
        section_id=section.id,
        url="http://127.0.0.1/feed",  # refused before anything is sent
        organization="NRMP",
        topic=Topic.MATCH,
        keep="",
        auto_publish=False,
        now=now - dt.timedelta(minutes=1),
    )
    due(app, NOON)["poll_feeds"].execute()  # type: ignore[attr-defined]  # huey's wrapper has no hints
    session.expire_all()
    feed = session.scalars(sa.select(Feed)).one()
    assert (feed.failures, feed.failure) == (1, "the address leads into a private network")


def test_an_errand_looks_at_links(app: Flask, session: Session) -> None:
    session.add(ListedHost(host="127.0.0.1", allowed=True))
    for number in range(2):
        session.add(
            Resource(
                id=f"r{number}",
                title="A page",
                type=ResourceType.GUIDE,
                organization="Example",
                url=f"http://127.0.0.1/{number}",
                description="",
                url_check=UrlCheck.NOT_OPENED,
                confidence=Confidence.LOW,
            )
        )
    session.flush()
    due(app, NOON)["look_at_links"].execute()  # type: ignore[attr-defined]  # huey's wrapper has no hints
    session.expire_all()
    looked = sa.select(sa.func.count()).where(LinkCheck.checked_at.is_not(None))
    assert session.scalar(looked) == 2


def test_an_errand_posts_the_weekly_mail_once(app: Flask, session: Session) -> None:
    now = pulse.utc_now()
    reader = factories.person(session)
    week = now - dt.timedelta(days=8)
    session.add(DigestReader(person_id=reader.id, key="k" * 43, since=week))
    load_news(session, now=now)
    for item in session.scalars(sa.select(NewsItem)):
        item.shown_at = now - dt.timedelta(days=1)
    session.flush()
    errand = due(app, NOON)["send_weekly_digests"]
    errand.execute()  # type: ignore[attr-defined]  # huey's wrapper has no hints
    errand.execute()  # type: ignore[attr-defined]  # huey's wrapper has no hints
    mails = session.scalars(sa.select(Message).where(Message.recipient == reader.email)).all()
    assert len(mails) == 1
