"""Every page of the toolkit, the news, the gallery, equity and the section, for every role.

``Visitor.look`` checks each in two widths: axe, the content security policy, script errors, and
that nothing scrolls sideways. A main part that is word for word what another role was shown is not
looked at again; its frame is, on the first page of each role.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from mentorship.demo.sign_ins import ADMIN, DEMO_PASSWORD, LEADER
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser

IMG = "ali.al.rubaie@example.org"
MENTOR = "aishwarya.deshpande@example.org"
SECTION = "/sections/imgs/about"
SHARED = (
    "/toolkit",
    "/toolkit/journey",
    "/toolkit/journey/visa",
    "/toolkit/path",
    "/toolkit/visas",
    "/toolkit/visas/routes",
    "/toolkit/residency",
    "/toolkit/licensure",
    "/toolkit/licensure?training=2&tries=2",
    "/toolkit/licensure?training=2&tries=2&only=ask",
    "/toolkit/licensure/tx",
    "/toolkit/experience",
    "/toolkit/experience?degree=student&place=abroad",
    "/toolkit/exams",
    "/toolkit/mentoring",
    "/toolkit/practice",
    "/toolkit/resources",
    "/toolkit/resources/aafp-img",
    "/toolkit/search?q=J-1+waiver",
    "/toolkit/search?q=personel+statment",
    "/spotlight",
    "/spotlight/mine",
    "/equity",
    "/equity/licensing",
    "/news",
    "/news/choices",
    SECTION,
    *(f"{SECTION}/{part}" for part in ("council", "openings", "events", "resolutions", "people")),
)
OWN = {
    IMG: ("/home/img",),
    MENTOR: ("/home/mentor",),
    LEADER[0]: (
        "/home/leader",
        "/toolkit/facts",
        "/toolkit/facts?harm=0",
        "/sections/imgs/about/keep/seat/new",
        "/toolkit/facts/license_rule/TX",
        "/toolkit/facts/visa_route/citizen",
        "/sections/imgs/resources",
        "/sections/imgs/letters",
        "/sections/imgs/news",
    ),
    ADMIN[0]: ("/toolkit/search/misses",),
}
FOR_ALL = (IMG, LEADER[0])  # who opens all that is shared; others read what the first reads
NOT_FOR_ADMINISTRATORS = ("/sections/", "/spotlight/mine")  # they belong to no section
TOKEN = re.compile(r'name="csrf_token" value="[^"]+"')

seen: set[str] = set()  # main parts looked at, of all roles


@pytest.mark.parametrize("person", OWN)
def test_every_page_is_sound_for_every_role(visitor: Callable[[], Visitor], person: str) -> None:
    one = visitor()
    one.sign_in(person, DEMO_PASSWORD)
    paths = OWN[person] + (SHARED if person in FOR_ALL else SHARED[::3])
    if person == ADMIN[0]:
        paths = tuple(path for path in paths if not path.startswith(NOT_FOR_ADMINISTRATORS))
    for path in paths:
        answer = one.page.goto(one.address + path)
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"
        main = TOKEN.sub("", one.page.locator("main").inner_html())
        if main not in seen:
            seen.add(main)
            one.look()


def test_what_members_read_of_fairness_is_sound(visitor: Callable[[], Visitor]) -> None:
    one = visitor()
    one.sign_in(IMG, DEMO_PASSWORD)
    one.go("/equity")
    one.page.locator("main a[href^='/equity/rounds/']").first.click()
    one.look()


def test_a_member_asks_another_to_be_put_in_touch(visitor: Callable[[], Visitor]) -> None:
    one = visitor()
    one.sign_in(IMG, DEMO_PASSWORD)
    one.go(f"{SECTION}/people")
    one.follow(re.compile("^Ask to be put in touch"))
    one.page.locator("label", has_text="If they say yes").click()
    one.press("Ask")
    one.reads("No answer yet")


def test_tiles_of_the_map_are_far_enough_apart_on_a_phone(visitor: Callable[[], Visitor]) -> None:
    """WCAG 2.2, 2.5.8: circles of 24 pixels on the middles of small targets do not meet."""
    one = visitor()
    one.sign_in(IMG, DEMO_PASSWORD)
    one.page.set_viewport_size({"width": 320, "height": 740})
    one.page.goto(f"{one.address}/toolkit/licensure")
    nearest = one.page.evaluate(
        """() => {
          const middles = [...document.querySelectorAll(".tile rect")].map((tile) => {
            const r = tile.getBoundingClientRect();
            return [r.x + r.width / 2, r.y + r.height / 2];
          });
          return Math.min(...middles.flatMap(([x, y], i) =>
            middles.slice(i + 1).map(([u, v]) => Math.hypot(x - u, y - v))));
        }"""
    )
    assert nearest > 24
