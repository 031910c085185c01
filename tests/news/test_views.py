"""The news as members read it and as leaders make it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.extensions import db
from mentorship.news import desk, service
from mentorship.news.models import ItemState, NewsItem, Topic
from mentorship.news.seeds import load_news
from mentorship.news.shipped import overtaken, read_sources
from mentorship.sections.models import MembershipState, Section, SectionRole
from mentorship.toolkit.loading import load_facts
from mentorship.toolkit.models import UrlCheck
from tests import factories
from tests.factories import NOW
from tests.page import PageClient

SignIn = Callable[[User], PageClient]


@pytest.fixture(autouse=True)
def at_this_time() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def section(session: Session) -> Section:
    return factories.section(session)


@pytest.fixture
def leader(session: Session, section: Section, sign_in: SignIn) -> PageClient:
    return sign_in(factories.leader(session, section))


@pytest.fixture
def reader(session: Session, section: Section) -> User:
    return factories.member(session, section, SectionRole.IMG)


def shipped_item(title: str) -> uuid.UUID:
    return next(item.id for item in read_sources()[1] if item.title.startswith(title))


def one(session: Session) -> NewsItem:
    return session.scalars(sa.select(NewsItem)).one()


def post(
    session: Session,
    section: Section,
    title: str = "Hello",
    *,
    topic: Topic = Topic.SECTION,
    body: str = "Text.",
) -> NewsItem:
    by = factories.leader(session, section).id
    made = desk.write_post(
        session,
        section_id=section.id,
        author_id=by,
        topic=topic,
        title=title,
        lead="",
        body=body,
        now=NOW,
    )
    desk.publish(session, made, by=by, now=NOW)
    return made


# ---- reading


def test_the_news_that_come_with_the_service_have_source_and_date(
    session: Session, reader: User, sign_in: SignIn
) -> None:
    assert load_news(session, now=NOW) == 42
    assert load_news(session, now=NOW) == 0
    page = sign_in(reader).get("/news")
    assert "Court in Massachusetts postpones the rule on fixed J-1 stays" in page.text
    assert "as of July 17, 2026. Confidence: medium" in page.text
    assert "/news?page=2" in page.links()
    visas = sign_in(reader).get("/news?topic=visas")
    assert "Georgia enacts" not in visas.text
    assert "Final rule to end open-ended" in visas.text


def test_what_was_overtaken_is_shown_with_what_overtook_it_and_on_no_home_page(
    session: Session, reader: User, sign_in: SignIn
) -> None:
    load_news(session, now=NOW)
    old = shipped_item("Final rule to end open-ended")
    new = overtaken()[old]
    now = dt.datetime(2026, 11, 29, tzinfo=dt.UTC)
    lines = service.latest(session, reader.id, stages=["visa"], now=now, limit=100)
    assert old not in {line.id for line in lines}
    assert lines[0].id == new
    assert "This rule may change. What you read here is of September 14, 2026" in (
        lines[0].provenance.warnings
    )
    client = sign_in(reader)
    for path in ("/news?topic=visas", f"/news/{old}"):
        page = client.get(path)
        assert "Overtaken, September 14, 2026" in page.text
        assert "What you read here is of July 17, 2026" in page.text
        assert f"/news/{new}" in page.links()
    assert "Something later overtook this" in client.get("/toolkit/search?q=open-ended+stays").text


def test_a_bill_gives_way_to_the_law_that_the_licensure_page_knows(
    session: Session, reader: User, sign_in: SignIn
) -> None:
    load_news(session, now=NOW)
    bill = shipped_item("Kentucky Senate passes")
    law = session.get_one(NewsItem, overtaken()[bill])
    assert "July 9, 2026" in law.lead
    page = sign_in(reader).get(f"/news/{bill}")
    assert f"/news/{law.id}" in page.links()
    load_facts(session)
    assert "In force since July 9, 2026" in sign_in(reader).get("/toolkit/licensure/ky").text


def test_home_pages_of_different_stages_show_different_news(session: Session, reader: User) -> None:
    load_news(session, now=NOW)
    now = dt.datetime(2026, 11, 29, tzinfo=dt.UTC)
    first = {
        stage: service.latest(session, reader.id, stages=[stage], now=now)
        for stage in ("medical_school", "interviews", "visa", "licensure")
    }
    assert len({tuple(line.id for line in lines) for lines in first.values()}) == len(first)
    assert [lines[0].topic for lines in first.values()] == [
        Topic.RESIDENCY, Topic.MATCH, Topic.VISAS, Topic.LICENSURE
    ]  # fmt: skip


def test_of_a_chosen_topic_the_newest_comes_first_whatever_its_age(
    session: Session, reader: User
) -> None:
    load_news(session, now=NOW)
    service.choose(session, reader.id, topics=[Topic.EQUITY], weekly=False, now=NOW)
    now = dt.datetime(2026, 11, 29, tzinfo=dt.UTC)
    lines = service.latest(session, reader.id, stages=["visa"], now=now)
    assert [line.topic for line in lines[:2]] == [Topic.VISAS, Topic.EQUITY]


def test_an_item_without_a_source_gets_the_one_found_since(session: Session) -> None:
    load_news(session, now=NOW)
    item = session.get_one(NewsItem, overtaken()[shipped_item("Final rule to end open-ended")])
    address = item.url
    item.url, item.url_check, item.lead = None, UrlCheck.NONE, "Ours"
    assert load_news(session, now=NOW) == 1
    session.refresh(item)
    assert [item.url, item.url_check, item.lead] == [address, UrlCheck.NOT_OPENED, "Ours"]
    assert load_news(session, now=NOW) == 0


def test_a_leader_corrects_news_for_everybody_like_any_fact(
    session: Session, section: Section, reader: User, sign_in: SignIn
) -> None:
    load_news(session, now=NOW)
    item = session.scalars(sa.select(NewsItem).where(NewsItem.url.is_not(None)).limit(1)).one()
    theirs = post(session, section)
    leader = sign_in(factories.leader(session, section))
    path = f"/toolkit/facts/news_item/{item.id}"
    assert path in leader.get(f"/news/{item.id}").links()
    assert path not in sign_in(reader).get(f"/news/{item.id}").links()
    report = leader.get("/toolkit/facts?kind=news_item&reason=not_opened").links()
    assert any(link.startswith("/toolkit/facts/news_item/") for link in report)
    leader.submit(path, {"title": "Zebra ruling", "why": "Clearer"}, action=path)
    shown = leader.get(path)
    assert "Clearer" in shown.text
    assert f"/news/{item.id}" in shown.links()
    assert load_news(session, now=NOW) == 0
    assert "Zebra ruling" in leader.get("/toolkit/search?q=zebra").text
    leader.post(f"{path}/check")
    assert (item.title, item.url_check) == ("Zebra ruling", UrlCheck.RETRIEVED)
    for key in (theirs.id, "none"):  # a post of a section is its leaders' alone
        leader.get(f"/toolkit/facts/news_item/{key}", status=404)


def test_every_topic_of_the_seeds_has_something(session: Session) -> None:
    assert {item.topic for item in read_sources()[1]} == set(Topic)


@pytest.mark.parametrize("query", ["", "?topic=nothing", "?topic=visas", "?page=99", "?page=x"])
def test_an_empty_or_mistyped_page_says_what_next(
    reader: User, sign_in: SignIn, query: str
) -> None:
    assert "yet" in sign_in(reader).get(f"/news{query}").text


def test_a_post_is_read_by_the_members_of_its_section_only(
    session: Session, section: Section, reader: User, sign_in: SignIn
) -> None:
    made = post(session, section, body="# Welcome\n\nSee [this](https://example.org).\n\n<b>x</b>")
    page = sign_in(reader).get(f"/news/{made.id}")
    assert page.h1 == "Hello"
    assert "https://example.org" in page.links()
    assert "<b>x</b>" in page.text  # shown as typed, not as markup
    other = factories.member(session, factories.section(session), SectionRole.IMG)
    sign_in(other).get(f"/news/{made.id}", status=404)
    assert "Hello" not in sign_in(other).get("/news").text
    waiting = factories.member(session, section, SectionRole.MENTOR, state=MembershipState.ASKED)
    sign_in(waiting).get(f"/news/{made.id}", status=404)


@pytest.mark.parametrize(
    "text", ["[x](javascript:alert(1))", "<script>alert(1)</script>", "![x](https://evil.example/)"]
)
def test_what_a_leader_types_runs_nothing_and_loads_nothing(
    session: Session, section: Section, reader: User, sign_in: SignIn, text: str
) -> None:
    html = sign_in(reader).get(f"/news/{post(session, section, body=text).id}").html
    assert "<script>alert" not in html
    assert 'href="javascript' not in html
    assert 'src="https://evil' not in html


def test_the_home_page_shows_what_fits_the_reader_first_in_one_statement(
    session: Session, section: Section, reader: User
) -> None:
    for number in range(6):
        post(session, section, f"Section {number}")
    post(session, section, "Match news", topic=Topic.MATCH)
    post(session, section, "Equity news", topic=Topic.EQUITY)
    old = post(session, section, "Old match news", topic=Topic.MATCH)
    old.published_at = NOW - dt.timedelta(days=400)
    service.choose(session, reader.id, topics=[Topic.EQUITY], weekly=False, now=NOW)
    statements: list[object] = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *e: statements.append(e[2]))
    lines = service.latest(session, reader.id, stages=["interviews"], now=NOW, limit=3)
    assert {line.title for line in lines[:2]} == {"Match news", "Equity news"}
    assert lines[2].title.startswith("Section")
    assert len(statements) == 1


def test_choices_are_kept_and_shown(reader: User, sign_in: SignIn) -> None:
    client = sign_in(reader)
    page = client.follow(
        client.submit("/news/choices", {"topics": ["visas", "equity"], "weekly": "y"})
    )
    assert "Visas, Equity" in page.text.replace(" ,", ",")
    assert "once a week by email" in page.text
    client.submit("/news/choices", {"topics": [], "weekly": []})
    assert "You can also get" in client.get("/news").text


# ---- the desk


def test_a_leader_writes_looks_and_publishes(
    session: Session, section: Section, leader: PageClient, reader: User, sign_in: SignIn
) -> None:
    path = f"/sections/{section.slug}/news/new"
    words = {"title": "Our fall meeting", "topic": "section", "lead": "Come.", "body": "**Nov 14**"}
    seen = leader.submit(path, words | {"preview": "yes"}, status=200)
    assert seen.tree.find(".//section[@id='preview']//strong").text == "Nov 14"  # type: ignore[union-attr]  # None fails the test
    assert session.scalar(sa.select(sa.func.count(NewsItem.id))) == 0
    leader.submit(path, words | {"save": "yes"})
    assert one(session).state is ItemState.DRAFT
    assert "Our fall meeting" not in sign_in(reader).get("/news").text
    edit = f"/sections/{section.slug}/news/{one(session).id}/edit"
    leader.submit(edit, {"title": "Our winter meeting", "publish": "yes"})
    assert "Our winter meeting" in sign_in(reader).get("/news").text


def test_a_leader_decides_what_a_feed_brought(
    session: Session, section: Section, leader: PageClient, reader: User, sign_in: SignIn
) -> None:
    session.add(
        NewsItem(
            section_id=section.id, topic=Topic.VISAS, state=ItemState.WAITING, title="From a feed",
            summary="Their words.", url="https://example.org/x", organization="USCIS",
            as_of="2026-11-01", fingerprint="f", created_at=NOW, published_at=NOW,
        )
    )  # fmt: skip
    session.flush()
    base = f"/sections/{section.slug}/news"
    page = leader.get(base)
    assert "Their words." in page.text
    leader.submit(base, action=f"{base}/{one(session).id}/publish")
    leader.submit(f"{base}/{one(session).id}/edit", {"lead": "What it means for you.", "save": "y"})
    shown = sign_in(reader).get("/news").text
    assert "What it means for you." in shown
    assert "Their words." not in shown  # nobody else's sentences are shown to members
    leader.post(f"{base}/{one(session).id}/hide")
    assert "From a feed" not in sign_in(reader).get("/news").text
    assert "From a feed" in leader.get(f"{base}?state=hidden").text


def test_only_drafts_are_deleted(session: Session, section: Section, leader: PageClient) -> None:
    made = post(session, section)
    leader.post(f"/sections/{section.slug}/news/{made.id}/delete")
    assert one(session).id == made.id
    assert "Only drafts can be deleted" in leader.get(f"/sections/{section.slug}/news").text
    made.state = ItemState.DRAFT
    session.flush()
    leader.submit(f"/sections/{section.slug}/news/{made.id}/delete")
    assert session.scalar(sa.select(sa.func.count(NewsItem.id))) == 0


def test_a_section_hides_what_is_for_everybody_from_its_own_members(
    session: Session, section: Section, leader: PageClient, reader: User, sign_in: SignIn
) -> None:
    load_news(session, now=NOW)
    title = "Court in Massachusetts postpones"
    item = session.scalars(sa.select(NewsItem).where(NewsItem.title.startswith(title))).one()
    base = f"/sections/{section.slug}/news/everybodys"
    assert title in leader.get(base).text
    leader.post(f"{base}/{item.id}", {"what": "hide"})
    hidden = sign_in(reader).get("/news").text
    assert title not in hidden
    assert "Final rule to end open-ended" not in hidden  # which it overtook
    other = factories.member(session, factories.section(session), SectionRole.IMG)
    assert title in sign_in(other).get("/news").text
    old = shipped_item("Final rule to end open-ended")
    leader.post(f"{base}/{old}", {"what": "show"})  # and so the two come back together
    assert title in sign_in(reader).get("/news").text


def test_feeds_are_added_edited_paused_and_removed(
    session: Session, section: Section, leader: PageClient
) -> None:
    base = f"/sections/{section.slug}/news/feeds"
    suggested = next(a for a in leader.get(base).links() if "nrmp.org" in a)
    leader.submit(suggested)
    page = leader.get(base)
    assert "Not asked yet" in page.text
    assert "https://www.nrmp.org/feed/" in page.text
    assert suggested not in page.links()
    edit = next(a for a in page.links() if a.startswith(f"{base}/") and len(a.split("/")[-1]) == 36)
    assert "start with http" in leader.submit(edit, {"url": "ftp://x"}, status=422).text
    for inside in (
        "http://127.0.0.1:8660/feed",
        "http://localhost/f",
        "https://[::1]/f",
        "http://10.1/f",
    ):
        refused = leader.submit(edit, {"url": inside}, status=422)
        assert "private network" in refused.text
    leader.submit(edit, {"topic": "visas", "auto_publish": "yes"})
    assert "Visas; published at once" in leader.get(base).text
    leader.post(f"{edit}/switch", {"what": "pause"})
    assert "Paused" in leader.get(base).text
    leader.post(f"{edit}/switch", {"what": "explode"}, status=400)
    leader.submit(f"{edit}/remove")
    assert "No feeds yet" in leader.get(base).text


def test_the_desk_is_its_leaders_only(
    session: Session, section: Section, reader: User, sign_in: SignIn
) -> None:
    made = post(session, section)
    foreign = sign_in(factories.leader(session, factories.section(session)))
    base = f"/sections/{section.slug}/news"
    for client in (sign_in(reader), foreign):
        for path in (base, f"{base}/new", f"{base}/feeds", f"{base}/{made.id}/edit"):
            client.get(path, status=404)
        client.post(f"{base}/{made.id}/hide", status=404)
    assert one(session).state is ItemState.PUBLISHED


# ---- the search


def finds(page: PageClient, words: str) -> list[str]:
    return [link for link in page.get(f"/toolkit/search?q={words}").links() if "/news/" in link]


def test_a_post_is_found_by_its_section_while_it_is_published(
    session: Session, section: Section, reader: User, sign_in: SignIn
) -> None:
    mine = sign_in(reader)
    other = factories.section(session)
    stranger = sign_in(factories.member(session, other, SectionRole.IMG))
    item = post(session, section, "Zebra evening", body="With **lemonade**.")
    assert finds(mine, "zebra") == finds(mine, "lemonade") == [f"/news/{item.id}"]
    assert finds(stranger, "zebra") == []
    desk.edit_item(session, item, topic=item.topic, title="Lion evening", lead="", body="")
    assert (finds(mine, "zebra"), finds(mine, "lion")) == ([], [f"/news/{item.id}"])
    desk.hide(session, item, by=reader.id)
    assert finds(mine, "lion") == []
    desk.publish(session, item, by=reader.id, now=NOW)
    assert finds(mine, "lion") == [f"/news/{item.id}"]


def test_news_for_everybody_is_not_found_where_a_section_hides_it(
    session: Session, section: Section, reader: User, sign_in: SignIn
) -> None:
    load_news(session, now=NOW)
    mine = sign_in(reader)
    found, *_ = finds(mine, "Massachusetts+postpones")
    key = uuid.UUID(found.rsplit("/", 1)[1])
    desk.hide_everybodys(session, section.id, key)
    assert found not in finds(mine, "Massachusetts+postpones")
    desk.show_everybodys(session, section.id, key)
    assert found in finds(mine, "Massachusetts+postpones")
