"""Priority after a lost match: it counts by the weight that the leader sets, and says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.mentorships.service import end_mentorship
from mentorship.rounds import service
from mentorship.rounds.models import Pair, Round, Run
from mentorship.rounds.offer_models import Offer
from mentorship.rounds.priority import CUT_SHORT, ENDED, LEFT, priority_of
from mentorship.rounds.setup import SetUp
from tests import factories
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.asking import accept, alter
from tests.rounds.cast import Cast, small_cast
from tests.rounds.test_second_mentor import with_one

SignIn = Callable[[User], PageClient]
LATER = NOW + dt.timedelta(days=1)


@pytest.fixture
def cast(session: Session) -> Cast:
    """Ben lost his mentor in spring. In fall Ana fits the one seat a little better."""
    section = factories.section(session)
    cast = Cast(session, section, factories.leader(session, section))
    cast.img("Ben", channels=("phone",))
    cast.mentor("Busy")
    spring = cast.published("Spring")
    no = {"reason": "no_time", "words": "", "now": NOW}
    busy, offer = cast.people["Busy"].id, cast.offer("Ben").id
    service.decline_offer(session, person_id=busy, offer_id=offer, **no)  # type: ignore[arg-type]  # values of one dict, of many types
    service.finish_round(session, round_id=spring.id, now=NOW)
    cast.img("Ana", channels=("video",))
    cast.mentor("Free", channels=("video",))
    fall = cast.draft("Fall")
    service.open_round(session, round_id=fall.id, now=NOW)
    service.leave_out(session, round_id=fall.id, profile_ids=[cast.profile("Busy")], now=NOW)
    return cast


def _run(cast: Cast, weight: int) -> tuple[Run, Pair]:
    round_ = cast.session.scalars(sa.select(Round).filter_by(name="Fall")).one()
    round_.rules = SetUp(weights={"priority": weight}).to_json()
    cast.session.flush()
    run = service.run_round(cast.session, round_id=round_.id, by=cast.leader.id, now=NOW)
    return run, cast.session.scalars(sa.select(Pair).where(Pair.run_id == run.id)).one()


@pytest.mark.parametrize(("weight", "chosen"), [(0, "Ana"), (10, "Ben")])
def test_the_leaders_weight_decides(cast: Cast, weight: int, chosen: str) -> None:
    _, pair = _run(cast, weight)
    assert pair.img_id == cast.profile(chosen)
    parts = {part["criterion"]: part for part in pair.parts or []}
    assert ("priority" in parts) == (chosen == "Ben")
    shown = [part["open"]["points"] for part in parts.values() if "open" in part]
    assert pair.open_score == sum(shown)


def test_the_leader_reads_it_among_the_parts_and_nobody_else_does(
    cast: Cast, sign_in: SignIn
) -> None:
    run, pair = _run(cast, 10)
    at = f"/sections/{cast.section.slug}/rounds/{run.round_id}"
    leader = sign_in(cast.leader).get(f"{at}/review/pairs/{pair.id}")
    assert "no mentor last time, or one lost through no fault of theirs" in leader.text
    service.publish_round(
        cast.session, round_id=run.round_id, run_id=run.id, by=cast.leader.id, now=NOW
    )
    offer = cast.offer("Ben", "Free")
    mentor = sign_in(cast.people["Free"]).get(f"/offers/{offer.id}")
    assert "no fault" not in mentor.text
    assert "Priority" not in mentor.text


def test_whom_the_last_round_left_without_anybody_has_priority_until_somebody_is_found(
    session: Session,
) -> None:
    section = factories.section(session)
    cast = Cast(session, section, factories.leader(session, section))
    cast.mentor("Busy", channels=("video",))
    cast.img("Ana", channels=("video",))
    cast.img("Ben", channels=("phone",))
    spring = cast.published("Spring")
    ben = cast.profile("Ben")
    assert priority_of(session, [ben, cast.profile("Ana")]) == {ben: LEFT}
    service.finish_round(session, round_id=spring.id, now=NOW)

    # in fall Cleo fits the one seat a little better, but Ben has waited
    cast.mentor("Free", channels=("video",))
    cast.img("Cleo", channels=("video",))
    later = NOW + dt.timedelta(days=90)
    fall = cast.draft("Fall", set_up=SetUp(weights={"priority": 10}))
    service.open_round(session, round_id=fall.id, now=later)
    for name in ("Busy", "Ana"):
        away = [cast.profile(name)]
        service.leave_out(session, round_id=fall.id, profile_ids=away, now=later)
    run = service.run_round(session, round_id=fall.id, by=None, now=later)
    assert session.scalars(sa.select(Pair.img_id).where(Pair.run_id == run.id)).all() == [ben]
    service.publish_round(session, round_id=fall.id, run_id=run.id, by=cast.leader.id, now=later)
    assert ben not in priority_of(session, [ben])
    assert priority_of(session, [cast.profile("Cleo")]) == {cast.profile("Cleo"): LEFT}


def _two_mentors(cast: Cast) -> tuple[Offer, Offer]:
    """Ana wishes for two mentors, has Noor by a request, and the run asks Omar, too."""
    alter(cast, "Omar Aziz", seats=4)
    round_ = with_one(cast)
    run = service.run_round(cast.session, round_id=round_.id, by=None, now=LATER)
    service.publish_round(
        cast.session, round_id=round_.id, run_id=run.id, by=cast.leader.id, now=LATER
    )
    return cast.offer("Ana Silva", "Noor Haddad"), cast.offer("Ana Silva", "Omar Aziz")


def _end(cast: Cast, offer: Offer, by: str, reason: str, days: int) -> None:
    who, now = cast.people[by].id, LATER + dt.timedelta(days=days)
    end_mentorship(
        cast.session, person_id=who, mentorship_id=offer.id, reason=reason, words="", now=now
    )


@pytest.mark.parametrize(("days", "reason"), [(1, CUT_SHORT), (20, "")])
def test_whose_day_to_answer_a_yes_never_came_has_it(
    session: Session, days: int, reason: str
) -> None:
    cast = small_cast(session)
    round_ = cast.published()
    ana = cast.profile("Ana Silva")
    accept(cast, cast.offer("Ana Silva"), "Noor Haddad")
    service.finish_round(session, round_id=round_.id, now=NOW + dt.timedelta(days=days))
    assert priority_of(session, [ana]).get(ana, "") == reason


def test_a_second_mentors_no_gives_none_to_whoever_had_the_first(session: Session) -> None:
    cast = small_cast(session)
    first, second = _two_mentors(cast)
    no: dict[str, Any] = {"offer_id": second.id, "reason": "no_time", "words": ""}
    omar, ana = cast.people["Omar Aziz"].id, cast.profile("Ana Silva")
    service.decline_offer(session, person_id=omar, now=LATER, **no)
    assert priority_of(session, [ana]) == {}
    _end(cast, first, "Ana Silva", "goals_met", 200)
    assert priority_of(session, [ana]) == {}


def test_who_lost_one_of_two_mentors_has_it_once_the_other_has_ended_well(
    session: Session,
) -> None:
    cast = small_cast(session)
    first, second = _two_mentors(cast)
    accept(cast, second, "Omar Aziz", LATER)
    ana, me = cast.profile("Ana Silva"), cast.people["Ana Silva"].id
    service.confirm_match(session, person_id=me, offer_id=second.id, now=LATER)
    _end(cast, first, "Noor Haddad", "no_time", 30)
    assert priority_of(session, [ana]) == {}  # Omar mentors her
    _end(cast, second, "Ana Silva", "goals_met", 200)
    assert priority_of(session, [ana]) == {ana: ENDED}


def test_a_mentorship_that_ended_well_since_takes_it_back(session: Session) -> None:
    cast = small_cast(session)
    first, second = _two_mentors(cast)
    accept(cast, second, "Omar Aziz", LATER)
    ana, me = cast.profile("Ana Silva"), cast.people["Ana Silva"].id
    _end(cast, first, "Noor Haddad", "no_time", 1)
    found = LATER + dt.timedelta(days=2)
    service.confirm_match(session, person_id=me, offer_id=second.id, now=found)
    _end(cast, second, "Ana Silva", "goals_met", 200)
    assert priority_of(session, [ana]) == {}
