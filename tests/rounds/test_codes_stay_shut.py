"""Whose code it is cannot be read by typing an address; “never pair us” holds all the same.

The section hides names. Ana types Noor's address, or Noor types Ana's: whatever they read is as
before, and no yes makes the two a pair.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine

from mentorship.accounts.models import User
from mentorship.consents.service import LISTED, give
from mentorship.finding.lists import listing
from mentorship.notices.models import Message
from mentorship.privacy import copying
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.profiles.service import code_name, read_img
from mentorship.rounds import parting, service
from mentorship.rounds.models import Pair, Round
from mentorship.rounds.offer_models import OfferState
from mentorship.sections.models import Browsing
from tests.factories import NOW
from tests.page import PageClient
from tests.privacy.test_copy import unzipped
from tests.rounds.asking import accept, again, alter, ask, direct, seats_of, subjects
from tests.rounds.cast import Cast

SignIn = Callable[[User], PageClient]
ANA, NOOR, OMAR = "Ana Silva", "Noor Haddad", "Omar Aziz"
IMG, MENTOR = ProfileKind.IMG, ProfileKind.MENTOR


@pytest.fixture(autouse=True)
def _at_that_time() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def _masked(cast: Cast) -> None:
    cast.section.browsing, cast.section.names_masked = Browsing.BOTH, True
    for person in cast.people.values():
        give(cast.session, person.id, LISTED, NOW)


def type_address(cast: Cast, who: str) -> None:
    """Let Ana or Noor say by address that they are never to be paired with the other."""
    whom = cast.people[NOOR if who == ANA else ANA].email
    alter(cast, who, **{"avoid" if who == ANA else "exclude": (whom,)})


def in_the_list(cast: Cast, who: str) -> set[str]:
    cast.session.expire_all()
    kind = IMG if who == ANA else MENTOR
    found = listing(cast.session, cast.people[who].id, kind, now=NOW).everybody
    return {each.card.name for each in found}


@pytest.mark.parametrize("who", [ANA, NOOR])
def test_the_list_is_the_same(cast: Cast, who: str) -> None:
    before = in_the_list(cast, who)
    other, kind = (NOOR, MENTOR) if who == ANA else (ANA, IMG)
    assert code_name(kind, cast.people[other].id) in before
    type_address(cast, who)
    assert in_the_list(cast, who) == before
    cast.section.names_masked = False
    assert other not in in_the_list(cast, who)


@pytest.mark.parametrize("before_the_account", [False, True])
def test_so_is_the_page_of_requests(
    cast: Cast, sign_in: SignIn, *, before_the_account: bool
) -> None:
    round_, noor = direct(cast), cast.people[NOOR]
    ana, path = sign_in(cast.people[ANA]), f"/rounds/{round_.id}/request"
    text = ana.get(path).text
    assert code_name(MENTOR, noor.id) in text
    address = noor.email
    if before_the_account:
        noor.email = "another@example.org"
        cast.session.flush()
    alter(cast, ANA, avoid=(address,))
    noor.email = address
    cast.session.flush()
    assert ana.get(path).text == text
    cast.section.names_masked = False
    cast.session.flush()
    assert "They are on your list of people you do not want." in ana.get(path).text


@pytest.mark.parametrize("who", [ANA, NOOR])
def test_a_request_waits_on_and_no_yes_makes_a_pair(cast: Cast, sign_in: SignIn, who: str) -> None:
    round_ = direct(cast)
    offer = ask(cast, round_, ANA)
    cast.session.execute(sa.delete(Message))
    type_address(cast, who)
    assert parting.due_partings(cast.session) == []
    assert again(cast, offer).state is OfferState.OFFERED
    assert [*subjects(cast, ANA), *subjects(cast, NOOR)] == []
    assert accept(cast, offer, NOOR) is OfferState.WITHDRAWN
    assert cast.offer(ANA, OMAR).state is OfferState.OFFERED
    assert subjects(cast, ANA) == ["Your request in Spring has gone to your next choice"]
    page = sign_in(cast.people[ANA]).get(f"/rounds/{round_.id}/request").text
    assert page.count("Not accepted") == 1  # as after a no, or Ana would read her own address
    assert "Ended before" not in page
    told = copy_of(cast, ANA, round_)
    assert told["state"] == "declined_by_mentor"


def test_nor_does_the_copy_of_ones_data_tell_it_from_a_no(cast: Cast) -> None:
    round_ = direct(cast)
    no = ask(cast, round_, "Ben Okafor")
    service.decline_offer(
        cast.session, person_id=cast.people[NOOR].id, offer_id=no.id, reason="other", words="",
        now=NOW,
    )  # fmt: skip
    offer = ask(cast, round_, ANA)
    type_address(cast, ANA)
    assert accept(cast, offer, NOOR) is OfferState.WITHDRAWN
    after_a_no, stopped = (copy_of(cast, who, round_) for who in ("Ben Okafor", ANA))
    own = {"id", "img_id"}
    assert {key: stopped[key] for key in stopped if key not in own} == {
        key: after_a_no[key] for key in after_a_no if key not in own
    }


def test_the_copy_of_ones_data_tells_not_whose_address_has_an_account(cast: Cast) -> None:
    type_address(cast, ANA)
    ana = cast.people[ANA]
    mine = cast.session.get_one(Profile, cast.profile(ANA))
    mine.avoid = ["nobody@example.org"]
    cast.session.flush()
    cast.session.expire_all()
    told = unzipped(copying.zipped(cast.session, ana.id, site_name="Here", now=NOW))[0]
    (profile,) = told["profile"]
    assert profile["avoid"] == sorted(["nobody@example.org", cast.people[NOOR].email])
    assert [row for row in told.get("naming", []) if row["use"] == "avoid"] == []


def copy_of(cast: Cast, who: str, round_: Round) -> dict[str, Any]:
    """Return what the copy of somebody's data tells of their request to Noor."""
    cast.session.expire_all()
    archive = copying.zipped(cast.session, cast.people[who].id, site_name="Here", now=NOW)
    to = {"round_id": str(round_.id), "mentor_id": str(cast.profile(NOOR))}
    (told,) = [each for each in unzipped(archive)[0]["offer"] if to.items() <= each.items()]
    return dict(told)


@pytest.mark.parametrize("who", [ANA, NOOR])
def test_an_offer_of_a_run_waits_on_and_no_yes_makes_a_pair(cast: Cast, who: str) -> None:
    round_ = cast.published()
    offer = cast.offer(ANA, NOOR)
    type_address(cast, who)
    assert parting.due_partings(cast.session) == []
    assert again(cast, offer).state is OfferState.OFFERED
    if who == ANA:  # to Noor it looks like any step back of an IMG
        assert accept(cast, offer, NOOR) is OfferState.DECLINED_BY_IMG
    else:  # Noor's own yes opens no name yet: only that of both would
        assert accept(cast, offer, NOOR) is OfferState.ACCEPTED
        end = service.confirm_match(
            cast.session, person_id=cast.people[ANA].id, offer_id=offer.id, now=NOW
        )
        assert end is OfferState.DECLINED_BY_MENTOR
    assert seats_of(cast, round_, NOOR) == (0, 1)


@pytest.mark.parametrize("who", [ANA, NOOR])
def test_no_run_pairs_them(cast: Cast, who: str) -> None:
    type_address(cast, who)
    _, run = cast.reviewed()
    made = sa.select(Pair.mentor_id).where(Pair.run_id == run.id)
    with_ana = cast.session.scalars(made.where(Pair.img_id == cast.profile(ANA))).all()
    assert cast.profile(NOOR) not in with_ana


def test_whom_one_chose_by_code_goes_from_the_list_and_ends_at_once(cast: Cast) -> None:
    offer = ask(cast, direct(cast), ANA)
    alter(cast, ANA, avoid=(str(cast.people[NOOR].id),))
    assert again(cast, offer).state is OfferState.WITHDRAWN
    assert code_name(MENTOR, cast.people[NOOR].id) not in in_the_list(cast, ANA)


def test_the_form_keeps_a_code_and_an_address_that_are_one_person(cast: Cast) -> None:
    """Were one of the two kept for both, the other's absence would tell whose code it is."""
    noor = cast.people[NOOR]
    code, address, nobody = str(noor.id), noor.email, "nobody@example.org"
    for steps in (
        [(code,), (code, address)],
        [(address,), (code, address)],
        [(code, address)],
        [(address,), (code, address), (code, nobody, address)],
    ):
        for said in steps:
            alter(cast, ANA, avoid=said)
            kept = read_img(cast.session, cast.people[ANA].id).values.avoid
            assert set(kept) == set(said), steps
        alter(cast, ANA, avoid=())
