"""F10: whatever a mail server does, no mail is lost, and none comes twice that was taken."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from mentorship.extensions import db, transaction
from mentorship.notices import transports
from mentorship.notices.delivery import BATCH, Delivered, deliver, utc_now
from mentorship.notices.models import Message
from mentorship.notices.service import MAX_TRIES, PAUSES, post
from mentorship.notices.transports import transport_of
from tests.faults.mailing import mailbox, put_in


@pytest.fixture(scope="module")
def site(new_app: Callable[..., Flask]) -> Flask:
    return new_app()


@pytest.fixture
def app(site: Flask) -> Iterator[Flask]:
    """The same site for all, with an empty outbox."""
    yield site
    with site.app_context(), transaction() as session:
        session.execute(sa.delete(Message))


def send(
    app: Flask,
    port: int,
    *,
    later: dt.timedelta = dt.timedelta(),
    scheme: str = "smtp",
    limit: int = BATCH,
) -> Delivered:
    """Try all mails that are due some time from now."""
    settings = app.config["SETTINGS"]
    names = settings.__dataclass_fields__
    values = {name: getattr(settings, name) for name in names}
    values["mail_url"] = f"{scheme}://127.0.0.1:{port}"
    transport = transport_of(type(settings)(**values))
    return deliver(transport, clock=lambda: utc_now() + later, limit=limit)


def outbox() -> list[Message]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Message)))


@pytest.mark.parametrize(
    "trouble",
    [
        {"MAIL": "451 not now"},
        {"RCPT": "450 greylisted"},
        {"DATA": "452 full"},
    ],
)
def test_a_server_that_refuses_for_now_gets_all_of_it_later(
    app: Flask, trouble: dict[str, str]
) -> None:
    with app.app_context(), mailbox(answers=dict(trouble)) as box:
        put_in(20)
        assert send(app, box.port) == Delivered(0, 20)
        assert send(app, box.port) == Delivered(0, 0), "it is left alone for five minutes"
        box.answers.clear()
        assert send(app, box.port, later=PAUSES[0]) == Delivered(20, 0)
        assert len(box.came) == 20
        assert set(box.came.values()) == {1}


def test_many_mails_to_a_server_with_moods_come_once_each(
    app: Flask, pytestconfig: pytest.Config
) -> None:
    """It refuses senders, readers and texts for now by turns, takes some, and is slow."""
    count = 500 if pytestconfig.getoption("--long") else 40
    moods = [{"MAIL": "451 no"}, {"RCPT": "450 no"}, {}, {"DATA": "452 full"}, {"MAIL": "421 bye"}]
    with app.app_context(), mailbox(pause=0.01) as box:
        put_in(count)
        later, left = dt.timedelta(), count
        for mood in [*moods, {}]:
            box.answers.clear()
            box.answers.update(mood)
            limit = count // 2 if mood == {} and left == count else BATCH
            told = send(app, box.port, later=later, limit=limit)
            left -= told.sent
            while limit == BATCH and told.sent + told.failed == BATCH:
                told = send(app, box.port, later=later)
                left -= told.sent
            later += PAUSES[-1]
        assert left == 0
        assert len(box.came) == count
        assert set(box.came.values()) == {1}


def test_ten_tries_with_longer_and_longer_pauses_and_then_no_more(app: Flask) -> None:
    with app.app_context(), mailbox(answers={"DATA": "450 not yet"}) as box:
        put_in(1)
        later = dt.timedelta()
        for pause in PAUSES:
            assert send(app, box.port, later=later) == Delivered(0, 1)
            later += pause + dt.timedelta(seconds=5)
        assert send(app, box.port, later=later + dt.timedelta(days=30)) == Delivered(0, 0)
        (message,) = outbox()
        assert (message.attempts, message.failure) == (MAX_TRIES, "450 not yet")
        assert list(PAUSES) == sorted(PAUSES)


def test_a_final_no_is_kept_as_one(app: Flask) -> None:
    with app.app_context(), mailbox(answers={"RCPT": "550 no such person"}) as box:
        put_in(3)
        assert send(app, box.port) == Delivered(0, 3)
        assert {message.attempts for message in outbox()} == {MAX_TRIES}
        assert {message.failure for message in outbox()} == {"550 no such person"}


def test_a_server_that_hangs_holds_up_nobody_for_long(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transports, "TIMEOUT", 0.5)
    with app.app_context(), socket.create_server(("127.0.0.1", 0)) as silent:
        put_in(2)
        start = time.monotonic()
        assert send(app, silent.getsockname()[1]) == Delivered(0, 2)
        assert time.monotonic() - start < 30
        assert all(message.attempts == 1 and message.body for message in outbox())


def test_a_slow_server_gets_each_mail_once(app: Flask) -> None:
    with app.app_context(), mailbox(pause=0.05) as box:
        put_in(5)
        assert send(app, box.port) == Delivered(5, 0)
        assert set(box.came.values()) == {1}


def test_a_server_whose_name_is_not_proven_gets_nothing(app: Flask, tmp_path: Path) -> None:
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *("-subj", "/CN=somebody.else.example", "-keyout", "key", "-out", "cert"),
        ],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "cert", tmp_path / "key")
    with app.app_context(), mailbox(tls=tls) as box:
        put_in(1)
        assert send(app, box.port, scheme="smtps") == Delivered(0, 1)
        (message,) = outbox()
        assert "CERTIFICATE_VERIFY_FAILED" in str(message.failure)
        assert not box.came


def test_a_server_that_takes_a_mail_and_says_no_gets_it_again_under_the_same_name(
    app: Flask,
) -> None:
    """Exactly once is impossible then. The name lets the reader's server see that it is one."""
    with app.app_context(), mailbox(answers={"LIE": "451 lost it"}) as box:
        put_in(1)
        assert send(app, box.port) == Delivered(0, 1)
        box.answers.clear()
        assert send(app, box.port, later=PAUSES[0]) == Delivered(1, 0)
        assert list(box.came.values()) == [2], "two copies of one Message-ID"


def test_a_deliverer_that_dies_after_the_yes_sends_at_most_one_copy_more(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context(), mailbox() as box:
        put_in(1)

        def die(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as dying:
            dying.setattr("mentorship.notices.service.mark_sent", die)
            with pytest.raises(KeyboardInterrupt):
                send(app, box.port)
        assert send(app, box.port) == Delivered(0, 0), "another waits before it tries again"
        assert send(app, box.port, later=PAUSES[0]) == Delivered(1, 0)
        assert list(box.came.values()) == [2]


def test_a_mail_is_there_if_and_only_if_its_cause_is(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(ZeroDivisionError), transaction():
            _put_in_and_fail()
        assert outbox() == []


def _put_in_and_fail() -> None:
    post(
        db.session(),
        person_id=None,
        recipient="a@example.org",
        subject="x",
        body="y",
        now=utc_now(),
    )
    raise ZeroDivisionError
