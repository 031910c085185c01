"""What a home page promises holds: not what something about its reader rules out just now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents.service import MATCHING, withdraw
from mentorship.matching import Img
from mentorship.profiles.service import pause_mentor, write_img
from mentorship.rounds import service
from mentorship.rounds.candidates import Obstacle
from mentorship.rounds.enrolment import mark
from mentorship.rounds.models import Round
from mentorship.rounds.offer_models import Side
from mentorship.rounds.service import SetUp, Standing
from mentorship.rounds.traits import Traits
from mentorship.sections.models import Membership, MembershipState, SectionRole
from mentorship.sections.service import leave
from tests import factories
from tests.factories import NOW
from tests.mentorships.pair import confirm
from tests.page import PageClient
from tests.rounds.asking import accept, ask, direct
from tests.rounds.cast import Cast, small_cast

SignIn = Callable[[User], PageClient]
ANA, NOOR = "Ana Silva", "Noor Haddad"
DAY = dt.timedelta(days=1)


@pytest.fixture
def cast(session: Session) -> Cast:
    return small_cast(session)


def end(cast: Cast, img: str) -> None:
    service.end_match(
        cast.session,
        offer=cast.offer(img),
        side=Side.IMG,
        by=cast.people[img].id,
        reason="goals_met",
        words="",
        now=NOW,
    )


def without_anybody(cast: Cast, name: str) -> Round:
    """Finish a round in which no mentor answered."""
    round_ = cast.published(name)
    service.finish_round(cast.session, round_id=round_.id, now=NOW)
    return round_


def test_who_was_left_out_is_promised_nothing_after_the_mentorship(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    round_ = direct(cast)
    accept(cast, ask(cast, round_, ANA), NOOR)
    service.leave_out(session, round_id=round_.id, profile_ids=[cast.profile(ANA)], now=NOW)
    end(cast, ANA)
    ana = sign_in(cast.people[ANA])
    for run in (False, True):
        if run:
            service.run_round(session, round_id=round_.id, by=cast.leader.id, now=NOW)
        home = ana.get("/home/img")
        assert "Your mentorship has ended" in home.text
        assert "Mentorship ended" in home.text
        assert f"/participations/{round_.id}/{cast.profile(ANA)}" not in home.links()
    mark(session, round_.id, [cast.profile(ANA)], left_out_at=None)
    assert "Your section leader is looking at the pairs" in ana.get("/home/img").text


def test_of_what_is_over_the_newest_is_told(cast: Cast, session: Session, sign_in: SignIn) -> None:
    without_anybody(cast, "Old")
    cast.offer(ANA).offered_at = NOW - DAY
    new = cast.published("New")
    new.created_at = NOW + DAY
    confirm(cast, new, ANA, NOOR)
    end(cast, ANA)
    service.finish_round(session, round_id=new.id, now=NOW)
    assert "Your mentorship has ended" in sign_in(cast.people[ANA]).get("/home/img").text


def test_having_withdrawn_is_told_first_only_while_one_may_come_back(
    cast: Cast, session: Session
) -> None:
    old, ana = cast.open("Old"), cast.people[ANA]
    place = {"person_id": ana.id, "round_id": old.id, "profile_id": cast.profile(ANA)}
    service.withdraw(session, now=NOW, **place)
    without_anybody(cast, "New").created_at = NOW + DAY
    session.flush()

    def told() -> tuple[str, Standing]:
        current = service.img_status(session, ana.id).current
        assert current is not None
        return current.name, current.standing

    assert told() == ("Old", Standing.WITHDREW)
    run = service.run_round(session, round_id=old.id, by=cast.leader.id, now=NOW)
    service.publish_round(session, round_id=old.id, run_id=run.id, by=cast.leader.id, now=NOW)
    service.finish_round(session, round_id=old.id, now=NOW)
    assert told() == ("New", Standing.NOT_MATCHED)


def test_a_mentor_whose_seats_are_taken_is_promised_nobody(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    spring = cast.published("Spring")
    fall = cast.draft("Fall")
    noor = sign_in(cast.people[NOOR])
    confirm(cast, spring, ANA, NOOR)  # her only seat
    service.open_round(session, round_id=fall.id, now=NOW)
    home = noor.get("/home/mentor")
    assert "All your seats are taken" in home.text
    assert "You are part of" not in home.text
    assert "Take part" not in home.text
    end(cast, ANA)
    home = noor.get("/home/mentor")
    assert "All your seats are taken" not in home.text
    assert "Take part in Fall" in home.text


def test_a_request_holds_no_seat_until_the_yes(cast: Cast, session: Session) -> None:
    ask(cast, direct(cast), ANA)
    noor = cast.people[NOOR].id
    assert not service.mentor_status(session, noor, now=NOW).full
    accept(cast, cast.offer(ANA), NOOR)
    assert service.mentor_status(session, noor, now=NOW).full


def test_who_waits_for_approval_is_not_told_that_no_round_is_open(
    cast: Cast, sign_in: SignIn
) -> None:
    zoe = factories.person(cast.session, "Zoe Yilmaz")
    asked = factories.member(
        cast.session, cast.section, SectionRole.MENTOR, zoe, MembershipState.ASKED
    )
    cast.open()
    text = sign_in(asked).get("/home/mentor").text
    assert "Fill in your profile" in text
    assert "No round is open now" not in text


@pytest.mark.parametrize("missing", ["consent", "profile"])
def test_who_is_on_hold_reads_it_in_the_list_of_rounds_too(
    cast: Cast, session: Session, sign_in: SignIn, missing: str
) -> None:
    cast.published()
    ana = cast.people[ANA]
    offer = cast.offer(ANA)
    service.decline_offer(
        session,
        person_id=cast.people[NOOR].id,
        offer_id=offer.id,
        reason="no_time",
        words="",
        now=NOW,
    )
    client = sign_in(ana)
    assert "Waiting for a mentor" in client.get("/home/img").text
    if missing == "consent":
        withdraw(session, ana.id, MATCHING, NOW)
        hold = "On hold until you agree to be matched"
    else:
        write_img(session, person_id=ana.id, img=Img(key="x"), now=NOW)
        hold = "On hold until your profile is ready"
    text = client.get("/home/img").text
    assert hold in text
    assert "Waiting for a mentor" not in text
    assert "no hurry" not in text
    assert "You keep your place in Spring: do it before the next match of this round" in text


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
        (leave_the_section, "You are not a member of its section."),
        (take_consent_back, "First agree to be matched, under Privacy choices."),
    ],
)
def test_coming_back_is_offered_and_done_only_where_nothing_stands_in_the_way(
    cast: Cast, session: Session, sign_in: SignIn, change: Callable[[Cast], None], why: str
) -> None:
    round_, ana = cast.open(), cast.people[ANA]
    place = {"person_id": ana.id, "round_id": round_.id, "profile_id": cast.profile(ANA)}
    service.withdraw(session, now=NOW, **place)
    client, where = sign_in(ana), f"/participations/{round_.id}/{cast.profile(ANA)}"
    assert "You withdrew from Spring" in client.get("/home/img").text
    change(cast)
    home = client.get("/home/img")
    assert "You withdrew from Spring" not in home.text
    client.post(f"{where}/come-back", status=303)
    text = client.get("/home/img").text
    assert why in text
    assert "You are part of Spring again" not in text
    (status,) = service.img_status(session, ana.id).rounds
    assert status.standing in {Standing.LEFT, Standing.WITHDREW}


def test_a_mentor_who_was_found_is_not_denied_when_the_round_is_over(
    cast: Cast, session: Session, sign_in: SignIn
) -> None:
    round_ = cast.published()
    accept(cast, cast.offer(ANA), NOOR)
    ana = sign_in(cast.people[ANA])
    ana.submit(f"/matches/{cast.offer(ANA).id}/decline", {"reason": "other_mentor"})
    service.finish_round(session, round_id=round_.id, now=NOW)
    text = ana.get("/home/img").text
    assert "Spring is finished, and you have no mentor from it." in text
    assert "was found" not in text


@pytest.mark.parametrize(("stage", "fits"), [("interviews", True), ("usce", False)])
def test_a_round_for_some_members_is_offered_to_these_alone(
    cast: Cast, sign_in: SignIn, stage: str, *, fits: bool
) -> None:
    cast.open(set_up=SetUp(traits=Traits(stages=("interviews",))))
    late = sign_in(cast.img("Late Comer", stage=stage))
    home = late.get("/home/img").text
    assert ("Take part in Spring" in home) is fits
    assert ("Spring is for some members only" in home) is not fits
    assert ("Open, for some members only" in home) is not fits


def test_a_break_ends_with_the_day_of_the_mentor(cast: Cast, session: Session) -> None:
    """When it is afternoon in London, the next day has begun in Auckland."""
    round_, noor, profile = cast.open(), cast.people[NOOR], cast.profile(NOOR)

    def hinders() -> Obstacle | None:
        (found,) = service.candidates(session, round_, now=now, only=[profile])
        return found.obstacle

    noor.timezone = "Pacific/Auckland"
    now = dt.datetime.combine(NOW.date(), dt.time(15), dt.UTC)
    until = now.astimezone(ZoneInfo(noor.timezone)).date()
    assert until > now.date()
    pause_mentor(session, person_id=noor.id, until=until + DAY, today=NOW.date())
    assert hinders() is Obstacle.PAUSED
    pause_mentor(session, person_id=noor.id, until=until, today=NOW.date())
    assert hinders() is None
