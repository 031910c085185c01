"""Whoever has a mentor and wishes for a second one reads what is true of both."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents.service import MATCHING, withdraw
from mentorship.rounds import closing, expiring, service
from mentorship.rounds.due import end_of_day
from mentorship.rounds.models import Round, RoundState
from mentorship.rounds.service import SetUp
from mentorship.sections.models import Membership
from mentorship.sections.service import leave
from tests import factories
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.asking import accept, alter, ask, direct, subjects
from tests.rounds.cast import Cast

SignIn = Callable[[User], PageClient]
ANA, NOOR, OMAR = "Ana Silva", "Noor Haddad", "Omar Aziz"


def with_one(cast: Cast) -> Round:
    """Ana, who wishes for two mentors, has asked Noor in Spring, and Noor has said yes."""
    alter(cast, ANA, mentors_wanted=2)
    round_ = direct(cast, two_mentors=True)
    accept(cast, ask(cast, round_, ANA), NOOR)
    return round_


def leave_the_section(cast: Cast) -> None:
    ana = cast.people[ANA]
    mine = cast.session.query(Membership).filter_by(person_id=ana.id).one()
    factories.member(cast.session, factories.section(cast.session), mine.role, ana)
    leave(cast.session, membership_id=mine.id, person_id=ana.id, now=NOW)


def take_consent_back(cast: Cast) -> None:
    withdraw(cast.session, cast.people[ANA].id, MATCHING, NOW)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (leave_the_section, "You are not a member of this section any more."),
        (take_consent_back, "You do not agree to be matched."),
    ],
)
def test_nobody_is_led_to_a_second_request_that_cannot_be_sent(
    cast: Cast, sign_in: SignIn, change: Callable[[Cast], None], why: str
) -> None:
    round_ = with_one(cast)
    ana, asking = sign_in(cast.people[ANA]), f"/rounds/{round_.id}/request"
    assert why not in ana.get(asking).text
    change(cast)
    home = ana.get("/home/img")
    assert f"You and {NOOR} both said yes" in home.text
    assert "second" not in home.text
    assert asking not in home.links()
    page = ana.get(asking).text
    assert why in page
    assert f"{NOOR} said yes" in page


def test_one_mentor_wished_for_is_told_of_no_hindrance(cast: Cast, sign_in: SignIn) -> None:
    round_ = direct(cast, two_mentors=True)
    accept(cast, ask(cast, round_, ANA), NOOR)
    page = sign_in(cast.people[ANA]).get(f"/rounds/{round_.id}/request")
    assert "No second request can be sent now" not in page.text


def test_the_search_is_told_of_and_can_be_left_until_offers_are_out(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    round_ = with_one(cast)
    ana, place = sign_in(cast.people[ANA]), f"/participations/{round_.id}/{cast.profile(ANA)}"
    closing.close_round(session, round_id=round_.id, now=NOW)
    home = ana.get("/home/img")
    assert "when your section leader runs Spring, a second one is looked for" in home.text
    assert place in home.links()
    service.run_round(session, round_id=round_.id, by=cast.leader.id, now=NOW)
    assert cast.again(round_).state is RoundState.REVIEW
    home = ana.get("/home/img")
    assert "whether there is a second one in Spring is not decided yet" in home.text
    assert "In review, for a second mentor" in home.text
    ana.submit(place)
    home = ana.get("/home/img")
    assert f"You and {NOOR} both said yes" in home.text
    assert "second one" not in home.text
    assert place not in home.links()


@pytest.mark.parametrize("silent", [False, True])
@pytest.mark.parametrize("has_one", [False, True])
def test_a_second_mentor_who_says_no_leaves_nobody_without_one(
    cast: Cast, session: Session, *, silent: bool, has_one: bool
) -> None:
    alter(cast, ANA, mentors_wanted=2)
    alter(cast, NOOR, seats=3)
    round_ = cast.published(set_up=SetUp(two_mentors=True))
    if has_one:
        first = cast.offer(ANA, NOOR)
        accept(cast, first, NOOR)
        service.confirm_match(session, person_id=cast.people[ANA].id, offer_id=first.id, now=NOW)
    if silent:
        expiring.expire_answers(session, round_id=round_.id, now=end_of_day(NOW, days=14))
    else:
        service.decline_offer(
            session,
            person_id=cast.people[OMAR].id,
            offer_id=cast.offer(ANA, OMAR).id,
            reason="no_time",
            words="",
            now=NOW,
        )
    told = subjects(cast, ANA)
    assert ("No second mentor in Spring" in told) is has_one
    assert ("No mentor for you yet in Spring" in told) is not has_one


@pytest.mark.parametrize("two", [True, False])
def test_leaders_read_that_the_rest_gives_nobody_a_second_mentor(
    cast: Cast, sign_in: SignIn, *, two: bool
) -> None:
    round_ = cast.published(set_up=SetUp(two_mentors=two))
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    told = "An IMG who has one mentor, or waits for an answer, is not part of the rest"
    assert (told in sign_in(cast.leader).get(f"{home}/answers").text) is two
