"""An IMG and a mentor from nothing to each other's contact details, twice over: by keyboard alone,
and with a mouse but without JavaScript; each of the two once on a phone and once on a desktop.

They answer every question of both profiles. Their section is new and has a round; its leader's
part (which has a journey of its own) is done by the services.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from mentorship.profiles.steps import IMG_ROAD, MENTOR_ROAD, Road
from mentorship.sections.models import SectionRole
from tests.browser.conftest import Visitor
from tests.browser.hands import TEXTS, Keyboard, Mouse
from tests.browser.place import Place

pytestmark = pytest.mark.browser

GO_ON, LAST = "Save and continue", "Save and go to my answers"
GOALS = "Apply to internal medicine."
AVOIDED, OTHER, MARY = "Avoided Mentor", "Other Mentor", "Mary Mentor, Words for institution"
WAYS = [
    pytest.param(Keyboard, "phone", "desktop", id="keyboard, IMG on a phone"),
    pytest.param(Keyboard, "desktop", "phone", id="keyboard, mentor on a phone"),
    pytest.param(Mouse, "phone", "desktop", id="no JavaScript, IMG on a phone"),
    pytest.param(Mouse, "desktop", "phone", id="no JavaScript, mentor on a phone"),
]


@pytest.mark.parametrize(("hands", "img_at", "mentor_at"), WAYS)
def test_from_nothing_to_each_others_contacts(
    visitor: Callable[..., Visitor],
    app: Flask,
    hands: type[Mouse],
    img_at: str,
    mentor_at: str,
) -> None:
    place = Place.new(app)
    for name in (AVOIDED, OTHER):
        place.join(name, SectionRole.MENTOR, ready=True)
    img_email = place.join("Walking Img", SectionRole.IMG)
    mentor_email = place.join("Mary Mentor", SectionRole.MENTOR)
    javascript = hands is Keyboard
    img = hands(visitor(javascript=javascript, only=img_at))
    mentor = hands(visitor(javascript=javascript, only=mentor_at))
    mentor.sign_in(mentor_email)
    _fills_in(mentor, MENTOR_ROAD)
    _ends_the_break(mentor)
    img.sign_in(img_email)
    _fills_in(img, IMG_ROAD)
    place.publish()

    mentor.visitor.go("/home/mentor")
    mentor.follow(re.compile("See the profile and answer"))
    mentor.visitor.reads(GOALS)
    assert img_email not in mentor.page.content(), "contact before both said yes"
    mentor.press("Accept")
    img.visitor.go("/home/img")
    img.follow("See your mentor and answer")
    for contact in (mentor_email, TEXTS["phone"]):
        assert contact not in img.page.content(), "contact before both said yes"
    img.press(re.compile("Confirm|Yes"))
    img.visitor.reads(mentor_email)
    img.visitor.reads(TEXTS["phone"])
    mentor.visitor.go("/home/mentor")
    mentor.follow(re.compile("Walking Img"))
    mentor.visitor.reads(img_email)


def _fills_in(hands: Mouse, road: Road) -> None:
    """Answer every question of every step; the page of all answers then has none without one."""
    hands.visitor.go(f"/profile/{road.kind.value}")
    hands.follow(f"Start with step 1 of {len(road.steps)}")
    for step in road.steps:
        hands.visitor.reads(f"Step {road.place(step)} of {len(road.steps)}")
        if step.key == "names":
            _rank(hands)
        elif step.key == "topics":
            hands.fill_in(goals="Apply.")
            _use_the_back_button(hands)
        else:
            hands.fill_in()
        hands.press(GO_ON if road.after(step) else LAST)
    hands.visitor.reads("Your profile is ready")
    hands.visitor.reads(
        "How good my match can be" if road is IMG_ROAD else "Who needs what I offer"
    )
    answers = hands.main.inner_text()
    assert "No answer" not in answers, answers


def _use_the_back_button(hands: Mouse) -> None:
    """Go on and back: what was saved is there, and can be saved again."""
    hands.press(GO_ON)
    hands.page.go_back()
    goals = hands.page.get_by_label("Your goals, in your own words", exact=True)
    assert goals.input_value() == "Apply."
    hands.write("Your goals, in your own words", GOALS)


def _rank(img: Mouse) -> None:
    """Name two mentors, move the second up, and leave a third out."""
    img.fill_in(request_1=OTHER, avoid_mentors=AVOIDED)
    img.press("Save and choose one more")
    img.choose("Mentor, second choice", MARY)
    img.write("Why this mentor (second choice)", "You know interviews.")
    img.press("Move up: Mentor, second choice")
    first = img.page.get_by_label("Mentor, first choice", exact=True)
    assert first.evaluate("field => field.selectedOptions[0].label") == MARY


def _ends_the_break(mentor: Mouse) -> None:
    """Take back the break that was filled in with all the rest: no round offers whoever has one."""
    mentor.visitor.go("/profile/mentor/seats")
    mentor.empty_day("On a break until")
    mentor.press(GO_ON)
