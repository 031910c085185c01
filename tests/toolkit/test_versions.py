"""What a section put in its own words stays true to what is corrected for everybody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.sections.models import Section, SectionRole
from mentorship.toolkit import truth
from mentorship.toolkit.models import Confidence, UrlCheck
from mentorship.toolkit.resource_models import Resource
from tests import factories
from tests.factories import NOW
from tests.page import PageClient

SignIn = Callable[[User], PageClient]
MOVED = "https://www.oet.com/moved"
LATER = NOW + dt.timedelta(minutes=5)


@pytest.fixture(autouse=True)
def at_this_time() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def section(indexed: Session) -> Section:
    return factories.section(indexed)


@pytest.fixture
def keeper(indexed: Session, section: Section) -> User:
    return factories.leader(indexed, section)


@pytest.fixture
def leads(keeper: User, sign_in: SignIn) -> PageClient:
    return sign_in(keeper)


@pytest.fixture
def version(indexed: Session, section: Section, leads: PageClient) -> Resource:
    """What the section shows in place of the common resource: another title, the same link."""
    words = said(indexed.get_one(Resource, "oet")) | {"title": "English for doctors"}
    leads.post(f"/sections/{section.slug}/resources/oet", words)
    return indexed.scalars(sa.select(Resource).where(Resource.section_id == section.id)).one()


def said(row: Resource) -> dict[str, object]:
    """Return what the form of a resource says."""
    return {
        "title": row.title,
        "url": row.url,
        "organization": row.organization,
        "type": row.type.value,
        "description": row.description,
        "stages": ["interviews"],
        "topics": ["interviews"],
        "save": "y",
    }


def correct(session: Session, by: User, **values: object) -> None:
    seen = truth.newest(truth.history(session, "resource", "oet"))
    signed = truth.Signed(by=by.id, now=LATER, today=NOW.date())
    truth.correct(session, "resource", "oet", values, why="It moved", signed=signed, seen=seen)


def test_a_correction_reaches_the_section_where_it_says_nothing_of_its_own(
    indexed: Session, section: Section, version: Resource, keeper: User, sign_in: SignIn
) -> None:
    correct(indexed, keeper, url=MOVED, description="The new words.", confidence=Confidence.LOW)
    assert (version.url, version.description) == (MOVED, "The new words.")
    assert (version.confidence, version.checked_on) == (Confidence.LOW, NOW.date())
    assert version.title == "English for doctors"
    reader = sign_in(factories.member(indexed, section, SectionRole.IMG))
    page = reader.follow(reader.get("/toolkit/resources/oet", status=302))
    assert "The new words." in page.text
    assert MOVED in page.links()
    assert "The new words." in reader.get("/toolkit/search?q=English+for+doctors").text


def test_undoing_the_correction_reaches_it_too(
    indexed: Session, version: Resource, keeper: User
) -> None:
    before = version.url
    correct(indexed, keeper, url=MOVED)
    (change,) = truth.history(indexed, "resource", "oet")
    signed = truth.Signed(by=keeper.id, now=LATER, today=NOW.date())
    truth.put_back(indexed, "resource", "oet", change.id, signed=signed)
    assert (version.url, version.checked_on) == (before, None)


def test_a_link_of_the_sections_own_keeps_what_is_known_of_it(
    indexed: Session, version: Resource, keeper: User
) -> None:
    version.url, version.url_check, version.as_of = "https://example.org", UrlCheck.NOT_OPENED, None
    indexed.flush()
    correct(indexed, keeper, url=MOVED, confidence=Confidence.HIGH, as_of="2026-11-01")
    assert version.url == "https://example.org"
    assert (version.url_check, version.as_of, version.checked_on) == (
        UrlCheck.NOT_OPENED,
        None,
        None,
    )


def test_leaders_are_told_of_what_was_corrected_in_their_own_words(
    indexed: Session, section: Section, version: Resource, keeper: User, leads: PageClient
) -> None:
    listing = f"/sections/{section.slug}/resources"
    edit = f"{listing}/{version.id}"
    correct(indexed, keeper, description="The new words.")  # which follows: nothing to tell
    assert "Corrected for all" not in leads.get(listing).text
    correct(indexed, keeper, title="OET, the English test")
    told = leads.get(listing)
    assert "Corrected for all sections since you wrote yours" in told.text
    assert edit in told.links()
    page = leads.get(edit)
    assert "OET, the English test" in page.text
    assert "/toolkit/facts/resource/oet" in page.links()
    with time_machine.travel(LATER + dt.timedelta(minutes=5), tick=False):
        leads.post(edit, said(version))
        assert "Corrected for all" not in leads.get(edit).text
        assert "Corrected for all" not in leads.get(listing).text


def test_whoever_corrects_sees_which_section_has_its_own_words(
    indexed: Session, section: Section, version: Resource, leads: PageClient, sign_in: SignIn
) -> None:
    page = leads.get("/toolkit/facts/resource/oet")
    assert f"/sections/{section.slug}/resources/{version.id}" in page.links()
    assert "English for doctors" in leads.follow(leads.get("/toolkit/resources/oet", 302)).text
    other = sign_in(factories.leader(indexed, factories.section(indexed)))
    assert section.name not in other.get("/toolkit/facts/resource/oet").text
