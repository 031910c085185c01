"""The headers of every answer: of each route, of each error, of files."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import gunicorn
import pytest
from flask import Flask, abort
from flask_security import hash_password
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from mentorship.accounts.trying import KNOWN
from mentorship.config import ROOT
from tests import factories
from tests.page import Page, PageClient
from tests.stage import Stage
from tests.test_matrix import address, admitted, rules

EXACTLY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'; object-src 'none'; manifest-src 'self'"
    ),
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ALL_WAYS = {"GET", "POST", "OPTIONS"}
POWERS = ("camera", "microphone", "geolocation", "payment", "usb", "display-capture", "midi")
SAYS_TOO_MUCH = ("Server", "X-Powered-By", "X-AspNet-Version", "Via", "X-Runtime")


@pytest.fixture(autouse=True)
def _https(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the application take itself for one that is reached by https."""
    settings = dataclasses.replace(app.config["SETTINGS"], base_url="https://localhost")
    monkeypatch.setitem(app.config, "SETTINGS", settings)


def check(answer: TestResponse, *, file: bool = False) -> None:
    where = f"{answer.request.method} {answer.request.path} {answer.status_code}"
    for header, value in EXACTLY.items():
        assert answer.headers.getlist(header) == [value], (where, header)
    assert answer.headers["Referrer-Policy"] in {"same-origin", "no-referrer"}, where
    policy = answer.headers["Permissions-Policy"]
    assert all(re.fullmatch(r"[a-z-]+=\(\)", one) for one in policy.split(", ")), where
    assert all(f"{power}=()" in policy for power in POWERS), where
    assert not [header for header in SAYS_TOO_MUCH if header in answer.headers], where
    assert "Access-Control-Allow-Origin" not in answer.headers, where
    assert ("no-store" in answer.headers.get("Cache-Control", "")) is not file, where
    kind = answer.headers.get("Content-Type", "")
    assert not kind.startswith("text/") or kind.endswith("; charset=utf-8"), (where, kind)


def _asked(app: Flask, stage: Stage) -> Iterator[TestResponse]:
    """Ask each route as somebody whom it admits, fetching and sending, and as a stranger."""
    for rule in rules(app):
        path, methods = address(rule, stage.values), set(rule.methods or ())
        for who, ways in (("stranger", {"HEAD", "POST"}), (min(admitted(app, rule)), ALL_WAYS)):
            client = PageClient(app, stage.people[who])
            for method in ways & methods:
                sent = {"csrf_token": client.token()} if method == "POST" else None
                yield client.client.open(path, method=method, data=sent)


def test_every_route_answers_with_them(app: Flask, stage: Stage) -> None:
    for answer in _asked(app, stage):
        check(answer)
        cookies = [line.split("=")[0] for line in answer.headers.getlist("Set-Cookie")]
        assert set(cookies) <= {"sealed"}, answer.request.path
        if answer.request.method == "GET":
            Page(answer).check()  # without a script or a style of its own, among other things


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 503])
def test_errors_answer_with_them(app: Flask, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    monkeypatch.setitem(app.view_functions, "pages.help_page", lambda: abort(code))
    answer = app.test_client().get("/help")
    assert answer.status_code == code
    check(answer)


def test_each_kind_of_error_that_a_request_can_cause(app: Flask, session: Session) -> None:
    client = PageClient(app, factories.person(session))
    far_too_long = b"x=" + b"x" * (10 * 1024 * 1024)
    kind = "application/x-www-form-urlencoded"
    answers = {
        400: client.client.post("/notices/read"),
        404: client.client.get("/no-such-page"),
        405: client.client.post("/help", data={"csrf_token": client.token()}),
        413: client.client.post("/notices/read", data=far_too_long, content_type=kind),
    }
    for code, answer in answers.items():
        assert answer.status_code == code
        check(answer)
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "X"):
        answer = client.client.open("/help", method=method)
        assert answer.status_code in {400, 405}
        check(answer)


def test_a_fault_in_any_room_tells_nothing(
    app: Flask, stage: Stage, monkeypatch: pytest.MonkeyPatch, session: Session
) -> None:
    def broken(**_given: object) -> str:
        raise RuntimeError(f"{Path(__file__)}: SELECT secret")

    monkeypatch.setitem(app.config, "TESTING", False)
    seen = set()
    for rule in rules(app):
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        room = rule.endpoint.split(".")[0]
        if (room, method) in seen:
            continue
        seen.add((room, method))
        monkeypatch.setitem(app.view_functions, rule.endpoint, broken)
        client = PageClient(app, stage.people[min(admitted(app, rule))])
        sent = {"csrf_token": client.token()} if method == "POST" else None
        answer = client.client.open(address(rule, stage.values), method=method, data=sent)
        assert answer.status_code == 500, rule.rule
        check(answer)
        for word in ("Traceback", "RuntimeError", str(ROOT), ".py", "SELECT", "secret"):
            assert word not in answer.text, (rule.rule, word)
        assert re.search(r"<code>[0-9a-f]{12}</code>", answer.text)
    assert {room for room, _ in seen} == set(app.blueprints)


def test_files_answer_with_them(app: Flask) -> None:
    kinds = {path.suffix: path for path in sorted((ROOT / "static").rglob("*.*")) if path.is_file()}
    assert {".css", ".js", ".svg"} <= set(kinds)
    for path in kinds.values():
        answer = app.test_client().get(f"/static/{path.relative_to(ROOT / 'static')}")
        assert answer.status_code == 200, path
        check(answer, file=True)
        answer.close()


@pytest.mark.parametrize(
    "path",
    [
        "/static/../wsgi.py",
        "/static/%2e%2e/wsgi.py",
        "/static/..%2fwsgi.py",
        "/static/css/../../wsgi.py",
        "/static//etc/passwd",
        "/static/..\\wsgi.py",
        "/static/%00",
        "/static/css/theme.css%00.html",
        "/static/css",
        "/static/",
        "/.git/config",
        "/.git/HEAD",
        "/static/.git/config",
        "/static/../.git/config",
        "/static/%2e%2e/.git/HEAD",
        "/.svn/entries",
    ],
)
def test_no_file_but_those_for_everybody(app: Flask, path: str) -> None:
    answer = app.test_client().get(path)
    assert answer.status_code in {308, 404}
    assert not [word for word in ("create_app", "[core]", "ref: ") if word in answer.text]


def test_the_server_does_not_tell_its_version() -> None:
    assert gunicorn.SERVER == "gunicorn"


def test_the_one_cookie(new_app: Callable[..., Flask]) -> None:
    app = new_app(base_url="https://localhost")
    answer = app.test_client().get("/login", base_url="https://localhost")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    name, *marks = cookie.split("; ")
    assert name.startswith("__Host-sealed=")
    assert set(marks) == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}


def test_signing_out_clears_what_the_browser_keeps(app: Flask, session: Session) -> None:
    """But for the mark of a browser that is known, a keyed hash, for thirty days."""
    words = "trombone kettle orchard"
    person = factories.person(session, password=hash_password(words))
    client = PageClient(app)
    client.submit("/login", {"email": person.email, "password": words})
    with client.client.session_transaction() as cookie:
        assert {"_user_id", KNOWN} < set(cookie)
    answer = client.post("/logout").response
    check(answer)
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    with client.client.session_transaction() as cookie:
        (mark,) = cookie.pop(KNOWN)
        assert re.fullmatch(r"[0-9a-f]{32}", mark)
        assert dict(cookie) == {"_permanent": True}
    assert "/login" in (client.client.get("/home").location or "")
