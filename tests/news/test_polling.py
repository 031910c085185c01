"""The round of the feeds: what is new is kept once, and a feed that fails is seen to fail."""

from __future__ import annotations

import datetime as dt
import logging

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.hosts.models import ListedHost
from mentorship.news import feeds
from mentorship.news.models import Feed, ItemState, NewsItem, Topic
from mentorship.news.polling import Polled, poll
from mentorship.sections.models import Section
from tests import factories
from tests.factories import NOW
from tests.news.conftest import item, rss
from tests.site import Reply, Site


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now

    def on(self, **by: int) -> None:
        self.now += dt.timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def section(session: Session) -> Section:
    """Return a section, in a service that may ask this machine."""
    session.add(ListedHost(host="127.0.0.1", allowed=True))
    return factories.section(session)


def add(session: Session, section: Section, url: str, **values: object) -> Feed:
    given: dict[str, object] = {
        "organization": "NRMP",
        "topic": Topic.MATCH,
        "keep": "",
        "auto_publish": False,
        "now": NOW,
    }
    return feeds.save_feed(session, None, section_id=section.id, url=url, **(given | values))  # type: ignore[arg-type]  # values of one dict, of many types


def titles(session: Session, state: ItemState) -> list[str]:
    rows = sa.select(NewsItem.title).where(NewsItem.state == state).order_by(NewsItem.title)
    return list(session.scalars(rows))


def test_new_items_wait_for_a_leader_or_are_published_at_once(
    session: Session, section: Section, site: Site, clock: Clock
) -> None:
    site.replies["/a"] = Reply(rss(item("To look at", "https://example.org/1")))
    site.replies["/b"] = Reply(rss(item("Trusted", "https://example.org/2")))
    add(session, section, site.url("/a"))
    add(session, section, site.url("/b"), auto_publish=True)
    assert poll(site.fetcher(), clock=clock) == Polled(worked=2, failed=0, items=2)
    assert titles(session, ItemState.WAITING) == ["To look at"]
    assert titles(session, ItemState.PUBLISHED) == ["Trusted"]


def test_nothing_is_kept_twice(
    session: Session, section: Section, site: Site, clock: Clock
) -> None:
    same = item("News", "https://example.org/1", guid="g1")
    site.replies["/a"] = Reply(rss(same, same, item("News again", "https://example.org/1?utm_x=1")))
    site.replies["/b"] = Reply(rss(item("By another feed", "https://www.example.org/1/")))
    add(session, section, site.url("/a"), now=NOW - dt.timedelta(hours=1))
    add(session, section, site.url("/b"))
    poll(site.fetcher(), clock=clock)
    # The feed gives the entry another address later; it is still the same entry.
    site.replies["/a"] = Reply(rss(item("News", "https://example.org/moved", guid="g1")))
    clock.on(hours=3)
    poll(site.fetcher(), clock=clock)
    assert titles(session, ItemState.WAITING) == ["News"]


def test_what_a_leader_hid_does_not_come_back(
    session: Session, section: Section, site: Site, clock: Clock
) -> None:
    site.replies["/feed"] = Reply(rss(item("News", "https://example.org/1")))
    add(session, section, site.url())
    poll(site.fetcher(), clock=clock)
    session.execute(sa.update(NewsItem).values(state=ItemState.HIDDEN))
    clock.on(hours=3)
    assert poll(site.fetcher(), clock=clock) == Polled(worked=1)
    assert titles(session, ItemState.HIDDEN) == ["News"]


def test_only_items_with_the_words_of_the_feed_and_not_too_old_are_kept(
    session: Session, section: Section, site: Site, clock: Clock
) -> None:
    site.replies["/feed"] = Reply(
        rss(
            item("New visas for doctors", "https://example.org/1"),
            item("Advisable diets", "https://example.org/2"),
            item(
                "Old", "https://example.org/3", about="on IMGs", date="Mon, 02 Mar 2026 10:00 GMT"
            ),
            item("Survey", "https://example.org/4", about="of IMGs"),
        )
    )
    add(session, section, site.url(), keep="visa, IMG")
    poll(site.fetcher(), clock=clock)
    assert titles(session, ItemState.WAITING) == ["New visas for doctors", "Survey"]


def test_an_unchanged_feed_costs_one_short_answer(
    session: Session, section: Section, site: Site, clock: Clock
) -> None:
    feed = add(session, section, site.url())
    site.replies["/feed"] = Reply(rss(), headers={"ETag": '"v1"'})
    poll(site.fetcher(), clock=clock)
    site.replies["/feed"] = Reply(status=304)
    clock.on(hours=3)
    assert poll(site.fetcher(), clock=clock) == Polled(worked=1)
    assert site.asked[-1][1]["If-None-Match"] == '"v1"'
    assert (feed.worked_at, feed.etag) == (clock.now, '"v1"')


def test_a_feed_is_not_asked_before_it_is_due_nor_while_it_is_paused(
    session: Session, section: Section, site: Site, clock: Clock
) -> None:
    site.replies["/feed"] = Reply(rss())
    feed = add(session, section, site.url())
    poll(site.fetcher(), clock=clock)
    assert poll(site.fetcher(), clock=clock) == Polled()
    feeds.set_paused(session, feed, paused=True, now=clock.now)
    clock.on(days=2)
    assert poll(site.fetcher(), clock=clock) == Polled()
    feeds.set_paused(session, feed, paused=False, now=clock.now)
    assert poll(site.fetcher(), clock=clock).worked == 1


def test_a_feed_in_trouble_is_asked_less_and_less_and_recovers(
    session: Session, section: Section, site: Site, clock: Clock
) -> None:
    feed = add(session, section, site.url())
    site.replies["/feed"] = Reply(b"<html>We are moving</html>")
    waits = []
    for _ in range(6):
        assert poll(site.fetcher(), clock=clock) == Polled(failed=1)
        waits.append(feed.next_check_at - clock.now)
        clock.now = feed.next_check_at
    assert waits == sorted(waits)
    assert waits[-1] == dt.timedelta(days=1)
    (line,) = feeds.feeds_of(session, section.id)
    assert (line.health, feed.failures) == ("ill", 6)
    assert "not a feed" in str(feed.failure)
    site.replies["/feed"] = Reply(rss(item("Back", "https://example.org/1")))
    assert poll(site.fetcher(), clock=clock) == Polled(worked=1, items=1)
    (line,) = feeds.feeds_of(session, section.id)
    assert (line.health, feed.failure, line.items) == ("well", None, 1)


def test_a_server_whose_encryption_fails_is_in_the_log(
    site: Site, section: Section, session: Session, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    feed = add(session, section, f"https://127.0.0.1:{site.port}/feed")
    with caplog.at_level(logging.WARNING):
        poll(site.fetcher(), clock=clock)
    assert f"feed {feed.id}: the server's encryption does not work" in caplog.messages


def test_a_feed_of_a_host_that_is_not_on_the_list_waits(
    session: Session, section: Section, site: Site, clock: Clock
) -> None:
    """Nothing is lost: once its host is confirmed it is asked within a quarter hour."""
    feed = add(session, section, "https://example.org/feed")
    add(session, section, site.url())
    site.replies["/feed"] = Reply(rss(item("Here", "https://example.org/1")))
    assert poll(site.fetcher(), clock=clock) == Polled(worked=1, items=1, waiting=1)
    health = {line.feed.url: line.health for line in feeds.feeds_of(session, section.id)}
    assert health == {feed.url: "waiting", site.url(): "well"}
    session.refresh(feed)
    assert (feed.failures, feed.checked_at) == (0, None)
    session.add(ListedHost(host="example.org", allowed=True))
    clock.on(minutes=15)
    assert feed.next_check_at <= clock.now


def test_a_feed_that_is_sent_to_another_host_says_to_which(
    session: Session, section: Section, site: Site, clock: Clock
) -> None:
    feed = add(session, section, site.url())
    site.replies["/feed"] = Reply(status=301, headers={"Location": "https://example.org/feed"})
    assert poll(site.fetcher(), clock=clock) == Polled(failed=1)
    assert feed.failure == "the server sends us on to example.org, which we may not ask"


def test_one_feed_in_trouble_keeps_no_other_from_being_asked(
    session: Session, section: Section, site: Site, clock: Clock
) -> None:
    site.replies["/good"] = Reply(rss(item("Good", "https://example.org/1")))
    add(session, section, "http://no-such-host.invalid/")
    site.hosts.add("no-such-host.invalid")
    add(session, section, site.url("/bad"))
    add(session, section, site.url("/good"))
    assert poll(site.fetcher(), clock=clock) == Polled(worked=1, failed=2, items=1)


def test_what_a_removed_feed_had_published_stays(
    session: Session, section: Section, site: Site, clock: Clock
) -> None:
    site.replies["/feed"] = Reply(
        rss(item("Shown", "https://example.org/1"), item("Undecided", "https://example.org/2"))
    )
    feed = add(session, section, site.url())
    poll(site.fetcher(), clock=clock)
    session.execute(
        sa.update(NewsItem)
        .where(NewsItem.title == "Shown")
        .values(state=ItemState.PUBLISHED, shown_at=NOW)
    )
    feeds.remove_feed(session, feed)
    assert titles(session, ItemState.PUBLISHED) == ["Shown"]
    assert titles(session, ItemState.WAITING) == []


def test_a_section_reads_a_feed_once_and_only_from_the_web(
    session: Session, section: Section, site: Site
) -> None:
    add(session, section, site.url())
    with pytest.raises(feeds.FeedUnusable, match="already"):
        add(session, section, site.url())
    with pytest.raises(feeds.FeedUnusable, match="http"):
        add(session, section, "file:///etc/passwd")
    add(session, factories.section(session), site.url())
