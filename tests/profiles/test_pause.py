"""A mentor takes a break until a day, from the home page, and comes back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.profiles.service import PauseOver, PauseTooLong, pause_mentor, read_mentor
from tests import factories
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast, small_cast

TODAY = NOW.date()
SPRING = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=150)
SAID = f"{SPRING:%B} {SPRING.day}, {SPRING.year}"
PAUSE = "/profile/mentor/pause"


@pytest.fixture
def cast(session: Session) -> Cast:
    return small_cast(session)


def test_a_break_and_back(cast: Cast, sign_in: Callable[[User], PageClient]) -> None:
    noor = cast.people["Noor Haddad"]
    page = sign_in(noor)
    assert PAUSE in page.get("/home/mentor").links()
    page.submit(PAUSE, {"until": SPRING.isoformat()})
    assert read_mentor(cast.session, noor.id).paused_until == SPRING
    assert SAID in page.get("/home/mentor").text
    page.submit(PAUSE, {"until": "2020-05-01"}, action=PAUSE, status=422)
    page.submit(PAUSE, action=f"{PAUSE}/end")
    assert read_mentor(cast.session, noor.id).paused_until is None
    assert f"{PAUSE}/end" not in page.get(PAUSE).html


def test_a_break_until_tomorrow_is_one_by_the_calendar_of_the_mentor(
    cast: Cast, sign_in: Callable[[User], PageClient]
) -> None:
    noor, tomorrow = cast.people["Noor Haddad"], dt.date(2026, 12, 1)
    noor.timezone = "Pacific/Honolulu"
    cast.session.commit()
    with time_machine.travel(dt.datetime(2026, 12, 1, 6, 0, tzinfo=dt.UTC), tick=False):
        sign_in(noor).submit("/profile/mentor/seats", {"paused_until": tomorrow.isoformat()})
    assert read_mentor(cast.session, noor.id).paused_until == tomorrow


@pytest.mark.parametrize("page", [PAUSE, "/profile/mentor/seats"])
def test_a_break_of_years_is_a_slip(
    page: str, cast: Cast, sign_in: Callable[[User], PageClient]
) -> None:
    noor = cast.people["Noor Haddad"]
    field = "until" if page == PAUSE else "paused_until"
    for day in ("9999-12-31", (SPRING + dt.timedelta(days=590)).isoformat()):
        again = sign_in(noor).submit(page, {field: day}, status=422)
        assert "On a break until: Choose a day within the next two years." in again.text
        assert day in again.html
    assert read_mentor(cast.session, noor.id).paused_until is None


@pytest.mark.parametrize("nothing", ["", "someday"])
def test_an_empty_day_neither_begins_nor_ends_a_break(
    nothing: str, cast: Cast, sign_in: Callable[[User], PageClient]
) -> None:
    noor, day = cast.people["Noor Haddad"], SPRING
    pause_mentor(cast.session, person_id=noor.id, until=day, today=TODAY)
    cast.session.commit()
    page = sign_in(noor).submit(PAUSE, {"until": nothing}, action=PAUSE, status=422)
    assert "Choose a day." in page.text
    assert f"You are on a break until {SAID}" in page.text
    cast.session.expire_all()
    assert read_mentor(cast.session, noor.id).paused_until == day


def test_the_home_page_says_that_a_mentor_on_a_break_is_in_no_round(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    noor = cast.people["Noor Haddad"]
    cast.open()
    pause_mentor(session, person_id=noor.id, until=SPRING, today=TODAY)
    session.commit()
    text = sign_in(noor).get("/home/mentor").text
    assert f"On a break until {SAID} Until then you are in no match round" in text
    assert "Not during your break" in text
    assert "You are part of" not in text


def test_no_break_for_nobody_or_in_the_past(cast: Cast, session: Session) -> None:
    noor = cast.people["Noor Haddad"].id
    with pytest.raises(PauseTooLong):
        pause_mentor(session, person_id=noor, until=TODAY + dt.timedelta(days=732), today=TODAY)
    with pytest.raises(PauseOver):
        pause_mentor(session, person_id=noor, until=TODAY, today=TODAY)
    with pytest.raises(NoResultFound):
        pause_mentor(session, person_id=factories.person(session).id, until=None, today=TODAY)
