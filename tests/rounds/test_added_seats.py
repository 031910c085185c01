"""A seat that a mentor adds after the offers went out: the rest may use it, and nobody else."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.extensions import db, transaction
from mentorship.rounds import planning, service
from mentorship.rounds.models import Round, Run
from mentorship.rounds.offer_models import Offer, OfferState, SeatCount
from mentorship.rounds.rest import still_free
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.asking import accept, alter, seats_of
from tests.rounds.cast import Cast, small_cast
from tests.rounds.resting import LATER, rest

SignIn = Callable[[User], PageClient]
NOOR = "Noor Haddad"
TURNS = 4


@pytest.fixture
def round_(cast: Cast) -> Round:
    """Noor has one seat, and Omar two, for four IMGs: somebody has nobody."""
    cast.img("Dee Wolf")
    return cast.published()


def send(cast: Cast, round_: Round, run: Run) -> None:
    who = {"round_id": round_.id, "run_id": run.id, "by": cast.leader.id}
    planning.plan_publication(cast.session, **who, now=LATER)  # type: ignore[arg-type]  # values of one dict, of many types
    planning.send_out(cast.session, round_id=round_.id, now=LATER)


def noors(cast: Cast) -> Offer:
    """Return the newest offer to Noor."""
    mine = sa.select(Offer).where(Offer.mentor_id == cast.profile(NOOR))
    return cast.session.scalars(mine.order_by(Offer.offered_at.desc()).limit(1)).one()


def home_of(cast: Cast, round_: Round) -> str:
    return f"/sections/{cast.section.slug}/rounds/{round_.id}"


def test_the_rest_uses_seats_that_were_added_and_the_round_counts_them(
    cast: Cast, round_: Round
) -> None:
    first = noors(cast)
    assert accept(cast, first, NOOR) is OfferState.ACCEPTED
    alter(cast, NOOR, seats=3)
    assert seats_of(cast, round_, NOOR) == (1, 1)  # nothing was published of them
    run = rest(cast, cast.session, round_)
    assert (run.matched, run.unmatched) == (1, 0)
    assert seats_of(cast, round_, NOOR) == (1, 1)
    alter(cast, NOOR, seats=10)
    send(cast, round_, run)
    assert seats_of(cast, round_, NOOR) == (1, 3)  # what the run had, not what came after it
    second = noors(cast)
    assert second.id != first.id
    assert accept(cast, second, NOOR) is OfferState.ACCEPTED
    assert seats_of(cast, round_, NOOR) == (2, 3)


def test_an_offer_that_waits_keeps_its_seat(cast: Cast, round_: Round) -> None:
    first = noors(cast)
    alter(cast, NOOR, seats=2)
    send(cast, round_, rest(cast, cast.session, round_))
    assert seats_of(cast, round_, NOOR) == (0, 2)
    assert accept(cast, noors(cast), NOOR) is OfferState.ACCEPTED
    assert accept(cast, first, NOOR) is OfferState.ACCEPTED
    assert seats_of(cast, round_, NOOR) == (2, 2)


def test_a_seat_that_another_round_holds_is_not_there_for_the_rest(
    cast: Cast, session: Session, round_: Round
) -> None:
    alter(cast, NOOR, seats=2)
    cast.img("Eli Far")
    other = cast.published("Fall")
    held = sa.select(sa.func.count()).where(
        Offer.round_id == other.id, Offer.mentor_id == cast.profile(NOOR)
    )
    assert session.scalar(held) == 1
    people = still_free(session, cast.again(round_), now=LATER)
    assert [each.seats for each in people if each.name == NOOR] == [0]


def test_fewer_seats_take_none_from_the_round(cast: Cast, session: Session) -> None:
    alter(cast, NOOR, seats=3)
    cast.img("Dee Wolf")
    round_ = cast.published()
    offer = noors(cast)
    who = {"person_id": cast.people[NOOR].id, "offer_id": offer.id, "now": NOW}
    service.decline_offer(session, **who, reason="no_time", words="")  # type: ignore[arg-type]  # values of one dict, of many types
    _, before = seats_of(cast, round_, NOOR)
    run = rest(cast, session, round_)
    if run.matched:
        send(cast, round_, run)
    assert seats_of(cast, round_, NOOR)[1] == before


def test_pages_of_a_round_that_is_out_say_how_an_added_seat_helps(
    cast: Cast, session: Session, round_: Round, sign_in: SignIn
) -> None:
    leader, home = sign_in(cast.leader), home_of(cast, round_)
    page = leader.get(f"{home}/unmatched")
    text = page.text.replace(" .", ".")
    assert "When a mentor has added a seat in their profile, match the rest again." in text
    assert "Nobody else can be taken into this round, as offers are out." in text
    assert f"{home}/answers" in page.links()
    assert "run the match again" not in text
    run = rest(cast, session, round_)
    assert not run.matched
    text = leader.get(f"{home}/unmatched?run={run.number}").text
    assert "Ask them for one more seat, then match the rest again. Nobody else can be" in text
    assert "Take in those who were left out" not in text
    service.finish_round(session, round_id=round_.id, now=LATER)
    assert "Ask these mentors" not in leader.get(f"{home}/unmatched?run=1").text
    text = leader.get(f"{home}/unmatched?run={run.number}").text
    assert "Any mentor with a free seat. This round is over, so that is for the next one." in text


def test_the_people_show_the_seats_that_the_rest_can_use(
    cast: Cast, session: Session, round_: Round, sign_in: SignIn
) -> None:
    alter(cast, NOOR, seats=4)
    people = {each.name: each.seats for each in still_free(session, round_, now=NOW)}
    page = sign_in(cast.leader).get(f"{home_of(cast, round_)}/people?show=mentors")
    rows = [" ".join("".join(row.itertext()).split()) for row in page.tree.iter("tr")]
    for name in (NOOR, "Omar Aziz"):
        (row,) = [row for row in rows if name in row]
        assert row.endswith(f"y{people[name]}"), row  # after their specialty
    assert people == people | {NOOR: 3, "Omar Aziz": 0}


@pytest.mark.parametrize("yes_first", [True, False])
def test_a_yes_at_the_moment_the_rest_goes_out_loses_no_seat(
    empty: Flask, *, yes_first: bool
) -> None:
    for turn in range(TURNS):
        with empty.app_context(), transaction() as session:
            cast = small_cast(session)
            cast.img("Dee Wolf")
            round_ = cast.published()
            first, noor = noors(cast).id, cast.people[NOOR].id
            profile = cast.profile(NOOR)
            alter(cast, NOOR, seats=2)
            run = rest(cast, session, round_)
            who = {"round_id": round_.id, "run_id": run.id, "by": cast.leader.id}
            planning.plan_publication(session, **who, now=LATER)  # type: ignore[arg-type]  # values of one dict, of many types

        def goes_out(round_id: uuid.UUID = round_.id, *, wait: float = turn / 100) -> object:
            return _alone(
                empty,
                lambda session: planning.send_out(session, round_id=round_id, now=LATER),
                wait if yes_first else 0,
            )

        def says_yes(
            offer_id: uuid.UUID = first, noor: uuid.UUID = noor, *, wait: float = turn / 100
        ) -> object:
            return _alone(
                empty,
                lambda session: service.accept_offer(
                    session, person_id=noor, offer_id=offer_id, now=NOW
                ),
                0 if yes_first else wait,
            )

        with ThreadPoolExecutor(2) as pool:
            out, yes = pool.submit(goes_out), pool.submit(says_yes)
            out.result()
            assert yes.result() is OfferState.ACCEPTED
        with empty.app_context():
            count = db.session.get_one(SeatCount, (round_.id, profile))
            assert (count.taken, count.seats) == (1, 2)


def _alone(app: Flask, act: Callable[[Session], object], wait: float) -> object:
    with app.app_context():
        time.sleep(wait)
        with transaction() as session:
            return act(session)
