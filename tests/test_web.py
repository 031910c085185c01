"""Headers, hosts and the pages of our own faults."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.config import Mode
from mentorship.web import safe_next
from tests import factories
from tests.page import PageClient


@pytest.mark.parametrize(
    ("target", "leads_to"),
    [
        ("/sections/imgs", "/sections/imgs"),
        ("/toolkit?stage=visa", "/toolkit?stage=visa"),
        (None, "/"),
        ("", "/"),
        ("//host.example", "/"),
        ("https://host.example/", "/"),
        ("/\\host.example", "/"),
        ("/\t/host.example", "/"),
        ("\\\\host.example", "/"),
        ("javascript:alert(1)", "/"),
        ("sections", "/"),
    ],
)
def test_a_way_back_never_leaves_the_site(target: str | None, leads_to: str) -> None:
    assert safe_next(target, "/") == leads_to


def test_a_forged_host_is_refused(new_app: Callable[..., Flask]) -> None:
    app = new_app(trusted_hosts=("mentors.example.org",))
    answer = app.test_client().get("/help", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert b"evil" not in answer.data
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_fault_shows_a_calm_page_and_no_trace(new_app: Callable[..., Flask]) -> None:
    app = new_app(mode=Mode.DEVELOPMENT)

    def broken() -> str:
        raise ZeroDivisionError("secret detail")

    app.view_functions["pages.help_page"] = broken
    answer = app.test_client().get("/help")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("path", ["/sections/a%00b/join", "/confirm/%00", "/%00"])
def test_an_address_with_a_nul_leads_nowhere(
    sign_in: Callable[[User], PageClient], session: Session, path: str
) -> None:
    sign_in(factories.person(session)).get(path, status=404)


def test_pages_are_not_kept_and_files_are(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/login").headers["Cache-Control"] == "no-store"
    with client.get("/static/css/theme.css") as file:
        assert "no-store" not in file.headers["Cache-Control"]


def test_a_form_without_its_token_names_the_request(app: Flask) -> None:
    answer = app.test_client().post("/login")
    assert answer.status_code == 400
    assert re.search(r"<code>[0-9a-f]{12}</code>", answer.text)
