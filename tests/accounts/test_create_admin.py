"""``flask create-admin``."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from mentorship.accounts import service
from mentorship.accounts.models import User
from mentorship.audit import AuditEntry
from mentorship.extensions import db
from tests import factories
from tests.accounts.conftest import OTHER_PASSWORD, PASSWORD, Mailbox, again
from tests.page import PageClient

ADA = ["create-admin", "--email", "Ada@example.org", "--name", "Ada Okoye"]


def test_nobody_is_there_before_somebody_is_made(new_app: Callable[..., Flask]) -> None:
    """Neither the migrations nor setting the service up makes an account."""
    fresh = new_app()
    result = fresh.test_cli_runner().invoke(args=["set-up"])
    assert result.exit_code == 0, result.output
    with fresh.app_context():
        assert db.session.scalars(sa.select(User)).all() == []


def test_the_first_administrator_is_made_and_signs_in(
    app: Flask, session: Session, client: PageClient
) -> None:
    result = app.test_cli_runner().invoke(args=ADA, input=f"{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0, result.output
    assert "ada@example.org is an administrator." in result.output
    assert PASSWORD not in result.output
    ada = service.find_by_email(session, "ada@example.org")
    assert ada is not None
    assert (ada.name, ada.is_administrator, ada.demo) == ("Ada Okoye", True, False)
    client.submit("/login", {"email": "ada@example.org", "password": PASSWORD})


def test_the_log_says_that_somebody_became_one_and_what_was_replaced(
    app: Flask, session: Session, anna: User, mailbox: Mailbox
) -> None:
    there = factories.administrator(session)

    def said() -> list[tuple[str, object, object]]:
        entries = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.number))
        return [(each.action, each.about_id, each.detail) for each in entries]

    args, action = ["create-admin", "--email", anna.email], "account.administrator.appoint"
    for _ in range(2):
        assert app.test_cli_runner().invoke(args=args).exit_code == 0
    assert said() == [(action, anna.id, {"fields": ["role"]})], "once, and no more than was done"
    [told] = mailbox.all()
    assert told.to == there.email, "whoever was one before, and nobody else"
    assert f"{anna.name} ({anna.email}) administers" in told.text
    again(anna).confirmed_at = None
    session.flush()
    piped = [*args, "--password-stdin"]
    assert app.test_cli_runner().invoke(args=piped, input=f"{PASSWORD}\n").exit_code == 0
    assert said()[1:] == [(action, anna.id, {"fields": ["password", "sign-in elsewhere"]})]


def test_the_password_may_come_from_a_pipe(app: Flask, session: Session) -> None:
    args = [*ADA, "--password-stdin"]
    result = app.test_cli_runner().invoke(args=args, input=f"{PASSWORD}\n")
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("weak", ["short", "password1234", "adaokoye-2026", ""])
def test_a_weak_password_is_refused(app: Flask, session: Session, weak: str) -> None:
    result = app.test_cli_runner().invoke(args=[*ADA, "--password-stdin"], input=f"{weak}\n")
    assert result.exit_code == 1
    assert "Error: " in result.output
    assert service.find_by_email(session, "ada@example.org") is None


def test_an_unusable_address_is_refused(app: Flask, session: Session) -> None:
    result = app.test_cli_runner().invoke(args=["create-admin", "--email", "ada"])
    assert result.exit_code == 1
    assert "like name@example.org" in result.output


def test_who_has_an_account_keeps_the_password(app: Flask, session: Session, anna: User) -> None:
    before = anna.password
    for _ in range(2):
        result = app.test_cli_runner().invoke(args=["create-admin", "--email", anna.email])
        assert result.exit_code == 0, result.output
        assert "The password stays as it is." in result.output
    assert (again(anna).password, [role.name for role in anna.roles]) == (before, ["administrator"])


def test_a_password_that_was_never_proved_to_be_the_owners_is_replaced(
    app: Flask, session: Session, client: PageClient, anna: User
) -> None:
    anna.confirmed_at = None
    args = ["create-admin", "--email", anna.email, "--password-stdin"]
    result = app.test_cli_runner().invoke(args=args, input=f"{OTHER_PASSWORD}\n")
    assert result.exit_code == 0, result.output
    client.submit("/login", {"email": anna.email, "password": PASSWORD}, status=200)
    client.submit("/login", {"email": anna.email, "password": OTHER_PASSWORD})
