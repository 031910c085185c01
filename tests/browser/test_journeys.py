"""A round as its three kinds of people live it: the leader publishes, a mentor says yes, an IMG
sees who it is and why. One after the other, on the same service, with nothing but a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from mentorship.demo.sign_ins import ADMIN, DEMO_PASSWORD, LEADER
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser


@dataclass
class Match:
    """The strongest pair of the round, with the addresses its two people sign in with."""

    img: str = ""
    mentor: str = ""
    img_email: str = ""
    mentor_email: str = ""


@pytest.fixture(scope="module")
def match() -> Match:
    """What the journeys pass on to each other."""
    return Match()


def _email_of(leader: Visitor, name: str) -> str:
    leader.go(f"/sections/imgs/members?q={name.replace(' ', '+')}")
    row = leader.page.locator("main tbody tr").filter(has_text=name).first.inner_text()
    found = re.search(r"\S+@example\.org", row)
    assert found, row
    return found.group()


def test_a_leader_runs_the_round_looks_and_publishes(
    visitor: Callable[[], Visitor], match: Match
) -> None:
    leader = visitor()
    leader.go("/")
    leader.go("/help")
    leader.sign_in(LEADER[0], DEMO_PASSWORD)
    leader.reads("is ready to run")
    leader.follow("Go to the round")
    leader.press_and_wait("Run the match", r"/review", times=2)  # and yet the next is run 2
    leader.reads("of IMGs have a mentor")

    leader.page.locator("[name=pair]").first.evaluate("box => box.click()")
    leader.press_and_wait("Forbid", r"/compare")
    leader.reads("Keep this change?")
    leader.press("Keep the change")
    leader.reads("Run 2 counts from now on")
    leader.press("Undo the last change")
    leader.reads("Undone. Run 1 counts again")
    leader.follow("See who is linked to whom")
    leader.page.go_back()
    leader.follow("Was it fair to everybody?")
    leader.page.go_back()

    leader.follow("Strongest first")
    cells = leader.page.locator("form[data-pairs] tbody tr").first.locator("th, td")
    match.img, match.mentor = (cells.nth(n).inner_text().strip() for n in (1, 2))
    leader.follow(re.compile("See the parts"))
    leader.reads("The points add up")
    leader.page.go_back()
    leader.follow("Without a mentor")
    leader.reads(re.compile("seat|mentor"))

    for part in ("Overview", "People", "Set-up"):
        leader.follow(part)
    leader.go("/sections/imgs/rounds/new")
    leader.go("/sections/imgs/rounds")
    leader.follow(re.compile(r"^\w+ \d{4} round$"))  # the newest stands first
    leader.follow("Pairs")
    leader.follow(re.compile(r"Publish run 1"))
    leader.reads("will be asked by mail")
    leader.press("Publish")
    leader.reads("Until then nobody is told anything")
    leader.press("Publish it now")
    leader.reads("waiting for an answer")
    match.img_email = _email_of(leader, match.img)
    match.mentor_email = _email_of(leader, match.mentor)


def test_a_mentor_sees_who_hopes_for_them_and_accepts(
    visitor: Callable[[], Visitor], match: Match
) -> None:
    mentor = visitor()
    mentor.sign_in(match.mentor_email, DEMO_PASSWORD)
    mentor.go("/home/mentor")
    mentor.reads(match.img)
    mentor.follow(re.compile(rf"See the profile and answer.*{match.img}", re.DOTALL))
    mentor.reads("Why you two")
    assert match.img_email not in mentor.page.content(), "contact before both said yes"
    mentor.press("Accept")
    mentor.go("/home/mentor")
    mentor.reads("Waiting for their answer")
    mentor.go("/profile/mentor")
    mentor.reads(re.compile("seats", re.IGNORECASE))


def test_an_img_sees_the_mentor_why_they_fit_and_the_toolkit(
    visitor: Callable[[], Visitor], match: Match
) -> None:
    img = visitor()
    img.sign_in(match.img_email, DEMO_PASSWORD)
    img.go("/home/img")
    img.reads(match.mentor)
    assert match.mentor_email not in img.page.content(), "contact before both said yes"
    img.reads("What to do now")
    img.reads(re.compile(r"as of|undated"))
    img.follow("See your mentor and answer")
    img.reads(re.compile("Why"))
    img.press(re.compile("Confirm|Yes"))
    img.reads(match.mentor_email)
    img.go("/home/img")
    img.reads(match.mentor_email)
    img.follow("Costs and more on this stage")
    img.go("/toolkit/resources")
    for path in ("/profile/img", "/privacy-choices", "/account", "/sections"):
        img.go(path)


def test_an_img_walks_the_toolkit_and_a_leader_corrects_a_fact(
    visitor: Callable[[], Visitor], match: Match
) -> None:
    img = visitor()
    img.sign_in(match.img_email, DEMO_PASSWORD)
    img.go("/toolkit")
    img.follow("My path")
    img.page.locator("main .usa-checkbox label").first.click()
    img.press(re.compile("^Save what"))
    img.go("/toolkit/visas")
    img.page.get_by_label("Words to look for").fill("appalachian")
    assert img.page.locator("main details[data-filter-item]:visible").count() == 1
    img.follow("Start")
    for answer in ("I am outside the United States", "Residency or fellowship", "Yes"):
        img.page.get_by_text(answer, exact=True).click()
        img.press("Next")
    img.reads("2 routes that may apply")
    img.go("/toolkit/licensure?training=2&tries=1")
    img.page.locator("main svg a").first.click()
    img.reads("Confirm with the board")
    for path in ("residency", "experience", "exams", "mentoring", "practice", "journey"):
        img.go(f"/toolkit/{path}")
    leader = visitor()
    leader.sign_in(LEADER[0], DEMO_PASSWORD)
    leader.go("/toolkit/facts?q=Texas&kind=license_rule")
    leader.follow("Texas: training and exams")
    leader.press("I checked it today: it is right")
    leader.reads("Last checked on")


def test_an_administrator_makes_a_section_and_finds_a_leader_for_it(
    visitor: Callable[[], Visitor],
) -> None:
    admin = visitor()
    admin.sign_in(ADMIN[0], DEMO_PASSWORD)
    admin.follow("Set up another section")
    admin.page.get_by_label("Name", exact=True).fill("Great Lakes Chapter")
    admin.page.get_by_label(re.compile("Short name")).fill("great-lakes")
    admin.press(re.compile("Save|Set up|Create|Make"))
    admin.page.get_by_label("Email").fill(LEADER[0])
    admin.press(re.compile("Appoint|leader"))
    admin.reads("Leila Haddad")


def test_a_stranger_registers_and_is_told_what_comes_next(
    visitor: Callable[[], Visitor],
) -> None:
    stranger = visitor()
    stranger.go("/register")
    stranger.page.get_by_label(re.compile("name")).fill("Dr. Nadia Rahimi")
    stranger.page.get_by_label("Email").fill("nadia.rahimi@example.org")
    stranger.page.get_by_label("Choose a password").fill("a long way from home 47")
    stranger.page.get_by_text("I agree that this site keeps an account").click()
    stranger.press("Create account")
    stranger.reads(re.compile("mail", re.IGNORECASE))
    stranger.go("/privacy")
    stranger.go("/accessibility")
    stranger.page.goto(stranger.address + "/no-such-page")
    stranger.look()
