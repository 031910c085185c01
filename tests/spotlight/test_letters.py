"""A letter is its author's until it is sent, and the gallery's only after a leader has read it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.extensions import db, transaction
from mentorship.notices.models import Message
from mentorship.search.models import SearchEntry
from mentorship.search.service import rebuild
from mentorship.sections.models import Section, SectionRole
from mentorship.spotlight import service
from mentorship.spotlight.models import LetterState, SpotlightLetter
from mentorship.spotlight.searched import SOURCES
from mentorship.toolkit.loading import load_facts
from tests import factories
from tests.factories import NOW
from tests.page import PageClient

SignIn = Callable[[User], PageClient]
WORDS: dict[str, Any] = {
    "title": "Dear me",
    "byline": "A resident in Ohio",
    "about": "On waiting.",
    "body": "# Wait\n\nIt gets **better**. <script>alert(1)</script>",
}


OTHER: dict[str, Any] = dict.fromkeys(WORDS, "No")


@pytest.fixture
def section(session: Session) -> Section:
    return factories.section(session)


@pytest.fixture
def author(session: Session, section: Section, sign_in: SignIn) -> PageClient:
    return sign_in(factories.member(session, section, SectionRole.IMG))


@pytest.fixture
def reader(session: Session, section: Section, sign_in: SignIn) -> PageClient:
    return sign_in(factories.member(session, section, SectionRole.MENTOR))


@pytest.fixture
def leader(session: Session, section: Section, sign_in: SignIn) -> PageClient:
    return sign_in(factories.leader(session, section))


def written(session: Session, author: PageClient) -> SpotlightLetter:
    author.submit("/spotlight/mine/new", WORDS)
    return session.scalars(sa.select(SpotlightLetter)).one()


def sent(session: Session, author: PageClient) -> SpotlightLetter:
    letter = written(session, author)
    author.submit(
        f"/spotlight/mine/{letter.id}",
        {"agree": "y"},
        action=f"/spotlight/mine/{letter.id}/submit",
    )
    return letter


def test_a_draft_is_seen_by_its_author_only(
    session: Session, section: Section, author: PageClient, reader: PageClient, leader: PageClient
) -> None:
    letter = written(session, author)
    assert "Private draft" in author.get("/spotlight/mine").text
    for other in (reader, leader):
        other.get(f"/spotlight/mine/{letter.id}", status=404)
        other.get(f"/spotlight/letters/{letter.id}", status=404)
        other.post(f"/spotlight/mine/{letter.id}/delete", status=404)
        assert "Dear me" not in other.get("/spotlight").text
    assert "Dear me" not in leader.get(f"/sections/{section.slug}/letters").text
    leader.get(f"/sections/{section.slug}/letters/{letter.id}", status=404)


def test_from_draft_to_gallery(
    session: Session, section: Section, author: PageClient, reader: PageClient, leader: PageClient
) -> None:
    letter = written(session, author)
    refused = author.post(f"/spotlight/mine/{letter.id}/submit", status=422)
    assert "Check this box" in refused.text
    author.post(f"/spotlight/mine/{letter.id}/submit", {"agree": "y"})
    desk = f"/sections/{section.slug}/letters"
    assert "With the leaders" in leader.get(desk).text
    leader.submit(f"{desk}/{letter.id}", {"title": "Dear younger me"}, action=f"{desk}/{letter.id}")
    leader.post(f"{desk}/{letter.id}/decide", {"what": "publish"})
    assert "Dear younger me" in reader.get("/spotlight").text
    page = reader.get(f"/spotlight/letters/{letter.id}")
    assert page.h1 == "Dear younger me"
    assert "A resident in Ohio" in page.text
    assert "<script>alert" not in page.html
    assert "Dear younger me" in reader.get("/toolkit/search?q=letter+waiting").text
    subjects = list(session.scalars(sa.select(Message.subject)))
    assert subjects == ["Your letter is in the spotlight"]


def test_a_leader_gives_a_letter_back_with_a_note(
    session: Session, section: Section, author: PageClient, leader: PageClient
) -> None:
    letter = sent(session, author)
    desk = f"/sections/{section.slug}/letters/{letter.id}"
    assert (
        "Say what to change" in leader.post(f"{desk}/decide", {"what": "return"}, status=422).text
    )
    leader.post(f"{desk}/decide", {"what": "return", "note": "Shorter, please."})
    assert "Shorter, please." in author.get("/spotlight/mine").text
    leader.get(desk, status=404)  # it is the author's again
    author.submit(
        f"/spotlight/mine/{letter.id}", {"title": "Short"}, action=f"/spotlight/mine/{letter.id}"
    )
    author.post(f"/spotlight/mine/{letter.id}/submit", {"agree": "y"})
    assert "Short" in leader.get(f"/sections/{section.slug}/letters").text


def test_the_author_takes_a_published_letter_back(
    session: Session, section: Section, author: PageClient, reader: PageClient, leader: PageClient
) -> None:
    letter = sent(session, author)
    leader.post(f"/sections/{section.slug}/letters/{letter.id}/decide", {"what": "publish"})
    reader.get(f"/spotlight/letters/{letter.id}")
    author.post(f"/spotlight/mine/{letter.id}/take-back")
    reader.get(f"/spotlight/letters/{letter.id}", status=404)
    assert "Dear me" not in reader.get("/toolkit/search?q=letter+waiting").text
    author.submit(f"/spotlight/mine/{letter.id}/delete")
    assert session.scalar(sa.select(sa.func.count()).select_from(SpotlightLetter)) == 0


@pytest.mark.parametrize("step", ["publish", "return", "hide", "correct", "write"])
def test_whoever_comes_late_changes_nothing(new_app: Callable[..., Flask], step: str) -> None:
    """One has read the letter, and before they write the other has moved it and is told so."""
    app = new_app()
    with app.app_context():
        letter_id, author_id, section_id = _submitted(published=step in {"hide", "correct"})
        with Session(db.engine, expire_on_commit=False) as late, Session(db.engine) as first:
            read = service.own_letter(late, author_id, letter_id)
            if step == "write":
                service.take_back(late, read, now=NOW)
            late.commit()
            meanwhile = service.own_letter(first, author_id, letter_id)
            if step == "write":
                service.submit(first, meanwhile, now=NOW)
            else:
                service.take_back(first, meanwhile, now=NOW)
            first.commit()
            acts: dict[str, Callable[[], object]] = {
                "publish": lambda: service.publish(late, read, now=NOW),
                "return": lambda: service.give_back(late, read, note="No", now=NOW),
                "hide": lambda: service.hide(late, read, now=NOW),
                "correct": lambda: service.edit_at_desk(late, read, title="No", body="No"),
                "write": lambda: service.write(
                    late, read, section_id=section_id, author_id=author_id, now=NOW, **OTHER
                ),
            }
            with pytest.raises(service.NotNow):
                acts[step]()
            late.rollback()
        left = db.session.scalars(sa.select(SpotlightLetter)).one()
        expected = LetterState.SUBMITTED if step == "write" else LetterState.DRAFT
        assert (left.state, left.title, left.note) == (expected, WORDS["title"], "")
        assert db.session.scalars(sa.select(SearchEntry)).all() == []
        db.session.remove()


def _submitted(*, published: bool) -> tuple[uuid.UUID, uuid.UUID, uuid.UUID]:
    with transaction() as session:
        section = factories.section(session)
        author = factories.member(session, section, SectionRole.IMG)
        keys: dict[str, Any] = {"section_id": section.id, "author_id": author.id}
        letter = service.write(session, None, now=NOW, **keys, **WORDS)
        service.submit(session, letter, now=NOW)
        if published:
            letter = service.letter_at_desk(session, section.id, letter.id)
            service.publish(session, letter, now=NOW)
    db.session.remove()
    return letter.id, author.id, section.id


def test_letters_thrown_away_together_leave_the_index_at_one_time(session: Session) -> None:
    """To take old words out of its file holds the one writer of SQLite, up to a second each."""
    section = factories.section(session)
    author = factories.member(session, section, SectionRole.IMG)
    keys: dict[str, Any] = {"section_id": section.id, "author_id": author.id}
    for _ in range(3):
        letter = service.write(session, None, now=NOW, **keys, **WORDS)
        service.submit(session, letter, now=NOW)
        service.publish(session, service.letter_at_desk(session, section.id, letter.id), now=NOW)
    merged = []

    def note(_c: object, _cursor: object, text: str, *_: object) -> None:
        if "optimize" in text:
            merged.append(text)

    connection = session.connection()
    sa.event.listen(connection, "before_cursor_execute", note)
    service.throw_away_all(session, author.id)
    sa.event.remove(connection, "before_cursor_execute", note)
    assert session.scalars(sa.select(SearchEntry)).all() == []
    assert len(merged) == (connection.dialect.name == "sqlite")


def test_building_the_index_again_drops_letters_that_are_gone(session: Session) -> None:
    """As set-up does: erasure once left entries of letters that it had deleted."""
    section = factories.section(session)
    author = factories.member(session, section, SectionRole.IMG)
    keys: dict[str, Any] = {"section_id": section.id, "author_id": author.id}
    letter = service.write(session, None, now=NOW, **keys, **WORDS)
    service.submit(session, letter, now=NOW)
    service.publish(session, service.letter_at_desk(session, section.id, letter.id), now=NOW)
    assert rebuild(session, SOURCES) == 0
    session.execute(sa.delete(SpotlightLetter))
    assert rebuild(session, SOURCES) == 1
    assert session.scalars(sa.select(SearchEntry)).all() == []


def test_letters_stay_in_their_section(
    session: Session, section: Section, author: PageClient, leader: PageClient, sign_in: SignIn
) -> None:
    letter = sent(session, author)
    desk = f"/sections/{section.slug}/letters/{letter.id}"
    leader.post(f"{desk}/decide", {"what": "publish"})
    elsewhere = factories.section(session)
    stranger = sign_in(factories.leader(session, elsewhere))
    stranger.get(f"/spotlight/letters/{letter.id}", status=404)
    stranger.get(desk, status=404)
    stranger.get(f"/sections/{elsewhere.slug}/letters/{letter.id}", status=404)
    form = WORDS | {"section": str(section.id)}
    assert "Not a valid choice" in stranger.post("/spotlight/mine/new", form, status=422).text


def test_the_gallery_shows_videos_and_letters_elsewhere_and_loads_nothing_from_there(
    session: Session, reader: PageClient
) -> None:
    load_facts(session)
    page = reader.get("/spotlight")
    for text in (
        "The IMG journey through medicine",
        "Who speaks: not named on the page we read. From AMA",
        "Who speaks: Daniel Rivers. From AMA",
        "A letter to myself, by Kamalika Roy, MD",
        "Who writes: Tanaya Sparkle, MD. From ECFMG",
    ):
        assert text in page.text, text
    for element in page.tree.iter():
        source = element.get("src") or (element.tag == "link" and element.get("href"))
        assert not source or str(source).startswith("/static/")


def test_whoever_belongs_to_no_section_is_led_to_one(session: Session, sign_in: SignIn) -> None:
    outsider = sign_in(factories.person(session))
    assert "/sections" in outsider.get("/spotlight").links()
    outsider.get("/spotlight/mine/new", status=404)
    outsider.post("/spotlight/mine/new", WORDS, status=404)
