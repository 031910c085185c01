"""Marks, reports and search for members; adding, rewording, hiding and ordering for leaders."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.extensions import db
from mentorship.sections.models import Section, SectionRole
from mentorship.toolkit import service
from mentorship.toolkit.loading import load_facts
from mentorship.toolkit.resource_models import Resource
from mentorship.toolkit.shelf_models import ResourceMark, ResourceReport
from tests import factories
from tests.factories import NOW
from tests.page import PageClient

SignIn = Callable[[User], PageClient]
OET = "/toolkit/resources/oet"


@pytest.fixture(autouse=True)
def at_this_time() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def section(session: Session) -> Section:
    return factories.section(session)


@pytest.fixture
def member(session: Session, section: Section) -> User:
    return factories.member(session, section, SectionRole.IMG)


@pytest.fixture
def reader(indexed: Session, member: User, sign_in: SignIn) -> PageClient:
    return sign_in(member)


@pytest.fixture
def leader(indexed: Session, section: Section, sign_in: SignIn) -> PageClient:
    return sign_in(factories.leader(indexed, section))


@pytest.fixture
def stranger(indexed: Session, sign_in: SignIn) -> PageClient:
    other = factories.section(indexed)
    return sign_in(factories.member(indexed, other, SectionRole.IMG))


# ---- searching


def test_a_search_leads_to_an_address_of_its_own(reader: PageClient) -> None:
    answer = reader.submit("/toolkit", {"q": "licence in Texas"}, action="/toolkit/search")
    assert answer.location == "/toolkit/search?q=licence+in+Texas"
    page = reader.follow(answer)
    assert "Medical license in Texas" in page.text
    assert "Confirm with the board" in page.text
    only = reader.get("/toolkit/search?q=visa&of=guide")
    assert "Visa questions" in only.text
    assert "/toolkit/search?q=visa" in only.links()
    assert any(link.startswith("/toolkit/visas#") for link in only.links())


def test_what_is_found_nowhere_is_told_to_the_leaders(
    reader: PageClient, leader: PageClient, section: Section
) -> None:
    for one in (reader, reader, leader):  # one person's searches count once
        page = one.follow(one.post("/toolkit/search", {"q": "Unicorn zoology"}))
        assert "Nothing found" in page.text
    base = f"/sections/{section.slug}/resources"
    desk = leader.get(base)
    assert "unicorn zoology 2 times" in desk.text
    assert f"{base}/new?title=unicorn+zoology" in desk.links()
    leader.post(f"{base}/misses/forget", {"text": "unicorn zoology"})
    assert "unicorn zoology" not in leader.get(base).text


@pytest.mark.parametrize("query", ["", "?q=", "?q=%00", "?q=visa&of=nothing&page=99", "?page=x"])
def test_a_search_typed_wrong_still_answers(reader: PageClient, query: str) -> None:
    assert reader.get(f"/toolkit/search{query}").h1 == "Search"


# ---- marks and reports


def test_a_resource_is_saved_seen_and_useful_and_back(session: Session, reader: PageClient) -> None:
    for kind, tag in (("saved", "Saved"), ("seen", "Seen"), ("useful", "Useful to you")):
        assert tag in reader.follow(reader.post(f"{OET}/mark", {"kind": kind, "on": "yes"})).text
    reader.post(f"{OET}/mark", {"kind": "saved", "on": "yes"})  # twice is once
    assert session.scalar(sa.select(sa.func.count()).select_from(ResourceMark)) == 3
    assert "Useful to 1 person" in reader.get(OET).text
    assert "1 resource" in reader.get("/toolkit/resources?mark=saved").text
    assert "130 resources" in reader.get("/toolkit/resources?mark=unseen").text
    reader.post(f"{OET}/mark", {"kind": "saved"})
    assert "Nothing found" in reader.get("/toolkit/resources?mark=saved").text


def test_a_mark_leads_back_to_the_list_and_nowhere_else(reader: PageClient) -> None:
    values = {"kind": "saved", "on": "yes"}
    back = reader.post(f"{OET}/mark", values | {"next": "/toolkit/resources?page=2"})
    assert back.location == "/toolkit/resources?page=2"
    away = reader.post(f"{OET}/mark", values | {"next": "https://evil.example/"})
    assert away.location == OET
    reader.post(f"{OET}/mark", {"kind": "hated"}, status=400)
    reader.post("/toolkit/resources/none/mark", values, status=404)


def test_marks_of_others_are_counted_and_not_named(
    session: Session, reader: PageClient, stranger: PageClient
) -> None:
    stranger.post(f"{OET}/mark", {"kind": "useful", "on": "yes"})
    assert "Useful to 1 person" in reader.get(OET).text
    assert "Useful to you" not in reader.get(OET).text


def test_a_dead_link_is_reported_once_and_settled(
    session: Session, reader: PageClient, leader: PageClient, section: Section
) -> None:
    assert "Choose one" in reader.submit(f"{OET}/report", status=422).text
    for words in ("404", "Still 404"):
        reader.submit(f"{OET}/report", {"trouble": "dead", "words": words})
    report = session.scalars(sa.select(ResourceReport)).one()
    base = f"/sections/{section.slug}/resources"
    page = leader.get(base)
    assert "The link is dead: " in page.text
    assert "“Still 404”" in page.text
    leader.post(f"{base}/reports/{report.id}/settle")
    assert "Still 404" not in leader.get(base).text


def test_a_report_is_for_the_leaders_of_whoever_made_it(
    session: Session, stranger: PageClient, leader: PageClient, section: Section
) -> None:
    stranger.submit(f"{OET}/report", {"trouble": "stale"})
    report = session.scalars(sa.select(ResourceReport)).one()
    base = f"/sections/{section.slug}/resources"
    assert "Reported by members" not in leader.get(base).text
    leader.post(f"{base}/reports/{report.id}/settle", status=404)


def test_a_report_on_what_only_another_section_has_is_for_that_section(
    session: Session, member: User, leader: PageClient, section: Section, sign_in: SignIn
) -> None:
    other = factories.section(session)
    theirs = sign_in(factories.leader(session, other))
    factories.member(session, other, SectionRole.MENTOR, member)
    theirs.submit(own(other, "new"), NEW | {"save": "y"})
    row = session.scalars(sa.select(Resource).where(Resource.section_id == other.id)).one()
    sign_in(member).submit(f"/toolkit/resources/{row.id}/report", {"trouble": "stale"})
    report = session.scalars(sa.select(ResourceReport)).one()
    assert "Our handbook" not in leader.get(own(section)).text
    assert "resource was reported" not in leader.get("/home/leader").text
    leader.post(own(section, f"reports/{report.id}/settle"), status=404)
    assert "resource was reported" in theirs.get("/home/leader").text
    theirs.post(own(other, f"reports/{report.id}/settle"))


# ---- curating


def own(section: Section, resource: str = "") -> str:
    return f"/sections/{section.slug}/resources{f'/{resource}' if resource else ''}"


NEW = {
    "title": "Our handbook",
    "url": "https://example.org/handbook",
    "organization": "Our section",
    "type": "guide",
    "description": "What our members ask most.",
    "stages": ["interviews"],
    "topics": ["interviews"],
}


def test_a_section_adds_a_resource_that_only_its_members_see_and_find(
    session: Session,
    section: Section,
    leader: PageClient,
    reader: PageClient,
    stranger: PageClient,
) -> None:
    path = own(section, "new")
    assert (
        "This is not a web address"
        in leader.submit(path, NEW | {"url": "https://x y", "save": "y"}, status=422).text
    )
    preview = leader.submit(path, NEW | {"preview": "y"}, status=200)
    assert preview.tree.find(".//section[@id='preview']") is not None
    leader.submit(path, NEW | {"save": "y"})
    for page in ("/toolkit/resources?stage=interviews", "/toolkit/search?q=handbook"):
        assert "Our handbook" in reader.get(page).text
        assert "Our handbook" not in stranger.get(page).text
    row = session.scalars(sa.select(Resource).where(Resource.section_id == section.id)).one()
    stranger.get(f"/toolkit/resources/{row.id}", status=404)
    assert "We have not opened this page yet" in reader.get(f"/toolkit/resources/{row.id}").text
    load_facts(session)  # loading the files again leaves it alone
    assert "Our handbook" in reader.get("/toolkit/resources?stage=interviews").text


def test_a_section_puts_a_resource_in_its_own_words(
    session: Session,
    section: Section,
    leader: PageClient,
    reader: PageClient,
    stranger: PageClient,
) -> None:
    words = {"title": "English for doctors (OET)", "opened": "y", "save": "y"}
    page = leader.follow(leader.post(own(section, "oet"), NEW | words))
    assert "changed its words" in page.text
    assert "English for doctors" in reader.get("/toolkit/resources?q=english").text
    assert "November 2, 2026" in reader.get("/toolkit/resources?q=english").text
    kept_link = reader.get(OET, status=302)  # leads to what stands in the place of the common words
    assert "English for doctors" in reader.follow(kept_link).text
    assert "English for doctors" not in stranger.get("/toolkit/resources").text
    stranger.get(OET)


def test_a_page_open_since_before_the_words_of_the_section_still_works(
    session: Session, section: Section, leader: PageClient, reader: PageClient
) -> None:
    leader.post(own(section, "oet"), NEW | {"title": "English for doctors", "save": "y"})
    row = session.scalars(sa.select(Resource).where(Resource.section_id == section.id)).one()
    reader.post(f"{OET}/mark", {"kind": "saved", "on": "yes"})
    assert session.scalars(sa.select(ResourceMark)).one().resource_id == row.id
    asked = reader.follow(reader.get(f"{OET}/report", status=302))
    assert "English for doctors" in asked.text
    sent = reader.post(f"{OET}/report", {"trouble": "dead", "words": ""})
    assert sent.location == f"/toolkit/resources/{row.id}"
    assert session.scalars(sa.select(ResourceReport)).one().resource_id == row.id


def test_the_filter_offers_the_organizations_that_the_reader_sees(
    section: Section, leader: PageClient, reader: PageClient, stranger: PageClient
) -> None:
    theirs = {"organization": "House of Doctors", "save": "y"}
    leader.submit(own(section, "new"), NEW | theirs)
    offered = "House of Doctors"
    assert offered in reader.get("/toolkit/resources?q=oet").text
    assert offered not in stranger.get("/toolkit/resources?q=oet").text
    found = reader.get("/toolkit/resources?organization=House+of+Doctors")
    assert "Our handbook" in found.text
    assert "1 resource" in found.text


def test_marks_carry_over_to_the_words_of_the_section(
    section: Section, leader: PageClient, reader: PageClient, stranger: PageClient
) -> None:
    for who in (reader, stranger):
        who.post(f"{OET}/mark", {"kind": "saved", "on": "yes"})
    reader.post(f"{OET}/mark", {"kind": "useful", "on": "yes"})
    leader.post(own(section, "oet"), NEW | {"title": "English for doctors", "save": "y"})
    saved = reader.get("/toolkit/resources?mark=saved")
    assert "English for doctors" in saved.text
    (href,) = [link for link in saved.links() if link.startswith("/toolkit/resources/section-")]
    page = reader.get(href).text
    assert "Useful to you" in page
    assert "Useful to 1 person" in page
    assert "English for doctors" not in stranger.get("/toolkit/resources?mark=saved").text
    assert OET in stranger.get("/toolkit/resources?mark=saved").links()


def test_earlier_words_come_back(
    session: Session, section: Section, leader: PageClient, reader: PageClient
) -> None:
    leader.submit(own(section, "new"), NEW | {"save": "y"})
    row = session.scalars(sa.select(Resource).where(Resource.section_id == section.id)).one()
    leader.post(own(section, row.id), NEW | {"title": "A mistake"})
    page = leader.get(own(section, row.id))
    (restore,) = [
        str(form.get("action"))
        for form in page.tree.iterfind(".//form")
        if "/restore/" in str(form.get("action"))
    ]
    leader.post(restore)
    text = leader.get(own(section, row.id)).text
    assert "brought earlier words back" in text
    assert "Our handbook" in reader.get("/toolkit/resources?stage=interviews").text


def test_a_section_hides_and_orders_for_its_own_members(  # noqa: PLR0917  the whole cast
    session: Session,
    section: Section,
    member: User,
    leader: PageClient,
    reader: PageClient,
    stranger: PageClient,
) -> None:
    first = service.resources(session, person_id=member.id).rows[0]
    leader.post(own(section, "oet/place"), {"position": "1"})
    assert service.resources(session, person_id=member.id).rows[0].id == "oet"
    leader.post(own(section, "oet/place"), {"hidden": "yes"})
    assert service.resources(session, person_id=member.id).rows[0].id == first.id
    reader.get(OET, status=404)
    assert OET not in reader.get("/toolkit/search?q=OET").links()  # the short word is explained
    stranger.get(OET)
    leader.post(own(section, "oet/place"), {"hidden": ""})
    reader.get(OET)
    text = leader.get(own(section, "oet")).text
    assert "hid it" in text
    assert "showed it again" in text


def test_curating_is_for_the_leaders_of_the_section(
    section: Section, reader: PageClient, stranger: PageClient
) -> None:
    for client in (reader, stranger):
        for path in (own(section), own(section, "new"), own(section, "oet")):
            client.get(path, status=404)
        client.post(own(section, "oet/place"), {"hidden": "yes"}, status=404)
        client.post(own(section, "oet"), NEW, status=404)


def test_the_catalog_costs_few_statements(session: Session, reader: PageClient) -> None:
    statements: list[str] = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *e: statements.append(e[2]))
    reader.get("/toolkit/resources?q=visa&stage=visa")
    asked = [one for one in statements if not one.startswith(("SAVEPOINT", "RELEASE"))]
    assert len(asked) <= 12, asked
