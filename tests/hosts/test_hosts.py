"""The list of hosts: what comes with the service is on it, all else waits for an administrator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.audit import AuditEntry
from mentorship.fetching import Fetcher
from mentorship.hosts import asking, service
from mentorship.hosts.service import HostUnusable, Standing, is_listed, ship, typed_host
from mentorship.news.models import Feed, Topic
from mentorship.news.polling import Polled, poll
from mentorship.news.seeds import load_news
from mentorship.news.shipped import read_sources
from mentorship.sections.models import Section
from mentorship.toolkit.loading import load_facts
from mentorship.toolkit.resource_models import Resource
from tests import factories
from tests.factories import NOW
from tests.page import PageClient

SignIn = Callable[[User], PageClient]
PAGE = "/admin/hosts"


@pytest.fixture
def admin(session: Session, sign_in: SignIn) -> PageClient:
    return sign_in(factories.administrator(session))


@pytest.fixture
def north(session: Session) -> Section:
    return factories.section(session, name="North")


def names_a_feed(leader: PageClient, section: Section, url: str) -> str:
    """Name a feed as a leader does; return what is said."""
    values = {"url": url, "organization": "A society", "topic": Topic.MATCH.value}
    return leader.follow(leader.submit(f"/sections/{section.slug}/news/feeds/new", values)).text


def test_the_hosts_of_its_feeds_are_on_the_list_of_a_migrated_database(session: Session) -> None:
    for feed in read_sources()[0]:
        assert is_listed(session, service.host_of(feed.url)), feed.url


def test_the_hosts_of_what_comes_with_the_service_are_on_the_list(session: Session) -> None:
    load_news(session, now=NOW)
    load_facts(session)
    for url in session.scalars(sa.select(Resource.url)):
        assert is_listed(session, service.host_of(url)), url
    assert not is_listed(session, "example.org")


def test_what_an_administrator_took_off_does_not_come_back_with_an_update(
    session: Session, admin: PageClient
) -> None:
    load_news(session, now=NOW)
    admin.post(f"{PAGE}/refuse", {"host": "nrmp.org"})
    load_news(session, now=NOW)
    assert not is_listed(session, "www.nrmp.org")


def test_a_new_host_waits_is_confirmed_and_asked(
    session: Session, north: Section, admin: PageClient, sign_in: SignIn
) -> None:
    leader = sign_in(factories.leader(session, north))
    said = names_a_feed(leader, north, "https://www.society.example.org/feed")
    assert "It waits until an administrator confirms its host" in said
    assert "Waits for an administrator" in said
    assert poll(asking.listed_fetcher()) == Polled(waiting=1)

    assert "1 host that this server does not ask yet" in admin.get("/home/admin").text
    page = admin.get(PAGE).text
    assert "Feed of North: https://www.society.example.org/feed" in page
    done = admin.post(f"{PAGE}/allow", {"host": "society.example.org"})
    after = admin.follow(done).text
    assert "society.example.org is on the list" in after
    assert "Nothing waits" in after
    assert "do not ask yet" not in admin.get("/home/admin").text
    assert asking.on_the_list("www.society.example.org")
    assert "Waits for an administrator" not in leader.get(f"/sections/{north.slug}/news/feeds").text

    (entry,) = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "hosts.allow"))
    assert entry.detail == {"host": "society.example.org"}
    assert "society.example.org" in admin.get("/admin/log").text


def test_a_refused_host_is_said_to_be_refused_and_nothing_is_lost(
    session: Session, north: Section, admin: PageClient, sign_in: SignIn
) -> None:
    leader = sign_in(factories.leader(session, north))
    names_a_feed(leader, north, "https://society.example.org/feed")
    admin.post(f"{PAGE}/refuse", {"host": "society.example.org"})
    shown = leader.get(f"/sections/{north.slug}/news/feeds").text
    assert "An administrator decided that this host is not asked" in shown
    assert "nothing comes yet" in names_a_feed(leader, north, "https://society.example.org/2")
    assert poll(asking.listed_fetcher()) == Polled(waiting=2)
    assert session.scalar(sa.select(sa.func.count()).select_from(Feed)) == 2
    assert "Nothing waits" in admin.get(PAGE).text
    admin.post(f"{PAGE}/allow", {"host": "society.example.org"})
    assert asking.on_the_list("society.example.org")


def test_a_host_that_is_a_number_is_confirmed_and_taken_off(
    session: Session, north: Section, admin: PageClient, sign_in: SignIn
) -> None:
    names_a_feed(sign_in(factories.leader(session, north)), north, "https://[2606:4700::1111]/feed")
    for act, listed in (("allow", True), ("refuse", False), ("allow", True)):
        buttons = admin.get(PAGE).tree.iterfind(f".//form[@action='{PAGE}/{act}']")
        sent = [str(box.get("value")) for form in buttons for box in form.iterfind(".//input")]
        assert "2606:4700::1111" in sent
        admin.post(f"{PAGE}/{act}", {"host": "2606:4700::1111"})
        assert asking.on_the_list("2606:4700::1111") == listed


def test_no_feed_of_a_host_that_no_name_can_be_is_taken(
    session: Session, north: Section, admin: PageClient, sign_in: SignIn
) -> None:
    leader = sign_in(factories.leader(session, north))
    values = {"url": "https://*.example.org/feed", "organization": "A", "topic": Topic.MATCH.value}
    page = leader.submit(f"/sections/{north.slug}/news/feeds/new", values, status=422)
    assert "not a web address" in page.text
    assert "Nothing waits" in admin.get(PAGE).text


def test_a_link_of_a_section_waits_too(
    session: Session, north: Section, admin: PageClient, sign_in: SignIn
) -> None:
    load_facts(session)
    leader = sign_in(factories.leader(session, north))
    base = f"/sections/{north.slug}/resources"
    values = {
        "title": "Our handbook",
        "type": "guide",
        "organization": "North",
        "url": "https://north.example.org/handbook",
        "description": "How we do it.",
        "stages": ["interviews"],
        "topics": ["visas"],
        "save": "yes",
    }
    said = leader.follow(leader.submit(f"{base}/new", values)).text
    assert "looked at once an administrator has confirmed its host" in said
    assert "Link of North: https://north.example.org/handbook" in admin.get(PAGE).text
    row = session.scalars(sa.select(Resource).where(Resource.section_id == north.id)).one()
    assert "Not asked" in leader.get(f"{base}/{row.id}").text


@pytest.mark.parametrize(
    ("said", "host"),
    [
        ("nrmp.org", "nrmp.org"),
        (" WWW.NRMP.org. ", "nrmp.org"),
        ("https://www.nrmp.org/feed/", "nrmp.org"),
        ("[2606:4700::1111]", "2606:4700::1111"),
        ("2606:4700::1111", "2606:4700::1111"),
        ("8.8.8.8", "8.8.8.8"),
        ("my_journal.example.org", "my_journal.example.org"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ],
)
def test_a_host_or_a_whole_address_of_one_can_be_typed(said: str, host: str) -> None:
    assert typed_host(said) == host


@pytest.mark.parametrize(
    "said",
    [
        *("", "localhost", "10.0.0.8", "[::1]", "::1", "a b", "file:///etc/passwd", "x@nrmp.org"),
        *("nrmp", "*.example.org", "x..y", "%41.com", "-x.example.org", ".nrmp.org", "nrmp.org.."),
        f"{'x' * 64}.example.org",
    ],
)
def test_what_is_no_host_of_the_open_internet_is_refused(
    session: Session, admin: PageClient, said: str
) -> None:
    with pytest.raises(HostUnusable):
        typed_host(said)
    before = len(service.decisions(session))
    page = admin.submit(PAGE, {"host": said}, action=f"{PAGE}/allow", status=422)
    assert "Please check the form" in page.text
    assert len(service.decisions(session)) == before


def test_a_host_stands_for_itself_alone(session: Session) -> None:
    ship(session, ["https://www.example.org/feed"])
    names = ("example.org", "www.example.org", "EXAMPLE.ORG.", "a.example.org", "example.org.evil")
    assert [is_listed(session, name) for name in names] == [True, True, True, False, False]
    urls = ["http://example.org/x", "https://other.example.org/", "no address"]
    standings = [Standing.LISTED, Standing.WAITING, Standing.WAITING]
    assert list(service.standings(session, urls).values()) == standings


def test_twice_the_same_decision_is_one(session: Session) -> None:
    admin = factories.administrator(session)
    for _ in range(2):
        service.decide(session, "example.org", allowed=True, by=admin.id, now=NOW)
    later = NOW + dt.timedelta(days=1)
    row = service.decide(session, "example.org", allowed=False, by=admin.id, now=later)
    assert (row.allowed, row.decided_at) == (False, later)
    actions = session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.number)).all()
    assert actions == ["hosts.allow", "hosts.refuse"]


def test_no_fetcher_is_made_without_a_list() -> None:
    with pytest.raises(TypeError, match="listed"):
        Fetcher()  # type: ignore[call-arg]  # what the type refuses is refused when it runs, too
