"""A mentor's break ends with their own day: in runs, in requests and in the list alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa
import time_machine

from mentorship.accounts.models import User
from mentorship.consents.service import LISTED, give
from mentorship.finding import service as finding
from mentorship.finding.others import others_of
from mentorship.profiles.models import Choice, ProfileKind
from mentorship.profiles.service import pause_mentor, read_img
from mentorship.rounds import round_list, service
from mentorship.rounds.inputs import gathered
from mentorship.rounds.offer_models import OfferState
from mentorship.rounds.out_of_date import changed_since
from mentorship.rounds.request_rules import NOT_HERE, standings
from mentorship.rounds.run_rules import RunRules
from mentorship.sections.models import Browsing
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.asking import ask, direct
from tests.rounds.cast import Cast

UNTIL = dt.date(2026, 11, 3)
EVENING = dt.datetime(2026, 11, 3, 9, 30, tzinfo=dt.UTC)  # November 2, 11:30 p.m. in Honolulu
MORNING = EVENING + dt.timedelta(hours=1)  # November 3, 0:30 a.m. there


def away(cast: Cast, zone: str = "Pacific/Honolulu") -> None:
    cast.people["Noor Haddad"].timezone = zone
    pause_mentor(
        cast.session,
        person_id=cast.people["Noor Haddad"].id,
        until=UNTIL,
        today=dt.date(2026, 11, 1),
    )
    cast.session.flush()


def test_a_run_has_whoever_is_back_and_nobody_else(cast: Cast) -> None:
    round_ = cast.open()
    away(cast)
    noor = str(cast.profile("Noor Haddad"))
    for now, there in ((EVENING, False), (MORNING, True)):
        found = gathered(cast.session, round_, rules=RunRules(), policy="most-matched", now=now)
        assert (noor in {each.key for each in found.market.mentors}) is there
        (line,) = round_list.round_lists(cast.session, [cast.section.id], now=now)[cast.section.id]
        assert line.mentors == 1 + there
        people = service.candidates(
            cast.session, round_, now=now, only=[cast.profile("Noor Haddad")]
        )
        assert people[0].obstacle is (None if there else service.Obstacle.PAUSED)


def test_east_of_greenwich_a_break_ends_before_the_day_of_utc_does(cast: Cast) -> None:
    round_ = cast.open()
    away(cast, "Pacific/Auckland")
    before = dt.datetime(2026, 11, 2, 10, 30, tzinfo=dt.UTC)  # 11:30 p.m. there
    for now, there in ((before, False), (before + dt.timedelta(hours=1), True)):
        found = gathered(cast.session, round_, rules=RunRules(), policy="most-matched", now=now)
        assert len(found.market.mentors) == 1 + there


def test_a_run_is_out_of_date_while_the_mentor_is_away(cast: Cast) -> None:
    round_, run = cast.reviewed()
    away(cast)
    changed = changed_since(cast.session, round_, run.id, now=EVENING)
    assert [each.person.name for each in changed] == ["Noor Haddad"]
    assert not changed_since(cast.session, round_, run.id, now=MORNING)


def test_who_can_be_asked_and_who_may_say_yes(cast: Cast) -> None:
    round_ = direct(cast)
    offer = ask(cast, round_, "Ana Silva")
    away(cast)
    noor, ben = cast.profile("Noor Haddad"), cast.profile("Ben Okafor")
    for now, hinders in ((EVENING, NOT_HERE), (MORNING, "")):
        assert standings(cast.session, round_, ben, [noor], now=now)[noor].hinders == hinders
    yes = {"person_id": cast.people["Noor Haddad"].id, "offer_id": offer.id}
    assert service.accept_offer(cast.session, **yes, now=EVENING) is OfferState.CONFIRMED


def test_on_a_break_a_yes_wants_what_it_wants_at_any_time(cast: Cast) -> None:
    offer = ask(cast, direct(cast), "Ana Silva")
    away(cast)
    noor = cast.profile("Noor Haddad")
    cast.session.execute(sa.delete(Choice).where(Choice.profile_id == noor))
    yes = {"person_id": cast.people["Noor Haddad"].id, "offer_id": offer.id}
    with pytest.raises(service.CannotAgree, match="not ready"):
        service.accept_offer(cast.session, **yes, now=EVENING)


def test_who_takes_a_break_from_a_request_still_answers_it(
    cast: Cast, sign_in: Callable[[User], PageClient]
) -> None:
    offer = ask(cast, direct(cast), "Ana Silva")
    where = f"/offers/{offer.id}"
    pause = f"/profile/mentor/pause?next={where}"
    with time_machine.travel(NOW, tick=False):
        noor = sign_in(cast.people["Noor Haddad"])
        assert pause in noor.get(where).links()
        saved = noor.submit(pause, {"until": "2027-05-01"})
        text = noor.follow(saved).text
        assert "You are on a break until May 1, 2027. You can still say yes or no" in text
        assert "Take a break" not in text
        home = noor.get("/home/mentor").text
        assert "You are on a break until May 1, 2027" in home
        assert "Take a break" not in home
        ended = noor.submit(pause, action=f"/profile/mentor/pause/end?next={where}")
        assert ended.location == where
        noor.submit(pause, {"until": "2027-05-01"})
        yes = noor.submit(where, action=f"{where}/accept")
        assert "Your answer is saved" in noor.follow(yes).text


def test_the_list_and_the_outlook_count_a_free_seat_by_the_same_day(cast: Cast) -> None:
    cast.section.browsing = Browsing.BOTH
    for who in cast.people.values():
        give(cast.session, who.id, LISTED, NOW)
    away(cast)
    ana, noor = cast.people["Ana Silva"].id, cast.people["Noor Haddad"].id
    own = read_img(cast.session, ana).values
    for now, there in ((EVENING, False), (MORNING, True)):
        listing = finding.listing(cast.session, ana, ProfileKind.IMG, now=now)
        assert {one.has_seat for one in listing.everybody if one.person_id == noor} == {there}
        seats = {other.key: other.seats for other in others_of(cast.session, ana, own, now=now)}
        assert seats[str(noor)] == int(there)
