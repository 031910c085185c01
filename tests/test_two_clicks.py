"""Every page the customer asked for is two clicks away from every role's home."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.sections.models import Section, SectionRole
from mentorship.toolkit.loading import load_facts
from tests import factories
from tests.page import Page, PageClient

WANTED = {
    "/toolkit/journey",
    "/toolkit/path",
    "/toolkit/visas",
    "/toolkit/residency",
    "/toolkit/licensure",
    "/toolkit/experience",
    "/toolkit/exams",
    "/toolkit/mentoring",
    "/toolkit/practice",
    "/toolkit/resources",
    "/spotlight",
    "/equity",
    "/equity/licensing",
    "/news",
    "/community",
}
OF_A_SECTION = ("", "/council", "/openings", "/events", "/resolutions", "/people")
FACTS = "/toolkit/facts"


@pytest.fixture
def section(session: Session) -> Section:
    load_facts(session)
    return factories.section(session)


def inside(page: Page) -> Iterator[str]:
    """Yield the pages of the toolkit, the news and the section that a page leads to."""
    rooms = ("/toolkit", "/spotlight", "/equity", "/news", "/community", "/sections")
    for link in page.links():
        path = urlsplit(link).path
        if path.startswith(rooms) and not link.startswith("http"):
            yield path


def in_two_clicks(client: PageClient, home: str, *, of_section: bool = True) -> set[str]:
    """Return where two clicks lead from a home page, with no menu opened before."""
    page = client.get(home)
    links = {str(link.get("href")) for link in page.tree.iterfind(".//main//a")}
    first = {path for path in inside(page) if path in links}
    doors = [door for door in ("/toolkit", "/equity", "/community") if door in first]
    reached = set(first)
    for door in doors:
        page = client.get(door, status=303 if of_section and door == "/community" else 200)
        reached |= set(inside(client.follow(page) if page.location else page))
    return reached


@pytest.mark.parametrize("role", list(SectionRole))
def test_members_reach_every_page_in_two_clicks(
    role: SectionRole,
    section: Section,
    session: Session,
    sign_in: Callable[[User], PageClient],
) -> None:
    client = sign_in(factories.member(session, section, role))
    reached = in_two_clicks(client, f"/home/{role.value}")
    life = {f"/sections/{section.slug}/about{page}" for page in OF_A_SECTION}
    facts = {FACTS} if role is SectionRole.LEADER else set()
    assert (WANTED | life | facts) - reached == set()
    assert (FACTS in reached) is (role is SectionRole.LEADER)
    for path in sorted((WANTED | life | facts) - {"/community"}):
        client.get(path)


def test_whoever_is_in_no_section_yet_reaches_them_too(
    section: Section, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    client = sign_in(factories.person(session))
    reached = in_two_clicks(client, "/home", of_section=False)
    assert WANTED - reached == set()
    for path in sorted(WANTED - {"/community"}):
        client.get(path)


def test_an_administrator_reaches_them_too(
    section: Section, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    client = sign_in(factories.administrator(session))
    first = set(inside(client.get("/home/admin")))
    reached = first | set(inside(client.get("/toolkit"))) | set(inside(client.get("/equity")))
    assert (WANTED | {FACTS}) - reached == set()
