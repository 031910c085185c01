"""People whom a leader added claim their account."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from sqlalchemy.orm import Session

from mentorship.accounts import claiming
from mentorship.accounts.models import User
from mentorship.consents.models import Consent
from mentorship.consents.service import MATCHING
from mentorship.notices import delivery
from mentorship.notices.transports import Files
from tests.accounts.conftest import PASSWORD, Mailbox, again
from tests.page import PageClient

FILLED_IN = {"name": "Wali K. Khan", "password": PASSWORD, "agree": "y"}


@pytest.fixture
def link(client: PageClient, session: Session, mailbox: Mailbox, waiting: User) -> str:
    now = dt.datetime.now(dt.UTC)
    assert claiming.invite(session, waiting, "Graduates of\r\nOhio", now=now)
    delivery.deliver(Files(client.app.config["SETTINGS"]))
    return mailbox.last(waiting.email).path


def test_the_mail_says_who_asks_and_nothing_else(link: str, mailbox: Mailbox) -> None:
    mail = mailbox.last("wali@example.org")
    assert mail.subject == "Your account for Graduates of Ohio"
    assert "The leaders of Graduates of Ohio put you on their list" in mail.text
    assert "14 days" in mail.text
    assert "Wali" not in mail.text


def test_the_account_is_claimed_and_one_is_signed_in(
    client: PageClient, waiting: User, link: str
) -> None:
    page = client.get(link)
    assert "wali@example.org" in page.text
    assert again(waiting).confirmed_at is None
    assert client.submit(link, FILLED_IN).location == "/"
    assert client.get("/account").h1 == "Account"
    assert (again(waiting).name, waiting.confirmed_at is None) == ("Wali K. Khan", False)
    client.post("/logout")
    client.submit("/login", {"email": waiting.email, "password": PASSWORD})


def test_whoever_claims_is_asked_about_what_a_leaders_file_agreed_to(
    client: PageClient, session: Session, waiting: User, link: str
) -> None:
    now = dt.datetime.now(dt.UTC)
    values = {"person_id": waiting.id, "purpose": MATCHING, "version": 1, "given_at": now}
    session.add(Consent(**values, by_file=True))
    session.flush()
    asked = client.follow(client.submit(link, FILLED_IN))
    assert asked.h1 == "Privacy choices"
    assert "that you agree to this. Is that right?" in asked.text


def test_a_link_works_once(client: PageClient, waiting: User, link: str) -> None:
    client.submit(link, FILLED_IN)
    stranger = PageClient(client.app)
    assert stranger.get(link, status=410).h1 == "This link does not work any more"
    stranger.post(link, FILLED_IN | {"name": "Stranger"}, status=410)
    assert again(waiting).name == "Wali K. Khan"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("password", "walikhan1990", "harder to guess"),
        ("password", "wali@example.org", "harder to guess"),
        ("password", "x" * 129, "at most 128"),
        ("name", "", "Enter your name."),
    ],
)
def test_what_is_wrong_is_said_and_the_link_stays(
    client: PageClient, link: str, field: str, value: str, said: str
) -> None:
    assert said in client.submit(link, FILLED_IN | {field: value}, status=200).text
    client.submit(link, FILLED_IN)


def test_a_link_works_for_fourteen_days_and_then_leads_to_a_new_one(
    client: PageClient, mailbox: Mailbox, link: str
) -> None:
    start = dt.datetime.now(dt.UTC)
    with time_machine.travel(start + dt.timedelta(days=13, hours=23)):
        client.get(link)
    with time_machine.travel(start + dt.timedelta(days=14, minutes=1)):
        visitor = PageClient(client.app)
        page = visitor.get(link, status=410)
        assert page.form().get("action") == "/reset"
        visitor.post("/reset", {"email": "wali@example.org"})
        assert visitor.get(mailbox.last("wali@example.org").path).h1 == "Set up your account"


def test_whoever_is_signed_in_is_signed_out_first(
    client: PageClient, anna: User, waiting: User, link: str
) -> None:
    client.submit("/login", {"email": anna.email, "password": PASSWORD})
    client.submit(link, FILLED_IN)
    assert "wali@example.org" in client.get("/account").text


def test_who_has_an_account_is_not_invited_to_claim_it(
    session: Session, mailbox: Mailbox, anna: User
) -> None:
    assert not claiming.invite(session, anna, "Ohio", now=dt.datetime.now(dt.UTC))
    assert mailbox.all() == []


def test_an_account_that_is_switched_off_is_not_claimed(
    client: PageClient, waiting: User, link: str
) -> None:
    waiting.active = False
    client.get(link, status=410)
