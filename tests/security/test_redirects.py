"""No address that somebody hands in leads away from the site."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import quote, urlsplit

import pytest
from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.web import safe_next
from tests import factories
from tests.page import PageClient
from tests.security.corpus import AWAY
from tests.stage import Stage
from tests.test_matrix import address, rules

FEW = AWAY[::5]  # for whole requests: each of them reads its way back as is tested here for all
PIECES = (
    "/",
    "\\",
    "\t",
    "\r",
    "\n",
    " ",
    "\0",
    "//",
    "@",
    ":",
    "?",
    "#",
    "%2f",
    "evil.example",
    "https:",
)


def leads_away(location: str | None) -> bool:
    """Tell whether a browser on this site would leave it, as the URL standard reads addresses."""
    read = re.sub(r"[\t\r\n]", "", location or "").strip("".join(map(chr, range(33))))
    read = read.replace("\\", "/")
    if urlsplit(f"x:{read}").path.startswith("//") or read.startswith("//"):
        return True
    scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", read)
    return bool(scheme) and not read.startswith(("http://localhost/", "http://localhost:"))


@pytest.mark.parametrize("target", AWAY)
def test_a_bad_way_back_is_the_way_home(target: str) -> None:
    assert safe_next(target, "/home") == "/home"


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=8).map("".join)))
@example("/\x80/evil.example")
def test_a_way_back_never_leads_away(target: str) -> None:
    way = safe_next(target, "/home")
    assert not leads_away(way)
    assert way.startswith("/")
    assert way in {target, "/home"}


def test_what_leads_away_is_seen_to() -> None:
    for target in (
        "//x",
        "https://x",
        "/\\x",
        "\t//x",
        "/\t/x",
        "javascript:x",
        "http://localhost@x",
    ):
        assert leads_away(target), target
    assert not leads_away("/home?next=//x")


def _taking_a_way_back(
    app: Flask, stage: Stage
) -> Iterator[tuple[PageClient, str, dict[str, str]]]:
    """Yield who posts what to where, for forms whose answer goes where the form says."""
    wanted = {
        "finding.mark": ("img", {"mark": ""}),
        "finding_imgs.mark": ("mentor", {"mark": ""}),
        "shelf.mark": ("img", {"kind": "saved", "on": "yes"}),
        "path.here": ("img", {}),
        "sections.approve": ("leader", {}),
    }
    for rule in rules(app, "POST"):
        if rule.endpoint in wanted:
            who, values = wanted[rule.endpoint]
            yield PageClient(app, stage.people[who]), address(rule, stage.values), values


def test_no_form_leads_away(app: Flask, stage: Stage) -> None:
    followed = 0
    for client, path, values in _taking_a_way_back(app, stage):
        for target in ("/help", *FEW):
            answer = client.client.post(
                path, data={"csrf_token": client.token(), "next": target, **values}
            )
            assert not leads_away(answer.location), (path, target)
            followed += answer.location == "/help"
    assert followed >= 3  # the forms above do go where they are told, where that is on this site


@pytest.mark.parametrize("path", ["/login", "/register", "/verify", "/change", "/reset"])
def test_signing_in_does_not_lead_away(
    app: Flask, session: Session, sign_in: Callable[[User], PageClient], path: str
) -> None:
    signed_in = sign_in(factories.person(session))
    for target in FEW:
        for client in (signed_in, PageClient(app)):
            asked = f"{path}?next={quote(target, safe='')}"
            data = {"csrf_token": client.token(), "next": target, "password": "x", "email": "x"}
            for answer in (client.client.get(asked), client.client.post(asked, data=data)):
                assert answer.status_code < 500
                assert not leads_away(answer.location), target


@pytest.mark.parametrize(
    "path", ["//evil.example/help", "/%2fevil.example/", "/\\evil.example/help", "//evil.example"]
)
def test_an_odd_address_does_not_lead_away(app: Flask, session: Session, path: str) -> None:
    for client in (PageClient(app), PageClient(app, factories.person(session))):
        answer = client.client.get("/", environ_overrides={"PATH_INFO": path, "REQUEST_URI": path})
        assert answer.status_code < 500
        assert not leads_away(answer.location)
