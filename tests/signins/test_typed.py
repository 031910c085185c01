"""A form that is sent after its session has ended is handed back, to whoever typed it alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import pytest
import time_machine
from flask import Flask
from flask_security import hash_password
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.signins.service import end_sessions
from tests import factories
from tests.accounts.conftest import PASSWORD, again, anna
from tests.page import Page, PageClient

__all__ = ["anna"]  # a fixture

TYPED = {"name": "Anna Typed", "timezone": "", "phone": "", "old_password": "hidden canary"}


@pytest.fixture
def handed(client: PageClient, anna: User) -> Iterator[Page]:
    """The answer to a form that was sent an hour too late."""
    client.submit("/login", {"email": anna.email, "password": PASSWORD})
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=61)):
        yield client.post("/account", TYPED, status=401)


def _fields(form: Element) -> dict[str, Any]:
    return {f.get("name"): f.get("value") for f in form.iter("input") if f.get("name")}  # type: ignore[misc]  # both are filtered


def test_what_was_typed_is_sent_again_after_signing_in(
    client: PageClient, anna: User, handed: Page
) -> None:
    assert handed.h1 == "Sign in, then send it again"
    assert "opened no page for a while" in handed.text
    form = handed.form("/account")
    fields = _fields(form)
    assert fields["name"] == "Anna Typed"
    assert "hidden canary" not in handed.html
    assert again(anna).name == "Anna Schmidt"
    still_out = client.client.post("/account", data=fields)
    assert still_out.status_code == 401
    client.submit("/login", {"email": anna.email, "password": PASSWORD})  # in another tab
    assert client.client.post("/account", data=fields).location == "/account"
    assert again(anna).name == "Anna Typed"


def test_somebody_else_at_the_same_computer_sends_nothing_of_it(
    client: PageClient, session: Session, anna: User, handed: Page
) -> None:
    other = factories.person(session, "Bo", password=hash_password(PASSWORD))
    client.submit("/login", {"email": other.email, "password": PASSWORD})
    fields = _fields(handed.form("/account"))
    assert client.client.post("/account", data=fields).status_code == 400  # the token is Anna's
    for sealed in (fields["typed_by"], "made up"):
        fields["csrf_token"] = client.token()
        assert client.client.post("/account", data=fields | {"typed_by": sealed}).location == "/"
    assert "Nothing was sent" in client.get("/account").text
    assert again(other).name == "Bo"


def test_nothing_stands_in_the_address_or_the_cookie(client: PageClient, handed: Page) -> None:
    with client.client.session_transaction() as cookie:
        assert "Anna Typed" not in str(dict(cookie))
    assert handed.location is None
    assert handed.response.headers["Cache-Control"] == "no-store"


@pytest.fixture
def ended(client: PageClient, session: Session, anna: User) -> PageClient:
    """Somebody whose session was ended elsewhere."""
    client.submit("/login", {"email": anna.email, "password": PASSWORD})
    end_sessions(session, person_id=anna.id, by=anna.id, now=dt.datetime.now(dt.UTC))
    session.commit()
    return client


def test_what_is_sent_in_a_session_that_was_ended_can_be_copied(
    ended: PageClient, anna: User
) -> None:
    page = ended.post("/account", TYPED, status=401)
    assert page.h1 == "Nothing was sent"
    assert "This session was ended." in page.text
    assert "Nothing of what you have just sent was kept" in page.text
    assert "Anna Typed" in page.text
    assert "hidden canary" not in page.html
    assert "/login" in page.links()
    assert page.response.headers["Cache-Control"] == "no-store"
    assert again(anna).name == "Anna Schmidt"


def test_where_nothing_can_be_shown_the_sign_in_page_says_that_nothing_was_kept(
    ended: PageClient,
) -> None:
    page = ended.follow(ended.post("/account", {"name": "Anna"}))
    assert page.response.request.path == "/login"
    assert "This session was ended." in page.text
    assert "Nothing of what you have just sent was kept." in page.text
    other = PageClient(ended.app)
    assert "was kept" not in other.follow(other.get("/account", status=302)).text


def test_a_stranger_is_asked_to_sign_in_as_ever(app: Flask, client: PageClient) -> None:
    assert client.post("/account", TYPED).location == "/login"
