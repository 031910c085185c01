"""What the log holds, and what it must never hold."""

from __future__ import annotations

import io
import json
import logging
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.accounts.models import User
from mentorship.config import Mode
from mentorship.operations.logs import JsonLines, described, shortened, without_particulars
from tests import factories
from tests.page import PageClient
from tests.security.asks import encoded, learn, undone
from tests.stage import Stage
from tests.test_matrix import address, admitted, rules

CANARY = b"canary-j1@example.org"
ARGUMENTS = ("q", "email", "next", "token", "what", "who", "name", "page", "sort", "from")
FORM = "application/x-www-form-urlencoded"


class Log:
    """What a production process would have written."""

    def __init__(self) -> None:
        self.text = io.StringIO()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.getvalue().splitlines()]


@pytest.fixture
def log() -> Iterator[Log]:
    written = Log()
    handler = logging.StreamHandler(written.text)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def test_a_request_is_one_line_with_route_status_and_key(
    log: Log, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    person = factories.person(session, "Canary Name")
    answer = sign_in(person).client.get("/settings/account?seen=canary-value")
    (line,) = [line for line in log.lines() if line["logger"] == "mentorship.requests"]
    assert line["status"] == answer.status_code
    assert line["method"] == "GET"
    assert line["request"] == answer.headers["X-Request-ID"]
    assert line["network"] == "127.0.0.0/24"
    assert line["time"].endswith("+00:00")
    assert "canary-value" not in log.text.getvalue()
    assert "Canary Name" not in log.text.getvalue()
    assert person.email not in log.text.getvalue()


def test_whoever_is_signed_in_stands_there_by_a_code_and_no_key(
    log: Log, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    person = factories.person(session)
    sign_in(person).client.get("/")
    assert log.lines()[-1]["person"] == audit.key.code(person.id)
    written = log.text.getvalue()
    assert not any(key in written for key in (str(person.id), person.id.hex, person.fs_uniquifier))


def test_what_is_refused_is_a_warning(
    log: Log, app: Flask, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    """A form without its token, one that is far too long, and the eleventh guess at a password."""
    person = factories.person(session)
    client = sign_in(person)
    client.client.post("/notices/read")
    client.client.post("/notices/read", data=b"x" * (10 * 1024 * 1024 + 1), content_type="text/x")
    guesser = PageClient(app)
    for _ in range(11):
        values = {"csrf_token": guesser.token(), "email": person.email, "password": "wrong"}
        last = guesser.client.post("/login", data=values)
    assert last.status_code == 429
    lines = [line for line in log.lines() if line["logger"] == "mentorship.requests"]
    refused = [line for line in lines if line["message"] == "refused"]
    assert [line["status"] for line in refused] == [400, 413, 429]
    assert [line["route"] for line in refused] == ["/notices/read", "/notices/read", "/login"]
    assert {line["level"] for line in refused} == {"warning"}
    assert refused[0]["person"] == audit.key.code(person.id)
    assert {line["level"] for line in lines if line not in refused} == {"info"}


def test_asking_for_what_is_somebody_elses_is_a_warning(
    log: Log, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    """Ten addresses tried out stand out; one that no page has is only a wrong address."""
    person, section = factories.person(session), factories.section(session)
    client = sign_in(person)
    for _ in range(10):
        client.get(f"/sections/{section.slug}/log", status=404)
    client.get("/no-such-page", status=404)
    lines = [line for line in log.lines() if line["logger"] == "mentorship.requests"]
    refused = [line for line in lines if line["message"] == "refused"]
    assert [line["route"] for line in refused] == ["/sections/<slug>/log"] * 10
    assert {line["person"] for line in refused} == {audit.key.code(person.id)}


def test_nothing_that_was_typed_gets_into_the_log(log: Log, new_app: Callable[..., Flask]) -> None:
    """Not from a form, an address, or the words of an error."""
    app = new_app(mode=Mode.DEVELOPMENT)

    def broken() -> str:
        try:
            return os.environ["CANARY-VISA-J1"]
        except KeyError as first:
            raise ValueError("canary-password of canary@example.org") from first

    app.view_functions["pages.help_page"] = broken
    client = app.test_client()
    client.get("/help?token=canary-token")
    client.get("/confirm/canary-link")
    client.post("/login", data={"email": "canary@example.org", "password": "canary-password"})
    assert "canary" not in log.text.getvalue().lower()
    (failed,) = [line for line in log.lines() if "error" in line]
    assert [error["type"] for error in failed["error"]] == ["ValueError", "KeyError"]
    assert "broken" in failed["error"][0]["where"][-1]
    assert failed["request"]


def test_nothing_sent_to_any_form_gets_into_the_log(
    log: Log, app: Flask, stage: Stage, session: Session
) -> None:
    """Every field of every form, and arguments that pages look for."""
    clients = {who: PageClient(app, person) for who, person in stage.people.items()}
    fields = 0
    for rule in rules(app, "POST"):
        client, path = clients[min(admitted(app, rule))], address(rule, stage.values)
        with undone(session):
            asked = learn(app, client, path, "POST")
            sent = asked.plain() | dict.fromkeys(asked.names, CANARY)
            body = f"csrf_token={client.token()}&{encoded(tuple(sent.items()))}"
            client.client.post(path, data=body, content_type=FORM)
            fields += len(sent)
    for rule in rules(app, "GET"):
        client, path = clients[min(admitted(app, rule))], address(rule, stage.values)
        client.client.get(f"{path}?{encoded(tuple((name, CANARY) for name in ARGUMENTS))}")
    written = log.text.getvalue().casefold()
    assert fields > 300
    assert CANARY.decode() not in written
    addresses = {person.email for person in stage.people.values() if person is not None}
    assert [each for each in addresses if each in written] == []
    assert len(log.lines()) > 300


def test_what_libraries_say_is_stripped() -> None:
    assert without_particulars("Error handling request /confirm/abc?next=/x") == (
        "Error handling request (page)"
    )
    assert without_particulars('no mail to <a.b+c@example.org>, "d@e.f"') == (
        'no mail to <(address)>, "(address)"'
    )
    assert without_particulars("Exception on /stop/abc [GET]") == "Exception on (page) [GET]"


def test_a_line_end_in_a_message_starts_no_line(log: Log) -> None:
    logging.getLogger("x").warning('one\n{"level": "info"}')
    assert len(log.lines()) == 1


def test_addresses_are_networks() -> None:
    assert shortened("203.0.113.77") == "203.0.113.0/24"
    assert shortened("2001:db8:1:2:3::4") == "2001:db8:1::/48"
    assert shortened("unix:") is None
    assert shortened(None) is None


def test_an_error_that_hides_its_cause_keeps_it_hidden() -> None:
    def broken() -> str:
        try:
            return os.environ["NO SUCH"]
        except KeyError:
            raise ValueError("b") from None

    with pytest.raises(ValueError, match="b") as caught:
        broken()
    assert [each["type"] for each in described(caught.value)] == ["ValueError"]


@pytest.mark.parametrize(
    ("proxies", "given", "kept"),
    [(1, "from-the-proxy-1", True), (0, "from-the-proxy-1", False), (1, "a b\tc" * 3, False)],
)
def test_only_a_trusted_proxy_names_requests(
    new_app: Callable[..., Flask], app: Flask, proxies: int, given: str, *, kept: bool
) -> None:
    here = new_app(database_url=app.config["SETTINGS"].database_url, migrated=True, proxies=proxies)
    answer = here.test_client().get("/healthz", headers={"X-Request-ID": given})
    assert (answer.headers["X-Request-ID"] == given) is kept
