"""What present answers make possible, in counts that point at nobody."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.accounts.models import User
from mentorship.finding.crowd import crowd
from mentorship.finding.others import ASKED, others_of
from mentorship.finding.outlook import ImgOutlook, MentorOutlook, outlook, told
from mentorship.matching import Market
from mentorship.matching.forbid import HARD_RULES, ruled_out
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.profiles.pool import gather
from mentorship.profiles.service import read_img, read_mentor, write_img
from mentorship.profiles.steps import IMG_ROAD, MENTOR_ROAD
from mentorship.profiles.views import AUTOSAVED
from mentorship.rounds.service import SetUp
from mentorship.sections.models import MembershipState, SectionRole
from tests import factories
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast, small_cast

TODAY = NOW.date()
MONDAY = TODAY - dt.timedelta(days=TODAY.weekday())


@pytest.fixture
def cast(session: Session) -> Cast:
    cast = small_cast(session)
    for n in range(6):
        cast.mentor(f"Heart {n}", specialties=("psychiatry",), accepts_languages=("ne",))
    return cast


def test_small_counts_are_not_told_and_others_are_rounded() -> None:
    assert [told(n) for n in (0, 1, 4)] == ["fewer than 5"] * 3
    assert [told(n) for n in (5, 7, 8, 12, 113)] == [
        *("about 5", "about 5", "about 10", "about 10", "about 115")
    ]


def of_img(session: Session, person: User) -> ImgOutlook:
    found = outlook(session, person.id, read_img(session, person.id).values, now=NOW)
    assert isinstance(found, ImgOutlook)
    return found


def of_mentor(session: Session, person: User) -> MentorOutlook:
    found = outlook(session, person.id, read_mentor(session, person.id).values, now=NOW)
    assert isinstance(found, MentorOutlook)
    return found


def test_an_img_reads_what_is_possible_and_what_narrows_it(cast: Cast, session: Session) -> None:
    ana = cast.people["Ana Silva"]
    before = of_img(session, ana)
    assert (before.mentors, before.possible) == ("about 10", "fewer than 5")
    reason = "take only IMGs who speak other languages"
    assert before.narrowest == ("your languages", reason, "about 5")
    speaks = dataclasses.replace(read_img(session, ana.id).values, languages=("en", "ne"))
    write_img(session, person_id=ana.id, img=speaks, now=NOW)
    after = of_img(session, ana)
    assert (after.possible, after.covering, after.narrowest) == ("about 10", "about 5", None)


def test_each_section_counts_by_the_rules_of_its_own_round(cast: Cast, session: Session) -> None:
    """A mentor of both is possible where one of the two rounds allows it."""
    ana = cast.people["Ana Silva"]
    for n in range(5):
        cast.mentor(f"Open {n}", topics=("research",))
    cast.open()
    alone = of_img(session, ana)
    assert (alone.mentors, alone.possible) == ("about 15", "about 5")
    other = Cast(session, factories.section(session), cast.leader)
    other.people["Ana Silva"] = ana
    factories.member(session, other.section, SectionRole.IMG, ana)
    strict = SetUp(must_cover_first_topic=True)
    other.open("Strict", set_up=strict)
    factories.member(session, other.section, SectionRole.MENTOR, cast.people["Open 0"])
    assert of_img(session, ana) == alone
    for n in range(7):
        other.mentor(f"Elsewhere {n}", topics=("research",))
    both = of_img(session, ana)
    assert (both.mentors, both.possible) == ("about 20", "about 5")
    assert both.narrowest == ("the topic you need first", "do not offer it", "about 5")


def test_of_two_open_rounds_one_that_allows_it_is_enough(cast: Cast, session: Session) -> None:
    ana = cast.people["Ana Silva"]
    before = of_img(session, ana)
    cast.open("Strict")
    assert of_img(session, ana) == before
    cast.open("Lifted", set_up=SetUp(respect_limits=False))
    both = of_img(session, ana)
    assert (both.mentors, both.possible, both.narrowest) == ("about 10", "about 10", None)


def test_an_answer_not_given_yet_is_named_as_that(cast: Cast, session: Session) -> None:
    ana = cast.people["Ana Silva"]
    silent = dataclasses.replace(read_img(session, ana.id).values, languages=())
    write_img(session, person_id=ana.id, img=silent, now=NOW)
    narrowest = of_img(session, ana).narrowest
    assert narrowest is not None
    assert narrowest[1].endswith("and you have named none")


def test_who_has_an_offer_counts_neither_as_a_seat_nor_as_a_need(
    cast: Cast, session: Session
) -> None:
    ana, noor = cast.people["Ana Silva"], cast.people["Noor Haddad"]
    for n in range(6):
        cast.img(f"Img {n}", topics=("interview_prep",))
        cast.mentor(f"Free {n}", topics=("interview_prep",))
    needing, possible = of_mentor(session, noor).needing, of_img(session, ana).possible
    assert (needing, possible) == ("about 10", "about 10")
    cast.published()
    assert of_mentor(session, noor).needing == "fewer than 5"
    assert of_img(session, ana).possible == "fewer than 5"


def test_who_is_left_out_by_a_mentor_cannot_tell(cast: Cast, session: Session) -> None:
    ana = cast.people["Ana Silva"]
    cast.mentor("Pat Picky", exclude=(str(ana.id),))
    narrowest = of_img(session, ana).narrowest
    assert narrowest is not None
    assert narrowest[0] == "your languages"


def test_an_address_to_leave_out_tells_not_whether_it_is_a_mentors(
    cast: Cast, session: Session
) -> None:
    ana = cast.people["Ana Silva"]
    for n in range(6):
        cast.mentor(f"Open {n}")
    before = of_img(session, ana)
    shy = dataclasses.replace(
        read_img(session, ana.id).values, avoid=(cast.people["Open 0"].email, "no@example.org")
    )
    write_img(session, person_id=ana.id, img=shy, now=NOW)
    assert of_img(session, ana) == before
    named = dataclasses.replace(
        shy, avoid=tuple(str(cast.people[f"Open {n}"].id) for n in range(5))
    )
    write_img(session, person_id=ana.id, img=named, now=NOW)
    assert (before.possible, of_img(session, ana).possible) == ("about 10", "fewer than 5")


@pytest.mark.parametrize("field", ["institution", "selects_at", "exclude_institutions"])
def test_an_institution_tells_not_who_named_it(cast: Cast, session: Session, field: str) -> None:
    ana = cast.people["Ana Silva"]
    for n in range(6):
        named = "Mercy General" if field == "institution" else ("Mercy General",)
        cast.mentor(f"There {n}", **{field: named})
    before = of_img(session, ana)
    assert before.possible == "about 10"
    typed = dataclasses.replace(read_img(session, ana.id).values, conflicts=("Mercy General",))
    write_img(session, person_id=ana.id, img=typed, now=NOW)
    assert of_img(session, ana) == before


def test_a_mentor_reads_who_needs_it_and_what_is_short(cast: Cast, session: Session) -> None:
    for n in range(30):
        cast.img(f"Img {n}", topics=("research",))
    noor = of_mentor(session, cast.people["Noor Haddad"])
    assert (noor.imgs, noor.needing) == ("about 35", "fewer than 5")
    assert noor.short == [("Research and publishing", "about 30", False)]


@pytest.mark.parametrize("seed", range(6))
def test_counts_are_those_of_whole_profiles_compared_one_by_one(
    cast: Cast, session: Session, seed: int
) -> None:
    """The core, asked of everybody's whole profiles, counts as many as of people made alike."""
    draw = random.Random(seed)  # noqa: S311  people, no secrets
    imgs = [cast.img(f"Img {n}", **img_says(draw)) for n in range(15)]
    mentors = [cast.mentor(f"Mentor {n}", **mentor_says(draw)) for n in range(15)]
    for img, mentor in zip(imgs[:3], mentors[:3], strict=True):
        said = read_img(session, img.id).values
        avoiding = dataclasses.replace(said, avoid=(str(mentor.id),))
        write_img(session, person_id=img.id, img=avoiding, now=NOW)
    set_up = SetUp(
        must_share_language=draw.random() < 0.5,
        must_cover_first_topic=draw.random() < 0.5,
        respect_limits=draw.random() < 0.8,
    )
    cast.draft("Drawn", set_up=set_up)
    rules = set_up.rules()
    every_img, every_mentor = gather(session, session.scalars(sa.select(Profile.id)).all())
    market = Market.of(every_img, rules.limiting(every_mentor), vocabulary.tables(), week=MONDAY)
    out = ruled_out(market, rules, np.arange(len(market.imgs)))
    forbidden = np.logical_or.reduce(
        [flags for key, flags in out.items() if key not in {"institutions", "selection"}]
    )
    for row, one in enumerate(market.imgs):
        who = session.get_one(Profile, uuid.UUID(one.key)).person_id
        asks = read_img(session, who).values
        found = crowd(asks, others_of(session, who, asks, now=NOW), [rules], today=TODAY)
        assert found.count(~found.out()) == (~forbidden[row]).sum()
    for column, other in enumerate(market.mentors):
        who = session.get_one(Profile, uuid.UUID(other.key)).person_id
        offers = read_mentor(session, who).values
        found = crowd(offers, others_of(session, who, offers, now=NOW), [rules], today=TODAY)
        assert found.count(~found.out()) == (~forbidden[:, column]).sum()


def some(draw: random.Random, words: Sequence[str], most: int) -> tuple[str, ...]:
    return tuple(draw.sample(words, draw.randint(0, most)))


HOSPITALS = ("Mercy General", "mercy  general", "Lakeside: North", "Old Town")
LANGUAGES = ("en", "es", "ne")
TOPICS = ("interview_prep", "visa_choice", "research")
SPECIALTIES = ("neurology", "psychiatry", "critical_care", "internal_medicine")
STAGES = ("interviews", "residency", "usmle_step1")


def img_says(draw: random.Random) -> dict[str, Any]:
    return {
        "stage": draw.choice(STAGES),
        "specialties": some(draw, SPECIALTIES, 3),
        "topics": draw.sample(TOPICS, draw.randint(1, 3)),
        "languages": draw.sample(LANGUAGES, draw.randint(1, 2)),
        "conflicts": some(draw, HOSPITALS, 1),
    }


def mentor_says(draw: random.Random) -> dict[str, Any]:
    return {
        "topics": draw.sample(TOPICS, draw.randint(1, 3)),
        "languages": some(draw, LANGUAGES, 2),
        "accepts_specialties": some(draw, SPECIALTIES, 2),
        "accepts_stages": some(draw, STAGES, 1),
        "accepts_languages": some(draw, LANGUAGES, 1),
        "institution": draw.choice([None, *HOSPITALS]),
        "exclude_institutions": some(draw, HOSPITALS, 1),
        "selects_at": some(draw, HOSPITALS, 1),
    }


def test_every_field_that_a_hard_rule_reads_is_looked_at() -> None:
    """A new rule cannot be forgotten here: it would read a field that nobody gathers."""
    named = {"key", "avoid", "exclude"}
    counted = [rule for key, rule in HARD_RULES.items() if key not in {"institutions", "selection"}]
    assert {f for rule in counted for f in rule.img_fields} - named == {*ASKED[ProfileKind.IMG]}
    of_mentors = {f for rule in counted for f in rule.mentor_fields} - named
    assert of_mentors == {*ASKED[ProfileKind.MENTOR]}


def test_each_step_shows_it_and_each_save_renews_it(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    ana, noor = cast.people["Ana Silva"], cast.people["Noor Haddad"]
    img = sign_in(ana)
    for step in IMG_ROAD.steps:
        assert (
            "of about 10 mentors are possible for you" in img.get(f"/profile/img/{step.key}").text
        )
    mentor = sign_in(noor)
    for step in MENTOR_ROAD.steps:
        page = mentor.get(f"/profile/mentor/{step.key}").text
        assert "need a topic you offer" in page
        assert "Where your section is short" in page
    form = {"languages": ["en", "ne"], "csrf_token": img.token()}
    answer = img.client.post("/profile/img/about", data=form, headers={AUTOSAVED: "1"})
    assert (
        "<strong>About 10</strong> of about 10 mentors are possible" in answer.get_json()["outlook"]
    )
    assert "About 10 of about 10 mentors are possible" in img.get("/profile/img/about").text


def test_before_the_first_answer_and_outside_a_section_nothing_is_counted(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    eve = sign_in(factories.member(session, cast.section, SectionRole.IMG))
    assert "Save a first answer" in eve.get("/profile/img/journey").text
    stranger = sign_in(factories.person(session))
    stranger.submit("/profile/img/journey", {"stage": "interviews"})
    assert "How good my match can be" not in stranger.get("/profile/img/journey").text


def test_a_mentor_who_waits_for_approval_reads_that(
    cast: Cast, session: Session, sign_in: Callable[[User], PageClient]
) -> None:
    who = factories.member(session, cast.section, SectionRole.MENTOR, state=MembershipState.ASKED)
    page = sign_in(who).get("/profile/mentor").text
    assert "Your request to join waits for approval" in page
    assert "not a mentor in a section yet" not in page
