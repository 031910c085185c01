"""Nothing that a request says of its host, its sender or its method is believed unasked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask, request
from sqlalchemy.orm import Session

from tests import factories
from tests.page import CSRF_SECRET, PageClient
from tests.security.corpus import FORGED_HOSTS

FORGED = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Port": "8443",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-For": "203.0.113.9",
    "Forwarded": "for=203.0.113.9;host=evil.example;proto=https",
    "X-Host": "evil.example",
    "X-Original-URL": "/admin/sections",
    "X-Rewrite-URL": "/admin/sections",
    "X-HTTP-Method-Override": "DELETE",
    "X-Real-IP": "203.0.113.9",
}


@pytest.fixture(scope="module")
def strict(new_app: Callable[..., Flask]) -> Flask:
    return new_app(trusted_hosts=("localhost",))


def _seen(app: Flask, headers: dict[str, str]) -> tuple[str, str, str | None]:
    """Return what the application takes for its address, its scheme and the sender."""
    found: list[tuple[str, str, str | None]] = []
    kept = app.view_functions["pages.help_page"]

    def tell() -> str:
        found.append((request.url, request.scheme, request.remote_addr))
        return ""

    app.view_functions["pages.help_page"] = tell
    try:
        app.test_client().get("/help", headers=headers)
    finally:
        app.view_functions["pages.help_page"] = kept
    return found[0]


@pytest.mark.parametrize("host", FORGED_HOSTS)
def test_another_host_is_refused(strict: Flask, host: str) -> None:
    answer = strict.test_client().get("/help", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.mimetype == "text/plain"


def test_the_own_host_is_served(strict: Flask) -> None:
    for host in ("localhost", "localhost:8000"):
        assert strict.test_client().get("/help", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("header", FORGED)
def test_a_forged_header_changes_nothing(strict: Flask, header: str) -> None:
    assert _seen(strict, {header: FORGED[header]}) == _seen(strict, {})


def test_behind_one_proxy_only_what_it_says_counts(new_app: Callable[..., Flask]) -> None:
    app = new_app(trusted_hosts=("localhost",), proxies=1)
    said = {
        "X-Forwarded-For": "198.51.100.1, 203.0.113.9",
        "X-Forwarded-Proto": "http, https",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Prefix": "/evil",
    }
    assert _seen(app, said) == ("https://localhost/help", "https", "203.0.113.9")


def test_the_link_in_a_mail_is_the_configured_one(app: Flask, session: Session) -> None:
    person = factories.person(session, email="hosts@example.org")
    client, evil = PageClient(app), "http://evil.example"
    with client.client.session_transaction(base_url=evil) as cookie:
        cookie["csrf_token"] = CSRF_SECRET
    answer = client.client.post(
        "/reset",
        base_url=evil,
        data={"csrf_token": client.token(), "email": person.email},
        headers=dict.fromkeys(("X-Forwarded-Host", "X-Host", "Origin"), "evil.example"),
    )
    assert answer.status_code < 400
    folder = app.config["SETTINGS"].instance / "mail"
    mails = [text for file in folder.glob("*.eml") if person.email in (text := file.read_text())]
    assert mails
    assert all("evil" not in text and "http://localhost/reset/" in text for text in mails)
