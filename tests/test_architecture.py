"""Rules of the house that hold for every page and every module."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from mentorship.access import OPEN_ENDPOINTS, UnmarkedView, check_every_view_is_marked
from mentorship.web import HEADERS
from tests.page import PageClient

ROOT = Path(__file__).resolve().parent.parent
MARKS = {"public", "members", "administrators"}


def test_every_view_says_whom_it_admits(app: Flask) -> None:
    silent = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "admits", None) not in MARKS
    }
    assert silent == OPEN_ENDPOINTS


def test_an_unmarked_view_stops_the_start() -> None:
    app = Flask("probe", static_folder=None)
    app.add_url_rule("/forgotten", "forgotten", lambda: "")
    with pytest.raises(UnmarkedView, match="forgotten"):
        check_every_view_is_marked(app)


def _addresses(app: Flask) -> list[tuple[str, str, str]]:
    """List (path, method, mark) of every route, with made-up values in its arguments."""
    made_up = {"UUIDConverter": "0b3d6d1e-5f3b-4c5e-9c38-6c1f0d0b7a11", "UnicodeConverter": "none"}
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint in OPEN_ENDPOINTS:
            continue
        values = {
            name: made_up.get(type(converter).__name__, "1")
            for name, converter in rule._converters.items()  # noqa: SLF001  no public way
        }
        _, path = rule.build(values, append_unknown=False)  # type: ignore[misc]  # its hint wants the text of a rule
        mark = getattr(app.view_functions[rule.endpoint], "admits", "")
        methods = {"GET", "POST"} & set(rule.methods or ())
        found += [(path, method, mark) for method in methods]
    return sorted(found)


def test_strangers_see_public_pages_only(app: Flask, client: PageClient) -> None:
    for path, method, mark in _addresses(app):
        if mark == "public":
            continue
        token = {"csrf_token": client.token()} if method == "POST" else None
        answer = client.client.open(path, method=method, data=token)
        assert answer.status_code in {302, 303}, f"{method} {path} lets a stranger in"
        assert "/login" in answer.headers["Location"], f"{method} {path}"


def test_no_unsafe_request_without_its_token(app: Flask, client: PageClient) -> None:
    for path, method, _ in _addresses(app):
        if method == "POST":
            assert client.client.post(path, data={"csrf_token": "forged"}).status_code == 400, path


@pytest.mark.parametrize("path", ["/no-such-page", "/static/no-such-file.css"])
def test_errors_carry_the_headers_too(client: PageClient, path: str) -> None:
    answer = client.get(path, status=404).response
    for header, value in HEADERS.items():
        assert answer.headers[header] == value


def test_templates_have_nothing_inline() -> None:
    bad = re.compile(r"""\sstyle=|\son[a-z]+=["']|<style|\|\s*safe\b|<script(?![^>]*\ssrc=)""")
    comment = re.compile(r"\{#.*?#\}", re.DOTALL)
    found = [
        f"{file.relative_to(ROOT)}: {match.group()}"
        for file in (ROOT / "templates").rglob("*.html")
        for match in bad.finditer(comment.sub("", file.read_text(encoding="utf-8")))
    ]
    assert found == []


def test_the_core_pulls_in_no_framework() -> None:
    probe = "import sys, mentorship.matching; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.split()
    assert not {"flask", "sqlalchemy", "wtforms", "click", "yaml"} & set(loaded)
