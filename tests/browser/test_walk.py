"""An IMG and a mentor from nothing to each other's contact details, twice over: by keyboard alone,
and with a mouse but without JavaScript; each of the two once on a phone and once on a desktop.

The section is new and has a round; its leader's part (which has a journey of its own) is done by
the services.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Locator

from mentorship.accounts.models import User
from mentorship.accounts.service import new_person
from mentorship.consents.service import MATCHING, give
from mentorship.demo.sign_ins import DEMO_PASSWORD, LEADER
from mentorship.extensions import transaction
from mentorship.rounds import service as rounds
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole
from mentorship.sections.service import create_section
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser


class Mouse:
    """Hands that click and type, as somebody without JavaScript does."""

    javascript = False

    def __init__(self, visitor: Visitor) -> None:
        self.visitor, self.page = visitor, visitor.page

    def write(self, label: str, text: str, *, exact: bool = True) -> None:
        self.page.get_by_label(label, exact=exact).fill(text)

    def choose(self, label: str, option: str) -> None:
        self.page.get_by_label(label, exact=True).select_option(label=option)

    def tick(self, label: str, *, folded: str = "") -> None:
        if folded:
            self.page.locator("summary", has_text=folded).click()
        self.page.locator("main label").filter(has_text=re.compile(rf"^{label}")).first.click()

    def press(self, name: str | re.Pattern[str]) -> None:
        self.visitor.press(name)

    def follow(self, name: str | re.Pattern[str]) -> None:
        self.visitor.follow(name)


class Keyboard(Mouse):
    """Hands that touch nothing but the keyboard: Tab to it, then type or press."""

    javascript = True

    def _reach(self, wanted: Locator) -> None:
        handle = wanted.element_handle()
        self.page.evaluate("window.scrollTo(0, 0)")
        for _ in range(400):
            if handle.evaluate("element => element === document.activeElement"):
                assert handle.evaluate("element => element.matches(':focus-visible')")
                return
            self.page.keyboard.press("Tab")
        pytest.fail(f"{self.page.url}: the Tab key does not reach {wanted}")

    def write(self, label: str, text: str, *, exact: bool = True) -> None:
        self._reach(self.page.get_by_label(label, exact=exact))
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def choose(self, label: str, option: str) -> None:
        field = self.page.get_by_label(label, exact=True)
        self._reach(field)
        self.page.keyboard.type(option)
        said = field.evaluate("field => field.selectedOptions[0].label")
        assert said == option, f"typing {option!r} chose {said!r}"

    def tick(self, label: str, *, folded: str = "") -> None:
        if folded:
            self._reach(self.page.locator("summary", has_text=folded))
            self.page.keyboard.press("Enter")
        words = self.page.locator("main label").filter(has_text=re.compile(rf"^{label}")).first
        box = self.page.locator(f"[id='{words.get_attribute('for')}']")
        if box.get_attribute("type") == "radio":
            # One Tab reaches a group of radio buttons; arrows move in it.
            pytest.fail("the walk chooses no radio button")
        self._reach(box)
        self.page.keyboard.press("Space")
        assert box.is_checked()

    def press(self, name: str | re.Pattern[str]) -> None:
        self._enter(self.page.locator("main").get_by_role("button", name=name).first)

    def follow(self, name: str | re.Pattern[str]) -> None:
        self._enter(self.page.locator("main").get_by_role("link", name=name).first)

    def _enter(self, wanted: Locator) -> None:
        self._reach(wanted)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.visitor.look()


@dataclass
class Place:
    """A section of its own on the running service, with two people who have said nothing yet."""

    app: Flask
    section_id: uuid.UUID
    leader_id: uuid.UUID
    img: str
    mentor: str

    def publish(self) -> None:
        """Do what the leader does: open, run and publish a round."""
        now = dt.datetime.now(dt.UTC)
        with self.app.app_context(), transaction() as session:
            made = rounds.create_round(
                session,
                section_id=self.section_id,
                name="First round",
                policy="most-matched",
                set_up=rounds.SetUp(),
                answer_days=14,
                lottery=1,
                now=now,
            )
            rounds.open_round(session, round_id=made.id, now=now)
            run = rounds.run_round(session, round_id=made.id, by=self.leader_id, now=now)
            rounds.publish_round(
                session, round_id=made.id, run_id=run.id, by=self.leader_id, now=now
            )


@pytest.fixture
def place(app: Flask) -> Place:
    now, key = dt.datetime.now(dt.UTC), uuid.uuid4().hex[:6]
    with app.app_context(), transaction() as session:
        leader = session.query(User).filter_by(email=LEADER[0]).one()
        section = create_section(
            session,
            name=f"Walkers {key}",
            slug=f"walkers-{key}",
            about="",
            approve_imgs=False,
            now=now,
        )

        def join(name: str, role: SectionRole) -> str:
            email = f"{name.lower().replace(' ', '.')}.{key}@example.org"
            who = new_person(
                session,
                email=email,
                name=name,
                now=now,
                password_hash=leader.password,
                confirmed=True,
            )
            give(session, who.id, MATCHING, now)
            session.add(_membership(section, who, role, now))
            return email

        join("Other Mentor", SectionRole.MENTOR)
        img, mentor = join("Walking Img", SectionRole.IMG), join("Mary Mentor", SectionRole.MENTOR)
        return Place(app, section.id, leader.id, img, mentor)


def _membership(section: Section, who: User, role: SectionRole, now: dt.datetime) -> Membership:
    return Membership(
        section_id=section.id,
        person_id=who.id,
        role=role,
        state=MembershipState.ACTIVE,
        asked_at=now,
        decided_at=now,
    )


GO_ON = "Save and continue"
WAYS = [(Keyboard, "phone", "desktop"), (Keyboard, "desktop", "phone")]
WAYS += [(Mouse, "phone", "desktop"), (Mouse, "desktop", "phone")]  # type: ignore[list-item]  # two ways share what is used


@pytest.mark.parametrize(
    ("hands", "img_at", "mentor_at"), WAYS, ids=lambda value: getattr(value, "__name__", value)
)
def test_from_nothing_to_each_others_contacts(
    visitor: Callable[..., Visitor],
    place: Place,
    hands: Callable[[Visitor], Mouse],
    img_at: str,
    mentor_at: str,
) -> None:
    javascript = hands is Keyboard
    img = hands(visitor(javascript=javascript, only=img_at))
    mentor = hands(visitor(javascript=javascript, only=mentor_at))
    _sign_in(img, place.img)
    _img_fills_in(img)
    _sign_in(mentor, place.mentor)
    _mentor_fills_in(mentor)
    _rank(img)
    place.publish()

    mentor.visitor.go("/home/mentor")
    mentor.follow(re.compile("See the profile and answer"))
    mentor.visitor.reads("Apply to internal medicine")
    assert place.img not in mentor.page.content(), "contact before both said yes"
    mentor.press("Accept")
    img.visitor.go("/home/img")
    img.follow("See your mentor and answer")
    assert place.mentor not in img.page.content(), "contact before both said yes"
    img.press(re.compile("Confirm|Yes"))
    img.visitor.reads(place.mentor)
    mentor.visitor.go("/home/mentor")
    mentor.follow(re.compile("Walking Img"))
    mentor.visitor.reads(place.img)


def _sign_in(hands: Mouse, email: str) -> None:
    hands.visitor.go("/login")
    hands.write("Email", email, exact=False)
    hands.write("Password", DEMO_PASSWORD)
    hands.press("Sign in")


def _img_fills_in(img: Mouse) -> None:
    img.visitor.go("/profile/img")
    img.follow("Start with step 1 of 8")
    img.choose("Where you are on your journey", "Interviews")
    img.choose("First choice of specialty", "Internal Medicine")
    img.press(GO_ON)
    img.choose("Most important topic", "Interview preparation")
    img.write("Your goals, in your own words", "Apply to internal medicine.")
    img.press(GO_ON)
    _use_the_back_button(img)
    img.tick("English", folded="Languages you speak")
    img.choose("Country of your medical school", "Nepal")
    img.press(GO_ON)
    _free(img)
    img.tick("Video")
    img.press(GO_ON)
    img.press(GO_ON)
    img.visitor.reads("Step 7 of 8")
    img.press(GO_ON)
    img.choose("Your visa situation", "Prefer not to say")
    img.press("Save and go to my answers")
    img.visitor.reads("Your profile is ready")
    img.visitor.reads("Apply to internal medicine.")


def _use_the_back_button(hands: Mouse) -> None:
    """Back to the step before: what was saved is there, and can be saved again."""
    hands.page.go_back()
    goals = hands.page.get_by_label("Your goals, in your own words", exact=True)
    assert goals.input_value() == "Apply to internal medicine."
    hands.write("Your goals, in your own words", "Apply to internal medicine. Then work.")
    hands.press(GO_ON)
    hands.visitor.reads("Step 3 of 8")


def _free(hands: Mouse) -> None:
    hands.choose("Your time zone", "America/Chicago")
    if hands.javascript:
        hands.write("Exact times", "Mon 18:30-21:00")
    else:
        hands.tick("Monday evening")
    hands.press(GO_ON)


def _mentor_fills_in(mentor: Mouse) -> None:
    mentor.visitor.go("/profile/mentor")
    mentor.follow("Start with step 1 of 8")
    mentor.choose("How many people can you mentor at a time?", "2")
    mentor.press(GO_ON)
    mentor.tick("Interview preparation", folded="Topics you can help with")
    mentor.write("A few words on how you mentor", "I listen.")
    mentor.press(GO_ON)
    mentor.tick("Internal Medicine", folded="Your specialties")
    mentor.press(GO_ON)
    mentor.tick("English", folded="Languages you speak")
    mentor.press(GO_ON)
    _free(mentor)
    mentor.tick("Video")
    mentor.press(GO_ON)
    mentor.press(GO_ON)
    mentor.visitor.reads("Step 8 of 8")
    mentor.press("Save and go to my answers")
    mentor.visitor.reads("Your profile is ready")


def _rank(img: Mouse) -> None:
    """Name two mentors and move the second up."""
    img.visitor.go("/profile/img/names")
    img.choose("Mentor, first choice", "Other Mentor")
    img.press(GO_ON)
    img.visitor.go("/profile/img/names")
    img.choose("Mentor, second choice", "Mary Mentor")
    img.write("Why this mentor (second choice)", "You know interviews.")
    img.press("Move up: Mentor, second choice")
    first = img.page.get_by_label("Mentor, first choice", exact=True)
    assert first.evaluate("field => field.selectedOptions[0].label") == "Mary Mentor"
    img.press(GO_ON)
