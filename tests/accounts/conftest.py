"""A mailbox to look into, and somebody who knows their password."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from flask_security import hash_password
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.extensions import db
from tests import factories

PASSWORD = "trombone kettle orchard"
OTHER_PASSWORD = "lantern pebble violin"


@dataclass(frozen=True)
class Mail:
    to: str
    subject: str
    text: str

    @property
    def path(self) -> str:
        """The path of the first link in the text."""
        return re.findall(r"http://localhost(/\S*)", self.text)[0]


class Mailbox:
    """The folder into which the application files its mail."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> list[Mail]:
        files = sorted(self.folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        return [self._read(file) for file in files]

    def last(self, to: str) -> Mail:
        return [mail for mail in self.all() if mail.to == to][-1]

    @staticmethod
    def _read(file: Path) -> Mail:
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return Mail(message["To"], message["Subject"], message.get_content())


@pytest.fixture
def mailbox(app: Flask) -> Mailbox:
    folder = app.config["SETTINGS"].instance / "mail"
    for file in folder.glob("*"):
        file.unlink()
    return Mailbox(folder)


@pytest.fixture
def anna(session: Session) -> User:
    """A person who signs in with PASSWORD."""
    return factories.person(
        session, "Anna Schmidt", email="anna@example.org", password=hash_password(PASSWORD)
    )


@pytest.fixture
def waiting(session: Session) -> User:
    """A person from a roster who has not claimed the account yet."""
    return factories.person(session, "Wali Khan", email="wali@example.org", confirmed_at=None)


def again(person: User) -> User:
    """Read a person anew."""
    db.session.expire(person)
    return person
