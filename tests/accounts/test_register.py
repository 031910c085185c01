"""Creating an account and confirming its address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from mentorship.accounts import service
from mentorship.accounts.models import User
from mentorship.extensions import db
from mentorship.notices.models import Message
from tests.accounts.conftest import OTHER_PASSWORD, PASSWORD, Mailbox, again
from tests.accounts.races import at_once
from tests.factories import NOW, person
from tests.page import PageClient

MIRA = {
    "name": "Mira Patel",
    "email": "mira@example.org",
    "password": PASSWORD,
    "agree": "y",
}


def _mira(session: Session) -> User:
    found = service.find_by_email(session, "mira@example.org")
    assert found is not None
    return found


def test_an_account_is_made_confirmed_and_used(
    client: PageClient, session: Session, mailbox: Mailbox
) -> None:
    page = client.follow(client.submit("/register", MIRA))
    assert page.h1 == "Check your mail"
    assert f"each message is a file in {mailbox.folder} " in page.text
    made = _mira(session)
    assert (made.name, made.confirmed_at, made.is_administrator) == ("Mira Patel", None, False)

    mail = mailbox.last("mira@example.org")
    assert mail.subject == "Please confirm your email address"
    assert "Mira" not in mail.text, "a stranger may have typed the name"
    confirm = client.get(mail.path)
    assert confirm.h1 == "Confirm your email address"
    assert again(made).confirmed_at is None, "opening the link must not confirm"
    assert client.submit(mail.path).location == "/login"
    assert again(made).confirmed_at is not None

    signed_in = client.submit("/login", {"email": "mira@example.org", "password": PASSWORD})
    assert signed_in.location == "/"


def test_the_address_is_kept_in_one_spelling(client: PageClient, session: Session) -> None:
    client.submit("/register", MIRA | {"email": "  Mira@EXAMPLE.org "})
    assert _mira(session).email == "mira@example.org"


def test_a_newer_link_voids_the_older_ones(
    client: PageClient, session: Session, mailbox: Mailbox
) -> None:
    client.submit("/register", MIRA)
    older = mailbox.last("mira@example.org").path
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=5)):
        client.submit("/confirm", {"email": "mira@example.org"})
        newer = mailbox.last("mira@example.org").path
        client.get(older, status=410)
        client.post(older, status=410)
        assert _mira(session).confirmed_at is None
        client.submit(newer)
    assert _mira(session).confirmed_at is not None
    assert _mira(session).confirm_link_hash is None, "what was used is void"


def test_nobody_signs_in_before_the_address_is_confirmed(client: PageClient) -> None:
    client.submit("/register", MIRA)
    page = client.submit("/login", {"email": MIRA["email"], "password": PASSWORD}, status=200)
    assert "not confirmed yet" in page.text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "Enter your name."),
        ("name", "x" * 121, "at most 120"),
        ("name", "Win at https://bad.example", "without a web address"),
        ("email", "", "Enter your email address."),
        ("email", "mira", "like name@example.org"),
        ("email", "mira@example.org\r\nBcc: all@example.org", "like name@example.org"),
        ("password", "", "Choose a password."),
        ("password", "short", "at least 12"),
        ("password", "x" * 129, "at most 128"),
        ("password", "Mira-Patel-2026", "harder to guess"),
        ("password", "mentorship2026", "harder to guess"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(
    client: PageClient, session: Session, field: str, value: str, said: str
) -> None:
    page = client.submit("/register", MIRA | {field: value}, status=200)
    assert said in page.text
    assert page.tree.find(f".//input[@name='{field}']").get("aria-invalid") == "true"  # type: ignore[union-attr]  # None fails the test
    for table in (User, Message):
        assert session.scalar(sa.select(sa.func.count()).select_from(table)) == 0


def test_nobody_registers_without_agreeing(client: PageClient) -> None:
    data = {key: value for key, value in MIRA.items() if key != "agree"}
    assert "Please agree" in client.submit("/register", data, status=200).text


def test_a_name_stays_on_one_line(client: PageClient, session: Session) -> None:
    client.submit("/register", MIRA | {"name": "Mira\r\nSubject: x\x00 Patel"})
    assert _mira(session).name == "Mira Subject: x Patel"


def test_who_registers_again_is_told_by_mail(
    client: PageClient, session: Session, mailbox: Mailbox, anna: User
) -> None:
    before = anna.password
    client.submit("/register", MIRA | {"email": anna.email})
    assert mailbox.last(anna.email).subject == "You already have an account"
    assert (again(anna).password, anna.name) == (before, "Anna Schmidt")


def test_who_is_on_a_list_gets_the_link_to_claim(
    client: PageClient, mailbox: Mailbox, waiting: User
) -> None:
    client.submit("/register", MIRA | {"email": waiting.email})
    assert mailbox.last(waiting.email).path.startswith("/claim/")
    assert again(waiting).password is None


def test_a_stranger_cannot_set_the_password_of_an_address_in_advance(
    client: PageClient, session: Session, mailbox: Mailbox
) -> None:
    client.submit("/register", MIRA | {"name": "Stranger"})
    client.submit("/register", MIRA | {"password": OTHER_PASSWORD})
    link = mailbox.last("mira@example.org").path
    assert link.startswith("/claim/"), "the owner chooses the password after proving the address"
    client.submit(link, {"name": "Mira Patel", "password": OTHER_PASSWORD, "agree": "y"})
    stranger = PageClient(client.app)
    stranger.submit("/login", {"email": MIRA["email"], "password": PASSWORD}, status=200)


def test_the_confirmation_is_sent_again(
    client: PageClient, session: Session, mailbox: Mailbox
) -> None:
    client.submit("/register", MIRA)
    client.submit("/confirm", {"email": MIRA["email"]})
    first, second = mailbox.all()
    assert first.subject == second.subject
    client.submit(second.path)
    assert _mira(session).confirmed_at is not None


def test_a_link_that_is_too_old_leads_to_a_new_one(
    client: PageClient, mailbox: Mailbox, session: Session
) -> None:
    client.submit("/register", MIRA)
    path = mailbox.last("mira@example.org").path
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(hours=25)):
        visitor = PageClient(client.app)
        page = visitor.get(path, status=410)
        assert page.h1 == "This link does not work any more"
        assert page.form().get("action") == "/confirm"
        visitor.post(path, status=410)
    assert _mira(session).confirmed_at is None


def test_a_confirmed_address_needs_no_second_time(client: PageClient, mailbox: Mailbox) -> None:
    client.submit("/register", MIRA)
    path = mailbox.last("mira@example.org").path
    client.submit(path)
    assert client.get(path, status=303).location == "/login"


@pytest.mark.parametrize("token", ["x", "WyJhIl0.ZZZZ.abcd", "%01", "a" * 3000])
def test_an_invented_token_is_refused(client: PageClient, token: str) -> None:
    for page in ("confirm", "claim"):
        assert client.get(f"/{page}/{token}", status=410).h1 == "This link does not work any more"
    assert client.get(f"/reset/{token}", status=302).location == "/reset"


def test_two_registrations_at_once_make_one_account(new_app: Callable[..., Flask]) -> None:
    app = new_app()
    answers = at_once(app, "/register", [MIRA] * 6)
    assert answers == [(303, "/check-mail")] * 6
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(User)) == 1


def test_the_page_is_not_for_who_is_signed_in(
    session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    assert sign_in(person(session)).get("/register", status=302).location == "/"


def test_new_person_refuses_a_second_owner_of_an_address(session: Session, anna: User) -> None:
    with pytest.raises(service.EmailTaken):
        service.new_person(session, email="ANNA@example.org", name="Anna", now=NOW)
    assert service.find_by_email(session, "anna@example.org") is anna
