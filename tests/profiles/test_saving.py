"""Rankings moved by buttons, saves as one goes, and two pages of one profile at once."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from mentorship.accounts.models import User
from mentorship.profiles import service
from mentorship.sections.models import Section, SectionRole
from tests import factories
from tests.page import PageClient

SignIn = Callable[[User], PageClient]
PATH = "/profile/img"
SCRIPT = {"X-Autosave": "1"}


@pytest.fixture
def section(session: Session) -> Section:
    return factories.section(session)


@pytest.fixture
def ana(session: Session, section: Section) -> User:
    return factories.member(session, section, SectionRole.IMG)


@pytest.fixture
def mentors(session: Session, section: Section) -> list[str]:
    found = [factories.member(session, section, SectionRole.MENTOR) for _ in range(2)]
    return [str(mentor.id) for mentor in found]


def test_a_button_moves_a_topic_up_and_saves(session: Session, sign_in: SignIn, ana: User) -> None:
    topics = {"topic_1": "soap", "topic_2": "visa_choice", "topic_3": "interview_prep"}
    page = sign_in(ana).submit(PATH, {**topics, "goals": "Kept", "move": "topic_3 up"})
    assert page.location == f"{PATH}#topic_2"
    kept = service.read_img(session, ana.id).values
    assert kept.topics == ("soap", "interview_prep", "visa_choice")
    assert kept.goals == "Kept"


def test_a_mentor_moves_with_the_reason(
    session: Session, sign_in: SignIn, ana: User, mentors: list[str]
) -> None:
    one, two = mentors
    asked = {"request_1": one, "why_1": "First", "request_2": two, "why_2": "Second"}
    sign_in(ana).submit(PATH, {**asked, "move": "request_1 down"})
    kept = service.read_img(session, ana.id)
    assert kept.values.requests == (two, one)
    assert kept.lines == {one: "First", two: "Second"}


@pytest.mark.parametrize("button", ["topic_1 up", "topic_5 down", "topic_9 up", "goals up", ""])
def test_a_button_that_is_not_there_moves_nothing(
    session: Session, sign_in: SignIn, ana: User, button: str
) -> None:
    sign_in(ana).submit(PATH, {"topic_1": "soap", "topic_5": "visa_choice", "move": button})
    assert service.read_img(session, ana.id).values.topics == ("soap", "visa_choice")


def test_the_return_key_saves_and_moves_nothing(sign_in: SignIn, ana: User) -> None:
    form = sign_in(ana).get(PATH).form("")
    first = next(b for b in form.iter("button") if b.get("type") == "submit")
    assert first.get("name") is None


def told(answer: TestResponse) -> dict[str, str]:
    return dict(json.loads(answer.text))


@pytest.mark.parametrize("kind", ["img", "mentor"])
def test_saved_as_one_goes(session: Session, sign_in: SignIn, section: Section, kind: str) -> None:
    who = factories.member(session, section, SectionRole(kind))
    client, path = sign_in(who), f"/profile/{kind}"
    sent = {"csrf_token": client.token(), "version": "", "mentors_wanted": "1", "seats": "2"}
    first = client.client.post(path, data=sent | {"languages": "en"}, headers=SCRIPT)
    assert (first.status_code, told(first)["words"]) == (200, "Saved.")
    newer = sent | {"languages": "ne", "version": told(first)["version"]}
    assert client.client.post(path, data=newer, headers=SCRIPT).status_code == 200
    wrong = newer | {"timezone": "Mars/Base", "version": ""}
    answer = client.client.post(path, data=wrong, headers=SCRIPT)
    assert answer.status_code == 422
    assert "Your time zone" in told(answer)["words"]
    client.get(path)  # and the page after it has no message left over


def test_the_second_of_two_pages_is_told(session: Session, sign_in: SignIn, ana: User) -> None:
    client = sign_in(ana)
    old = {"csrf_token": client.token(), "version": "", "mentors_wanted": "1", "goals": "Old page"}
    client.submit(PATH, {"goals": "New page"})
    auto = client.client.post(PATH, data=old, headers=SCRIPT)
    assert auto.status_code == 409
    assert "not saved" in told(auto)["words"]
    page = client.post(PATH, old, status=409)
    assert "somewhere else" in page.text
    assert service.read_img(session, ana.id).values.goals == "New page"
    assert "Old page" in page.text
    shown = next(i for i in page.form("").iter("input") if i.get("name") == "version")
    client.post(PATH, old | {"version": shown.get("value")})
    assert service.read_img(session, ana.id).values.goals == "Old page"


def test_sensitive_questions_say_why_and_may_stay_unsaid(
    session: Session, sign_in: SignIn, ana: User, section: Section
) -> None:
    img = sign_in(ana).get(PATH)
    assert img.text.count("Why we ask.") == 4
    for name in ("school_country", "visa", "gender"):
        options = [o.text for o in img.tree.iterfind(f".//select[@name='{name}']/option")]
        assert "Prefer not to say" in options, name
    mo = factories.member(session, section, SectionRole.MENTOR)
    mentor = sign_in(mo).get("/profile/mentor")
    assert mentor.text.count("Why we ask.") == 4
    assert mentor.text.count("Prefer not to say") + mentor.text.count("prefer not to say") >= 4
