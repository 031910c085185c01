"""Who of the IMGs takes part, chosen by what they say of themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from mentorship.accounts.models import User
from mentorship.rounds import service, taking_part
from mentorship.rounds.models import Round
from mentorship.rounds.people import Looking, people_of
from mentorship.rounds.taking_part import Traits
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast

SignIn = Callable[[User], PageClient]


def who(cast: Cast, round_: Round) -> set[str]:
    everybody = service.candidates(cast.session, round_, today=NOW.date())
    return {each.name for each in everybody if each.takes_part and each.kind == "img"}


@pytest.mark.parametrize(
    ("traits", "expected"),
    [
        (Traits(specialty="psychiatry"), {"Chi Tanaka"}),
        (Traits(stage="interviews", specialty="neurology"), {"Ana Silva"}),
        (Traits(state="TX"), {"Dina Farouk", "Emeka Obi"}),
        (Traits(stage="exploring"), set()),
        (Traits(), {"Ana Silva", "Ben Okafor", "Chi Tanaka", "Dina Farouk", "Emeka Obi"}),
    ],
)
def test_traits_part_the_imgs(cast: Cast, traits: Traits, expected: set[str]) -> None:
    cast.img("Dina Farouk", state="TX")
    cast.img("Emeka Obi", states=("NY", "TX"))
    round_ = cast.open()
    everybody = who(cast, round_)
    found = taking_part.chosen(cast.session, round_, traits, today=NOW.date())
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
    listing = people_of(cast.session, round_, Looking(show="imgs"), today=NOW.date()).listing
    assert listing.rows[-1].name == "Adam Newcomer"
    traits = Traits(waited=True)
    found = taking_part.chosen(cast.session, round_, traits, today=NOW.date())
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
    page = client.get(f"{here}?specialty=psychiatry&stage=nonsense")
    assert "Not a valid" not in page.text + client.get(here).text
    assert "Leave out the 2 IMGs who do not fit" in page.text
    done = client.post(here, {"specialty": "psychiatry"})
    assert "2 IMGs are left out" in client.follow(done).text
    assert who(cast, round_) == {"Chi Tanaka"}
    client.post(f"{here.removesuffix('choose')}put-back")
    assert len(who(cast, round_)) == 3
    client.get(f"{here}?specialty=dermatology")
    sign_in(cast.people["Noor Haddad"]).get(here, status=404)
