"""No form is taken without the token of its own session, from nobody and for no route."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

import pytest
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from mentorship import web
from mentorship.extensions import csrf
from tests.page import PageClient
from tests.rounds.cast import counted
from tests.stage import Stage
from tests.test_matrix import EVERYBODY, address, rules, writes

# A mail program ends round mail with one request and no token (RFC 8058): the key in the address is
# the only proof, and all that it allows is to get less mail.
ENDS_MAIL = frozenset({"news.stop", "inbox.stop"})


# Keys that are made up: who sends no token is refused before anybody looks for what they open.
MADE_UP = {"token": "made-up", "provider_id": "uni", "over_id": str(uuid.uuid4())}


def _rules(app: Flask) -> list[Rule]:
    """Return all routes that take a form; those by a key or a provider, too."""
    takes = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    assert {rule.endpoint for rule in takes} >= {rule.endpoint for rule in rules(app, "POST")}
    return [rule for rule in takes if rule.endpoint not in ENDS_MAIL]


def _states(app: Flask, client: PageClient) -> Mapping[str, Mapping[str, object]]:
    """Say what each kind of bad request sends, as arguments of a test client's ``post``."""
    signer = URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token")
    right = client.token()
    return {
        "none": {},
        "empty": {"data": {"csrf_token": ""}},
        "wrong": {"data": {"csrf_token": f"x{right[1:]}"}},
        "of another session": {"data": {"csrf_token": signer.dumps("b" * 40)}},
        "in the address": {"query_string": {"csrf_token": right}},
        "right, sent by another site": {
            "data": {"csrf_token": right},
            "headers": {"Sec-Fetch-Site": "cross-site"},
        },
    }


def test_no_form_without_the_token_of_its_session(
    app: Flask, stage: Stage, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "_error_text", str)  # the page that says so has tests of its own
    taken, cells = [], 0
    with counted(session) as statements:
        for who, person in stage.people.items():
            client = PageClient(app, person)
            for state, sent in _states(app, client).items():
                for rule in _rules(app):
                    statements.clear()
                    path = address(rule, MADE_UP | dict(stage.values))
                    answer = client.client.post(path, **sent)
                    cells += 1
                    if answer.status_code != 400 or writes(statements):
                        taken.append(f"{who}, token {state}: {path} {answer.status_code}")
    assert taken == []
    assert cells == len(EVERYBODY) * len(_rules(app)) * 6


def test_the_right_token_is_taken(app: Flask, stage: Stage) -> None:
    """The test above means something: what it sends would do, but for the token."""
    client = PageClient(app, stage.people["img"])
    for headers in ({}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}):
        client_answer = client.client.post(
            "/notices/read", data={"csrf_token": client.token()}, headers=headers
        )
        assert client_answer.status_code == 303


def test_only_the_end_of_round_mail_needs_no_token(app: Flask) -> None:
    exempt = {
        endpoint
        for endpoint, view in app.view_functions.items()
        if f"{view.__module__}.{view.__name__}" in csrf._exempt_views  # noqa: SLF001  no public way
    }
    assert exempt == ENDS_MAIL
    assert csrf._exempt_blueprints == set()  # noqa: SLF001
    settings = {name: app.config[name] for name in app.config if name.startswith("WTF_CSRF")}
    assert settings["WTF_CSRF_ENABLED"]
    assert settings["WTF_CSRF_CHECK_DEFAULT"]
    assert set(settings["WTF_CSRF_METHODS"]) == {"POST", "PUT", "PATCH", "DELETE"}


def test_no_route_takes_another_unsafe_method(app: Flask) -> None:
    methods = {method for rule in app.url_map.iter_rules() for method in rule.methods or ()}
    assert methods == {"GET", "HEAD", "OPTIONS", "POST"}
