"""Tries are counted together by both processes of the real server, over HTTP."""

from __future__ import annotations

import http.client
import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask_security import hash_password

from mentorship.extensions import db
from tests import factories
from tests.accounts.conftest import PASSWORD
from tests.server import served


@pytest.fixture(scope="module")
def port(
    new_app: Callable[..., Flask],
    migrated_database: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[int]:
    """Serve with one trusted proxy in front, so that the tests come from where they like."""
    place = tmp_path_factory.mktemp("throttle")
    with served(new_app, migrated_database(), place, PROXIES="1") as (app, port):
        with app.app_context():
            for name in ("anna", "bea", "cleo"):
                email = f"{name}@example.org"
                factories.person(db.session(), email=email, password=hash_password(PASSWORD))
            db.session.commit()
        yield port


WRONG = "wrong password"


class Browser:
    """A browser behind one address, with its cookie."""

    def __init__(self, port: int, address: str) -> None:
        self.port, self.address, self.cookie = port, address, ""

    def sign_in(self, email: str, password: str = WRONG) -> int:
        _, page = self._ask("GET", "/login")
        token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)[0]
        return self.send(email, password, token)

    def send(self, email: str, password: str, token: str) -> int:
        data = {"email": email, "password": password, "csrf_token": token}
        status, _ = self._ask("POST", "/login", urlencode(data))
        return status

    def leave(self) -> None:
        _, page = self._ask("GET", "/account")
        token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)[0]
        assert self._ask("POST", "/logout", urlencode({"csrf_token": token}))[0] == 303

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Host": f"localhost:{self.port}", "X-Forwarded-For": self.address}
        headers |= {"Cookie": self.cookie} if self.cookie else {}
        headers |= {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        for value in answer.headers.get_all("Set-Cookie") or ():
            self.cookie = value.partition(";")[0]
        if answer.status == 429:
            assert 0 < int(answer.headers["Retry-After"]) <= 300
        connection.close()
        return answer.status, text


def test_the_eleventh_try_is_refused_whichever_process_it_meets(port: int) -> None:
    stranger = Browser(port, "192.0.2.1")
    assert [stranger.sign_in("anna@example.org") for _ in range(14)] == [200] * 10 + [429] * 4
    assert Browser(port, "192.0.2.2").sign_in("bea@example.org", PASSWORD) in {302, 303}


def test_forty_tries_at_once_are_ten(port: int) -> None:
    stranger = Browser(port, "192.0.2.3")
    _, page = stranger._ask("GET", "/login")  # noqa: SLF001  the test's own
    token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)[0]
    with ThreadPoolExecutor(8) as threads:
        answers = threads.map(lambda _: stranger.send("bea@example.org", WRONG, token), range(40))
        assert Counter(answers) == {200: 10, 429: 30}


def test_the_owner_comes_in_while_strangers_guess(port: int) -> None:
    owner = Browser(port, "198.51.100.1")
    assert owner.sign_in("cleo@example.org", PASSWORD) in {302, 303}
    owner.leave()
    for number in range(3):
        stranger = Browser(port, f"203.0.113.{number}")
        for _ in range(11):
            stranger.sign_in("cleo@example.org")
    assert Browser(port, "203.0.113.9").sign_in("cleo@example.org", PASSWORD) in {302, 303}
    assert owner.sign_in("cleo@example.org", PASSWORD) in {302, 303}
