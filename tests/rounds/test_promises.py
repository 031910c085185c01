"""What the pages of a leader promise, held against what comes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents.service import MATCHING, withdraw
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.rounds import overview, round_list, service
from mentorship.rounds.candidates import Obstacle
from mentorship.rounds.models import Round
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast

SignIn = Callable[[User], PageClient]


def confirmed(cast: Cast, session: Session) -> Round:
    """Publish a round in which Noor and Ana are a pair, and Omar has not answered."""
    round_ = cast.published("Autumn")
    offer = cast.offer("Ana Silva", "Noor Haddad")
    noor, ana = cast.people["Noor Haddad"].id, cast.people["Ana Silva"].id
    service.accept_offer(session, person_id=noor, offer_id=offer.id, now=NOW)
    service.confirm_match(session, person_id=ana, offer_id=offer.id, now=NOW)
    return round_


def test_finishing_frees_whom_its_page_says_it_frees(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    round_ = confirmed(cast, session)
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    question = leader.get(f"{home}/finish").text
    assert "Confirmed pairs keep their seats and stay out of other rounds" in question
    assert "Everybody else is free for the next round" in question
    leader.submit(f"{home}/finish")

    spring = cast.open("Spring")
    people = service.candidates(session, spring, now=NOW)
    found = {each.name: (each.obstacle, each.seats) for each in people}
    assert found["Ana Silva"] == (Obstacle.HAS_MENTOR, 0)
    assert found["Noor Haddad"] == (Obstacle.SEATS_TAKEN, 0)
    assert {found[name][0] for name in ("Ben Okafor", "Chi Tanaka", "Omar Aziz")} == {None}
    assert found["Omar Aziz"][1] == 2
    blocked = leader.get(f"/sections/{cast.section.slug}/rounds/{spring.id}/people?show=blocked")
    assert "Has a mentor from another round, until that mentorship ends" in blocked.text


@pytest.mark.parametrize("state", ["open", "review", "answering"])
def test_the_list_counts_whom_the_round_counts(cast: Cast, session: Session, state: str) -> None:
    made: dict[str, Callable[[], Round]] = {
        "open": cast.open,
        "review": lambda: cast.reviewed()[0],
        "answering": cast.published,
    }
    round_ = made[state]()
    cast.draft("Elsewhere")  # whose people are not counted here
    withdraw(session, cast.people["Ben Okafor"].id, MATCHING, NOW)
    omar = session.get_one(Profile, cast.profile("Omar Aziz", ProfileKind.MENTOR))
    omar.paused_until = NOW.date() + dt.timedelta(days=2)
    session.flush()
    page = overview.overview(session, round_, now=NOW)
    lines = round_list.round_lists(session, [cast.section.id], now=NOW)[cast.section.id]
    (line,) = [each for each in lines if each.id == round_.id]
    assert (line.imgs, line.mentors) == (page.imgs, page.mentors) == (2, 1)


def test_a_round_that_is_over_counts_who_was_in_it(cast: Cast, session: Session) -> None:
    round_ = confirmed(cast, session)
    service.finish_round(session, round_id=round_.id, now=NOW)
    withdraw(session, cast.people["Ben Okafor"].id, MATCHING, NOW)
    (line,) = round_list.round_lists(session, [cast.section.id], now=NOW)[cast.section.id]
    assert (line.imgs, line.mentors, line.matched, line.confirmed) == (3, 2, 3, 1)
