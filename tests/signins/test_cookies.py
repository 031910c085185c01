"""One cookie on all pages, for this host and this site alone, and out of reach of scripts."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from http.cookies import SimpleCookie
from types import SimpleNamespace

import pytest
from flask import Flask
from flask import session as here
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy.orm import Session
from werkzeug.test import Cookie

from mentorship.access import OPEN_ENDPOINTS
from mentorship.accounts.models import User
from mentorship.config import Mfa, Mode
from mentorship.cookies import NONCE_BYTES, SealedCookies
from tests import factories
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
    assert seen == {"sealed": {"path": "/", "httponly": "True", "samesite": "Lax"}}


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
    assert seen == {"__Host-sealed": expected}


def test_what_the_cookie_holds_is_read_by_nobody_else(
    app: Flask, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    """Not what an administrator looks for, nor whom the next page names; and here it is there."""
    other = factories.person(session, "Farida Secretname", email="farida@example.org")
    admin = sign_in(factories.administrator(session))
    looking = admin.post("/admin/accounts", {"q": other.email})
    telling = admin.post(f"/admin/accounts/{other.id}/end-sessions")
    for page in (looking, telling):
        said = _opened(page.response.headers.getlist("Set-Cookie"))
        assert said, "a cookie was set"
        assert not any(word in said for word in (b"farida", b"Farida", b"sought", b"_flashes"))
    assert "Farida Secretname is signed out everywhere." in admin.follow(telling).text


def test_code_from_before_they_were_sealed_passes_the_cookie_over(
    app: Flask, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    """Such code runs beside this one during an update, and again after one that is taken back."""
    older = Flask("older")
    older.secret_key = app.config["SECRET_KEY"]
    older.add_url_rule("/", view_func=lambda: f"{len(here)} things are known")
    cookie = _cookie(sign_in(factories.person(session)))
    browser = older.test_client()
    browser.set_cookie(cookie.key, cookie.value)
    answer = browser.get("/")
    assert (answer.status_code, answer.text) == (200, "0 things are known")


@pytest.mark.parametrize("what", ["the signature", "the seal", "all: it is not sealed"])
def test_who_comes_with_an_altered_cookie_is_signed_out(
    app: Flask, session: Session, sign_in: Callable[[User], PageClient], what: str
) -> None:
    client = sign_in(factories.person(session))
    client.get("/home")
    cookie = _cookie(client)
    client.client.set_cookie(cookie.key, _altered(app, cookie.value, what))
    assert "/login" in (client.client.get("/home").location or "")
    client.get("/login")


def _cookie(client: PageClient) -> Cookie:
    cookie = client.client.get_cookie(client.app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    return cookie


def _altered(app: Flask, value: str, what: str) -> str:
    """Change one letter of what is signed; or what is in it, as only the key's owner can sign."""
    if what == "the signature":
        return ("B" if value[0] == "A" else "A") + value[1:]
    signing = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signing
    if what != "the seal":
        return signing.dumps({"_user_id": "x"})
    signing.serializer = SimpleNamespace(loads=str, dumps=str)
    sealed = bytearray(base64.b64decode(signing.loads(value)))
    sealed[NONCE_BYTES] ^= 1
    return signing.dumps(base64.b64encode(sealed).decode())


def test_a_cookie_under_a_key_of_before_still_opens(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    signing = SealedCookies().get_signing_serializer(app)
    assert signing
    kept = signing.dumps({"a": 1})
    monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", [app.config["SECRET_KEY"]])
    monkeypatch.setitem(app.config, "SECRET_KEY", "0" * 64)
    later = SealedCookies().get_signing_serializer(app)
    assert later
    assert later.loads(kept) == {"a": 1}


def _opened(headers: list[str]) -> bytes:
    """Return what anybody reads out of cookies, without a key."""
    said = b""
    for header in headers:
        value = header.partition("=")[2].partition(";")[0]
        packed = value.lstrip(".").partition(".")[0]
        plain = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        said += zlib.decompress(plain) if value.startswith(".") else plain
    return said
