"""The weekly mail goes to whoever asked, says what is new to them, and stops with one click."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.news import desk, service
from mentorship.news.digest import post_digests
from mentorship.news.models import DigestReader, NewsItem, Topic
from mentorship.news.seeds import load_news
from mentorship.notices.models import Message
from mentorship.notices.transports import compose
from mentorship.sections.models import Section, SectionRole
from mentorship.toolkit.models import Confidence
from tests import factories
from tests.factories import NOW
from tests.page import PageClient

WEEK = dt.timedelta(days=7)


@pytest.fixture
def section(session: Session) -> Section:
    return factories.section(session)


@pytest.fixture
def reader(session: Session, section: Section) -> User:
    person = factories.member(session, section, SectionRole.IMG)
    service.choose(session, person.id, topics=[Topic.VISAS], weekly=True, now=NOW)
    return person


def told(
    session: Session, section: Section, title: str, topic: Topic = Topic.MATCH, *, days: int = 1
) -> NewsItem:
    by, now = factories.leader(session, section).id, NOW + dt.timedelta(days=days)
    post = desk.write_post(
        session,
        section_id=section.id,
        author_id=by,
        topic=topic,
        title=title,
        lead="",
        body="Text.",
        now=now,
    )
    desk.publish(session, post, by=by, now=now)
    return post


def mails(session: Session) -> list[Message]:
    return list(session.scalars(sa.select(Message).order_by(Message.created_at)))


def test_what_is_new_is_told_once_a_week_and_the_readers_topics_come_first(
    session: Session, section: Section, reader: User
) -> None:
    nowhere = factories.member(session, section, SectionRole.IMG)
    service.choose(session, nowhere.id, topics=[], weekly=True, now=NOW)
    nowhere.email = "no address"  # a mail to it fails, and holds up no other
    told(session, section, "Match dates", days=3)
    told(session, section, "Visa rules", Topic.VISAS, days=1)
    assert post_digests(now=NOW + dt.timedelta(days=6)) == 0
    assert post_digests(now=NOW + WEEK) == 1
    assert post_digests(now=NOW + WEEK) == 0
    (mail,) = mails(session)
    assert mail.recipient == reader.email
    assert mail.body.index("Visa rules") < mail.body.index("Match dates")
    assert post_digests(now=NOW + 2 * WEEK) == 0  # nothing new since


def test_nobody_is_told_of_another_section_or_of_what_is_hidden(
    session: Session, section: Section, reader: User
) -> None:
    told(session, factories.section(session), "Elsewhere")
    desk.hide(session, told(session, section, "Withdrawn"), by=reader.id)
    told(session, section, "Ours")
    post_digests(now=NOW + WEEK)
    (mail,) = mails(session)
    assert "Ours" in mail.body
    assert "Elsewhere" not in mail.body
    assert "Withdrawn" not in mail.body


def test_nobody_gets_it_unasked(session: Session, section: Section) -> None:
    factories.member(session, section, SectionRole.IMG)
    told(session, section, "News")
    assert post_digests(now=NOW + WEEK) == 0


def test_an_account_that_is_closed_gets_none(
    session: Session, section: Section, reader: User
) -> None:
    told(session, section, "News")
    reader.active = False
    session.flush()
    assert post_digests(now=NOW + WEEK) == 0


def test_a_headline_bears_the_warnings_of_its_page(session: Session, reader: User) -> None:
    load_news(session, now=NOW)
    confirmable = sa.select(NewsItem).where(service.is_confirmable())
    for which in (NewsItem.confidence == Confidence.LOW, NewsItem.topic == Topic.VISAS):
        item = session.scalars(confirmable.where(which)).first()
        assert item is not None
        assert item.shown_at is not None
        warnings = service.line_of(item).provenance.warnings
        assert warnings
        session.get_one(DigestReader, reader.id).since = item.shown_at - WEEK
        session.flush()
        assert post_digests(now=item.shown_at) == 1
        (line,) = (line for line in mails(session)[-1].body.splitlines() if item.title in line)
        assert all(f"{warning}." in line for warning in warnings)


def test_a_mail_program_can_stop_it_with_one_click(
    app: Flask, session: Session, section: Section, reader: User, client: PageClient
) -> None:
    told(session, section, "News")
    post_digests(now=NOW + WEEK)
    (mail,) = mails(session)
    composed = compose(mail, app.config["SETTINGS"])
    assert composed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = composed["List-Unsubscribe"].strip("<>")
    path = address.removeprefix("http://localhost")
    assert path in mail.body
    answer = client.client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert session.get(DigestReader, reader.id) is None


def test_following_the_link_asks_first(
    session: Session, section: Section, reader: User, client: PageClient
) -> None:
    path = f"/news/unsubscribe/{session.get_one(DigestReader, reader.id).key}"
    page = client.get(path)
    assert page.response.headers["Referrer-Policy"] == "no-referrer"
    assert session.get(DigestReader, reader.id) is not None
    assert "It is stopped" in client.submit(path, status=200).text
    session.expire_all()
    assert session.get(DigestReader, reader.id) is None
    assert "It is stopped" in client.get(path).text


def test_a_made_up_link_is_refused(client: PageClient) -> None:
    client.get("/news/unsubscribe/me", status=400)
    assert "It is stopped" in client.get(f"/news/unsubscribe/{'x' * 43}").text
