"""How long a session lasts, to the second, and what keeps it alive."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.signins.models import UserSession
from mentorship.signins.service import clear_old
from tests import factories
from tests.page import PageClient
from tests.rounds.cast import counted

START = dt.datetime(2027, 3, 1, 9, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as clock:
        yield clock


def _people(session: Session) -> dict[str, User]:
    section = factories.section(session)
    return {
        "member": factories.person(session),
        "leader": factories.leader(session, section),
        "administrator": factories.administrator(session),
    }


KINDS = [("member", 60, 24), ("leader", 30, 12), ("administrator", 30, 12)]


def _page(client: PageClient, status: int = 200) -> None:
    """Open a page and read it to its end, as a server sends it."""
    answer = client.client.get("/account")
    assert answer.status_code == status
    answer.close()


@pytest.mark.parametrize(("who", "idle", "_hours"), KINDS)
def test_it_ends_when_nothing_happens(
    app: Flask,
    session: Session,
    clock: time_machine.Traveller,
    who: str,
    idle: int,
    _hours: int,
) -> None:
    person = _people(session)[who]
    for late, status in ((-SECOND, 200), (dt.timedelta(0), 302)):
        clock.move_to(START)
        client = PageClient(app, person)
        clock.shift(idle * MINUTE + late)
        _page(client, status)


@pytest.mark.parametrize(("who", "_idle", "hours"), KINDS)
def test_it_ends_after_a_day_whatever_happens(
    app: Flask,
    session: Session,
    clock: time_machine.Traveller,
    who: str,
    _idle: int,
    hours: int,
) -> None:
    client = PageClient(app, _people(session)[who])
    for _ in range(hours * 3 - 1):
        clock.shift(20 * MINUTE)
        _page(client)
    clock.shift(20 * MINUTE - SECOND)
    _page(client)
    clock.shift(SECOND)
    _page(client, 302)
    assert "signed in for long" in client.get("/login").text


def test_whoever_was_signed_out_reads_why(
    sign_in: Callable[[User], PageClient], session: Session, clock: time_machine.Traveller
) -> None:
    client = sign_in(factories.person(session))
    clock.shift(61 * MINUTE)
    page = client.follow(client.get("/account", status=302))
    assert "had opened no page for a while" in page.text


def test_last_use_is_noted_once_a_minute(
    sign_in: Callable[[User], PageClient], session: Session, clock: time_machine.Traveller
) -> None:
    client = sign_in(factories.person(session))
    noted = []
    for _ in range(10):  # half a minute each
        clock.shift(MINUTE / 2)
        with counted(session) as statements:
            _page(client)
        noted.append(sum(s.startswith("UPDATE") for s in statements))
    assert noted == [0, 1] * 5
    assert all(a + b == 1 for a, b in pairwise(noted))


def test_a_page_that_asks_by_itself_keeps_nothing_alive(
    sign_in: Callable[[User], PageClient], session: Session, clock: time_machine.Traveller
) -> None:
    client = sign_in(factories.person(session))
    for _ in range(59):
        clock.shift(MINUTE)
        client.client.get("/account", headers={"Sec-Fetch-Dest": "empty"}).close()
    assert client.client.get("/account/sessions/left").get_json() == {"left": 60, "longest": False}
    clock.shift(MINUTE)
    _page(client, 302)


def test_who_says_so_stays(
    sign_in: Callable[[User], PageClient], session: Session, clock: time_machine.Traveller
) -> None:
    client = sign_in(factories.person(session))
    clock.shift(59 * MINUTE)
    data = {"csrf_token": client.token()}
    headers = {"Sec-Fetch-Dest": "empty"}
    answer = client.client.post("/account/sessions/stay", data=data, headers=headers)
    assert answer.get_json() == {"left": 3600, "longest": False}
    clock.shift(59 * MINUTE)
    _page(client)


def test_who_was_signed_in_for_a_day_is_told_that_staying_does_not_help(
    sign_in: Callable[[User], PageClient], session: Session, clock: time_machine.Traveller
) -> None:
    client = sign_in(factories.person(session))
    for _ in range(47):
        clock.shift(30 * MINUTE)
        _page(client)
    clock.shift(27 * MINUTE)
    data = {"csrf_token": client.token()}
    answer = client.client.post("/account/sessions/stay", data=data)
    assert answer.get_json() == {"left": 180, "longest": True}


def test_the_page_names_its_end_and_asks_minutes_before(
    sign_in: Callable[[User], PageClient], session: Session, clock: time_machine.Traveller
) -> None:
    page = sign_in(factories.person(session, timezone="America/Chicago")).get("/account")
    assert "You stay signed in until 4:00 a.m." in page.text
    dialog = page.tree.find(".//dialog")
    assert dialog is not None
    assert dialog.get("data-left") == "3600"
    assert 120 <= int(dialog.get("data-warn", "0")) < 1800


def test_old_rows_are_cleared(
    sign_in: Callable[[User], PageClient], session: Session, clock: time_machine.Traveller
) -> None:
    person = factories.person(session)
    sign_in(person)
    clock.shift(dt.timedelta(days=2, seconds=1))
    sign_in(person)
    clear_old(session, now=dt.datetime.now(dt.UTC))
    assert session.scalar(sa.select(sa.func.count()).select_from(UserSession)) == 1


def test_session_and_person_are_read_in_one_statement(
    sign_in: Callable[[User], PageClient], session: Session
) -> None:
    client = sign_in(factories.administrator(session))
    session.expunge_all()
    with counted(session) as statements:
        client.client.get("/account/sessions/left")
    assert len([s for s in statements if s.startswith("SELECT")]) == 1
