"""What the home page of an IMG says where something in between has happened to them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents.service import MATCHING, withdraw
from mentorship.mentorships.service import Plan, plan_meeting
from mentorship.profiles.codes import code_name
from mentorship.profiles.models import ProfileKind
from mentorship.rounds import expiring, rest, service
from mentorship.rounds.candidates import Obstacle
from mentorship.rounds.due import end_of_day
from mentorship.rounds.offer_models import OfferState, Side
from mentorship.rounds.request_pages import rounds_to_ask_in
from mentorship.rounds.service import SetUp, Standing
from mentorship.rounds.traits import Traits
from mentorship.rounds.withdrawing_views import WHY_NOT
from mentorship.sections.models import Membership, SectionRole
from mentorship.sections.service import leave
from tests import factories
from tests.factories import NOW
from tests.mentorships.pair import confirm
from tests.page import PageClient
from tests.rounds.asking import accept, again, alter, ask, direct
from tests.rounds.cast import Cast

SignIn = Callable[[User], PageClient]
ANA, NOOR = "Ana Silva", "Noor Haddad"
DUE = end_of_day(NOW, days=14)


def standings(cast: Cast, img: str) -> dict[str, Standing]:
    status = service.img_status(cast.session, cast.people[img].id)
    return {each.name: each.standing for each in status.rounds}


def end(cast: Cast, img: str) -> None:
    by, offer = cast.people[img].id, cast.offer(img)
    said = {"reason": "goals_met", "words": ""}
    service.end_match(cast.session, offer=offer, side=Side.IMG, by=by, now=NOW, **said)


def test_who_is_left_out_keeps_the_mentor_they_have(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    round_ = direct(cast)
    offer = ask(cast, round_, ANA)
    accept(cast, offer, NOOR)
    service.leave_out(session, round_id=round_.id, profile_ids=[cast.profile(ANA)], now=NOW)
    assert standings(cast, ANA) == {"Spring": Standing.CONFIRMED}
    ana = sign_in(cast.people[ANA])
    home = ana.get("/home/img")
    assert cast.people[NOOR].email in home.text
    assert f"/mentorships/{offer.id}" in home.links()
    assert f"/participations/{round_.id}/{cast.profile(ANA)}" not in home.links()
    asked = ana.get(f"/rounds/{round_.id}/request")
    assert f"{NOOR} said yes" in asked.text
    ana.post(f"/rounds/{round_.id}/request", {"mentor": str(cast.profile("Omar Aziz"))}, status=409)


def test_every_reason_not_to_take_part_is_told(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    assert set(WHY_NOT) == set(Obstacle)
    accept(cast, ask(cast, direct(cast), ANA), NOOR)
    fall = cast.open("Fall")
    ana = sign_in(cast.people[ANA])
    ana.post(f"/participations/{fall.id}/{cast.profile(ANA)}/join", status=303)
    assert "You have a mentor from another round." in ana.get("/home/img").text
    assert "Fall" not in standings(cast, ANA)


@pytest.mark.parametrize("reason", ["other_mentor", "conflict"])
def test_who_needs_nobody_any_more_is_promised_no_match(
    cast: Cast, session: Session, sign_in: SignIn, reason: str
) -> None:
    round_ = cast.published()
    accept(cast, cast.offer(ANA), NOOR)
    ana, match = sign_in(cast.people[ANA]), f"/matches/{cast.offer(ANA).id}"
    ana.submit(f"{match}/decline", {"reason": reason})
    for_good = reason == "other_mentor"
    expected = Standing.NOT_LOOKING if for_good else Standing.WAITING
    assert standings(cast, ANA) == {"Spring": expected}
    text = ana.get("/home/img").text  # with the words that answer the click
    assert ("You are not matched again in this round" in text) is for_good
    assert ("You keep your place" in text) is not for_good
    people = rest.still_free(session, cast.again(round_), now=NOW)
    (me,) = [each for each in people if each.name == ANA]
    assert me.takes_part is not for_good
    service.finish_round(session, round_id=round_.id, now=NOW)
    assert standings(cast, ANA) == {"Spring": Standing.NOT_MATCHED}


def test_who_was_silent_is_promised_no_match_until_a_leader_lets_them_back(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    round_ = cast.published()
    accept(cast, cast.offer(ANA), NOOR)
    expiring.expire_answers(session, round_id=round_.id, now=DUE)
    assert standings(cast, ANA) == {"Spring": Standing.SILENT}
    assert standings(cast, "Ben Okafor") == {"Spring": Standing.WAITING}  # his mentor was
    assert "You are not matched again in this round by itself" in (
        sign_in(cast.people[ANA]).get("/home/img").text
    )
    rest.match_again(session, round_id=round_.id, profile_id=cast.profile(ANA), now=DUE)
    assert standings(cast, ANA) == {"Spring": Standing.WAITING}


def test_a_round_of_a_section_that_was_left_is_over_for_both(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    direct(cast)
    for name in (ANA, NOOR):
        me = cast.people[name]
        mine = session.query(Membership).filter_by(person_id=me.id).one()
        factories.member(session, factories.section(session), mine.role, me)
        leave(session, membership_id=mine.id, person_id=me.id, now=NOW)
    assert standings(cast, ANA) == {"Spring": Standing.LEFT}
    assert rounds_to_ask_in(session, cast.people[ANA].id) == []
    assert "Ask a mentor yourself" not in sign_in(cast.people[ANA]).get("/home/img").text
    assert service.mentor_status(session, cast.people[NOOR].id, now=NOW).places == []
    assert "You are part of" not in sign_in(cast.people[NOOR]).get("/home/mentor").text


def test_an_img_in_one_open_round_can_join_another(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    spring = cast.open("Spring")
    cast.img("Late Comer")
    cast.open("Fall")
    assert standings(cast, "Late Comer") == {
        "Spring": Standing.NOT_IN,
        "Fall": Standing.TAKES_PART,
    }
    late, where = sign_in(cast.people["Late Comer"]), cast.profile("Late Comer")
    late.submit("/home/img", action=f"/participations/{spring.id}/{where}/join")
    assert set(standings(cast, "Late Comer").values()) == {Standing.TAKES_PART}


def test_whoever_wishes_for_two_mentors_reads_of_the_second(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    alter(cast, ANA, mentors_wanted=2)
    round_ = direct(cast, two_mentors=True)
    accept(cast, ask(cast, round_, ANA), NOOR)
    ana = sign_in(cast.people[ANA])
    home = ana.get("/home/img")
    assert "you may ask for a second one in Spring" in home.text
    assert {f"/rounds/{round_.id}/request", f"/participations/{round_.id}/{cast.profile(ANA)}"} <= (
        set(home.links())
    )
    ask(cast, round_, ANA)
    assert "The second mentor you asked in Spring has until" in ana.get("/home/img").text


def test_whoever_wishes_for_one_mentor_reads_of_no_second(cast: Cast, sign_in: SignIn) -> None:
    accept(cast, ask(cast, direct(cast, two_mentors=True), ANA), NOOR)
    assert "second" not in sign_in(cast.people[ANA]).get("/home/img").text


def test_a_second_mentor_of_a_run_is_told_of(cast: Cast, sign_in: SignIn) -> None:
    alter(cast, ANA, mentors_wanted=2)
    alter(cast, NOOR, seats=3)
    cast.published(set_up=SetUp(two_mentors=True))
    first = cast.offer(ANA, NOOR)
    accept(cast, first, NOOR)
    service.confirm_match(cast.session, person_id=cast.people[ANA].id, offer_id=first.id, now=NOW)
    assert cast.offer(ANA, "Omar Aziz")
    text = sign_in(cast.people[ANA]).get("/home/img").text
    assert "A second mentor is being asked for you in Spring" in text


def test_of_two_mentors_who_were_asked_each_has_a_day_of_their_own(
    cast: Cast, sign_in: SignIn
) -> None:
    """A late yes gives the IMG days which the other mentor does not have."""
    alter(cast, ANA, mentors_wanted=2)
    alter(cast, NOOR, seats=3)
    cast.published(set_up=SetUp(two_mentors=True))
    offer, late = cast.offer(ANA, "Omar Aziz"), NOW + dt.timedelta(days=13)
    accept(cast, offer, "Omar Aziz", late)
    with time_machine.travel(late, tick=False):
        ana = sign_in(cast.people[ANA])
        (day,) = re.findall(r"Please answer by (.*?[ap]\.m\.)", ana.get("/home/img").text)
        assert f"Please answer by {day}" in ana.get(f"/matches/{offer.id}").text
    status = service.img_status(cast.session, cast.people[ANA].id).current
    assert status is not None
    assert status.to_answer is not None
    assert status.answer_by != status.to_answer.answer_by  # the first is Noor's


@pytest.mark.parametrize("weight", [0, 5])
def test_waiting_is_promised_to_count_only_where_it_does(
    cast: Cast, sign_in: SignIn, weight: int
) -> None:
    cast.published(set_up=SetUp(weights={"priority": weight}))
    noor, offer = cast.people[NOOR].id, cast.offer(ANA).id
    service.decline_offer(
        cast.session, person_id=noor, offer_id=offer, reason="no_time", words="", now=NOW
    )
    text = sign_in(cast.people[ANA]).get("/home/img").text
    assert "You keep your place" in text
    assert ("in the next match it counts for you" in text) is bool(weight)


def test_a_name_that_one_section_of_both_hides_is_hidden_in_the_requests_of_another(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    round_ = direct(cast)
    ana = cast.people[ANA]
    hiding = factories.section(session, names_masked=True)
    factories.member(session, hiding, SectionRole.IMG, ana)
    factories.member(session, hiding, SectionRole.MENTOR, cast.people[NOOR])
    client, path = sign_in(ana), f"/rounds/{round_.id}/request"
    code = code_name(ProfileKind.MENTOR, cast.people[NOOR].id)
    for asked in (False, True):
        if asked:
            offer = ask(cast, round_, ANA)
        text = client.get(path).text
        assert code in text
        assert NOOR not in text
        assert "Omar Aziz" in text or asked
    noor, of_ana = sign_in(cast.people[NOOR]), code_name(ProfileKind.IMG, ana.id)
    for page in ("/home/mentor", f"/offers/{offer.id}", f"/offers/{offer.id}/decline"):
        text = noor.get(page).text
        assert of_ana in text
        assert ANA not in text
    accept(cast, offer, NOOR)
    assert ANA in noor.get("/home/mentor").text
    assert NOOR in client.get(path).text
    ranking = client.get("/find/choices").text
    assert NOOR in ranking  # the two know each other now
    assert code not in ranking
    assert "Ask them yourself" not in ranking


def test_the_ranking_leads_to_the_request_that_is_out_and_invites_to_no_other(
    cast: Cast, sign_in: SignIn
) -> None:
    round_ = direct(cast)
    client, path = sign_in(cast.people[ANA]), f"/rounds/{round_.id}/request"
    before = client.get("/find/choices")
    assert "Ask them yourself" in before.text
    assert "Your request waits for an answer" not in before.text
    offer = ask(cast, round_, ANA)
    cast.session.commit()
    page = client.get("/find/choices")
    assert "Your request waits for an answer" in page.text
    assert "Ask them yourself" not in page.text
    assert path in page.links()
    assert "Ask them yourself" in sign_in(cast.people["Ben Okafor"]).get("/find/choices").text
    service.take_back(cast.session, person_id=cast.people[ANA].id, round_id=round_.id, now=NOW)
    assert again(cast, offer).state is OfferState.WITHDRAWN
    assert "Ask them yourself" in client.get("/find/choices").text


def test_a_run_of_a_section_that_hides_nothing_gives_no_hidden_name_away(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    hiding = factories.section(session, names_masked=True)
    factories.member(session, hiding, SectionRole.IMG, cast.people[ANA])
    factories.member(session, hiding, SectionRole.MENTOR, cast.people[NOOR])
    cast.published()
    offer = cast.offer(ANA, NOOR)
    accept(cast, offer, NOOR)
    ana, noor = sign_in(cast.people[ANA]), sign_in(cast.people[NOOR])
    for client, pages, name in (
        (ana, ("/home/img", f"/matches/{offer.id}"), NOOR),
        (noor, ("/home/mentor", f"/offers/{offer.id}"), ANA),
    ):
        for page in pages:
            assert name not in client.get(page).text
    service.confirm_match(session, person_id=cast.people[ANA].id, offer_id=offer.id, now=NOW)
    assert NOOR in ana.get("/home/img").text
    assert ANA in noor.get("/home/mentor").text
    end(cast, ANA)
    assert NOOR in ana.get(f"/matches/{offer.id}").text
    assert ANA in noor.get(f"/offers/{offer.id}").text


def test_the_next_meeting_told_beside_a_mentor_is_with_that_mentor(
    session: Session, sign_in: SignIn
) -> None:
    """Somebody with a mentor is a mentor too, and meets their own mentee first."""
    section = factories.section(session)
    cast = Cast(session, section, factories.leader(session, section))
    cast.img("Both", topics=("visa_choice",))
    cast.img(ANA)
    both = cast.mentor("Both", seats=2)
    cast.mentor(NOOR, topics=("visa_choice",))
    round_ = cast.published()
    own = confirm(cast, round_, "Both", NOOR)
    mentee = confirm(cast, round_, ANA, "Both")
    client, soon = sign_in(both), dt.datetime.now(dt.UTC) + dt.timedelta(days=3)
    for pair, starts_at, told in (
        (mentee, soon, "No meeting is planned yet. Write first"),
        (own, soon + dt.timedelta(days=1), "You meet on "),
    ):
        plan = Plan(starts_at=starts_at, minutes=30)
        plan_meeting(session, person_id=both.id, mentorship_id=pair.id, plan=plan, now=NOW)
        page = client.get("/home/img").text
        assert f"You and {NOOR} both said yes. " in page
        assert told in page.split("both said yes.")[1][:100]


@pytest.mark.parametrize("why", ["left", "not meant", "meant"])
def test_only_a_round_that_one_can_be_part_of_is_told_to_hurry_for(
    cast: Cast, session: Session, sign_in: SignIn, why: str
) -> None:
    eva = cast.img("Eva Lind")
    cast.open(set_up=SetUp(traits=Traits(stages=("usce",) if why == "not meant" else ())))
    if why == "left":
        mine = sa.select(Membership.id).where(Membership.person_id == eva.id)
        leave(session, membership_id=session.scalars(mine).one(), person_id=eva.id, now=NOW)
        factories.member(session, factories.section(session), SectionRole.IMG, eva)
    elif why == "not meant":
        eva = cast.img("Late Comer")
    withdraw(session, eva.id, MATCHING, NOW)
    home = sign_in(eva).get("/home/img").text
    assert ("Spring is open; no day is set for its end yet." in home) is (why == "meant")
    assert ("No round is open now" in home) is (why == "left")
    assert ("some members only, and so far you are not one" in home) is (why == "not meant")


def test_after_a_mentorship_the_next_match_of_its_round_is_told_of_and_can_be_left(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    round_, ana = cast.published(), sign_in(cast.people[ANA])
    confirm(cast, round_, ANA, NOOR)
    end(cast, ANA)
    place = f"/participations/{round_.id}/{cast.profile(ANA)}"
    for withdrawn in (False, True):
        home = ana.get("/home/img")
        assert ("You are part of the next match of Spring" in home.text) is not withdrawn
        assert (place in home.links()) is not withdrawn
        found = rest.still_free(session, cast.again(round_), now=NOW)
        ana_there = next(each for each in found if each.profile_id == cast.profile(ANA))
        assert ana_there.takes_part is not withdrawn
        if not withdrawn:
            ana.submit(place)
