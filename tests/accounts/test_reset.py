"""Choosing a new password by a mailed link."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask_security import hash_password, verify_password
from flask_security.confirmable import generate_confirmation_token
from flask_security.recoverable import generate_reset_password_token
from sqlalchemy.orm import Session

from mentorship.accounts import newest
from mentorship.accounts.claims import claim_links
from mentorship.accounts.models import User
from mentorship.accounts.newest import Link
from mentorship.extensions import db
from tests.accounts.conftest import OTHER_PASSWORD, PASSWORD, Mailbox, again
from tests.accounts.races import at_once
from tests.factories import NOW, person
from tests.page import PageClient


def _link(client: PageClient, mailbox: Mailbox, email: str = "anna@example.org") -> str:
    client.submit("/reset", {"email": email})
    return mailbox.last(email).path


def test_a_new_password_is_chosen_and_used(
    app: Flask, client: PageClient, mailbox: Mailbox, anna: User
) -> None:
    elsewhere = PageClient(app)
    elsewhere.submit("/login", {"email": anna.email, "password": PASSWORD})
    link = _link(client, mailbox)
    assert client.get(link).h1 == "Choose a new password"
    assert client.submit(link, {"password": OTHER_PASSWORD}).location == "/login"
    elsewhere.get("/account", status=302)
    client.submit("/login", {"email": anna.email, "password": OTHER_PASSWORD})
    assert mailbox.last(anna.email).subject == "Your password was changed"


def test_a_link_works_once(client: PageClient, mailbox: Mailbox, anna: User) -> None:
    link = _link(client, mailbox)
    client.submit(link, {"password": OTHER_PASSWORD})
    used = again(anna).password
    assert client.get(link, status=302).location == "/reset"
    assert client.post(link, {"password": "another good secret"}).location == "/reset"
    assert again(anna).password == used


def test_a_newer_link_voids_the_older_ones(
    client: PageClient, mailbox: Mailbox, anna: User
) -> None:
    older = _link(client, mailbox)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=5)):
        newer = _link(client, mailbox)
        assert newer != older
        assert client.get(older, status=303).location == "/reset"
        assert client.post(older, {"password": OTHER_PASSWORD}).location == "/reset"
        client.submit(newer, {"password": OTHER_PASSWORD})
        client.get(newer, status=302)
        client.get(older, status=302)


def test_of_two_links_of_one_second_the_last_one_counts(session: Session, anna: User) -> None:
    for token in ("first", "second"):
        newest.note(session, anna, Link.RESET, token)
    person = again(anna)
    assert not newest.counts(person, Link.RESET, "first")
    assert newest.counts(person, Link.RESET, "second")
    assert not newest.counts(person, Link.CONFIRM, "second")


def test_a_weak_password_does_not_use_the_link_up(
    client: PageClient, mailbox: Mailbox, anna: User
) -> None:
    link = _link(client, mailbox)
    assert "harder to guess" in client.submit(link, {"password": "annaschmidt19"}, status=200).text
    client.submit(link, {"password": OTHER_PASSWORD})


def test_a_changed_password_voids_the_link(
    client: PageClient, mailbox: Mailbox, anna: User
) -> None:
    link = _link(client, mailbox)
    client.submit("/login", {"email": anna.email, "password": PASSWORD})
    client.submit("/change", {"password": PASSWORD, "new_password": OTHER_PASSWORD})
    client.get(link, status=302)


def test_a_link_works_for_half_an_hour(client: PageClient, mailbox: Mailbox, anna: User) -> None:
    link = _link(client, mailbox)
    start = dt.datetime.now(dt.UTC)
    with time_machine.travel(start + dt.timedelta(minutes=29)):
        client.get(link)
    with time_machine.travel(start + dt.timedelta(minutes=31)):
        assert client.get(link, status=302).location == "/reset"
        client.post(link, {"password": OTHER_PASSWORD})
    client.submit("/login", {"email": anna.email, "password": PASSWORD})


def test_a_link_serves_its_own_purpose_only(
    client: PageClient, session: Session, anna: User, waiting: User
) -> None:
    reset = generate_reset_password_token(anna)
    claim = claim_links.sign(waiting.fs_uniquifier, now=dt.datetime.now(dt.UTC))
    client.get(f"/confirm/{reset}", status=410)
    client.get(f"/claim/{reset}", status=410)
    client.get(f"/confirm/{claim}", status=410)
    client.get(f"/reset/{claim}", status=302)


def test_who_has_not_claimed_the_account_gets_the_link_to_claim(
    client: PageClient, mailbox: Mailbox, waiting: User
) -> None:
    assert _link(client, mailbox, waiting.email).startswith("/claim/")


def test_who_has_not_confirmed_the_address_proves_it_by_the_mail(
    client: PageClient, session: Session, mailbox: Mailbox
) -> None:
    lea = person(
        session, email="lea@example.org", confirmed_at=None, password=hash_password(PASSWORD)
    )
    link = _link(client, mailbox, lea.email)
    client.submit(link, {"password": OTHER_PASSWORD, "agree": "y"})
    assert again(lea).confirmed_at is not None


def test_an_unknown_address_is_told_so_by_mail(client: PageClient, mailbox: Mailbox) -> None:
    client.submit("/reset", {"email": "nobody@example.org"})
    assert mailbox.last("nobody@example.org").subject == "There is no account with this address"


def test_an_account_that_is_switched_off_stays_off(
    client: PageClient, mailbox: Mailbox, anna: User
) -> None:
    anna.active = False
    client.submit("/reset", {"email": anna.email})
    assert mailbox.last(anna.email).subject == "There is no account with this address"
    client.submit("/login", {"email": anna.email, "password": PASSWORD}, status=200)


@pytest.mark.parametrize("host", ["bad.example", "localhost:9999"])
def test_links_in_mails_name_the_configured_site(
    app: Flask, mailbox: Mailbox, anna: User, host: str
) -> None:
    visitor = app.test_client()
    page = visitor.get("/reset", base_url=f"http://{host}").get_data(as_text=True)
    token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)[0]
    answer = visitor.post(
        "/reset",
        base_url=f"http://{host}",
        data={"email": anna.email, "csrf_token": token},
        headers={"X-Forwarded-Host": "bad.example"},
    )
    assert answer.headers["Location"] == "/check-mail"
    text = mailbox.last(anna.email).text
    assert "bad.example" not in text
    assert "9999" not in text
    assert "http://localhost/reset/" in text


@pytest.mark.parametrize(
    ("kind", "confirmed"), [("reset", True), ("claim", False), ("confirm", False)]
)
def test_of_ten_uses_at_once_one_succeeds(
    new_app: Callable[..., Flask], kind: str, *, confirmed: bool
) -> None:
    app = new_app()
    with app.app_context(), app.test_request_context():
        who = person(
            db.session(),
            "Lea Roy",
            email="lea@example.org",
            password=hash_password(PASSWORD),
            confirmed_at=NOW if confirmed else None,
        )
        token = {
            "reset": generate_reset_password_token(who),
            "claim": claim_links.sign(who.fs_uniquifier, now=dt.datetime.now(dt.UTC)),
            "confirm": generate_confirmation_token(who),
        }[kind]
        if kind != "claim":
            link = Link.RESET if kind == "reset" else Link.CONFIRM
            newest.note(db.session(), who, link, token)
        db.session.commit()
    forms = [
        {"password": f"{word} pebble violin", "name": f"Lea {word}", "agree": "y"}
        for word in (
            *("lantern", "marble", "walnut", "saffron", "cobalt"),
            *("granite", "thistle", "velvet", "maple", "heron"),
        )
    ]
    answers = at_once(app, f"/{kind}/{token}", forms)
    won = {"reset": (303, "/login"), "claim": (303, "/"), "confirm": (303, "/login")}[kind]
    if kind == "confirm":
        assert answers == [won] * 10, "confirming twice does no harm"
        return
    assert answers.count(won) == 1, answers
    assert all(status < 500 for status, _ in answers)
    with app.app_context():
        kept = str(db.session.scalar(sa.select(User.password)))
        assert verify_password(forms[answers.index(won)]["password"], kept), "the winner's stays"
