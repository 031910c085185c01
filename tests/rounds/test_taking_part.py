"""Who of the IMGs takes part, chosen by what they say of themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.rounds import service, taking_part
from mentorship.rounds.inputs import market_now, people_now
from mentorship.rounds.models import Pair, Round
from mentorship.rounds.people import Looking, people_of
from mentorship.rounds.setup import SetUp
from mentorship.rounds.traits import Traits
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast

SignIn = Callable[[User], PageClient]


def who(cast: Cast, round_: Round) -> set[str]:
    everybody = service.candidates(cast.session, round_, now=NOW)
    return {each.name for each in everybody if each.takes_part and each.kind == "img"}


@pytest.mark.parametrize(
    ("traits", "expected"),
    [
        (Traits(specialties=("psychiatry",)), {"Chi Tanaka"}),
        (Traits(stages=("interviews",), specialties=("neurology",)), {"Ana Silva"}),
        (Traits(states=("TX",)), {"Dina Farouk", "Emeka Obi"}),
        (Traits(specialties=("neurology", "psychiatry")), {"Ana Silva", "Chi Tanaka"}),
        (Traits(stages=("exploring",)), set()),
        (Traits(), {"Ana Silva", "Ben Okafor", "Chi Tanaka", "Dina Farouk", "Emeka Obi"}),
    ],
)
def test_traits_part_the_imgs(cast: Cast, traits: Traits, expected: set[str]) -> None:
    cast.img("Dina Farouk", state="TX")
    cast.img("Emeka Obi", states=("NY", "TX"))
    round_ = cast.open()
    everybody = who(cast, round_)
    found = taking_part.chosen(cast.session, round_, traits, now=NOW)
    assert {each.name for each in found.fit} == expected
    assert taking_part.only(cast.session, round_id=round_.id, traits=traits, now=NOW) == len(
        everybody
    ) - len(expected)
    assert who(cast, round_) == expected
    taking_part.back(cast.session, round_id=round_.id, traits=Traits(), now=NOW)
    assert who(cast, round_) == everybody


def test_whoever_withdrew_is_not_put_back(cast: Cast) -> None:
    round_ = cast.open()
    service.withdraw(
        cast.session,
        person_id=cast.people["Ana Silva"].id,
        round_id=round_.id,
        profile_id=cast.profile("Ana Silva"),
        now=NOW,
    )
    assert not taking_part.back(cast.session, round_id=round_.id, traits=Traits(), now=NOW)
    assert "Ana Silva" not in who(cast, round_)


def test_the_last_rounds_unmatched_come_first(cast: Cast) -> None:
    first = cast.published("Autumn")  # one of two who need Noor gets nobody
    service.finish_round(cast.session, round_id=first.id, now=NOW)
    cast.img("Adam Newcomer")
    made = NOW + dt.timedelta(days=1)
    round_ = cast.open("Spring")
    round_.created_at = made
    cast.session.flush()
    listing = people_of(cast.session, round_, Looking(show="imgs"), now=NOW).listing
    assert listing.rows[-1].name == "Adam Newcomer"
    traits = Traits(waited=True)
    found = taking_part.chosen(cast.session, round_, traits, now=NOW)
    assert {each.name for each in found.fit} == {"Ana Silva", "Ben Okafor", "Chi Tanaka"}
    assert {each.name for each in found.others} == {"Adam Newcomer"}


def test_only_while_people_may_change(cast: Cast) -> None:
    for round_ in (cast.draft(), cast.published("Autumn")):
        with pytest.raises(service.RoundChanged):
            taking_part.only(cast.session, round_id=round_.id, traits=Traits(), now=NOW)


def test_a_leader_chooses_on_a_page(sign_in: SignIn, cast: Cast) -> None:
    round_ = cast.open()
    here = f"/sections/{cast.section.slug}/rounds/{round_.id}/people/choose"
    client = sign_in(cast.leader)
    page = client.get(f"{here}?specialties=psychiatry&stages=nonsense")
    assert "Not a valid" not in page.text + client.get(here).text
    assert "Leave out the 2 IMGs who do not fit" in page.text
    done = client.post(here, {"specialties": ["psychiatry"]})
    assert "2 IMGs are left out" in client.follow(done).text
    assert who(cast, round_) == {"Chi Tanaka"}
    client.post(f"{here.removesuffix('choose')}put-back")
    assert len(who(cast, round_)) == 3
    client.get(f"{here}?specialties=dermatology")
    sign_in(cast.people["Noor Haddad"]).get(here, status=404)


def test_the_set_up_says_who_takes_part_and_how_many_mentors_they_get(
    cast: Cast, session: Session
) -> None:
    cast.img("Two Wanted", specialties=("neurology",), mentors_wanted=2)
    cast.mentor("Pia Late", seats=3)
    set_up = SetUp(traits=Traits(specialties=("neurology",)), two_mentors=False)
    round_, run = cast.reviewed(set_up=set_up)
    assert who(cast, round_) == {"Ana Silva", "Two Wanted"}
    assert run.matched == 2
    places = session.scalars(sa.select(Pair.place).where(Pair.run_id == run.id)).all()
    assert set(places) == {1}
    assert SetUp.from_json(round_.rules) == set_up


def test_a_leader_types_the_days_of_reminders(
    cast: Cast, sign_in: Callable[[User], PageClient]
) -> None:
    round_ = cast.draft()
    here = f"/sections/{cast.section.slug}/rounds/{round_.id}/set-up"
    leader = sign_in(cast.leader)
    for bad in ("0", "61", "five", "1,2,3,4,5,6"):
        leader.submit(here, {"reminder_days": bad}, action=here, status=422)
    leader.submit(
        here, {"reminder_days": "1, 10,5", "stages": ["interviews", "residency"]}, action=here
    )
    saved = SetUp.from_json(cast.again(round_).rules)
    assert (saved.reminder_days, saved.traits.stages) == ((10, 5, 1), ("interviews", "residency"))
    leader.submit(here, {"reminder_days": "", "stages": []}, action=here)
    assert SetUp.from_json(cast.again(round_).rules).reminder_days == ()


def test_pages_count_whom_the_set_up_lets_in(cast: Cast, sign_in: SignIn) -> None:
    """One of three IMGs fits, and two mentors: that is what a draft says, and what opening does."""
    chosen = SetUp(traits=Traits(specialties=("neurology",)))
    leader, draft = sign_in(cast.leader), cast.draft(set_up=chosen)
    home = f"/sections/{cast.section.slug}/rounds/{draft.id}"
    page = leader.get(home).text
    assert "but only IMGs who aim at Neurology: 3 people now." in page
    assert "ready to join 3" in page
    assert "3 of those listed under “Could be added” take part" in leader.get(f"{home}/people").text
    (here,) = people_now(cast.session, draft, chosen.traits, now=NOW)
    market = market_now(cast.session, draft, here, now=NOW)
    assert (len(market.imgs), len(market.mentors)) == (1, 2)
    leader.post(f"{home}/open")
    assert who(cast, draft) == {"Ana Silva"}
    assert "ready to join 0" in leader.get(home).text
    people = leader.get(f"{home}/people?show=new")
    assert "Add them all" not in people.text
    assert "Ben Okafor" in people.text, "a leader may add anybody"


def test_a_round_without_imgs_says_who_is_ready_and_not_in_it(cast: Cast, sign_in: SignIn) -> None:
    nobody = SetUp(traits=Traits(specialties=("urology",)))
    leader, round_ = sign_in(cast.leader), cast.open(set_up=nobody)
    page = leader.get(f"/sections/{cast.section.slug}/rounds/{round_.id}")
    assert "3 IMGs are ready but not in the round" in page.text
    assert "No IMG of the section has a finished profile" not in page.text


def test_one_is_counted_as_one(cast: Cast, sign_in: SignIn) -> None:
    one = SetUp(traits=Traits(specialties=("neurology",)))
    leader, round_ = sign_in(cast.leader), cast.open(set_up=one)
    page = leader.get(f"/sections/{cast.section.slug}/rounds/{round_.id}").text
    assert "1 IMG, 2 mentors with 3 free seats." in page
