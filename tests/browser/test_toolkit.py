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
    "/toolkit/licensure/tx",
    "/toolkit/experience",
    "/toolkit/experience?degree=student&place=abroad",
    "/toolkit/exams",
    "/toolkit/mentoring",
    "/toolkit/practice",
    "/toolkit/resources",
    "/toolkit/resources/aafp-img",
    "/toolkit/search?q=J-1+waiver",
    "/spotlight",
    "/spotlight/mine",
    "/equity",
    "/equity/licensing",
    "/news",
    "/news/choices",
    SECTION,
    *(f"{SECTION}/{part}" for part in ("openings", "events", "resolutions", "people")),
)
OWN = {
    IMG: ("/home/img",),
    MENTOR: ("/home/mentor",),
    LEADER[0]: (
        "/home/leader",
        "/toolkit/facts",
        "/toolkit/facts/license_rule/TX",
        "/toolkit/facts/visa_route/citizen",
        "/sections/imgs/resources",
        "/sections/imgs/letters",
        "/sections/imgs/news",
    ),
    ADMIN[0]: ("/toolkit/search/misses",),
}
NOT_FOR_ADMINISTRATORS = ("/sections/", "/spotlight/mine")  # they belong to no section
TOKEN = re.compile(r'name="csrf_token" value="[^"]+"')

seen: set[str] = set()  # main parts looked at, of all roles


@pytest.mark.parametrize("person", OWN)
def test_every_page_is_sound_for_every_role(visitor: Callable[[], Visitor], person: str) -> None:
    one = visitor()
    one.sign_in(person, DEMO_PASSWORD)
    paths = OWN[person] + SHARED
    if person == ADMIN[0]:
        paths = tuple(path for path in paths if not path.startswith(NOT_FOR_ADMINISTRATORS))
    for path in paths:
        answer = one.page.goto(one.address + path)
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"
        main = TOKEN.sub("", one.page.locator("main").inner_html())
        if main not in seen:
            seen.add(main)
            one.look(shots=False)  # of so many long pages they would take most of the time
