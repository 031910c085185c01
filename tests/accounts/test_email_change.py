"""Another address to sign in with: confirmed there, announced at the old one, by one link."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask_security import hash_password
from flask_security.recoverable import generate_reset_password_token
from sqlalchemy.orm import Session

from mentorship.accounts import emails
from mentorship.accounts.claims import claim_links
from mentorship.accounts.models import EmailChange, User
from mentorship.extensions import db, transaction
from mentorship.signins import people
from mentorship.signins import service as signins
from tests import factories
from tests.accounts.conftest import OTHER_PASSWORD, PASSWORD, Mailbox, again
from tests.accounts.races import at_once
from tests.accounts.second import entries
from tests.page import PageClient

PATH = "/account/email"
NEW = "anna.schmidt@example.net"


@pytest.fixture
def mine(anna: User, sign_in: Callable[[User], PageClient]) -> PageClient:
    return sign_in(anna)


def ask(client: PageClient, mailbox: Mailbox, email: str = NEW) -> str:
    assert client.submit(PATH, {"email": email}).location == "/check-mail"
    return mailbox.last(email).path


def test_the_new_address_confirms_and_the_old_one_is_told(
    app: Flask, session: Session, mine: PageClient, anna: User, mailbox: Mailbox
) -> None:
    elsewhere = PageClient(app)
    elsewhere.submit("/login", {"email": anna.email, "password": PASSWORD})
    link = ask(mine, mailbox, " Anna.Schmidt@Example.NET ".strip().lower())
    warned = mailbox.last("anna@example.org")
    assert warned.subject == "Somebody asked to change your email address"
    assert warned.path == "/reset"
    assert NEW not in warned.text
    assert again(anna).email == "anna@example.org", "nothing changes before the button"
    mine.get(link)
    assert again(anna).email == "anna@example.org"
    assert mine.submit(link).location == "/account/security"
    assert again(anna).email == NEW
    told = mailbox.last("anna@example.org")
    assert told.subject == "You sign in with another email address now"
    assert NEW not in told.text
    mine.get("/account")
    elsewhere.get("/account", status=302)
    elsewhere.submit("/login", {"email": "anna@example.org", "password": PASSWORD}, status=200)
    elsewhere.submit("/login", {"email": NEW, "password": PASSWORD})
    assert len(entries(session, "account.email.ask")) == 1
    assert entries(session, "account.email.change") == [{}]


def test_the_link_works_signed_out_and_signs_nobody_in(
    mine: PageClient, client: PageClient, anna: User, mailbox: Mailbox
) -> None:
    link = ask(mine, mailbox)
    page = client.get(link)
    assert NEW in page.text
    assert page.response.headers["Referrer-Policy"] == "no-referrer"
    assert client.submit(link).location == "/login"
    client.get("/account", status=302)
    mine.get("/account", status=302)


def test_a_link_works_once(mine: PageClient, mailbox: Mailbox) -> None:
    link = ask(mine, mailbox)
    mine.submit(link)
    assert "does not work any more" in mine.get(link, status=410).text
    mine.post(link, status=410)


def test_a_newer_request_voids_the_older(mine: PageClient, anna: User, mailbox: Mailbox) -> None:
    first = ask(mine, mailbox)
    second = ask(mine, mailbox, "other@example.net")
    mine.get(first, status=410)
    mine.submit(second)
    assert again(anna).email == "other@example.net"


def test_a_link_is_good_for_a_day(mine: PageClient, client: PageClient, mailbox: Mailbox) -> None:
    link, start = ask(mine, mailbox), dt.datetime.now(dt.UTC)
    with time_machine.travel(start + dt.timedelta(hours=23, minutes=59)):
        PageClient(mine.app).get(link)
    with time_machine.travel(start + dt.timedelta(hours=24, minutes=1)):
        PageClient(mine.app).get(link, status=410)
        PageClient(mine.app).post(link, status=410)


def test_a_link_serves_its_own_purpose_only(
    session: Session, mine: PageClient, anna: User, waiting: User, mailbox: Mailbox
) -> None:
    token = ask(mine, mailbox).rpartition("/")[2]
    reset = generate_reset_password_token(anna)
    claim = claim_links.sign(waiting.fs_uniquifier, now=dt.datetime.now(dt.UTC))
    for other in (reset, claim, "made-up"):
        mine.get(f"{PATH}/{other}", status=410)
    stranger = PageClient(mine.app)
    stranger.get(f"/confirm/{token}", status=410)
    stranger.get(f"/claim/{token}", status=410)
    stranger.get(f"/reset/{token}", status=302)


def test_the_token_is_kept_as_a_hash(session: Session, mine: PageClient, mailbox: Mailbox) -> None:
    token = ask(mine, mailbox).rpartition("/")[2]
    kept = session.scalars(sa.select(EmailChange.token_hash)).one()
    assert token not in kept
    assert len(token) >= 43, "256 bits"


def test_a_link_to_reset_is_void_after(
    mine: PageClient, client: PageClient, anna: User, mailbox: Mailbox
) -> None:
    client.submit("/reset", {"email": anna.email})
    reset = mailbox.last(anna.email).path
    mine.submit(ask(mine, mailbox))
    client.get(reset, status=302)


@pytest.mark.parametrize("kind", ["taken", "free"])
def test_the_answer_does_not_tell_whether_an_address_is_in_use(
    session: Session, mine: PageClient, mailbox: Mailbox, kind: str
) -> None:
    factories.person(session, "Ben", email="taken@example.net")
    before = len(mailbox.all())
    assert mine.submit(PATH, {"email": f"{kind}@example.net"}).location == "/check-mail"
    assert len(mailbox.all()) == before + 2, "one to that address, one to Anna's own"
    subject = mailbox.last(f"{kind}@example.net").subject
    assert ("Somebody asked to use" in subject) == (kind == "taken")


def test_an_address_taken_meanwhile_is_not_taken_away(
    session: Session, mine: PageClient, anna: User, mailbox: Mailbox
) -> None:
    link = ask(mine, mailbox)
    factories.person(session, "Ben", email=NEW)
    mine.submit(link, status=410)
    assert again(anna).email == "anna@example.org"


@pytest.mark.parametrize(
    ("email", "said"),
    [("", "Enter your email"), ("x", "like name@"), ("Anna@example.org", "your address already")],
)
def test_what_cannot_be_is_said(mine: PageClient, email: str, said: str) -> None:
    assert said in mine.submit(PATH, {"email": email}, status=200).text


def test_of_ten_uses_at_once_one_succeeds(new_app: Callable[..., Flask]) -> None:
    app = new_app()
    with app.app_context():
        who = factories.person(
            db.session(), "Lea Roy", email="lea@example.org", password=hash_password(PASSWORD)
        )
        db.session.flush()
        row = EmailChange(
            person_id=who.id,
            email=NEW,
            token_hash=emails._hash("token"),  # noqa: SLF001  the mail would carry it
            asked_at=dt.datetime.now(dt.UTC),
        )
        db.session.add(row)
        db.session.commit()
    answers = at_once(app, f"{PATH}/token", [{"x": "y"}] * 10)
    assert sorted(status for status, _ in answers) == [303] + [410] * 9


def test_it_wants_a_fresh_sign_in(mine: PageClient) -> None:
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=11)):
        assert str(mine.get(PATH, status=302).location).startswith("/verify")
        page = mine.post(PATH, {"email": NEW}, status=200)
        assert page.form(PATH).find(".//input[@name='email']").get("value") == NEW  # type: ignore[union-attr]  # None fails the test


def _reset_password(mine: PageClient, mailbox: Mailbox) -> None:
    owner = PageClient(mine.app)
    owner.submit("/reset", {"email": "anna@example.org"})
    owner.submit(mailbox.last("anna@example.org").path, {"password": OTHER_PASSWORD})


def _end_others(mine: PageClient, _mailbox: Mailbox) -> None:
    mine.post("/account/sessions/end-others")


def _end_all(mine: PageClient, _mailbox: Mailbox) -> None:
    mine.post("/account/sessions/end-all")


def _end_everybodys(_mine: PageClient, _mailbox: Mailbox) -> None:
    with transaction(writing=True) as session:
        signins.end_everybodys(session, now=dt.datetime.now(dt.UTC))


def _switch_off_and_on(_mine: PageClient, _mailbox: Mailbox) -> None:
    session, now = db.session(), dt.datetime.now(dt.UTC)
    who = session.scalars(sa.select(User).where(User.email == "anna@example.org")).one()
    by = factories.administrator(session).id
    people.switch_off(session, who, by=by, now=now)
    people.switch_on(session, who, by=by, now=now)


def _keep(mine: PageClient, mailbox: Mailbox) -> None:
    page = mine.get("/account/security")
    assert NEW in page.text
    assert page.form("/account/email/keep") is not None
    assert mine.post("/account/email/keep").location == "/account/security"
    assert NEW not in mine.get("/account/security").text


@pytest.mark.parametrize(
    "void", [_reset_password, _end_others, _end_all, _end_everybodys, _switch_off_and_on, _keep]
)
def test_what_puts_others_out_of_an_account_voids_the_link(
    mine: PageClient,
    client: PageClient,
    anna: User,
    mailbox: Mailbox,
    void: Callable[[PageClient, Mailbox], None],
) -> None:
    link = ask(mine, mailbox)
    void(mine, mailbox)
    client.get(link, status=410)
    client.post(link, status=410)
    assert again(anna).email == "anna@example.org"
