"""“Never pair us” holds for what is under way: no yes makes a pair, and no request waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
import time_machine

from mentorship.accounts.models import User
from mentorship.finding import service as finding
from mentorship.notices.models import Message
from mentorship.profiles.models import ProfileKind
from mentorship.rounds import service
from mentorship.rounds.offer_models import OfferState
from mentorship.rounds.service import Standing
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.asking import accept, again, alter, ask, direct, rank, seats_of, subjects
from tests.rounds.cast import Cast

SignIn = Callable[[User], PageClient]
ANA, NOOR, OMAR = "Ana Silva", "Noor Haddad", "Omar Aziz"
IMG_SIDE = (OfferState.DECLINED_BY_IMG, ANA)
MENTOR_SIDE = (OfferState.DECLINED_BY_MENTOR, NOOR)


@pytest.fixture(autouse=True)
def _at_that_time() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def avoid(cast: Cast, who: str) -> None:
    """Let Ana or Noor say that they are never to be paired with the other."""
    kind = ProfileKind.IMG if who == ANA else ProfileKind.MENTOR
    whom = cast.profile(NOOR if who == ANA else ANA)
    me = cast.people[who].id
    finding.avoid(cast.session, person_id=me, kind=kind, profile_id=whom, now=NOW)


def standing(cast: Cast) -> Standing:
    return service.img_status(cast.session, cast.people[ANA].id).rounds[0].standing


# --- offers of a run --------------------------------------------------------------------------


@pytest.mark.parametrize(("end", "who"), [IMG_SIDE, MENTOR_SIDE])
def test_a_mentors_yes_to_whom_one_avoids_makes_no_match(
    cast: Cast, sign_in: SignIn, end: OfferState, who: str
) -> None:
    round_ = cast.published()
    offer, noor = cast.offer(ANA, NOOR), sign_in(cast.people[NOOR])
    avoid(cast, who)
    cast.session.execute(sa.delete(Message))
    page = noor.submit(f"/offers/{offer.id}", action=f"/offers/{offer.id}/accept", status=409)
    assert again(cast, offer).state is end
    assert seats_of(cast, round_, NOOR) == (0, 1)
    own = "You had said that you do not want to be paired with them"
    assert (own in page.text) == (who == NOOR)
    assert ("The IMG decided not to go ahead." in page.text) == (who == ANA)
    assert "neurology" not in page.text.casefold()  # nor anything else of her card
    # Ana, who was told that a mentor is asked, reads that she waits on, and never who it was
    assert subjects(cast, ANA) == ["No mentor for you yet in Spring"]
    assert standing(cast) is Standing.WAITING
    sign_in(cast.people[ANA]).get(f"/matches/{offer.id}", status=404)


@pytest.mark.parametrize(("end", "who"), [IMG_SIDE, MENTOR_SIDE])
def test_an_imgs_yes_to_whom_one_avoids_makes_no_match(
    cast: Cast, sign_in: SignIn, end: OfferState, who: str
) -> None:
    round_ = cast.published()
    offer, ana = cast.offer(ANA, NOOR), sign_in(cast.people[ANA])
    accept(cast, offer, NOOR)
    avoid(cast, who)
    cast.session.execute(sa.delete(Message))
    page = ana.submit(f"/matches/{offer.id}", action=f"/matches/{offer.id}/confirm", status=409)
    assert again(cast, offer).state is end
    assert seats_of(cast, round_, NOOR) == (0, 1)
    own = "You had said that you do not want to be paired with them"
    assert (own in page.text) == (who == ANA)
    assert ("had said yes and cannot go ahead after all" in page.text) == (who == NOOR)
    assert "You keep your place" in page.text
    assert subjects(cast, NOOR) == (["A match in Spring will not go ahead"] if who == ANA else [])
    assert standing(cast) is Standing.WAITING


# --- requests ---------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [ANA, NOOR])
def test_a_request_ends_and_goes_on_when_one_comes_to_avoid_the_other(
    cast: Cast, sign_in: SignIn, who: str
) -> None:
    round_ = direct(cast)
    offer = ask(cast, round_, ANA)
    ben = ask(cast, round_, "Ben Okafor")
    cast.session.execute(sa.delete(Message))
    avoid(cast, who)
    assert again(cast, offer).state is OfferState.WITHDRAWN
    assert cast.offer(ANA, OMAR).state is OfferState.OFFERED
    assert again(cast, ben).state is OfferState.OFFERED  # who asks the same mentor waits on
    assert subjects(cast, ANA) == ["Your request in Spring has gone to your next choice"]
    told = ["A request to you in Spring was taken back"] if who == ANA else []
    assert subjects(cast, NOOR) == told
    page = sign_in(cast.people[NOOR]).get(f"/offers/{offer.id}")
    assert "This request is over" in page.text
    assert "neurology" not in page.text.casefold()


def test_so_it_does_by_the_step_of_the_profile(cast: Cast, sign_in: SignIn) -> None:
    round_ = direct(cast)
    offer = ask(cast, round_, ANA)
    address = cast.people[NOOR].email
    sign_in(cast.people[ANA]).submit("/profile/img/names", {"avoid_addresses": address})
    assert again(cast, offer).state is OfferState.WITHDRAWN
    rank(cast, "Ben Okafor", NOOR)
    ben = ask(cast, round_, "Ben Okafor")
    away = {"exclude_addresses": cast.people["Ben Okafor"].email}
    sign_in(cast.people[NOOR]).submit("/profile/mentor/limits", away)
    assert again(cast, ben).state is OfferState.WITHDRAWN


def test_whoever_wishes_for_one_mentor_now_asks_for_no_second(cast: Cast) -> None:
    alter(cast, ANA, mentors_wanted=2)
    round_ = direct(cast, two_mentors=True)
    first = ask(cast, round_, ANA)
    accept(cast, first, NOOR)
    second = ask(cast, round_, ANA)
    cast.session.execute(sa.delete(Message))
    alter(cast, ANA, mentors_wanted=2, goals="Another word")
    assert again(cast, second).state is OfferState.OFFERED
    alter(cast, ANA, mentors_wanted=1)
    assert again(cast, second).state is OfferState.WITHDRAWN
    assert again(cast, first).state is OfferState.CONFIRMED
    assert subjects(cast, ANA) == ["Your request in Spring was taken back"]
    assert subjects(cast, OMAR) == ["A request to you in Spring was taken back"]
