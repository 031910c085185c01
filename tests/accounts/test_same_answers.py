"""No answer, and no work behind it, tells whether an address has an account."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_security import hash_password
from sqlalchemy.orm import Session

from mentorship.accounts.adapters import OneByOne
from mentorship.accounts.models import User
from mentorship.extensions import db
from mentorship.notices.models import Message
from tests.accounts.conftest import OTHER_PASSWORD, PASSWORD
from tests.factories import NOW, person
from tests.page import PageClient

STRANGER = "nobody@example.org"
CASES = {
    "sign in": ("/login", {"password": OTHER_PASSWORD}),
    "register": ("/register", {"name": "A B", "password": OTHER_PASSWORD, "agree": "y"}),
    "register badly": ("/register", {"name": "A B", "password": "short", "agree": "y"}),
    "reset": ("/reset", {}),
    "confirm again": ("/confirm", {}),
}
KINDS = ("confirmed", "unclaimed", "unconfirmed", "switched off", "with a second factor")


@pytest.fixture
def kinds(session: Session, anna: User, waiting: User) -> dict[str, str]:
    """One address of each kind that somebody could ask about."""
    hashed = hash_password(PASSWORD)
    person(session, email="new@example.org", password=hashed, confirmed_at=None)
    person(session, email="off@example.org", password=hashed, active=False)
    person(session, email="two@example.org", password=hashed, second_factor_at=NOW)
    return {
        "confirmed": anna.email,
        "unclaimed": waiting.email,
        "unconfirmed": "new@example.org",
        "switched off": "off@example.org",
        "with a second factor": "two@example.org",
    }


def _answer(app: Flask, path: str, data: dict[str, str]) -> tuple[object, ...]:
    """Return everything the answer consists of, with tokens and the typed address masked."""
    visitor = PageClient(app)
    form = {"csrf_token": visitor.token()} | data
    answer = visitor.client.post(path, data=form)
    following = visitor.client.get("/check-mail")
    masked = re.compile(r'(name="csrf_token"[^>]*value=")[^"]+')
    bodies = [
        masked.sub(r"\1", text).replace(data["email"], "ADDRESS")
        for text in (answer.get_data(as_text=True), following.get_data(as_text=True))
    ]
    headers = [
        (name, value)
        for name, value in answer.headers
        if name not in {"Set-Cookie", "Content-Length", "X-Request-ID"}
    ]
    cookies = [value.split("=")[0] for value in answer.headers.getlist("Set-Cookie")]
    return answer.status_code, headers, cookies, *bodies


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_answer_is_the_same_byte_by_byte(
    app: Flask, session: Session, kinds: dict[str, str], case: str, kind: str
) -> None:
    path, data = CASES[case]
    known = _answer(app, path, data | {"email": kinds[kind]})
    unknown = _answer(app, path, data | {"email": STRANGER})
    assert known == unknown


@contextmanager
def _counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Note every password hash made or checked."""
    done: list[str] = []

    def noting(real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **options: object) -> object:
            done.append("hash")
            return real(*args, **options)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(OneByOne, "hash", noting(OneByOne.hash))
        patch.setattr(OneByOne, "verify", noting(OneByOne.verify))
        yield done


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_work_is_the_same(  # noqa: PLR0917  fixtures
    app: Flask,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    kinds: dict[str, str],
    case: str,
    kind: str,
) -> None:
    path, data = CASES[case]

    def work(email: str) -> tuple[int, int]:
        before = _mails(session)
        with _counted(monkeypatch) as hashes:
            _answer(app, path, data | {"email": email})
        return len(hashes), _mails(session) - before

    assert work(kinds[kind]) == work(STRANGER)


@pytest.mark.parametrize("case", ["sign in", "reset", "confirm again"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_database_is_asked_as_often(
    app: Flask, session: Session, kinds: dict[str, str], case: str, kind: str
) -> None:
    path, data = CASES[case]

    def statements(email: str) -> list[str]:
        asked: list[str] = []

        def note(*event: object) -> None:
            statement = str(event[2])
            if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
                asked.append(statement)

        session.expunge_all()
        sa.event.listen(db.engine, "before_cursor_execute", note)
        try:
            _answer(app, path, data | {"email": email})
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", note)
        return asked

    assert statements(kinds[kind]) == statements(STRANGER)


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_of_address_tells_nothing_about_another(
    app: Flask,
    session: Session,
    kinds: dict[str, str],
    kind: str,
) -> None:
    me = person(session, email="me@example.org")

    def ask(email: str) -> tuple[object, ...]:
        mine, before = PageClient(app, me), _mails(session)
        form = {"csrf_token": mine.token(), "email": email}
        answer = mine.client.post("/account/email", data=form)
        told = {"Set-Cookie", "X-Request-ID"}
        headers = [each for each in answer.headers if each[0] not in told]
        return answer.status_code, headers, answer.data, _mails(session) - before

    assert ask(kinds[kind]) == ask(STRANGER)


def test_the_second_step_is_offered_after_the_right_password_only(
    app: Flask, session: Session, kinds: dict[str, str]
) -> None:
    data = {"email": kinds["with a second factor"], "password": PASSWORD}
    assert PageClient(app).submit("/login", data).location == "/login/second-step"


def _mails(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(Message)) or 0


def test_mail_is_sent_in_every_case_that_promises_one(
    app: Flask, session: Session, kinds: dict[str, str]
) -> None:
    before = _mails(session)
    for case in ("register", "reset", "confirm again"):
        path, data = CASES[case]
        for email in (*kinds.values(), f"{case.replace(' ', '-')}@example.org"):
            _answer(app, path, data | {"email": email})
    assert _mails(session) - before == 3 * 6
