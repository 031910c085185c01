"""Who takes part: everybody eligible at first, then as the leader decides."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from mentorship.consents.models import Consent
from mentorship.consents.service import MATCHING, withdraw
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.rounds import service
from mentorship.rounds.models import Round, RoundState
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.rounds.service import Obstacle
from mentorship.sections.models import Membership, MembershipState, SectionRole
from tests import factories
from tests.factories import NOW
from tests.rounds.cast import Cast, small_cast


def who_takes_part(cast: Cast, round_: Round) -> set[str]:
    people = service.candidates(cast.session, round_, now=NOW)
    return {each.name for each in people if each.takes_part}


def obstacle(cast: Cast, round_: Round, name: str) -> Obstacle | None:
    people = service.candidates(cast.session, round_, now=NOW)
    return next(each.obstacle for each in people if each.name == name)


def test_opening_enrols_everybody_eligible(cast: Cast) -> None:
    cast.img("Nadia Unready", topics=())
    cast.img("Olga Mute", languages=())
    cast.mentor("Pia Seatless", seats=0)
    round_ = cast.draft()
    assert service.open_round(cast.session, round_id=round_.id, now=NOW) == 5
    assert cast.again(round_).state is RoundState.OPEN
    assert who_takes_part(cast, round_) == {
        "Ana Silva",
        "Ben Okafor",
        "Chi Tanaka",
        "Noor Haddad",
        "Omar Aziz",
    }


def test_people_of_other_sections_stay_out(cast: Cast, session: Session) -> None:
    small_cast(session)  # the same names, elsewhere
    round_ = cast.open()
    people = service.candidates(session, round_, now=NOW)
    assert {each.person_id for each in people} == {who.id for who in cast.people.values()}


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        ("Ana Silva", "no consent", Obstacle.NO_CONSENT),
        ("Ana Silva", "agreed to another text", Obstacle.NO_CONSENT),
        ("Ana Silva", "left", Obstacle.NOT_A_MEMBER),
        ("Omar Aziz", "paused", Obstacle.PAUSED),
        ("Omar Aziz", "no seats", Obstacle.NO_SEATS),
    ],
)
def test_what_keeps_somebody_out_counts_at_once(
    cast: Cast, session: Session, name: str, change: str, expected: Obstacle
) -> None:
    round_ = cast.open()
    person, profile = cast.people[name], session.get_one(Profile, cast.profile(name))
    if change == "no consent":
        withdraw(session, person.id, MATCHING, NOW)
    elif change == "agreed to another text":
        mine = sa.update(Consent).where(Consent.person_id == person.id)
        session.execute(mine.values(version=Consent.version + 1))
    elif change == "left":
        session.execute(
            sa.update(Membership)
            .where(Membership.person_id == person.id)
            .values(state=MembershipState.LEFT)
        )
    elif change == "paused":
        profile.paused_until = NOW.date() + dt.timedelta(days=1)
    else:
        profile.seats = 0
    session.flush()
    assert obstacle(cast, round_, name) is expected
    assert name not in who_takes_part(cast, round_)
    with pytest.raises(service.CannotTakePart):
        service.put_back(session, round_id=round_.id, profile_id=profile.id, now=NOW)


def test_a_pause_ends_on_its_day(cast: Cast, session: Session) -> None:
    session.get_one(Profile, cast.profile("Omar Aziz")).paused_until = NOW.date()
    session.flush()
    assert "Omar Aziz" in who_takes_part(cast, cast.open())


def test_offers_of_another_round_hold_people_and_seats(cast: Cast, session: Session) -> None:
    cast.published("Autumn")  # Noor's one seat is asked for, and one or two of Omar's
    spring = cast.open("Spring")
    assert obstacle(cast, spring, "Ana Silva") is Obstacle.HAS_OFFER
    assert obstacle(cast, spring, "Noor Haddad") is Obstacle.SEATS_TAKEN
    assert who_takes_part(cast, spring) == set()
    chi = cast.offer("Chi Tanaka")
    omar = cast.people["Omar Aziz"].id
    service.decline_offer(
        session, person_id=omar, offer_id=chi.id, reason="no_time", words="", now=NOW
    )
    assert service.refresh(session, round_id=spring.id, now=NOW) == 2
    assert who_takes_part(cast, spring) == {"Chi Tanaka", "Omar Aziz"}
    (free,) = [
        each.seats
        for each in service.candidates(session, spring, now=NOW)
        if each.name == "Omar Aziz"
    ]
    assert free == 1


def test_a_finished_round_holds_nobody(cast: Cast, session: Session) -> None:
    autumn = cast.published("Autumn")
    service.finish_round(session, round_id=autumn.id, now=NOW)
    assert len(who_takes_part(cast, cast.open("Spring"))) == 5


def test_who_is_left_out_stays_out_until_put_back(cast: Cast, session: Session) -> None:
    round_, ana = cast.open(), cast.profile("Ana Silva")
    for _ in range(2):
        service.leave_out(session, round_id=round_.id, profile_ids=[ana], now=NOW)
    assert "Ana Silva" not in who_takes_part(cast, round_)
    assert service.refresh(session, round_id=round_.id, now=NOW) == 0
    for _ in range(2):
        service.put_back(session, round_id=round_.id, profile_id=ana, now=NOW)
    assert "Ana Silva" in who_takes_part(cast, round_)


def test_newcomers_are_added_one_by_one_or_all_at_once(cast: Cast, session: Session) -> None:
    round_ = cast.open()
    for name in ("Dana New", "Eli New", "Fay New"):
        cast.img(name)
    dana = cast.profile("Dana New")
    service.put_back(session, round_id=round_.id, profile_id=dana, now=NOW)
    assert service.refresh(session, round_id=round_.id, now=NOW) == 2
    assert len(who_takes_part(cast, round_)) == 8


def test_nobody_from_outside_can_be_put_in(cast: Cast, session: Session) -> None:
    round_, elsewhere = cast.open(), small_cast(session)
    stranger = elsewhere.profile("Ana Silva")
    with pytest.raises(NoResultFound):
        service.put_back(session, round_id=round_.id, profile_id=stranger, now=NOW)
    with pytest.raises(NoResultFound):
        service.leave_out(session, round_id=round_.id, profile_ids=[stranger], now=NOW)


def test_one_person_as_img_and_mentor_takes_part_in_each_role(cast: Cast, session: Session) -> None:
    cast.img("Both Ways")
    cast.mentor("Both Ways")
    round_ = cast.open()
    people = service.candidates(session, round_, now=NOW)
    both = [each.kind for each in people if each.name == "Both Ways" and each.takes_part]
    assert sorted(both) == [ProfileKind.IMG, ProfileKind.MENTOR]


def test_a_profile_without_the_role_in_the_section_stays_out(cast: Cast, session: Session) -> None:
    ana = cast.people["Ana Silva"]
    session.execute(
        sa.update(Membership).where(Membership.person_id == ana.id).values(role=SectionRole.MENTOR)
    )
    assert "Ana Silva" not in who_takes_part(cast, cast.open())


@pytest.mark.parametrize("end", ["draft", "published", "finished"])
def test_people_come_and_go_only_before_publishing(cast: Cast, session: Session, end: str) -> None:
    round_ = cast.draft() if end == "draft" else cast.published()
    if end == "finished":
        service.finish_round(session, round_id=round_.id, now=NOW)
    ana = cast.profile("Ana Silva")
    for act in (
        lambda: service.refresh(session, round_id=round_.id, now=NOW),
        lambda: service.leave_out(session, round_id=round_.id, profile_ids=[ana], now=NOW),
        lambda: service.put_back(session, round_id=round_.id, profile_id=ana, now=NOW),
    ):
        with pytest.raises(service.RoundChanged):
            act()


def test_a_second_leader_who_opens_is_told(cast: Cast, session: Session) -> None:
    round_ = cast.open()
    with pytest.raises(service.RoundChanged) as found:
        service.open_round(session, round_id=round_.id, now=NOW)
    assert (found.value.state, found.value.at) == (RoundState.OPEN, NOW)


def test_offers_that_came_to_nothing_hold_nobody(cast: Cast, session: Session) -> None:
    cast.published("Autumn")
    session.execute(
        sa.update(Offer).values(state=OfferState.DECLINED_BY_MENTOR, decline_reason="no_time")
    )
    assert len(who_takes_part(cast, cast.open("Spring"))) == 5


def test_two_rounds_of_a_section_have_different_names(cast: Cast, session: Session) -> None:
    cast.draft("Spring")
    with pytest.raises(service.RoundNameTaken):
        cast.draft("Spring")
    other = cast.draft("Summer")
    with pytest.raises(service.RoundNameTaken):
        service.edit_round(
            session,
            round_id=other.id,
            name="Spring",
            policy="best-total",
            set_up=service.SetUp(),
            answer_days=3,
            now=NOW,
        )
    elsewhere = factories.section(session)
    service.create_round(
        session,
        section_id=elsewhere.id,
        name="Spring",
        policy="best-total",
        set_up=service.SetUp(),
        answer_days=3,
        lottery=1,
        now=NOW,
    )


def test_whoever_withdrew_since_the_list_was_read_is_not_taken_in_with_the_others(
    cast: Cast, session: Session
) -> None:
    round_ = cast.open()
    names = ("Ana Silva", "Ben Okafor")
    ids = [cast.profile(name) for name in names]
    service.leave_out(session, round_id=round_.id, profile_ids=ids, now=NOW)
    service.put_back(session, round_id=round_.id, profile_id=ids[0], now=NOW)  # another leader
    ana = cast.people["Ana Silva"].id
    service.withdraw(session, person_id=ana, round_id=round_.id, profile_id=ids[0], now=NOW)
    service.put_all_back(session, round_id=round_.id, profile_ids=ids, now=NOW)
    assert who_takes_part(cast, round_) & set(names) == {"Ben Okafor"}
