"""In a round of requests an IMG compares and ranks mentors and asks them; one says no with a
reason, the next says yes, and the two read how to reach each other.

Once on a phone by keyboard alone and without JavaScript, once on a desktop by keyboard with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from mentorship.sections.models import SectionRole
from tests.browser.conftest import Visitor
from tests.browser.hands import Keyboard, Mouse
from tests.browser.place import Place

pytestmark = pytest.mark.browser
BUSY, KIND = "Busy Mentor", "Kind Mentor"
WHY = "You know interviews."


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_from_asking_to_each_others_contacts(
    visitor: Callable[..., Visitor], app: Flask, size: str
) -> None:
    place = Place.new(app)
    img_email = place.join("Asking Img", SectionRole.IMG, ready=True)
    mentors = {name: place.join(name, SectionRole.MENTOR, ready=True) for name in (BUSY, KIND)}
    place.open(requests=True)
    img, busy, kind = (Keyboard(visitor(javascript=size == "desktop", only=size)) for _ in range(3))
    img.sign_in(img_email)
    _compares(img)
    _ranks(img)
    img.follow("Ask a mentor")
    img.visitor.reads(f"Ask {BUSY}")
    img.press("Send the request")
    img.visitor.reads(f"You asked {BUSY}")

    busy.sign_in(mentors[BUSY])
    _opens(busy, img_email)
    busy.follow("Decline")
    busy.fill_in()
    busy.press("Decline")
    busy.visitor.reads("You declined")

    img.visitor.go("/find/choices")
    img.follow("See your request")
    img.visitor.reads(f"You asked {KIND}")
    assert mentors[KIND] not in img.page.content(), "contact before both said yes"
    kind.sign_in(mentors[KIND])
    _opens(kind, img_email)
    kind.press("Accept")
    kind.visitor.reads(img_email)
    img.visitor.go("/home/img")
    img.visitor.reads("You have a mentor")
    img.visitor.reads(mentors[KIND])
    img.follow(KIND)
    img.visitor.reads(mentors[KIND])


def _compares(img: Mouse) -> None:
    img.visitor.go("/find/mentors")
    for name in (BUSY, KIND):
        img.tick(f"Compare {name}")
    img.press("Compare those I ticked")
    img.visitor.reads("Free seat now")
    img.follow("Find a mentor")


def _ranks(img: Mouse) -> None:
    """Rank the kind mentor, then the busy one, and move the busy one up."""
    img.follow(re.compile(f"See and rank.*{KIND}"))
    img.write("Why this mentor?", WHY, exact=False)
    img.press("Add to my ranking")
    img.follow("Add another mentor")
    img.follow(re.compile(f"See and rank.*{BUSY}"))
    img.press("Add to my ranking")
    img.press(f"Move up {BUSY}")
    ranked = img.main.locator(".ranking li strong").all_inner_texts()
    assert ranked == [f"1. {BUSY}", f"2. {KIND}"]


def _opens(mentor: Mouse, img_email: str) -> None:
    mentor.visitor.go("/home/mentor")
    mentor.follow("See the profile and answer")
    mentor.visitor.reads("They ask you to be their mentor.")
    assert img_email not in mentor.page.content(), "contact before both said yes"
