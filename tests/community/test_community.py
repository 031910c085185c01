"""The life of a section: members read, leaders keep, and nobody is listed who did not ask."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.community.calendar import calendar
from mentorship.community.models import DirectoryCard, Event, Opening, Resolution
from mentorship.community.searched import SOURCES
from mentorship.search import service
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole
from mentorship.toolkit.loading import load_facts
from tests import factories
from tests.factories import NOW
from tests.page import PageClient

SignIn = Callable[[User], PageClient]


@pytest.fixture(autouse=True)
def at_this_time() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def section(session: Session) -> Section:
    return factories.section(session)


@pytest.fixture
def home(section: Section) -> str:
    return f"/sections/{section.slug}/about"


@pytest.fixture
def person(session: Session, section: Section) -> User:
    return factories.member(session, section, SectionRole.IMG, factories.person(session, "Mina K"))


@pytest.fixture
def member(person: User, sign_in: SignIn) -> PageClient:
    return sign_in(person)


@pytest.fixture
def leader(session: Session, section: Section, sign_in: SignIn) -> PageClient:
    return sign_in(factories.leader(session, section))


@pytest.fixture
def stranger(session: Session, sign_in: SignIn) -> PageClient:
    other = factories.section(session)
    return sign_in(factories.leader(session, other))


PARTS = ["", "/council", "/openings", "/events", "/resolutions", "/people"]


@pytest.mark.parametrize("part", PARTS)
def test_an_empty_section_says_what_next(member: PageClient, home: str, part: str) -> None:
    assert member.get(home + part).h1


@pytest.mark.parametrize("part", [*PARTS, "/events.ics", "/resolutions/new", "/people/me"])
def test_the_pages_are_for_the_members(stranger: PageClient, home: str, part: str) -> None:
    stranger.get(home + part, status=404)


@pytest.mark.parametrize("part", [*PARTS, "/resolutions/new", "/keep/event/new"])
def test_the_menu_shows_that_one_is_in_the_community(
    leader: PageClient, home: str, part: str
) -> None:
    tree = leader.get(home + part).tree
    groups = tree.findall(".//summary[@aria-current]")
    links = tree.findall(".//a[@class='submenu__link'][@aria-current]")
    assert {"".join(each.itertext()).strip() for each in groups} == {"Community"}
    assert {each.text for each in links} == {"My section"}


def test_the_menu_leads_to_ones_only_section(
    member: PageClient, home: str, session: Session, sign_in: SignIn
) -> None:
    assert member.get("/community", status=303).location == home
    assert (
        "You belong to no section yet" in sign_in(factories.person(session)).get("/community").text
    )


def test_the_section_page_tells_what_it_does_with_sources(
    session: Session, member: PageClient, home: str
) -> None:
    load_facts(session)
    text = member.get(home).text
    assert "Governing council" in text
    assert "Confidence: high." in text
    assert "Author of a resolution" in text


# ---- openings, events, council


def test_openings_stand_by_their_deadline_and_close(
    session: Session, leader: PageClient, member: PageClient, home: str
) -> None:
    new = f"{home}/keep/opening/new"
    for title, day in (("Late", "2026-12-24"), ("Soon", "2026-11-05"), ("Over", "2026-11-01")):
        leader.submit(new, {"title": title, "about": "Write to us.", "deadline": day})
    leader.submit(new, {"title": "Always", "about": "Any time.", "kind": "outside"})
    page = member.get(f"{home}/openings")
    order = [page.text.index(word) for word in ("Soon", "Late", "Always", "Closed (1)", "Over")]
    assert order == sorted(order)
    assert "Apply by November 5, 2026" in page.text
    assert "Edit" not in page.text
    assert "Over" not in member.get(home).text
    row = session.scalars(sa.select(Opening).where(Opening.title == "Soon")).one()
    leader.submit(f"{home}/keep/opening/{row.id}", {"title": "Sooner"})
    leader.submit(f"{home}/keep/opening/{row.id}/remove")
    assert "Sooner" not in member.get(f"{home}/openings").text


def test_an_event_is_kept_in_its_zone_and_goes_into_a_calendar(
    session: Session, leader: PageClient, member: PageClient, home: str
) -> None:
    values = {
        "title": "Business meeting; all welcome",
        "about": "Line one\nLine two",
        "place": "Chicago, Room 5",
        "day": "2026-11-14",
        "begins": "09:00",
        "ends": "08:00",
        "timezone": "America/Chicago",
    }
    new = f"{home}/keep/event/new"
    assert "It must end after it begins" in leader.submit(new, values, status=422).text
    leader.submit(new, values | {"ends": "10:30"})
    event = session.scalars(sa.select(Event)).one()
    assert event.starts_at == dt.datetime(2026, 11, 14, 15, tzinfo=dt.UTC)
    assert "November 14, 2026, 3:00 p.m. to 4:30 p.m. UTC" in member.get(f"{home}/events").text
    form = leader.get(f"{home}/keep/event/{event.id}")
    assert form.tree.find(".//input[@id='begins']").get("value") == "09:00"  # type: ignore[union-attr]  # None fails the test
    for path in (f"{home}/events.ics", f"{home}/events/{event.id}.ics"):
        answer = member.get(path).response
        assert answer.mimetype == "text/calendar"
        text = answer.get_data(as_text=True)
        assert "DTSTART:20261114T150000Z\r\n" in text
        assert "SUMMARY:Business meeting\\; all welcome\r\n" in text
        assert "DESCRIPTION:Line one\\nLine two\r\n" in text


def test_the_search_names_the_day_of_an_evening_where_it_is_held(
    session: Session, leader: PageClient, member: PageClient, home: str
) -> None:
    values = {"title": "Evening hours", "about": "Ask us.", "place": "Online", "day": "2027-02-10"}
    hours = {"begins": "20:00", "ends": "21:00", "timezone": "America/Chicago"}  # 2 a.m. UTC
    leader.submit(f"{home}/keep/event/new", values | hours)
    assert "February 10, 2027, Online" in member.get("/toolkit/search?q=evening").text
    session.expire_all()
    service.rebuild(session, SOURCES)  # as each start does, from what the database gives back
    assert "February 10, 2027, Online" in member.get("/toolkit/search?q=evening").text


def test_long_lines_of_a_calendar_are_folded_between_characters() -> None:
    event = Event(
        id=uuid.uuid4(), title="é" * 100, about="", place="", url="",
        starts_at=NOW, ends_at=NOW,
    )  # fmt: skip
    lines = calendar([event], host="example.org", now=NOW).split("\r\n")
    assert max(len(line.encode()) for line in lines) <= 75
    assert "é" * 100 in "".join(lines).replace(" ", "")


def test_the_council_stands_in_its_order(leader: PageClient, member: PageClient, home: str) -> None:
    leader.submit(f"{home}/keep/seat/new", {"office": "Second in line", "position": "2"})
    leader.submit(
        f"{home}/keep/seat/new", {"office": "First in line", "name": "Dr. A", "position": "1"}
    )
    text = member.get(home).text
    assert text.index("First in line") < text.index("Second in line")
    assert "vacant" in text


def test_the_council_has_a_page_with_seats_terms_and_the_way_there(
    session: Session, leader: PageClient, member: PageClient, stranger: PageClient, home: str
) -> None:
    load_facts(session)
    path = f"{home}/council"
    assert "Nobody is named yet" in member.get(path).text
    seat = {"office": "Chair", "name": "Dr. A", "position": "1", "until": "2028-04-12"}
    done = leader.submit(f"{home}/keep/seat/new", seat | {"about": "Leads the meetings."})
    assert done.location == path
    leader.submit(f"{home}/keep/seat/new", {"office": "Young member", "position": "2"})
    opening = {"title": "Stand for the council", "about": "x", "kind": "leadership"}
    leader.submit(f"{home}/keep/opening/new", opening)
    leader.submit(
        f"{home}/keep/opening/new", {"title": "Outside seat", "about": "x", "kind": "outside"}
    )
    page = member.get(path)
    for words in (
        *("Chair", "Dr. A", "Leads the meetings.", "April 12, 2028", "Young member", "Vacant"),
        *("Eight people, elected by the members of the section", "Stand in the April vote"),
        *("Stand for the council", "Confidence: high."),
    ):
        assert words in page.text
    assert "Outside seat" not in page.text
    assert path in member.get(home).links()
    stranger.get(path, status=404)


def test_only_leaders_keep(
    session: Session, leader: PageClient, member: PageClient, stranger: PageClient, home: str
) -> None:
    leader.submit(f"{home}/keep/opening/new", {"title": "Ours", "about": "x"})
    row = session.scalars(sa.select(Opening)).one()
    for client in (member, stranger):
        for path in ("opening/new", "event/new", "seat/new", f"opening/{row.id}"):
            client.get(f"{home}/keep/{path}", status=404)
        client.post(f"{home}/keep/opening/{row.id}/remove", status=404)
    leader.get(f"{home}/keep/yacht/new", status=404)
    leader.get(f"{home}/keep/event/{row.id}", status=404)  # an opening is no event


# ---- resolutions


def test_a_resolution_goes_from_an_idea_to_its_outcome(  # noqa: PLR0917  the whole cast
    session: Session, section: Section, leader: PageClient, member: PageClient, home: str,
    sign_in: SignIn,
) -> None:  # fmt: skip
    other = sign_in(factories.member(session, section, SectionRole.MENTOR))
    words = {"title": "Same years", "problem": "IMGs train longer.", "ask": "Ask for parity."}
    member.submit(f"{home}/resolutions/new", words)
    made = session.scalars(sa.select(Resolution)).one()
    page = f"{home}/resolutions/{made.id}"
    other.get(page, status=404)  # an idea is its author's and the leaders'
    assert "Same years" not in other.get(f"{home}/resolutions").text
    assert "Same years" in leader.get(f"{home}/resolutions").text
    step = {"day": "2026-11-03", "note": "Resolution 311"}
    other.post(f"{page}/step", step | {"state": "adopted"}, status=404)
    leader.submit(page, step | {"state": "drafting"}, action=f"{page}/step")
    leader.submit(page, step | {"state": "amended", "day": "2026-11-15"}, action=f"{page}/step")
    text = other.get(page).text
    assert "Adopted with changes" in text
    assert text.index("Being drafted") < text.index("Resolution 311")
    assert "Note the next step" not in text


# ---- the directory


def test_nobody_is_listed_who_did_not_agree(
    session: Session, person: User, member: PageClient, leader: PageClient, home: str
) -> None:
    assert "Nobody is listed yet" in leader.get(f"{home}/people").text
    refused = member.submit(f"{home}/people/me", {"about": "Pediatrics"}, status=422)
    assert "Check this box" in refused.text
    member.submit(f"{home}/people/me", {"about": "Pediatrics", "agree": "y"})
    text = leader.get(f"{home}/people").text
    assert "Mina K" in text
    assert "Pediatrics" in text
    assert person.email not in text  # only if they say so
    member.submit(f"{home}/people/me", {"show_email": "y"})
    assert person.email in leader.get(f"{home}/people?q=pediat").text
    assert "Nobody found" in leader.get(f"{home}/people?q=surgery").text
    member.post(f"{home}/people/me/hide")
    assert session.scalar(sa.select(sa.func.count()).select_from(DirectoryCard)) == 0


def test_who_has_left_the_section_is_not_listed(
    session: Session, person: User, member: PageClient, leader: PageClient, home: str
) -> None:
    member.submit(f"{home}/people/me", {"about": "Pediatrics", "agree": "y"})
    session.execute(
        sa.update(Membership)
        .where(Membership.person_id == person.id)
        .values(state=MembershipState.LEFT)
    )
    assert "Mina K" not in leader.get(f"{home}/people").text


# ---- in the search and on home pages


def test_members_and_nobody_else_find_what_the_section_plans(
    session: Session, leader: PageClient, member: PageClient, stranger: PageClient, home: str
) -> None:
    leader.submit(f"{home}/keep/opening/new", {"title": "Seat on a quokka board", "about": "x"})
    row = session.scalars(sa.select(Opening)).one()
    member.submit(f"{home}/resolutions/new", {"title": "Quokka parity", "problem": "x", "ask": "x"})
    path = "/toolkit/search?q=quokka"
    assert "Seat on a quokka board" in member.get(path).text
    assert "Quokka parity" not in member.get(path).text  # an idea is its author's and the leaders'
    assert "Nothing found" in stranger.get(path).text
    assert service.rebuild(session, SOURCES) == 0
    leader.post(f"{home}/keep/opening/{row.id}/remove")
    assert "Nothing found" in member.get(path).text


def test_home_pages_show_the_next_dates_of_the_section(
    session: Session, leader: PageClient, member: PageClient, home: str
) -> None:
    soon = (NOW.date() + dt.timedelta(days=9)).isoformat()
    past = (NOW.date() - dt.timedelta(days=9)).isoformat()
    for title, day in (("Open seat", soon), ("Closed seat", past)):
        leader.submit(f"{home}/keep/opening/new", {"title": title, "about": "x", "deadline": day})
    event = {"title": "Our evening", "about": "x", "place": "online", "begins": "18:00"}
    leader.submit(f"{home}/keep/event/new", event | {"day": soon, "ends": "19:00"})
    page = member.get("/home/img")
    assert "Open seat" in page.text
    assert "Our evening" in page.text
    assert "Closed seat" not in page.text
    assert {f"{home}/openings", f"{home}/events"} <= set(page.links())
