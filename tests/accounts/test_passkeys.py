"""Passkeys: made, used as the second step and instead of the password; each answer works once."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from mentorship.accounts.models import Passkey, User
from tests import factories
from tests.accounts.authenticator import PRESENT, VERIFIED, Authenticator, asked
from tests.accounts.conftest import Mailbox, again
from tests.accounts.second import PASSKEY, STEP, entries, first_step
from tests.page import Page, PageClient


@pytest.fixture
def mine(anna: User, sign_in: Callable[[User], PageClient]) -> PageClient:
    return sign_in(anna)


def add(client: PageClient, key: Authenticator, name: str = "My phone", status: int = 200) -> Page:
    """Add a passkey through the page; the first one is followed by recovery codes (200)."""
    options, fields = asked(client.get(PASSKEY), "create")
    return client.post(PASSKEY, fields | {"name": name, "answer": key.make(options)}, status=status)


def step(client: PageClient, key: Authenticator, status: int = 303) -> Page:
    options, fields = asked(client.get(STEP))
    return client.post(STEP, fields | {"answer": key.use(options)}, status=status)


def test_a_passkey_is_added_and_signs_in(
    session: Session, mine: PageClient, client: PageClient, anna: User, mailbox: Mailbox
) -> None:
    key = Authenticator()
    page = add(mine, key)
    assert page.h1 == "Your recovery codes"
    assert "My phone" in mine.get("/account/security").text
    assert mailbox.last(anna.email).subject == "Your second factor was changed"
    first_step(client, anna)
    client.get("/account", status=302)
    assert step(client, key).location == "/"
    client.get("/account")
    kept = session.scalars(sa.select(Passkey)).one()
    assert (kept.transports, kept.sign_count) == ("internal", 1)
    assert kept.used_at is not None
    assert entries(session, "account.sign_in") == [{"by": "password passkey"}]


def test_the_page_says_what_to_do_without_javascript(mine: PageClient) -> None:
    page = mine.get(PASSKEY)
    assert "Passkeys need JavaScript" in page.text
    said = page.tree.find(".//*[@data-passkey-there]")
    assert said is not None
    assert said.get("hidden") is not None, "no button that could do nothing"


def test_an_answer_works_once(mine: PageClient, client: PageClient, app: Flask, anna: User) -> None:
    key = Authenticator()
    add(mine, key)
    first_step(client, anna)
    options, fields = asked(client.get(STEP))
    form = fields | {"answer": key.use(options)}
    client.post(STEP, form)
    thief = PageClient(app)
    first_step(thief, anna)
    thief.post(STEP, form, status=200)
    thief.get("/account", status=302)


def test_a_question_is_good_for_five_minutes(
    mine: PageClient, client: PageClient, anna: User
) -> None:
    key = Authenticator()
    add(mine, key)
    first_step(client, anna)
    options, fields = asked(client.get(STEP))
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=5, seconds=1)):
        client.post(STEP, fields | {"answer": key.use(options)}, status=200)


@pytest.mark.parametrize(
    "forged",
    [
        Authenticator(origin="https://bad.example"),
        Authenticator(host="bad.example"),
        Authenticator(flags=0),
    ],
    ids=["origin", "host", "nobody there"],
)
def test_what_another_site_made_is_refused(
    mine: PageClient, anna: User, forged: Authenticator
) -> None:
    page = add(mine, forged)
    assert "That did not work" in page.text
    assert again(anna).second_factor_at is None


@pytest.mark.parametrize(
    "answer",
    [
        *("", "x", "[]", "{}", "null", "1", "{" * 900),
        *('{"rawId": 1}', '{"rawId": "AA", "response": 3}'),
        json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": {}}),
    ],
)
@pytest.mark.parametrize("place", ["add", "step"])
def test_junk_is_refused_and_nothing_breaks(
    mine: PageClient, client: PageClient, anna: User, answer: str, place: str
) -> None:
    if place == "add":
        _, fields = asked(mine.get(PASSKEY), "create")
        mine.post(PASSKEY, fields | {"name": "A", "answer": answer}, status=200)
        assert again(anna).second_factor_at is None
        return
    add(mine, Authenticator())
    first_step(client, anna)
    _, fields = asked(client.get(STEP))
    client.post(STEP, fields | {"answer": answer}, status=200)
    client.get("/account", status=302)


def test_the_passkey_of_somebody_else_does_not_sign_in(
    session: Session,
    mine: PageClient,
    client: PageClient,
    anna: User,
    sign_in: Callable[[User], PageClient],
) -> None:
    ben = factories.person(session, "Ben", email="ben@example.org")
    hers, his = Authenticator(), Authenticator()
    add(mine, hers)
    add(sign_in(ben), his)
    first_step(client, anna)
    step(client, his, status=200)
    borrowed = Authenticator(credential_id=hers.credential_id, key=his.key)
    step(client, borrowed, status=200)
    step(client, hers)


def test_a_counter_that_goes_back_is_a_copy(
    mine: PageClient, client: PageClient, anna: User
) -> None:
    key = Authenticator(count=10)
    add(mine, key)
    first_step(client, anna)
    key.count = 3
    step(client, key, status=200)


def test_names_are_given_once_and_ten_are_enough(mine: PageClient) -> None:
    add(mine, Authenticator(), "Key 0")
    assert "of this name" in add(mine, Authenticator(), "key 0").text
    assert "Give the passkey a name" in add(mine, Authenticator(), " ").text
    for number in range(1, 10):
        add(mine, Authenticator(), f"Key {number}", status=303)
    assert "10 passkeys already" in add(mine, Authenticator(), "One more").text


def test_a_passkey_is_taken_off(
    session: Session, mine: PageClient, anna: User, mailbox: Mailbox
) -> None:
    add(mine, Authenticator())
    passkey = session.scalars(sa.select(Passkey)).one()
    path = f"{PASSKEY}s/{passkey.id}/remove"
    assert mine.get(path).h1 == "Take off the passkey “My phone”?"
    mine.submit(path)
    assert again(anna).second_factor_at is None
    assert mailbox.last(anna.email).subject == "Your second factor is off"
    mine.get(path, status=404)


def test_a_passkey_of_somebody_else_is_not_there(
    session: Session, mine: PageClient, sign_in: Callable[[User], PageClient]
) -> None:
    add(mine, Authenticator())
    passkey = session.scalars(sa.select(Passkey)).one()
    other = sign_in(factories.person(session, "Ben"))
    other.get(f"{PASSKEY}s/{passkey.id}/remove", status=404)
    other.post(f"{PASSKEY}s/{passkey.id}/remove", status=404)


@pytest.mark.parametrize(("flags", "right"), [(PRESENT | VERIFIED, True), (PRESENT, False)])
def test_it_stands_in_for_the_password_where_it_asks_for_the_finger(
    mine: PageClient, anna: User, flags: int, *, right: bool
) -> None:
    key = Authenticator(flags=flags)
    add(mine, key)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=11)):
        page = mine.follow(mine.get("/change", status=302))
        options, fields = asked(page)
        data = fields | {"again_answer": key.use(options)}
        done = mine.post("/verify?next=/change", data, status=303 if right else 200)
        assert done.location == ("/change" if right else None)


def test_a_form_is_carried_past_the_passkey_too(app: Flask, session: Session, anna: User) -> None:
    anna.roles = factories.administrator(session).roles
    mine = PageClient(app, anna)
    section = factories.section(session)
    lea = factories.person(session, "Lea Roy", email="lea@example.org")
    key = Authenticator()
    add(mine, key)
    path = f"/admin/sections/{section.slug}/leaders"
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=11)):
        options, fields = asked(mine.post(path, {"email": lea.email}, status=200))
        assert fields["email"] == lea.email
        mine.post(path, fields | {"again_answer": key.use(options)})
        assert "Lea Roy" in mine.get(f"/admin/sections/{section.slug}").text
