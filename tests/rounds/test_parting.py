"""“Never pair us” holds for what is under way: no yes makes a pair, and no request waits."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from mentorship import deadlines
from mentorship.accounts.models import User
from mentorship.finding import service as finding
from mentorship.notices.models import Message
from mentorship.profiles.models import ProfileKind
from mentorship.profiles.service import read_img, read_mentor, write_many
from mentorship.rounds import parting, service
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.rounds.service import Standing
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.asking import accept, again, alter, ask, direct, rank, seats_of, subjects
from tests.rounds.cast import Cast, counted

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


def by_a_file(cast: Cast, who: str) -> None:
    """Let a leader's file say the same of them: no save of their own follows it."""
    whom = str(cast.people[NOOR if who == ANA else ANA].id)
    me = cast.people[who].id
    if who == ANA:
        img = read_img(cast.session, me)
        said = dataclasses.replace(img.values, avoid=(whom,))
        write_many(cast.session, {me: dataclasses.replace(img, values=said)}, now=NOW)
    else:
        mentor = read_mentor(cast.session, me)
        says = dataclasses.replace(mentor.values, exclude=(whom,))
        write_many(cast.session, {me: dataclasses.replace(mentor, values=says)}, now=NOW)


def look_round(cast: Cast) -> int:
    """Do what the worker does, by its two steps; return how many rounds had something to end."""
    waiting = parting.due_partings(cast.session)
    for round_id in waiting:
        parting.end_parted(cast.session, round_id=round_id, now=NOW)
    return len(waiting)


def standing(cast: Cast) -> Standing:
    return service.img_status(cast.session, cast.people[ANA].id).rounds[0].standing


# --- offers of a run --------------------------------------------------------------------------
# What a file says is ended at the worker's next look: until then a yes may come.


@pytest.mark.parametrize(("end", "who"), [IMG_SIDE, MENTOR_SIDE])
def test_a_mentors_yes_to_whom_one_avoids_makes_no_match(
    cast: Cast, sign_in: SignIn, end: OfferState, who: str
) -> None:
    round_ = cast.published()
    offer, noor = cast.offer(ANA, NOOR), sign_in(cast.people[NOOR])
    by_a_file(cast, who)
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
    by_a_file(cast, who)
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


@pytest.mark.parametrize("file", [False, True])
@pytest.mark.parametrize("said_yes", [False, True])
@pytest.mark.parametrize(("end", "who"), [IMG_SIDE, MENTOR_SIDE])
def test_an_offer_of_a_run_waits_no_longer(
    cast: Cast, end: OfferState, who: str, *, said_yes: bool, file: bool
) -> None:
    round_ = cast.published()
    offer = cast.offer(ANA, NOOR)
    other = cast.offer("Chi Tanaka").id
    if said_yes:
        accept(cast, offer, NOOR)
    cast.session.execute(sa.delete(Message))
    (by_a_file if file else avoid)(cast, who)
    assert look_round(cast) == file
    assert again(cast, offer).state is end
    assert cast.session.get_one(Offer, other).state is OfferState.OFFERED
    assert seats_of(cast, round_, NOOR) == (0, 1)
    over = "A match in Spring will not go ahead"
    assert subjects(cast, NOOR) == ([over] if who == ANA else [])
    back = [over] if who == NOOR else []
    assert subjects(cast, ANA) == (back if said_yes else ["No mentor for you yet in Spring"])
    assert look_round(cast) == 0


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


@pytest.mark.parametrize("who", [ANA, NOOR])
def test_what_a_file_says_ends_a_request_at_the_next_look(cast: Cast, who: str) -> None:
    round_ = direct(cast)
    offer, ben = ask(cast, round_, ANA), ask(cast, round_, "Ben Okafor")
    cast.session.execute(sa.delete(Message))
    by_a_file(cast, who)
    assert again(cast, offer).state is OfferState.OFFERED
    deadlines.part_due()
    assert again(cast, offer).state is OfferState.WITHDRAWN
    assert cast.offer(ANA, OMAR).state is OfferState.OFFERED
    assert again(cast, ben).state is OfferState.OFFERED
    assert subjects(cast, ANA) == ["Your request in Spring has gone to your next choice"]
    told = ["A request to you in Spring was taken back"] if who == ANA else []
    assert subjects(cast, NOOR) == told


def test_with_nothing_to_end_the_worker_asks_once(cast: Cast, session: Session) -> None:
    direct(cast)
    cast.published("Fall")
    with counted(session) as statements:
        assert look_round(cast) == 0
    assert len(statements) == 1


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
