"""The pages for everybody, and those that say what went wrong."""

from __future__ import annotations

from typing import cast
from xml.etree.ElementTree import Element

import pytest
from flask import Flask, g, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import default_exceptions
from werkzeug.test import TestResponse

from mentorship.web import ERROR_PAGES
from tests.factories import person
from tests.page import Page, PageClient

OPEN = {
    "/": "Find a mentor who has walked your road",
    "/help": "Help",
    "/privacy": "Privacy",
    "/accessibility": "Accessibility",
}


def links_of(page: Page, landmark: str) -> list[tuple[str, str | None]]:
    found: list[tuple[str, str | None]] = []
    for part in page.tree.iter(landmark):
        found += [(_words(a), a.get("href")) for a in part.iter("a")]
    return found


def _words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


@pytest.mark.parametrize(("path", "heading"), OPEN.items())
def test_anybody_may_read_what_the_service_is(
    app: Flask, session: Session, path: str, heading: str
) -> None:
    page = PageClient(app).get(path)
    assert page.h1 == heading
    assert [words for words, _ in links_of(page, "footer")] == ["Help", "Privacy", "Accessibility"]
    assert ("Help", "/help") in links_of(page, "header")


def test_a_visitor_is_led_to_registering_and_signing_in(app: Flask, session: Session) -> None:
    page = PageClient(app).get("/")
    assert ("Create an account", "/register") in links_of(page, "main")
    assert ("Sign in", "/login") in links_of(page, "main")


def test_whoever_is_signed_in_starts_at_their_own_home(app: Flask, session: Session) -> None:
    with app.test_request_context():
        home = url_for("dashboard.home")
    assert PageClient(app, person(session)).get("/", status=303).location == home


def test_no_page_for_everybody_loads_anything_from_elsewhere(app: Flask, session: Session) -> None:
    client = PageClient(app)
    for path in OPEN:
        for element in client.get(path).tree.iter():
            source = element.get("src") or (element.tag == "link" and element.get("href"))
            assert not source or source.startswith("/static/"), f"{path}: {source}"


@pytest.mark.parametrize("code", sorted(ERROR_PAGES))
def test_each_error_page_says_what_to_do_next(app: Flask, session: Session, code: int) -> None:
    with app.test_request_context("/nowhere"):
        g.request_id = "a1b2c3"
        response = app.make_response(app.handle_user_exception(default_exceptions[code]()))
    page = Page(cast("TestResponse", response))
    assert page.status == code
    assert page.errors == []
    assert len(list(page.tree.iter("h1"))) == 1
    assert f"Error {code}" in page.text
    assert "a1b2c3" in page.text
    assert ("Go to the home page", "/") in links_of(page, "main")


@pytest.mark.parametrize("code", [500, 503])
def test_the_pages_for_our_own_failures_need_neither_a_person_nor_a_database(
    app: Flask, code: int
) -> None:
    with app.test_request_context("/nowhere"):
        template = app.jinja_env.get_template(f"errors/{code}.html")
        html = template.render(site_name="Site", now_year=2026, home_href="/", help_href="/help")
    assert f"Error {code}" in html


def test_an_unknown_address_is_answered_calmly(app: Flask, session: Session) -> None:
    page = PageClient(app).get("/no/such/page", status=404)
    assert page.h1 == "We cannot find that page"
