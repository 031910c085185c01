"""Delivering: files after the request, SMTP by command, and no mail twice."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import logging
import stat
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from mentorship.config import ConfigError, Settings
from mentorship.extensions import db
from mentorship.notices.delivery import Delivered, deliver
from mentorship.notices.models import Message
from mentorship.notices.service import post
from mentorship.notices.transports import Files, Smtp, transport_of
from tests.factories import NOW
from tests.notices.conftest import Server

LINK = "http://localhost/claim/" + "x" * 300


def _post(session: Session, subject: str = "Grüße", body: str = f"Hello\n\n{LINK}\n") -> Message:
    return post(
        session, person_id=None, recipient="anna@example.org", subject=subject, body=body, now=NOW
    )


def _clock() -> dt.datetime:
    return NOW


def _settings(app: Flask, **changes: Any) -> Settings:
    names = Settings.__dataclass_fields__
    values = {name: getattr(app.config["SETTINGS"], name) for name in names}
    return Settings(**(values | changes))


def _smtp(app: Flask, server: Server, **changes: Any) -> Smtp:
    return Smtp(_settings(app, mail_url=f"smtp://127.0.0.1:{server.port}", **changes))


# --- Files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [f"Hello\n\n{LINK}\n", f"Grüße aus Łódź\n\n{LINK}\n"])
def test_a_mail_becomes_a_file_that_only_its_owner_reads(
    app: Flask, session: Session, tmp_path: Path, body: str
) -> None:
    message = _post(session, body=body)
    assert deliver(Files(_settings(app, instance=tmp_path)), clock=_clock) == Delivered(1, 0)
    (file,) = (tmp_path / "mail").iterdir()
    assert file.name == f"20261102T150000-{message.id}.eml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert LINK in file.read_text(), "the link stays in one piece"
    mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    assert mail["To"] == "anna@example.org"
    assert mail["Subject"] == "Grüße"
    assert mail["Message-ID"] == f"<{message.id}@localhost>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == NOW
    text = mail.get_content().replace("\r\n", "\n")
    assert text == f"{body}\n-- \nIMG Mentorship\nhttp://localhost\n"
    assert (message.sent_at, message.body) == (NOW, "")


def test_a_folder_that_cannot_be_written_costs_a_delay(
    app: Flask, session: Session, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "mail").write_text("in the way")
    message = _post(session)
    transport = Files(_settings(app, instance=tmp_path))
    with caplog.at_level(logging.WARNING):
        assert deliver(transport, clock=_clock) == Delivered(0, 1)
    assert message.sent_at is None
    assert message.body
    assert "anna" not in caplog.text
    (tmp_path / "mail").unlink()
    later = NOW + dt.timedelta(minutes=5)
    assert deliver(transport, clock=lambda: later) == Delivered(1, 0)


# --- SMTP ----------------------------------------------------------------------------------------


def test_a_mail_goes_through_a_server(app: Flask, session: Session, smtp: Server) -> None:
    first, second = _post(session), _post(session, "Second")
    assert deliver(_smtp(app, smtp), clock=_clock) == Delivered(2, 0)
    assert smtp.connections == 1
    assert all(LINK in mail for mail in smtp.mails)
    assert {f"Message-ID: <{message.id}@localhost>" for message in (first, second)} == {
        line for mail in smtp.mails for line in mail.split("\r\n") if line.startswith("Message-ID")
    }


@pytest.mark.parametrize(
    ("command", "answer", "final"),
    [
        ("RCPT", "550 no such user", True),
        ("RCPT", "451 try later", False),
        ("DATA", "554 not wanted", True),
        ("DATA", "452 full", False),
        ("MAIL", "550 who are you", False),
    ],
)
def test_only_a_no_to_this_mail_is_final(
    app: Flask, session: Session, smtp: Server, command: str, answer: str, *, final: bool
) -> None:
    smtp.answers[command] = answer
    message = _post(session)
    assert deliver(_smtp(app, smtp), clock=_clock) == Delivered(0, 1)
    assert message.failure == answer
    del smtp.answers[command]
    later = NOW + dt.timedelta(minutes=5)
    again = deliver(_smtp(app, smtp), clock=lambda: later)
    assert again == (Delivered(0, 0) if final else Delivered(1, 0))


def test_one_bad_address_does_not_stop_the_others(
    app: Flask, session: Session, smtp: Server
) -> None:
    smtp.answers["RCPT"] = "550 no such user"
    for number in range(3):
        _post(session, f"Mail {number}")
    assert deliver(_smtp(app, smtp), clock=_clock) == Delivered(0, 3)


@pytest.mark.parametrize("command", ["EHLO", "MAIL", "RCPT", "DATA"])
def test_a_server_that_hangs_up_costs_a_delay(
    app: Flask, session: Session, smtp: Server, command: str
) -> None:
    smtp.hang_up_at = command
    message = _post(session)
    assert deliver(_smtp(app, smtp), clock=_clock) == Delivered(0, 1)
    assert message.failure
    assert message.attempts == 1


def test_no_server_at_all_costs_a_delay(app: Flask, session: Session) -> None:
    message = _post(session)
    transport = Smtp(_settings(app, mail_url="smtp://127.0.0.1:1"))
    assert deliver(transport, clock=_clock) == Delivered(0, 1)
    assert "ConnectionRefusedError" in str(message.failure)


def test_no_password_goes_to_a_server_without_tls(
    app: Flask, smtp: Server, monkeypatch: pytest.MonkeyPatch, session: Session
) -> None:
    monkeypatch.setattr("mentorship.notices.transports.LOOPBACK", frozenset())
    url = f"smtp://user:secret@127.0.0.1:{smtp.port}"
    message = _post(session)
    assert deliver(Smtp(_settings(app, mail_url=url)), clock=_clock) == Delivered(0, 1)
    assert "STARTTLS" in str(message.failure)
    assert smtp.mails == []


def test_a_mail_catcher_needs_no_tls_where_that_is_said(
    app: Flask, smtp: Server, monkeypatch: pytest.MonkeyPatch, session: Session
) -> None:
    monkeypatch.setattr("mentorship.notices.transports.LOOPBACK", frozenset())
    _post(session)
    plain = Smtp(_settings(app, mail_url=f"smtp+plain://127.0.0.1:{smtp.port}"))
    assert deliver(plain, clock=_clock) == Delivered(1, 0)


@pytest.mark.parametrize(
    "url",
    [
        *("", "file", "http://mail.example.org", "smtp://", "smtps://:25", "smtp://host:port"),
        "smtp+plain://user:secret@host",
    ],
)
def test_an_unknown_way_stops_the_start(app: Flask, url: str) -> None:
    with pytest.raises(ConfigError, match="MAIL_URL"):
        transport_of(_settings(app, mail_url=url))


def test_the_web_process_sends_nothing_itself_through_a_server(
    new_app: Callable[..., Flask], smtp: Server
) -> None:
    app = new_app(mail_url=f"smtp://127.0.0.1:{smtp.port}")
    visitor = app.test_client()
    page = visitor.get("/reset").get_data(as_text=True)
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    visitor.post("/reset", data={"email": "anna@example.org", "csrf_token": token})
    assert smtp.connections == 0
    result = app.test_cli_runner().invoke(args=["mail", "deliver"])
    assert result.output == "1 sent, 0 not sent\n"
    assert "To: anna@example.org" in smtp.mails[0]


def test_given_up_mails_are_tried_again_by_command(
    new_app: Callable[..., Flask], smtp: Server
) -> None:
    app = new_app(mail_url=f"smtp://127.0.0.1:{smtp.port}")
    smtp.answers["RCPT"] = "550 no such user"
    with app.app_context():
        _post(db.session())
        db.session.commit()
    run = app.test_cli_runner().invoke
    assert run(args=["mail", "deliver"]).output == "0 sent, 1 not sent\n"
    assert run(args=["mail", "deliver"]).output == "0 sent, 0 not sent\n"
    smtp.answers.clear()
    assert run(args=["mail", "retry"]).output == "1 due again\n"
    assert run(args=["mail", "deliver"]).output == "1 sent, 0 not sent\n"


# --- Two deliverers ------------------------------------------------------------------------------


class Slow:
    """A transport that takes its time and remembers."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self._lock = threading.Lock()

    def send(self, message: Message) -> None:
        with self._lock:
            self.taken.append(message.subject)

    def close(self) -> None:
        pass


def test_four_deliverers_send_each_mail_once(new_app: Callable[..., Flask]) -> None:
    app, transport = new_app(), Slow()
    with app.app_context():
        for number in range(40):
            _post(db.session(), f"Mail {number}")
        db.session.commit()

    def work(_number: int) -> Delivered:
        with app.app_context():
            return deliver(transport, clock=_clock)

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(work, range(4)))
    assert sum(each.sent for each in done) == 40
    assert sorted(transport.taken) == sorted(f"Mail {number}" for number in range(40))


def test_a_mail_lost_with_its_process_is_tried_again(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    class Killed:
        def send(self, _message: Message) -> None:
            raise KeyboardInterrupt

        def close(self) -> None:
            pass

    _post(session)
    with pytest.raises(KeyboardInterrupt):
        deliver(Killed(), clock=_clock)
    transport = Files(_settings(app, instance=tmp_path))
    assert deliver(transport, clock=_clock) == Delivered(0, 0)
    assert deliver(transport, clock=lambda: NOW + dt.timedelta(minutes=5)) == Delivered(1, 0)
