"""Notices: on the site at once, in the mail as chosen, and out with one click."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.inbox import service
from mentorship.inbox.digest import post_digests
from mentorship.inbox.models import Notice, NoticeKind, Way
from mentorship.inbox.service import Telling, tell
from mentorship.inbox.stopping import stop_links
from mentorship.jobs import send_daily_digests
from mentorship.mentorships import service as mentorships
from mentorship.notices.letters import Letter
from mentorship.notices.models import Message
from mentorship.notices.transports import compose
from mentorship.rounds.answering import accept_offer
from mentorship.rounds.expiring import expire_answers
from mentorship.rounds.reminding import remind
from mentorship.sections import service as sections
from mentorship.sections.models import Membership, SectionRole
from mentorship.spotlight import service as spotlight
from tests import factories
from tests.factories import NOW
from tests.mentorships.pair import confirm
from tests.page import PageClient
from tests.rounds.cast import Cast, counted, small_cast

DAY = dt.timedelta(days=1)
SignIn = Callable[[User], PageClient]


@pytest.fixture
def cast(session: Session) -> Cast:
    return small_cast(session)


@pytest.fixture
def person(session: Session) -> User:
    return factories.person(session)


def told(session: Session, person: User, kind: NoticeKind, words: str = "Hello") -> None:
    letter = Letter(words, "A body.\n")
    tell(session, [Telling(person.id, person.email, letter, "/home")], kind=kind, now=NOW)


def mails(session: Session, person: User) -> list[Message]:
    return list(session.scalars(sa.select(Message).where(Message.recipient == person.email)))


def kinds(session: Session, person: User) -> list[str]:
    found = sa.select(Notice.kind).where(Notice.person_id == person.id)
    return sorted(session.scalars(found.order_by(Notice.created_at)))


def test_a_round_tells_its_people_step_by_step(cast: Cast, session: Session) -> None:
    ana, noor = cast.people["Ana Silva"], cast.people["Noor Haddad"]
    round_ = cast.published()
    assert kinds(session, noor) == ["offer"]
    assert kinds(session, ana) == ["publication"]
    remind(now=NOW + 13.5 * DAY)
    assert kinds(session, noor) == ["offer", "reminder"]
    accept_offer(session, person_id=noor.id, offer_id=cast.offer("Ana Silva").id, now=NOW)
    assert kinds(session, ana) == ["offer", "publication"]
    for _ in range(2):
        expire_answers(session, round_id=round_.id, now=NOW + 15 * DAY)
    assert kinds(session, ana) == ["expiry", "offer", "publication"]


@pytest.mark.parametrize(
    ("way", "on_site", "mailed", "in_digest"),
    [(Way.NOW, 1, 1, 0), (Way.DAILY, 1, 0, 1), (Way.HERE, 1, 0, 0), (Way.OFF, 0, 0, 0)],
)
def test_each_hears_as_they_chose(  # noqa: PLR0917  one argument a column of the table
    session: Session, person: User, way: Way, on_site: int, mailed: int, in_digest: int
) -> None:
    service.choose(session, person.id, {NoticeKind.LETTER: way})
    told(session, person, NoticeKind.LETTER)
    assert len(service.latest(session, person.id)) == on_site
    assert len(mails(session, person)) == mailed
    assert post_digests(now=NOW) == in_digest


@pytest.mark.parametrize("kind", [NoticeKind.OFFER, NoticeKind.MENTORSHIP])
def test_what_asks_for_an_answer_or_may_change_a_plan_is_never_off(
    session: Session, person: User, kind: NoticeKind
) -> None:
    with pytest.raises(service.CannotBeOff):
        service.choose(session, person.id, {kind: Way.OFF})


def test_the_daily_mail_comes_once_and_leaves_out_what_was_read(
    session: Session, person: User
) -> None:
    service.choose(session, person.id, {NoticeKind.ANSWER: Way.DAILY})
    nowhere = factories.person(session, email="a person without address")  # the first in order
    service.choose(session, nowhere.id, {NoticeKind.ANSWER: Way.DAILY})
    told(session, nowhere, NoticeKind.ANSWER)
    for words in ("One", "Two", "Three"):
        told(session, person, NoticeKind.ANSWER, words)
    two = session.scalars(sa.select(Notice).where(Notice.words == "Two")).one()
    service.open_notice(session, person_id=person.id, notice_id=two.id, now=NOW)
    assert (post_digests(now=NOW), post_digests(now=NOW)) == (1, 0)
    (mail,) = mails(session, person)
    assert mail.subject.startswith("2 new notices")
    assert re.findall(r"^- (.*)$", mail.body, re.MULTILINE) == ["One", "Three"]


def test_old_notices_are_forgotten(session: Session, person: User) -> None:
    told(session, person, NoticeKind.ANSWER)
    post_digests(now=NOW + 179 * DAY)
    assert service.latest(session, person.id)
    post_digests(now=NOW + 181 * DAY)
    assert not service.latest(session, person.id)


def test_the_worker_sends_them_by_itself(app: Flask, session: Session, person: User) -> None:
    service.choose(session, person.id, {NoticeKind.ANSWER: Way.DAILY})
    told(session, person, NoticeKind.ANSWER)
    queue = app.extensions["queue"]
    _ = queue.errands
    noon = dt.datetime(2026, 11, 3, 12, 0)  # noqa: DTZ001  huey's clock is UTC without a zone
    assert "send_daily_digests" in [t.name for t in queue.huey.read_periodic(noon)]
    later = queue.huey.read_periodic(noon + dt.timedelta(minutes=1))
    assert "send_daily_digests" not in [t.name for t in later]
    send_daily_digests()
    assert session.scalars(sa.select(Notice.for_digest)).all() == [False]


def test_one_click_without_signing_in_stops_all_but_what_leaders_must_hear(
    app: Flask, client: PageClient, session: Session, person: User
) -> None:
    service.choose(session, person.id, {NoticeKind.LEADING: Way.DAILY})
    told(session, person, NoticeKind.ANSWER)
    (mail,) = mails(session, person)
    sent = compose(mail, app.config["SETTINGS"])
    link = sent["List-Unsubscribe"].strip("<>")
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = link.removeprefix("http://localhost")
    text = client.get(path).text
    assert "Stop emails about rounds" in text
    assert "you still get emails when somebody asks to join it" in text
    told(session, person, NoticeKind.LEADING, "Before the click")
    assert len(mails(session, person)) == 1  # a look changes nothing
    answer = client.client.post(path, data={"List-Unsubscribe": "One-Click"})  # and no token
    assert answer.status_code == 200
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    for kind in NoticeKind:
        told(session, person, kind, kind)
    post_digests(now=NOW)
    concern, digest = [each for each in mails(session, person) if each is not mail]
    assert concern.subject == NoticeKind.CONCERN
    assert all(line in digest.body for line in ("- Before the click\n", "- leading\n"))
    for each in (concern, digest):  # no button that would stop nothing
        assert each.unsubscribe is None
        assert "/notices/choices" in each.body
    assert len(service.latest(session, person.id)) == 2 + len(NoticeKind)
    assert "are not stopped by this link" in client.get(path).text


def test_a_key_that_is_not_ours_stops_nothing(client: PageClient) -> None:
    client.get("/notices/stop/made-up", status=400)
    client.get(stop_links.link(uuid.uuid4()).removeprefix("http://localhost"))  # somebody gone


def test_the_bell_costs_no_statement(sign_in: SignIn, cast: Cast, session: Session) -> None:
    cast.published()
    noor = sign_in(cast.people["Noor Haddad"])
    with counted(session) as before:
        assert "unread" in noor.get("/home/mentor").text
    assert len([s for s in before if "count(notice" in s]) == 1
    assert len([s for s in before if "notice" in s and "membership" not in s]) == 0


def test_reading_in_the_browser(sign_in: SignIn, cast: Cast, session: Session) -> None:
    noor = sign_in(cast.people["Noor Haddad"])
    assert "No notices yet" in noor.get("/notices").text
    cast.published()
    notice = service.latest(session, cast.people["Noor Haddad"].id)[0]
    assert notice.words in noor.get("/notices").text
    page = noor.post(f"/notices/{notice.id}")
    assert page.location == notice.path
    assert "unread" not in noor.get("/notices").text
    sign_in(cast.people["Ana Silva"]).post(f"/notices/{notice.id}", status=404)
    ana = sign_in(cast.people["Ana Silva"])
    ana.submit("/notices", action="/notices/read")
    assert "unread" not in ana.get("/notices").text


def test_choosing_in_the_browser(sign_in: SignIn, session: Session, person: User) -> None:
    client = sign_in(person)
    client.submit("/notices/choices", {"offer": "daily", "letter": "off"})
    mine = service.choices_of(session, person.id)
    assert (mine[NoticeKind.OFFER], mine[NoticeKind.LETTER]) == (Way.DAILY, Way.OFF)
    assert mine[NoticeKind.REMINDER] is Way.NOW
    client.submit("/notices/choices", {"mentorship": "off"}, status=422)


def test_what_a_section_decides_is_a_notice_too(session: Session, cast: Cast) -> None:
    asking = factories.person(session)
    sections.ask_to_join(
        session, person_id=asking.id, section_id=cast.section.id, role=SectionRole.MENTOR, now=NOW
    )
    assert kinds(session, cast.leader) == ["leading"]
    assert "A request to join" in words_to(session, cast.leader)
    waiting = session.query(Membership).filter_by(person_id=asking.id).one()
    sections.decide(session, membership_id=waiting.id, approve=True, by=cast.leader.id, now=NOW)
    assert kinds(session, asking) == ["section"]
    assert service.latest(session, asking.id)[0].path == "/sections"


def test_a_letter_and_a_concern_are_notices_too(session: Session, cast: Cast) -> None:
    pair = confirm(cast, cast.published(), "Ana Silva", "Noor Haddad")
    mentorships.raise_concern(
        session, person_id=pair.img.id, mentorship_id=pair.id, kind="other", words="Hm", now=NOW
    )
    assert "concern" in kinds(session, cast.leader)
    said = words_to(session, cast.leader)
    assert not any(name in said for name in ("Ana", "Noor", "Hm"))
    ana = cast.people["Ana Silva"]
    service.choose(session, ana.id, {NoticeKind.LETTER: Way.HERE})
    before = len(mails(session, ana))
    letter = spotlight.write(
        session,
        None,
        section_id=cast.section.id,
        author_id=ana.id,
        title="Dear me",
        byline="A resident",
        about="On waiting.",
        body="It gets better.",
        now=NOW,
    )
    letter = spotlight.own_letter(session, ana.id, letter.id)
    spotlight.submit(session, letter, now=NOW)
    spotlight.publish(session, letter, now=NOW)
    assert "letter" in kinds(session, ana)
    assert len(mails(session, ana)) == before


def words_to(session: Session, person: User) -> str:
    return " ".join(notice.words for notice in service.latest(session, person.id))
