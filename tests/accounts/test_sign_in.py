"""Signing in and out, and what a password hash must be."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask_security import hash_password
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.config import Mfa, Mode
from mentorship.extensions import db
from mentorship.signins.service import new_token, open_session
from tests.accounts.conftest import OTHER_PASSWORD, PASSWORD, again
from tests.factories import person
from tests.page import Page, PageClient

HASH = re.compile(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$")


def _sign_in(client: PageClient, path: str = "/login", status: int = 303, **values: str) -> Page:
    given = {"email": "anna@example.org", "password": PASSWORD} | values
    return client.submit(path, given, status=status)


def test_signing_in_and_out(client: PageClient, anna: User) -> None:
    assert _sign_in(client).location == "/"
    assert client.get("/account").h1 == "Account"
    page = client.post("/logout")
    assert page.location == "/"
    assert page.response.headers["Clear-Site-Data"] == '"cache", "storage"'
    with client.client.session_transaction() as cookie:
        assert set(cookie) == {"known", "_permanent"}
    assert "/login" in str(client.get("/account", status=302).location)


def test_the_address_may_be_typed_in_any_case(client: PageClient, anna: User) -> None:
    _sign_in(client, email=" Anna@Example.ORG ")


@pytest.mark.parametrize(
    "changed",
    [
        {"password": "wrong password here"},
        {"password": "x" * 129},
        {"password": ""},
        {"email": ""},
        {"email": "nobody@example.org"},
        {"email": "not an address"},
        {"email": "", "password": ""},
    ],
)
def test_every_failure_reads_the_same(
    client: PageClient, anna: User, changed: dict[str, str]
) -> None:
    page = _sign_in(client, status=200, **changed)
    assert page.text.count("We could not sign you in.") == 1


def test_the_page_comes_back_to_where_one_was_going(client: PageClient, anna: User) -> None:
    asked = client.get("/account?tab=1", status=302)
    assert asked.location == "/login?next=/account?tab%3D1"
    assert _sign_in(client, asked.location).location == "/account?tab=1"


def test_a_form_sent_signed_out_leads_to_the_sign_in_page_and_not_back(client: PageClient) -> None:
    assert client.post("/account", {}).location == "/login"


@pytest.mark.parametrize(
    "target",
    [
        "https://bad.example/",
        "//bad.example",
        "///bad.example",
        "/\\bad.example",
        "\\\\bad.example",
        "/\t/bad.example",
        "/%09/bad.example",
        "http:bad.example",
        "javascript:alert(1)",
        " //bad.example",
        "/\n/bad.example",
        "https://localhost@bad.example",
        "http://localhost/account",
    ],
)
@pytest.mark.parametrize("place", ["field", "address"])
def test_no_target_leads_to_another_site(
    client: PageClient, anna: User, target: str, place: str
) -> None:
    given = {"email": anna.email, "password": PASSWORD}
    if place == "field":
        page = client.post("/login", given | {"next": target})
    else:
        answer = client.client.post(
            "/login", query_string={"next": target}, data=given | {"csrf_token": client.token()}
        )
        assert answer.status_code == 303
        page = client.get("/privacy")
        page.location = answer.headers["Location"]
    assert page.location is not None
    assert re.match(r"/(?![/\\])[\x21-\x7e]*$", page.location), page.location


def test_signing_out_needs_a_post(client: PageClient, anna: User) -> None:
    _sign_in(client)
    client.get("/logout", status=405)
    client.get("/account")


def test_a_changed_password_ends_the_other_sessions(
    app: Flask, client: PageClient, anna: User, session: Session
) -> None:
    elsewhere = PageClient(app)
    _sign_in(elsewhere)
    _sign_in(client)
    data = {"password": PASSWORD, "new_password": OTHER_PASSWORD}
    assert client.submit("/change", data).location == "/account/security"
    client.get("/account")
    elsewhere.get("/account", status=302)
    _sign_in(elsewhere, status=200)
    _sign_in(elsewhere, password=OTHER_PASSWORD)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"password": "wrong"}, "not your password"),
        ({"password": "x" * 200}, "longer than 128"),
        ({"new_password": PASSWORD}, "other than the current one"),
        ({"new_password": "annaschmidt1990"}, "harder to guess"),
        ({"new_password": "x" * 129}, "at most 128"),
        ({"new_password": ""}, "Choose a password."),
    ],
)
def test_a_bad_change_says_why(
    client: PageClient, anna: User, data: dict[str, str], said: str
) -> None:
    _sign_in(client)
    before = anna.password
    given = {"password": PASSWORD, "new_password": OTHER_PASSWORD} | data
    assert said in client.submit("/change", given, status=200).text
    assert again(anna).password == before


@pytest.mark.parametrize(
    "password",
    [
        "trombone kettle orchard " * 2 + "and some more words",
        ("trombone kettle orchard " * 6)[:128],
        "🦊🐢🐳🌵🍋🧭🪁🎻🧶🪐🫐🧊",
        "  spaces at both ends  ",
    ],
)
def test_long_and_unusual_passwords_work_in_full(
    client: PageClient, anna: User, password: str
) -> None:
    _sign_in(client)
    client.submit("/change", {"password": PASSWORD, "new_password": password})
    client.post("/logout")
    _sign_in(client, password=password[:-1] + "x", status=200)
    _sign_in(client, password=password)


def test_two_keyboards_type_the_same_password(client: PageClient, anna: User) -> None:
    _sign_in(client)
    client.submit("/change", {"password": PASSWORD, "new_password": "cafe\u0301 am See, abends"})
    client.post("/logout")
    _sign_in(client, password="caf\u00e9 am See, abends")


def test_hashes_are_argon2id_at_the_floor_at_least(anna: User) -> None:
    match = HASH.match(str(anna.password))
    assert match is not None
    memory, passes, _ = map(int, match.groups())
    assert memory >= 19 * 1024
    assert passes >= 2


def test_an_older_hash_is_made_anew_at_sign_in(client: PageClient, anna: User) -> None:
    older = PasswordHasher(memory_cost=8 * 1024, time_cost=1, parallelism=1)
    anna.password = older.hash(PASSWORD)
    _sign_in(client)
    match = HASH.match(str(again(anna).password))
    assert match is not None
    assert int(match[1]) == 19 * 1024


def test_only_argon2_hashes_are_read(client: PageClient, anna: User) -> None:
    anna.password = PASSWORD  # as if it had been kept in the open
    with pytest.raises(ValueError, match="hash could not be identified"):
        _sign_in(client)


def test_nothing_answers_programs(client: PageClient, anna: User) -> None:
    headers = {"Accept": "application/json", "X-CSRFToken": client.token()}
    data = {"email": anna.email, "password": PASSWORD}
    answer = client.client.post("/login?include_auth_token", json=data, headers=headers)
    assert answer.status_code == 415
    page = client.client.get("/login", headers=headers)
    assert page.mimetype == "text/html"
    assert client.client.get("/fs-static/js/base64.js").status_code == 404


def test_a_token_in_the_address_signs_nobody_in(client: PageClient, anna: User) -> None:
    token = anna.get_auth_token()
    for path, status in (("/login", 200), ("/account", 302)):
        answer = client.client.get(
            f"{path}?auth_token={token}", headers={"Authentication-Token": token}
        )
        assert answer.status_code == status


def test_a_form_of_another_site_is_refused(client: PageClient, anna: User) -> None:
    data = {"email": anna.email, "password": PASSWORD, "csrf_token": client.token()}
    answer = client.client.post("/login", data=data, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 400


def test_pages_whose_address_is_a_key_send_no_referrer(client: PageClient) -> None:
    for path in ("/reset/x", "/confirm/x", "/claim/x"):
        assert client.client.get(path).headers["Referrer-Policy"] == "no-referrer"
    assert client.client.get("/login").headers["Referrer-Policy"] == "same-origin"


def test_the_cookie_holds_nothing_personal(client: PageClient, anna: User) -> None:
    _sign_in(client)
    with client.client.session_transaction() as cookie:
        held = str(dict(cookie))
    assert anna.email not in held
    assert anna.name not in held


# --- Demo people and production ------------------------------------------------------------------


def test_demo_people_sign_in_where_a_demo_may_be(client: PageClient, anna: User) -> None:
    anna.demo = True
    _sign_in(client)


@pytest.mark.parametrize("where", ["app", "production"])
def test_the_sign_in_page_names_demo_people_only_where_a_demo_may_be(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    site: Flask = request.getfixturevalue(where)
    sample = SimpleNamespace(email="leader@example.org", role="Section leader")
    monkeypatch.setitem(site.config, "DEMO_SIGN_INS", lambda _session: [sample])
    monkeypatch.setitem(site.config, "DEMO_PASSWORD", "sample password")
    base_url = site.config["SETTINGS"].base_url
    page = site.test_client().get("/login", base_url=base_url).get_data(as_text=True)
    for words in ("leader@example.org", "Section leader", "sample password"):
        assert (words in page) == (where == "app")


@pytest.fixture(scope="module")
def production(new_app: Callable[..., Flask]) -> Flask:
    return new_app(
        mode=Mode.PRODUCTION,
        audit_key="5c1e8f0a7b3d9264e8a1c07d52b96f43",
        require_mfa=Mfa.STAFF,
        base_url="https://mentors.example.org",
        trusted_hosts=("mentors.example.org",),
        mail_url="smtp://localhost",
    )


def _production_sign_in(app: Flask, email: str) -> int:
    client = app.test_client()
    base_url = "https://mentors.example.org"
    page = client.get("/login", base_url=base_url).get_data(as_text=True)
    token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)[0]
    data = {"email": email, "password": PASSWORD, "csrf_token": token}
    return client.post("/login", data=data, base_url=base_url).status_code


def test_demo_people_do_not_sign_in_in_production(production: Flask) -> None:
    with production.app_context():
        hashed = hash_password(PASSWORD)
        person(db.session(), email="real@example.org", password=hashed)
        key = person(db.session(), email="demo@example.org", password=hashed, demo=True)
        db.session.commit()
    assert _production_sign_in(production, "real@example.org") == 303
    assert _production_sign_in(production, "demo@example.org") == 200
    with production.app_context():
        token, now = new_token(), dt.datetime.now(dt.UTC)  # a session from before
        open_session(db.session(), db.session.merge(key), token=token, browser="A", now=now)
        db.session.commit()
    client = production.test_client()
    with client.session_transaction(base_url="https://mentors.example.org") as cookie:
        cookie["_user_id"] = token
    assert client.get("/account", base_url="https://mentors.example.org").status_code == 302


def test_production_hashes_cost_more(production: Flask) -> None:
    with production.app_context():
        match = HASH.match(hash_password(PASSWORD))
    assert match is not None
    assert match.groups() == ("65536", "3", "1")


def test_production_answers_its_own_host_only(production: Flask) -> None:
    client = production.test_client()
    assert client.get("/login", base_url="https://bad.example").status_code == 400
    cookie = client.get("/login", base_url="https://mentors.example.org").headers["Set-Cookie"]
    assert cookie.startswith("__Host-sealed=")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
