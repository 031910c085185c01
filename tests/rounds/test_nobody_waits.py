"""Nobody waits for whoever cannot answer, or for a pair that cannot come about any more."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents import service as consents
from mentorship.privacy import wishes
from mentorship.rounds import expiring, service
from mentorship.rounds.models import Round
from mentorship.rounds.offer_models import OfferState
from mentorship.rounds.setup import SetUp
from mentorship.sections.models import SectionRole
from mentorship.signins import people
from tests import factories
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.asking import accept, again, alter, ask, direct, rank, subjects
from tests.rounds.cast import Cast

SignIn = Callable[[User], PageClient]
TAKEN_BACK = "A request to you in {} was taken back"
OFFERED, CONFIRMED, WITHDRAWN = OfferState.OFFERED, OfferState.CONFIRMED, OfferState.WITHDRAWN


def obstacles(cast: Cast, round_: Round) -> dict[str, str | None]:
    everybody = service.candidates(cast.session, round_, now=NOW)
    return {each.name: each.obstacle for each in everybody}


def switch_off(cast: Cast, name: str) -> None:
    admin = factories.administrator(cast.session)
    people.switch_off(cast.session, cast.people[name], by=admin.id, now=NOW)


def switch_on(cast: Cast, name: str) -> None:
    admin = factories.administrator(cast.session)
    people.switch_on(cast.session, cast.people[name], by=admin.id, now=NOW)


@pytest.mark.parametrize("name", ["Noor Haddad", "Ana Silva"])
def test_whose_account_is_switched_off_takes_part_in_nothing(cast: Cast, name: str) -> None:
    round_ = cast.open()
    cast.people[name].active = False
    cast.session.flush()
    assert obstacles(cast, round_)[name] is service.Obstacle.SWITCHED_OFF
    run = service.run_round(cast.session, round_id=round_.id, by=None, now=NOW)
    assert run.matched + run.unmatched == (2 if name == "Ana Silva" else 3)
    switch_on(cast, name)
    assert obstacles(cast, round_)[name] is None


def test_the_next_mentor_is_asked_when_one_is_switched_off(cast: Cast) -> None:
    round_ = direct(cast)
    first = ask(cast, round_, "Ana Silva")
    switch_off(cast, "Noor Haddad")
    assert again(cast, first).state is WITHDRAWN
    assert cast.offer("Ana Silva", "Omar Aziz").state is OFFERED
    with pytest.raises(service.CannotAsk, match="Nobody on your list"):
        ask(cast, round_, "Ben Okafor")  # whose only choice is Noor


def test_a_request_of_who_is_switched_off_is_taken_back(cast: Cast) -> None:
    offer = ask(cast, direct(cast), "Ana Silva")
    switch_off(cast, "Ana Silva")
    assert again(cast, offer).state is WITHDRAWN
    assert TAKEN_BACK.format("Spring") in subjects(cast, "Noor Haddad")


def test_the_pages_say_what_switching_off_and_the_consent_do(cast: Cast, sign_in: SignIn) -> None:
    offer = ask(cast, direct(cast), "Ana Silva")
    ana = sign_in(cast.people["Ana Silva"])
    page = ana.get("/privacy-choices")
    assert "A request that you sent to a mentor" in page.text
    ana.submit("/privacy-choices", {"agree": ""}, action="/privacy-choices/matching")
    assert again(cast, offer).state is WITHDRAWN
    assert "Your request waits" not in ana.get("/home/img").text
    admin = sign_in(factories.administrator(cast.session))
    page = admin.get(f"/admin/accounts/{cast.people['Noor Haddad'].id}")
    assert "requests of theirs, or to them, end" in page.text


def test_a_consent_taken_back_ends_what_waits(cast: Cast) -> None:
    round_ = direct(cast)
    of_ana, of_ben = ask(cast, round_, "Ana Silva"), ask(cast, round_, "Ben Okafor")
    consents.withdraw(cast.session, cast.people["Ben Okafor"].id, consents.LISTED, NOW)
    consents.withdraw(cast.session, cast.people["Ben Okafor"].id, consents.STATISTICS, NOW)
    assert again(cast, of_ben).state is OFFERED, "another consent is another question"
    consents.withdraw(cast.session, cast.people["Ben Okafor"].id, consents.MATCHING, NOW)
    assert again(cast, of_ben).state is WITHDRAWN
    assert TAKEN_BACK.format("Spring") in subjects(cast, "Noor Haddad")
    assert again(cast, of_ana).state is OFFERED
    consents.withdraw(cast.session, cast.people["Noor Haddad"].id, consents.MATCHING, NOW)
    assert again(cast, of_ana).state is WITHDRAWN
    assert cast.offer("Ana Silva", "Omar Aziz").state is OFFERED


def test_a_profile_that_says_less_by_now_keeps_nobody_from_a_yes(cast: Cast) -> None:
    round_ = direct(cast)
    offer = ask(cast, round_, "Ana Silva")
    alter(cast, "Ana Silva", topics=(), specialties=())
    assert obstacles(cast, round_)["Ana Silva"] is service.Obstacle.NOT_READY
    assert accept(cast, offer, "Noor Haddad") is CONFIRMED


def test_the_wish_to_be_erased_ends_what_waits(cast: Cast) -> None:
    offer = ask(cast, direct(cast), "Ana Silva")
    wishes.ask(cast.session, person=cast.people["Ana Silva"], now=NOW)
    assert again(cast, offer).state is WITHDRAWN


def beside(cast: Cast) -> Cast:
    """Return another section of which Ana is a member, with a round called Fall."""
    section = factories.section(cast.session)
    other = Cast(cast.session, section, factories.leader(cast.session, section))
    other.people["Ana Silva"] = cast.people["Ana Silva"]
    factories.member(cast.session, section, SectionRole.IMG, cast.people["Ana Silva"])
    other.mentor("Lea Roth")
    cast.people["Lea Roth"] = other.people["Lea Roth"]
    rank(cast, "Ana Silva", "Noor Haddad", "Lea Roth")
    return other


def test_a_yes_in_one_round_takes_back_what_waits_in_another(cast: Cast, session: Session) -> None:
    other, set_up = beside(cast), SetUp(direct_requests=True)
    spring, fall = cast.open(set_up=set_up), other.open("Fall", set_up=set_up)
    here, there = ask(cast, spring, "Ana Silva"), ask(other, fall, "Ana Silva")
    assert (again(cast, here).state, again(cast, there).state) == (OFFERED, OFFERED)
    assert accept(cast, here, "Noor Haddad") is CONFIRMED
    assert again(cast, there).state is WITHDRAWN
    assert TAKEN_BACK.format("Fall") in subjects(cast, "Lea Roth")
    status = service.img_status(session, cast.people["Ana Silva"].id)
    assert status.current is not None
    assert status.current.standing is service.Standing.CONFIRMED


def test_an_offer_of_a_published_round_takes_back_what_waits_in_another(
    cast: Cast, session: Session
) -> None:
    other = beside(cast)
    fall = other.open("Fall", set_up=SetUp(direct_requests=True))
    spring, run = cast.reviewed()
    request = ask(other, fall, "Ana Silva")
    service.publish_round(session, round_id=spring.id, run_id=run.id, by=None, now=NOW)
    assert again(cast, request).state is WITHDRAWN
    assert TAKEN_BACK.format("Fall") in subjects(cast, "Lea Roth")
    assert "Your request in Fall was taken back" in subjects(cast, "Ana Silva")


def test_a_last_seat_given_in_one_round_lets_requests_of_another_go_on(cast: Cast) -> None:
    other, set_up = beside(cast), SetUp(direct_requests=True)
    other.people["Noor Haddad"] = cast.people["Noor Haddad"]
    factories.member(cast.session, other.section, SectionRole.MENTOR, cast.people["Noor Haddad"])
    dina = other.img("Dina Farouk", requests=(str(cast.people["Noor Haddad"].id),))
    spring, fall = cast.open(set_up=set_up), other.open("Fall", set_up=set_up)
    there = ask(other, fall, "Dina Farouk")
    assert expiring.due_requests(cast.session, now=NOW) == []
    accept(cast, ask(cast, spring, "Ana Silva"), "Noor Haddad")
    assert expiring.due_requests(cast.session, now=NOW) == [fall.id]
    assert expiring.expire_requests(cast.session, round_id=fall.id, now=NOW) == 1
    assert again(cast, there).state is OfferState.SEAT_TAKEN
    current = service.img_status(cast.session, dina.id).current
    assert current is not None
    assert current.standing is service.Standing.MAY_ASK
