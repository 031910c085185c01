"""One cookie on all pages, for this host and this site alone, and out of reach of scripts."""

from __future__ import annotations

from collections.abc import Callable
from http.cookies import SimpleCookie

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from mentorship.access import OPEN_ENDPOINTS
from mentorship.config import Mfa, Mode
from tests.page import PageClient
from tests.stage import set_stage
from tests.test_matrix import address

HOST = "https://mentors.example.org"


@pytest.fixture(scope="module")
def production(new_app: Callable[..., Flask]) -> Flask:
    return new_app(
        mode=Mode.PRODUCTION,
        audit_key="5c1e8f0a7b3d9264e8a1c07d52b96f43",
        base_url=HOST,
        trusted_hosts=("mentors.example.org",),
        mail_url="smtp://localhost",
        require_mfa=Mfa.STAFF,
    )


def _cookies(headers: list[str]) -> dict[str, dict[str, str]]:
    found = {}
    for header in headers:
        for name, morsel in SimpleCookie(header).items():
            found[name] = {key: str(value) for key, value in morsel.items() if value}
    return found


def test_all_pages_set_one_cookie_and_no_other(app: Flask, session: Session) -> None:
    stage = set_stage(session)
    clients = [PageClient(app, stage.people[who]) for who in ("stranger", "img", "leader")]
    seen: dict[str, dict[str, str]] = {}
    for rule in app.url_map.iter_rules():
        if rule.endpoint in OPEN_ENDPOINTS or "GET" not in (rule.methods or ()):
            continue
        for client in clients:
            with client.client.get(address(rule, stage.values)) as answer:
                seen |= _cookies(answer.headers.getlist("Set-Cookie"))
    assert seen == {"session": {"path": "/", "httponly": "True", "samesite": "Lax"}}


def test_the_cookie_in_production_is_bound_to_its_host(production: Flask) -> None:
    client = production.test_client()
    seen: dict[str, dict[str, str]] = {}
    for rule in production.url_map.iter_rules():
        if rule.arguments or rule.endpoint in OPEN_ENDPOINTS:
            continue
        for method in {"GET", "POST"} & set(rule.methods or ()):
            answer = client.open(rule.rule, method=method, base_url=HOST)
            seen |= _cookies(answer.headers.getlist("Set-Cookie"))
    expected = {"path": "/", "httponly": "True", "samesite": "Lax", "secure": "True"}
    assert seen == {"__Host-session": expected}
