"""Rankings moved by buttons, saves as one goes, and two pages of one profile at once."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from xml.etree.ElementTree import Element

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from mentorship import vocabulary
from mentorship.accounts.models import User
from mentorship.consents.service import LISTED, MATCHING, give
from mentorship.matching import Mentor
from mentorship.profiles import service
from mentorship.profiles.codes import option_of
from mentorship.profiles.steps import ROADS
from mentorship.sections.models import Browsing, Section, SectionRole
from tests import factories
from tests.factories import NOW
from tests.page import PageClient
from tests.profiles.samples import FULL_IMG

SignIn = Callable[[User], PageClient]
TOPICS, NAMES = "/profile/img/topics", "/profile/img/names"
SCRIPT = {"X-Autosave": "1"}


@pytest.fixture
def section(session: Session) -> Section:
    made = factories.section(session)
    made.browsing = Browsing.IMGS
    return made


@pytest.fixture
def ana(session: Session, section: Section) -> User:
    return factories.member(session, section, SectionRole.IMG)


@pytest.fixture
def mentors(session: Session, section: Section) -> list[str]:
    found = [factories.member(session, section, SectionRole.MENTOR) for _ in range(2)]
    for mentor in found:
        for purpose in (LISTED, MATCHING):
            give(session, mentor.id, purpose, NOW)
        ready = Mentor(key=str(mentor.id), seats=1, topics=("soap",), languages=("en",))
        service.write_mentor(session, person_id=mentor.id, mentor=ready, now=NOW)
    return [str(mentor.id) for mentor in found]


def test_a_button_moves_a_topic_up_and_saves(session: Session, sign_in: SignIn, ana: User) -> None:
    topics = {"topic_1": "soap", "topic_2": "visa_choice", "topic_3": "interview_prep"}
    page = sign_in(ana).submit(TOPICS, {**topics, "goals": "Kept", "move": "topic_3 up"})
    assert page.location == f"{TOPICS}#topic_2"
    kept = service.read_img(session, ana.id).values
    assert kept.topics == ("soap", "interview_prep", "visa_choice")
    assert kept.goals == "Kept"


@pytest.mark.parametrize("path", [TOPICS, NAMES, "/profile/img/times"])
def test_a_step_that_is_sent_twice_is_saved(
    sign_in: SignIn, session: Session, ana: User, mentors: list[str], path: str
) -> None:
    one, two = map(option_of, mentors)
    said: dict[str, dict[str, object]] = {
        TOPICS: {
            "topic_1": "soap",
            "topic_2": "visa_choice",
            "goals": "A  goal",
            "languages": ["en"],
        },
        NAMES: {
            "request_1": one,
            "why_1": "First",
            "avoid_mentors": [two],
            "avoid_addresses": "Lee@Example.org",
        },
        "/profile/img/times": {"timezone": "Asia/Kathmandu", "free": ["6-1", "0-3"]},
    }
    client = sign_in(ana)
    versions = client.get(path).tree.iterfind(".//input[@name='version']")
    version = next(field.get("value") for field in versions)
    sent = {**said[path], "version": version, "go": "on"}
    first = client.post(path, sent)
    kept = service.read_img(session, ana.id).values
    again = client.post(path, sent)
    assert (again.status, again.location) == (303, first.location)
    assert service.read_img(session, ana.id).values == kept
    changed = {**sent, "topic_1": "interview_prep", "request_1": "", "why_1": "", "free": ["0-1"]}
    client.post(path, changed, status=409)


def test_a_mentor_moves_with_the_reason(
    session: Session, sign_in: SignIn, ana: User, mentors: list[str]
) -> None:
    one, two = mentors
    asked = {"request_1": option_of(one), "why_1": "First"}
    asked |= {"request_2": option_of(two), "why_2": "Second"}
    sign_in(ana).submit(NAMES, {**asked, "move": "request_1 down"})
    kept = service.read_img(session, ana.id)
    assert kept.values.requests == (two, one)
    assert kept.lines == {one: "First", two: "Second"}


@pytest.mark.parametrize("button", ["topic_1 up", "topic_5 down", "topic_9 up", "goals up", ""])
def test_a_button_that_is_not_there_moves_nothing(
    session: Session, sign_in: SignIn, ana: User, button: str
) -> None:
    sign_in(ana).submit(TOPICS, {"topic_1": "soap", "topic_5": "visa_choice", "move": button})
    assert service.read_img(session, ana.id).values.topics == ("soap", "visa_choice")


def test_the_return_key_saves_and_moves_nothing(sign_in: SignIn, ana: User) -> None:
    form = sign_in(ana).get(TOPICS).form()
    first = next(b for b in form.iter("button") if b.get("type") == "submit")
    assert first.get("name") is None


def told(answer: TestResponse) -> dict[str, str]:
    return dict(json.loads(answer.text))


@pytest.mark.parametrize("kind", ["img", "mentor"])
def test_saved_as_one_goes(session: Session, sign_in: SignIn, section: Section, kind: str) -> None:
    who = factories.member(session, section, SectionRole(kind))
    client, path = sign_in(who), f"/profile/{kind}/times"
    version = client.get(path).form().find(".//input[@name='version']")
    assert version is not None
    sent = {"csrf_token": client.token(), "version": str(version.get("value"))}
    first = client.client.post(path, data=sent | {"timezone": "Asia/Kathmandu"}, headers=SCRIPT)
    assert (first.status_code, told(first)["words"]) == (200, "Saved.")
    newer = sent | {"timezone": "UTC", "version": told(first)["version"]}
    second = client.client.post(path, data=newer, headers=SCRIPT)
    assert second.status_code == 200
    wrong = newer | {"timezone": "Mars/Base", "version": told(second)["version"]}
    answer = client.client.post(path, data=wrong, headers=SCRIPT)
    assert answer.status_code == 422
    assert "Your time zone" in told(answer)["words"]
    client.get(path)  # and the page after it has no message left over


def test_the_second_of_two_pages_is_told(session: Session, sign_in: SignIn, ana: User) -> None:
    client = sign_in(ana)
    version = client.get(TOPICS).form().find(".//input[@name='version']")
    assert version is not None
    seen = str(version.get("value"))
    old = {"csrf_token": client.token(), "version": seen, "goals": "Old page"}
    client.submit(TOPICS, {"goals": "New page"})
    auto = client.client.post(TOPICS, data=old, headers=SCRIPT)
    assert auto.status_code == 409
    assert "not saved. Use a button below" in told(auto)["words"]
    assert "Save again" not in told(auto)["words"]  # which would be refused once more
    page = client.post(TOPICS, old, status=409)
    assert "somewhere else" in page.text
    assert service.read_img(session, ana.id).values.goals == "New page"
    assert "Old page" in page.text
    shown = next(i for i in page.form().iter("input") if i.get("name") == "version")
    client.post(TOPICS, old | {"version": shown.get("value")})
    assert service.read_img(session, ana.id).values.goals == "Old page"


def test_two_steps_of_one_profile_do_not_stand_in_each_others_way(
    session: Session, sign_in: SignIn, ana: User
) -> None:
    client = sign_in(ana)
    version = client.get(TOPICS).form().find(".//input[@name='version']")
    assert version is not None
    client.submit("/profile/img/times", {"timezone": "UTC"})
    client.post(TOPICS, {"version": str(version.get("value")), "goals": "Also kept"})
    kept = service.read_img(session, ana.id).values
    assert (kept.timezone, kept.goals) == ("UTC", "Also kept")


def test_each_field_is_asked_for_in_one_step() -> None:
    never = {"key", "welcomes", "priority"}  # kept elsewhere
    for road in ROADS.values():
        asked = [name for step in road.steps for name in step.says]
        assert len(asked) == len(set(asked))
        assert set(asked) == {f.name for f in dataclasses.fields(road.values)} - never


@pytest.mark.parametrize("road", ROADS)
def test_each_step_says_why_and_each_field_how(sign_in: SignIn, ana: User, road: str) -> None:
    for step in ROADS[road].steps:
        page = sign_in(ana).get(f"/profile/{road}/{step.key}")
        assert page.text.count("Why we ask.") == 1
        parents = {child: parent for parent in page.tree.iter() for child in parent}
        for tag in ("input", "select", "textarea"):
            for field in page.form().iter(tag):
                if field.get("type") != "hidden":
                    assert _is_described(field, parents), (step.key, field.get("name"))
        assert len(page.html) < 60_000, step.key


def _is_described(field: Element, parents: Mapping[Element, Element]) -> bool:
    """Tell whether a hint belongs to the field, or to the group it is in."""
    at: Element | None = field
    while at is not None and "-hint" not in (at.get("aria-describedby") or ""):
        at = parents.get(at)
    return at is not None


def test_sensitive_questions_may_stay_unsaid(sign_in: SignIn, ana: User) -> None:
    client = sign_in(ana)
    for step, names in (("about", {"school_country"}), ("confidence", {"visa", "gender"})):
        page = client.get(f"/profile/img/{step}")
        for name in names:
            options = [o.text for o in page.tree.iterfind(f".//select[@name='{name}']/option")]
            assert "Prefer not to say" in options, name
    assert "if you prefer not to say" in client.get("/profile/img/about").text
    assert "Prefer not to say" in client.get("/profile/mentor/about").text
    assert "if you prefer not to say" in client.get("/profile/mentor/confidence").text


def test_the_ways_out_of_a_step(sign_in: SignIn, ana: User) -> None:
    client = sign_in(ana)
    for go, where in (("on", "about"), ("back", "journey"), ("more", "topics")):
        assert client.submit(TOPICS, {"go": go}).location == f"/profile/img/{where}"
    assert client.submit(TOPICS, {"go": "leave"}).location == "/home/img"
    assert client.submit(f"{TOPICS}?from=answers", {"go": "on"}).location == "/profile/img"
    assert client.submit("/profile/img/confidence", {"go": "on"}).location == "/profile/img"
    client.get("/profile/img/seats", status=404)
    client.get("/profile/img/nowhere", status=404)


def test_the_summary_says_what_is_done_what_is_missing_and_all_answers(
    session: Session, sign_in: SignIn, ana: User
) -> None:
    client = sign_in(ana)
    empty = client.get("/profile/img")
    assert "Start with step 1 of 9" in empty.text
    assert "All my answers" not in empty.text
    client.submit(TOPICS, {"topic_1": "soap", "goals": "To match"})
    page = client.get("/profile/img")
    assert "Go on: Where you are and what you hope for" in page.text
    assert "Still open: the stage you are at, the specialties you hope for" in page.text
    assert "To match" in page.text
    assert vocabulary.LISTS["topic"]["soap"].name in page.text
    assert "/profile/img/topics?from=answers" in page.links()
    assert "Step 2 of 9" in client.get(TOPICS).text


def test_another_choice_is_offered_when_the_last_is_used(
    sign_in: SignIn, ana: User, mentors: list[str]
) -> None:
    client = sign_in(ana)
    assert len(client.get(NAMES).tree.findall(".//select")) == 1
    page = client.follow(client.submit(NAMES, {"request_1": option_of(mentors[0]), "go": "more"}))
    assert len(page.tree.findall(".//select")) == 2


@pytest.mark.parametrize("zone", ["America/New_York", "America/Los_Angeles"])
def test_a_time_zone_changed_here_is_followed_or_said_to_be_another(
    sign_in: SignIn, session: Session, ana: User, zone: str
) -> None:
    """An account in the zone of the profile moves along; one in another is left, and named."""
    img = dataclasses.replace(FULL_IMG, timezone="America/New_York", requests=(), avoid=())
    service.write_img(session, person_id=ana.id, img=img, now=NOW)
    ana.timezone = zone
    session.flush()
    client = sign_in(ana)
    client.submit("/profile/img/times", {"timezone": "Asia/Kolkata"})
    session.refresh(ana)
    follows = zone == "America/New_York"
    assert ana.timezone == ("Asia/Kolkata" if follows else zone)
    said = "the zone of your account, America/Los Angeles" in client.get("/profile/img").text
    assert said is not follows
