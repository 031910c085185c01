"""A mentor takes a break until a day, from the home page, and comes back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.profiles.service import PauseOver, pause_mentor, read_mentor
from tests import factories
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast, small_cast

TODAY = NOW.date()


@pytest.fixture
def cast(session: Session) -> Cast:
    return small_cast(session)


def test_a_break_and_back(cast: Cast, sign_in: Callable[[User], PageClient]) -> None:
    noor = cast.people["Noor Haddad"]
    page = sign_in(noor)
    assert "/profile/mentor/pause" in page.get("/home/mentor").links()
    page.submit("/profile/mentor/pause", {"until": "2099-05-01"})
    assert read_mentor(cast.session, noor.id).paused_until == dt.date(2099, 5, 1)
    assert "May 1, 2099" in page.get("/home/mentor").text
    page.submit("/profile/mentor/pause", {"until": "2020-05-01"}, status=422)
    page.submit("/profile/mentor/pause", {"until": ""})
    assert read_mentor(cast.session, noor.id).paused_until is None


def test_no_break_for_nobody_or_in_the_past(cast: Cast, session: Session) -> None:
    noor = cast.people["Noor Haddad"].id
    with pytest.raises(PauseOver):
        pause_mentor(session, person_id=noor, until=TODAY, today=TODAY)
    with pytest.raises(NoResultFound):
        pause_mentor(session, person_id=factories.person(session).id, until=None, today=TODAY)
