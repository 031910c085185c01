"""A mentor has no more mentees than seats, whatever the rounds and whenever the seats change."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents.service import MATCHING, withdraw
from mentorship.rounds import expiring, service
from mentorship.rounds.models import Round
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.rounds.rest import still_free
from mentorship.rounds.service import SetUp
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.asking import accept, again, alter, ask, direct, rank, seats_of, subjects
from tests.rounds.cast import Cast

SignIn = Callable[[User], PageClient]
NOOR = "Noor Haddad"


@pytest.fixture
def two(cast: Cast) -> tuple[Offer, Offer]:
    """Noor has two seats, and is asked in one round by Ana and Ben."""
    alter(cast, NOOR, seats=2)
    cast.published()
    return cast.offer("Ana Silva", NOOR), cast.offer("Ben Okafor", NOOR)


def yeses(cast: Cast) -> int:
    held = (OfferState.ACCEPTED, OfferState.CONFIRMED)
    mine = Offer.mentor_id == cast.profile(NOOR)
    count = sa.select(sa.func.count()).select_from(Offer).where(mine, Offer.state.in_(held))
    return cast.session.scalars(count).one()


def test_seats_lowered_while_two_offers_wait(
    cast: Cast, two: tuple[Offer, Offer], sign_in: SignIn
) -> None:
    ana, ben = two
    alter(cast, NOOR, seats=1)
    noor = sign_in(cast.people[NOOR])
    assert "You have 1 of 1 seat left in this round" in noor.get(f"/offers/{ana.id}").text
    noor.post(f"/offers/{ana.id}/accept")
    page = noor.get(f"/offers/{ben.id}")
    assert "Your only seat in this round is taken" in page.text
    assert "/profile/mentor/seats" in page.links()  # one more would do
    assert noor.post(f"/offers/{ben.id}/accept", status=409).h1 == "Your last seat was just taken"
    assert (again(cast, ben).state, yeses(cast)) == (OfferState.SEAT_TAKEN, 1)
    assert subjects(cast, "Ben Okafor") == ["No mentor for you yet in Spring"]


def test_seats_raised_again_before_the_yes(cast: Cast, two: tuple[Offer, Offer]) -> None:
    ana, ben = two
    alter(cast, NOOR, seats=1)
    assert accept(cast, ana, NOOR) is OfferState.ACCEPTED
    alter(cast, NOOR, seats=2)
    assert accept(cast, ben, NOOR) is OfferState.ACCEPTED


def test_a_seat_that_is_free_again_can_be_taken(cast: Cast, two: tuple[Offer, Offer]) -> None:
    ana, ben = two
    alter(cast, NOOR, seats=1)
    accept(cast, ana, NOOR)
    service.decline_match(
        cast.session,
        person_id=cast.people["Ana Silva"].id,
        offer_id=ana.id,
        reason="conflict",
        words="",
        now=NOW,
    )
    assert accept(cast, ben, NOOR) is OfferState.ACCEPTED


def test_no_seat_at_all(cast: Cast, two: tuple[Offer, Offer], sign_in: SignIn) -> None:
    alter(cast, NOOR, seats=0)
    page = sign_in(cast.people[NOOR]).get(f"/offers/{two[0].id}")
    assert "You offer no seat in this round now, so you cannot say yes. " in page.text


def test_offers_of_two_rounds(
    cast: Cast, two: tuple[Offer, Offer], session: Session, sign_in: SignIn
) -> None:
    """Spring and Fall have a seat of Noor's each, and she has one in all by now."""
    ana, _ = two
    alter(cast, NOOR, seats=3)
    cast.img("Dua Lind")
    cast.published("Fall")
    dua = cast.offer("Dua Lind", NOOR)
    alter(cast, NOOR, seats=1)
    assert accept(cast, dua, NOOR) is OfferState.ACCEPTED
    page = sign_in(cast.people[NOOR]).get(f"/offers/{ana.id}")
    assert "People of other rounds have your only seat, so you cannot say yes to one" in page.text
    assert accept(cast, ana, NOOR) is OfferState.SEAT_TAKEN
    assert yeses(cast) == 1


def test_a_request_beside_an_offer(cast: Cast, two: tuple[Offer, Offer]) -> None:
    ana, ben = two
    alter(cast, NOOR, seats=3)
    cast.img("Dua Lind", requests=(str(cast.people[NOOR].id),))
    request = ask(cast, cast.open("Fall", set_up=SetUp(direct_requests=True)), "Dua Lind")
    assert accept(cast, request, NOOR) is OfferState.CONFIRMED
    alter(cast, NOOR, seats=2)
    assert accept(cast, ana, NOOR) is OfferState.ACCEPTED
    assert accept(cast, ben, NOOR) is OfferState.SEAT_TAKEN
    assert yeses(cast) == 2


def test_a_request_does_not_wait_with_a_mentor_whose_seat_another_round_has(
    cast: Cast, session: Session
) -> None:
    """Whoever reads that it goes to the next mentor reads the truth: it does, at the next look."""
    alter(cast, NOOR, seats=2)
    cast.published()
    cast.img("Dua Lind", requests=tuple(str(cast.people[n].id) for n in (NOOR, "Omar Aziz")))
    alter(cast, NOOR, seats=3)
    fall = cast.open("Fall", set_up=SetUp(direct_requests=True))
    request = ask(cast, fall, "Dua Lind")
    assert request.mentor_id == cast.profile(NOOR)
    assert expiring.due_requests(session, now=NOW) == []
    alter(cast, NOOR, seats=2)
    assert accept(cast, request, NOOR) is OfferState.SEAT_TAKEN
    assert expiring.due_requests(session, now=NOW) == [fall.id]
    expiring.expire_requests(session, round_id=fall.id, now=NOW)
    assert again(cast, request).state is OfferState.SEAT_TAKEN
    assert expiring.due_requests(session, now=NOW) == []


def test_the_home_page_says_that_fewer_seats_are_offered_than_are_in_use(
    cast: Cast, two: tuple[Offer, Offer], sign_in: SignIn
) -> None:
    for offer in two:
        accept(cast, offer, NOOR)
    alter(cast, NOOR, seats=1)
    text = sign_in(cast.people[NOOR]).get("/home/mentor").text
    assert "2 of 1" not in text
    assert "You offer 1 now, fewer than are in use" in text


def test_a_seat_beside_a_pair_that_no_run_can_use_is_free(cast: Cast) -> None:
    """Omar and Chi agreed by request; Chi is left out, so the run has one seat of Omar's less."""
    rank(cast, "Chi Tanaka", "Omar Aziz")
    round_ = direct(cast)
    assert accept(cast, ask(cast, round_, "Chi Tanaka"), "Omar Aziz") is OfferState.CONFIRMED
    out = [cast.profile("Chi Tanaka")]
    service.leave_out(cast.session, round_id=round_.id, profile_ids=out, now=NOW)
    _go_out(cast, round_)
    assert seats_of(cast, round_, "Omar Aziz") == (1, 2)
    omar = cast.profile("Omar Aziz")
    asked = {"mentor_id": omar, "state": OfferState.OFFERED}
    new = cast.session.query(Offer).filter_by(**asked).one()
    assert accept(cast, new, "Omar Aziz") is OfferState.ACCEPTED


def test_such_a_seat_is_free_for_the_rest(cast: Cast) -> None:
    alter(cast, "Noor Haddad", seats=2)
    rank(cast, "Chi Tanaka", "Omar Aziz")
    round_ = direct(cast)
    accept(cast, ask(cast, round_, "Chi Tanaka"), "Omar Aziz")
    withdraw(cast.session, cast.people["Chi Tanaka"].id, MATCHING, NOW)
    _go_out(cast, round_)
    taken, _ = seats_of(cast, round_, "Omar Aziz")
    people = still_free(cast.session, cast.again(round_), now=NOW)
    (free,) = [each.seats for each in people if each.name == "Omar Aziz"]
    assert (taken, free) == (1, 1)


def _go_out(cast: Cast, round_: Round) -> None:
    by = cast.leader.id
    run = service.run_round(cast.session, round_id=round_.id, by=by, now=NOW)
    service.publish_round(cast.session, round_id=round_.id, run_id=run.id, by=by, now=NOW)
