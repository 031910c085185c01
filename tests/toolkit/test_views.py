"""The toolkit's pages, as a signed-in member reads them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from flask import Flask, get_template_attribute
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.accounts.models import User
from mentorship.search.service import rebuild
from mentorship.toolkit import service
from mentorship.toolkit.loading import load_facts
from mentorship.toolkit.searched import of_resources
from tests import factories
from tests.page import Page, PageClient
from tests.toolkit.files import Files, resource

TODAY = dt.date(2026, 11, 2)


@pytest.fixture(autouse=True)
def in_the_cycle() -> Iterator[None]:
    with time_machine.travel(factories.NOW, tick=False):
        yield


@pytest.fixture
def reader(session: Session, sign_in: Callable[[User], PageClient]) -> PageClient:
    return sign_in(factories.person(session))


def said(page: Page) -> str:
    """Return the text as it is seen: no space between a link and the comma after it."""
    return page.text.replace(" ,", ",")


PAGES = ["/toolkit", "/toolkit/journey/visa", "/toolkit/resources"]


@pytest.mark.parametrize("path", PAGES)
def test_visitors_are_asked_to_sign_in(client: PageClient, path: str) -> None:
    page = client.get(path, status=302)
    assert page.location is not None
    assert urlsplit(page.location).path == "/login"


# ---- the journey


def test_the_overview_leads_to_every_stage_and_to_the_resources(
    reader: PageClient, loaded: Session
) -> None:
    page = reader.get("/toolkit")
    links = set(page.links())
    assert {f"/toolkit/journey/{stage}" for stage in vocabulary.LISTS["stage"]} <= links
    assert "/toolkit/resources" in links
    assert "Match Day Expected March 19, 2027, in 137 days" in said(page)
    assert "Expected March 4, 2027, 2:00 a.m. UTC, in about 122 days" in said(page)


def test_an_empty_toolkit_says_so(reader: PageClient) -> None:
    assert "The journey is not loaded yet" in reader.get("/toolkit").text
    assert "No resources yet" in reader.get("/toolkit/resources").text
    reader.get("/toolkit/journey/visa", status=404)


def test_a_stage_shows_each_fact_with_source_date_and_confidence(
    reader: PageClient, loaded: Session
) -> None:
    page = reader.get("/toolkit/journey/licensure")
    assert page.h1 == "State licensure"
    assert "Stage 13 of 16" in page.text
    assert "Source: florida.public.law, as of 2025. Confidence: high." in said(page)
    assert "https://florida.public.law/statutes/fla._stat._458.311" in page.links()
    assert "$1,425" in page.text
    assert "Confirm with the board" in page.text
    assert "We have not opened this page yet" in page.text
    assert {"/toolkit/journey/fellowship", "/toolkit/journey/board_certification"} <= set(
        page.links()
    )


def test_a_stage_warns_of_what_is_not_confirmed(reader: PageClient, loaded: Session) -> None:
    text = reader.get("/toolkit/journey/ecfmg_certification").text
    assert "Check the amount on the page" in text
    assert "Unconfirmed: we have no source for this" in text
    assert "Expected January 31, 2027" in text
    assert "Usual months, unconfirmed. Not deadlines." in text


def test_every_stage_has_its_page(reader: PageClient, loaded: Session) -> None:
    for stage in vocabulary.LISTS["stage"]:
        assert reader.get(f"/toolkit/journey/{stage}").h1


@pytest.mark.parametrize("stage", ["passport", "visa%00", "%F0%9F%A9%BA"])
def test_an_unknown_stage_is_not_found(reader: PageClient, loaded: Session, stage: str) -> None:
    reader.get(f"/toolkit/journey/{stage}", status=404)


# ---- the catalog


def test_the_filter_is_kept_in_the_address_and_in_the_form(
    reader: PageClient, loaded: Session
) -> None:
    page = reader.get("/toolkit/resources?stage=visa&q=j-1")
    assert page.tree.find(".//select[@id='stage']/option[@selected]").get("value") == "visa"  # type: ignore[union-attr]  # None fails the test
    assert page.tree.find(".//input[@id='q']").get("value") == "j-1"  # type: ignore[union-attr]  # None fails the test
    assert "Not a valid choice" not in page.text


def test_turning_the_page_keeps_the_filter(reader: PageClient, loaded: Session) -> None:
    page = reader.get("/toolkit/resources?stage=visa")
    (href,) = {link for link in page.links() if "page=2" in link}
    assert parse_qs(urlsplit(href).query) == {"stage": ["visa"], "page": ["2"]}
    second = reader.get(href)
    assert "22 resources, page 2 of 2" in second.text


def test_a_search_for_the_word_page_survives_turning_it(
    reader: PageClient, session: Session, files: Files
) -> None:
    files.catalog["resources"] = [
        *files.catalog["resources"],
        *(resource(f"r{n}", title=f"PAGE {n}") for n in range(21)),
    ]
    load_facts(session, folder=files.write())
    rebuild(session, {"resource": of_resources})
    page = reader.get("/toolkit/resources?q=PAGE")
    (href,) = {link for link in page.links() if "page=2" in link}
    assert parse_qs(urlsplit(href).query) == {"q": ["PAGE"], "page": ["2"]}


def test_nothing_found_leads_back_to_everything(reader: PageClient, loaded: Session) -> None:
    page = reader.get("/toolkit/resources?q=zebra")
    assert "Nothing found" in page.text
    assert "/toolkit/resources" in page.links()


@pytest.mark.parametrize(
    "query",
    [
        "stage=passport&type=blog&organization=nobody",
        "page=abc",
        "page=-1",
        "page=99999999999999999999",
        "q=%00%0d%0a",
        "stage=",
    ],
)
def test_an_address_typed_wrong_shows_the_catalog(
    reader: PageClient, loaded: Session, query: str
) -> None:
    page = reader.get(f"/toolkit/resources?{query}")
    assert "131 resources" in page.text
    assert "Not a valid choice" not in page.text


def test_what_was_typed_is_shown_as_text_only(reader: PageClient, loaded: Session) -> None:
    page = reader.get("/toolkit/resources?q=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in page.html


# ---- the blocks for dashboards


def block(app: Flask, template: str, macro: str, *values: object) -> str:
    with app.test_request_context():
        return str(get_template_attribute(template, macro)(*values))


def test_the_stage_panel_shows_the_present_stage_and_leads_to_the_next(
    app: Flask, loaded: Session
) -> None:
    view = service.for_stage(loaded, "interviews", now=factories.NOW)
    html = block(app, "toolkit/_stage_panel.html", "stage_panel", view, TODAY, "/home/img")
    assert "Answer invitations the same day" in html
    assert "Residency interviews: advice for IMGs" in html
    assert 'href="/toolkit/journey/match_soap"' in html
    assert 'href="/toolkit/resources?stage=interviews"' in html


def test_without_a_stage_the_panel_leads_to_the_overview(app: Flask) -> None:
    html = block(app, "toolkit/_stage_panel.html", "stage_panel", None, TODAY, "")
    assert 'href="/toolkit"' in html


def test_the_resource_list_names_organization_date_and_confidence(
    app: Flask, loaded: Session
) -> None:
    cards = service.for_mentors(loaded)
    html = block(app, "toolkit/_resource_list.html", "resource_list", cards)
    assert "Toolkit: mentorship" in html
    assert "Guide by AMA" in html
    assert "Source: ama-assn.org, undated. Confidence: high." in html
