"""An IMG looks for mentors and ranks them; a pair agrees, sets a goal and plans to meet."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import expect

from mentorship.demo.sign_ins import DEMO_PASSWORD
from mentorship.sections.models import SectionRole
from tests.browser.conftest import Visitor
from tests.browser.place import Place

pytestmark = pytest.mark.browser

SEEKER = "adaeze.adeyemi@example.org"
MENTEE = "ali.al.rubaie@example.org"


def test_find_and_rank(visitor: Callable[[], Visitor]) -> None:
    img = visitor()
    img.sign_in(SEEKER, DEMO_PASSWORD)
    img.go("/find/mentors")
    for label in img.page.locator(".found .usa-checkbox__label").all()[:2]:
        label.click()
    img.press("Compare those I ticked")
    img.reads("Free seat now")
    for place in (0, 1):
        img.go("/find/mentors")
        img.page.locator(".found h2 a").nth(place).click()
        img.page.wait_for_url("**/find/mentors/*-*")
        img.look()
        img.page.get_by_label("Why this mentor?").fill("You work where I hope to train.")
        img.press("Add to my ranking")
    first = img.page.locator(".ranking li strong").first.inner_text()
    img.press(re.compile("Move down"))
    assert img.page.locator(".ranking li strong").nth(1).inner_text()[3:] == first[3:]
    img.go("/profile/img/topics")
    img.reads("are possible for you")
    img.go("/profile/img/preview")
    img.reads("No other member sees")


def test_counts_beside_a_step_follow_what_is_chosen(
    visitor: Callable[[], Visitor], app: Flask
) -> None:
    place = Place.new(app)
    for n in range(6):
        place.join(f"Counted Mentor {n}", SectionRole.MENTOR, ready=True)
    email = place.join("Counting Img", SectionRole.IMG, ready=True)
    img = visitor()
    img.sign_in(email, DEMO_PASSWORD)
    img.go("/profile/img/topics")
    counts = img.page.locator("[data-outlook]")
    expect(counts).to_contain_text("About 5 of these offer a topic you need")
    img.page.get_by_label("Most important topic").select_option("")
    expect(counts).to_contain_text("Fewer than 5 of these offer", timeout=30_000)
    expect(img.page.locator("[data-autosave]")).to_have_text("Saved.")


def test_a_pair_agrees_and_plans(visitor: Callable[[], Visitor]) -> None:
    img = visitor()
    img.sign_in(MENTEE, DEMO_PASSWORD)
    img.go("/home/img")
    img.follow("Go to your mentorship")
    where = img.page.url.removeprefix(img.address)
    img.go(f"{where}/agreement")
    img.page.get_by_label("Why we meet").fill("Apply to internal medicine.")
    img.press("Save as version 1")
    img.reads("You accepted version 1")
    img.go(where)
    img.page.locator("summary", has_text="Add a goal").click()
    img.page.get_by_label("Goal", exact=True).fill("Step 3 taken")
    img.press("Add the goal")
    img.reads("Step 3 taken")
    img.go(f"{where}/meetings/new")
    img.page.get_by_label("Day").fill("2030-05-02")
    img.page.get_by_label("Time").fill("18:30")
    img.press("Save the meeting")
    img.reads(re.compile(r"May 2, 2030, 6:30 p\.m\."))
    for page in ("end", "feedback", "concern"):
        img.go(f"{where}/{page}")
