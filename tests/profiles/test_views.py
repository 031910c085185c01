"""The two profile pages, as their owners use them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents import service as consents
from mentorship.matching import Img, Mentor, Span
from mentorship.profiles import service
from mentorship.profiles.codes import option_of
from mentorship.profiles.models import Profile
from mentorship.profiles.steps import ROADS
from mentorship.sections.models import (
    Browsing,
    Membership,
    MembershipState,
    Section,
    SectionRole,
)
from tests import factories
from tests.factories import NOW
from tests.page import Page, PageClient, without_end
from tests.profiles.filling import fill_in, path_of, step_with
from tests.profiles.samples import FULL_IMG, FULL_MENTOR
from tests.profiles.test_service import IMGS, MENTORS, counted

SignIn = Callable[[User], PageClient]
FEW = settings(
    max_examples=3,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
MINE = {"img": "/profile/img", "mentor": "/profile/mentor"}
JOURNEY, NAMES, CONFIDENCE = (f"/profile/img/{key}" for key in ("journey", "names", "confidence"))
SEATS = "/profile/mentor/seats"


@pytest.fixture
def section(session: Session) -> Section:
    made = factories.section(session)
    made.browsing = Browsing.IMGS
    return made


@pytest.fixture
def ana(session: Session, section: Section) -> User:
    return factories.member(
        session, section, SectionRole.IMG, factories.person(session, "Ana Abara")
    )


@pytest.fixture
def mo(session: Session, section: Section) -> User:
    mo = factories.member(session, section, SectionRole.MENTOR, factories.person(session, "Mo"))
    for purpose in (consents.LISTED, consents.MATCHING):
        consents.give(session, mo.id, purpose, NOW)
    return mo


def img_of(session: Session, person: User) -> Img:
    return service.read_img(session, person.id).values


def mentor_of(session: Session, person: User) -> Mentor:
    return service.read_mentor(session, person.id).values


def keep(session: Session, person: User, img: Img, lines: dict[str, str] | None = None) -> None:
    service.write_img(session, person_id=person.id, img=img, now=NOW, lines=lines or {})


def profiles(session: Session) -> int:
    return session.scalars(sa.select(sa.func.count()).select_from(Profile)).one()


def test_an_img_fills_in_everything(session: Session, sign_in: SignIn, ana: User, mo: User) -> None:
    service.write_mentor(session, person_id=mo.id, mentor=FULL_MENTOR, now=NOW)
    typed = {
        "stage": "interviews",
        "specialty_1": "psychiatry",
        "specialty_3": "forensic_psychiatry",
        "topic_1": "visa_choice",
        "topic_2": "interview_prep",
        "goals": "One.\r\nTwo.",
        "school_country": "NP",
        "graduation_year": "2019",
        "state": "TX",
        "languages": ["ne", "en"],
        "states": ["TX", "AL"],
        "timezone": "Asia/Kathmandu",
        "free": ["0-3", "0-4", "6-1"],
        "exact_times": "Mon 23:00-23:30\r\nsunday 5:00-6:00\r\n",
        "meetings_a_month": "2",
        "channels": ["video"],
        "formats": ["ongoing", "mock_interview"],
        "mentors_wanted": "2",
        "wishes": ["mentor_is_img"],
        "request_2": option_of(str(mo.id)),
        "why_2": "A good talk.",
        "importance-topics": "high",
        "visa": "outside_us",
        "gender": "prefer_not",
        "avoid_mentors": [],
        "avoid_addresses": "Lee@Example.org\r\n\r\n",
        "conflicts": "Harbor Hospital\r\nharbor hospital\r\n",
    }
    page = fill_in(sign_in(ana), "img", typed)
    assert page.location == MINE["img"]
    answers = service.read_img(session, ana.id)
    assert answers.values == Img(
        key=str(ana.id),
        stage="interviews",
        specialties=("psychiatry", "forensic_psychiatry"),
        topics=("visa_choice", "interview_prep"),
        visa="outside_us",
        school_country="NP",
        graduation_year=2019,
        languages=("en", "ne"),
        state="TX",
        states=("AL", "TX"),
        timezone="Asia/Kathmandu",
        availability=(Span(0, 1020, 1410), Span(6, 300, 360), Span(6, 480, 720)),
        channels=("video",),
        formats=("ongoing", "mock_interview"),
        meetings_a_month=2,
        gender="prefer_not",
        mentors_wanted=2,
        requests=(str(mo.id),),
        avoid=("lee@example.org",),
        conflicts=("Harbor Hospital",),
        wishes=("mentor_is_img",),
        importance={"topics": "high"},
        goals="One.\nTwo.",
    )
    assert answers.lines == {str(mo.id): "A good talk."}


def test_a_mentor_fills_in_everything(session: Session, sign_in: SignIn, mo: User) -> None:
    day = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=30)
    typed = {
        "seats": "4",
        "paused_until": day.isoformat(),
        "topics": ["soap"],
        "stages": ["visa"],
        "about": "I listen.",
        "career_level": "faculty",
        "specialties": ["psychiatry"],
        "subspecialties": ["forensic_psychiatry"],
        "institution": "  Harbor   Hospital ",
        "selects_at": "Harbor Hospital",
        "state": "NY",
        "states_licensed": ["NY"],
        "is_img": "yes",
        "school_country": "IN",
        "languages": ["en"],
        "timezone": "America/New_York",
        "free": ["5-1"],
        "meetings_a_month": "1",
        "channels": ["phone"],
        "formats": ["ongoing"],
        "visas": ["j1_visa"],
        "gender": "woman",
        "accepts_specialties": ["psychiatry"],
        "accepts_stages": ["visa"],
        "accepts_languages": ["en"],
        "exclude_addresses": "lee@example.org",
        "exclude_institutions": "Mount Example",
    }
    page = fill_in(sign_in(mo), "mentor", typed)
    assert page.location == MINE["mentor"]
    answers = service.read_mentor(session, mo.id)
    assert answers.paused_until == day
    assert answers.values == Mentor(
        key=str(mo.id),
        career_level="faculty",
        specialties=("psychiatry",),
        subspecialties=("forensic_psychiatry",),
        topics=("soap",),
        stages=("visa",),
        visas=("j1_visa",),
        is_img=True,
        school_country="IN",
        languages=("en",),
        state="NY",
        states_licensed=("NY",),
        timezone="America/New_York",
        availability=(Span(5, 480, 720),),
        channels=("phone",),
        formats=("ongoing",),
        meetings_a_month=1,
        gender="woman",
        seats=4,
        accepts_specialties=("psychiatry",),
        accepts_stages=("visa",),
        accepts_languages=("en",),
        exclude=("lee@example.org",),
        exclude_institutions=("Mount Example",),
        selects_at=("Harbor Hospital",),
        institution="Harbor Hospital",
        about="I listen.",
    )


@FEW
@given(img=IMGS)
def test_opening_and_saving_changes_nothing_for_an_img(
    session: Session, sign_in: SignIn, ana: User, mo: User, img: Img
) -> None:
    said = dataclasses.replace(img, requests=(str(mo.id),), avoid=(str(mo.id), "lee@example.org"))
    keep(session, ana, said, {str(mo.id): "Because."})
    before = service.read_img(session, ana.id)
    fill_in(sign_in(ana), "img", {})
    assert service.read_img(session, ana.id) == before


@FEW
@given(mentor=MENTORS)
def test_opening_and_saving_changes_nothing_for_a_mentor(
    session: Session, sign_in: SignIn, ana: User, mo: User, mentor: Mentor
) -> None:
    marks = {"welcomes": (str(ana.id),), "exclude": (str(ana.id), "lee@example.org")}
    said = dataclasses.replace(mentor, **marks)  # type: ignore[arg-type]  # values of one dict, of many types
    service.write_mentor(session, person_id=mo.id, mentor=said, now=NOW)
    before = service.read_mentor(session, mo.id)
    fill_in(sign_in(mo), "mentor", {})
    assert service.read_mentor(session, mo.id) == before


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("img", {"stage": "kindergarten"}, "Choose one of the list"),
    ("img", {"specialty_1": "soap"}, "Choose one of the list"),
    ("img", {"specialty_1": "urology", "specialty_2": "urology"}, "You chose this above"),
    ("img", {"topic_2": "soap", "topic_5": "soap"}, "You chose this above"),
    ("img", {"graduation_year": "19"}, "Enter a whole number from 1950 to 2100"),
    ("img", {"graduation_year": "soon"}, "Enter a whole number from 1950 to 2100"),
    ("img", {"graduation_year": "9" * 5000}, "Enter a whole number from 1950 to 2100"),
    ("img", {"languages": ["klingon"]}, "Choose only from the boxes shown"),
    ("img", {"free": ["7-0"]}, "Choose only from the boxes shown"),
    ("img", {"exact_times": "whenever"}, "“whenever”: write a day and two times"),
    ("img", {"exact_times": "Mon 10:00-09:00"}, "the end must come after the start"),
    ("img", {"timezone": "Mars/Olympus"}, "Choose one of the list"),
    ("img", {"meetings_a_month": "9"}, "Choose one of the list"),
    ("img", {"mentors_wanted": "3"}, "Choose one of the answers shown"),
    ("img", {"importance-topics": "huge"}, "Choose one of the list"),
    ("img", {"request_1": "3f0c3d4e-2222-4444-8888-000000000000"}, "Choose one of the list"),
    ("img", {"why_1": "So nice."}, "Choose the mentor, or take the reason out"),
    ("img", {"why_1": "x" * 301}, "Keep it to 300 characters"),
    ("img", {"goals": "x" * 2001}, "Keep it to 2000 characters"),
    ("img", {"conflicts": "x" * 201}, "has 201 characters; keep it to 200 characters"),
    ("img", {"conflicts": "\n".join(map(str, range(61)))}, "keep 60 at most"),
    ("img", {"avoid_addresses": "Dr. Who"}, "“Dr. Who” is no email address"),
    ("mentor", {"seats": "11"}, "Choose one of the list"),
    ("mentor", {"paused_until": "someday"}, "Enter a day, such as 2027-03-19"),
    ("mentor", {"paused_until": "2020-01-01"}, "Enter a day after today"),
    ("mentor", {"institution": "x" * 201}, "Keep it to 200 characters"),
    ("mentor", {"is_img": "maybe"}, "Choose one of the answers shown"),
    ("mentor", {"visas": ["us_citizen"]}, "Choose only from the boxes shown"),
    ("mentor", {"exclude_addresses": "a@b@c"}, "“a@b@c” is no email address"),
]


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_answer_is_told_at_its_field_and_nothing_typed_is_lost(
    session: Session, sign_in: SignIn, ana: User, case: tuple[str, dict[str, Any], str]
) -> None:
    kind, typed, error = case
    path = step_with(kind, next(iter(typed)))
    page = sign_in(ana).submit(path, typed, status=422)
    assert "Please check the form" in page.text
    assert error in page.text
    assert page.tree.find("head/title").text.startswith("Error: ")  # type: ignore[union-attr]  # None fails the test
    assert profiles(session) == 0


STILL_THERE = [
    ("img", {"school_country": "??", "state": "TX"}, ".//select[@name='state']/option[@selected]"),
    ("img", {"exact_times": "soon", "free": ["2-1"]}, ".//input[@name='free'][@checked]"),
    ("mentor", {"topics": ["??"], "about": "TX"}, ".//textarea[@name='about']"),
]


@pytest.mark.parametrize("case", STILL_THERE)
def test_what_was_right_is_still_there_beside_what_was_wrong(
    sign_in: SignIn, ana: User, case: tuple[str, dict[str, Any], str]
) -> None:
    kind, typed, where = case
    page = sign_in(ana).submit(step_with(kind, next(iter(typed))), typed, status=422)
    found = page.form().find(where)
    assert found is not None
    assert (found.get("value") or str(found.text).strip()) in {"TX", "2-1"}


def test_characters_that_nobody_types_are_dropped(
    session: Session, sign_in: SignIn, ana: User
) -> None:
    typed = {"goals": "a\0b\x07\ufffe\td", "conflicts": "Har\0bor"}
    fill_in(sign_in(ana), "img", typed)
    assert (img_of(session, ana).goals, img_of(session, ana).conflicts) == ("ab\td", ("Harbor",))


def test_asking_for_oneself_or_avoiding_oneself_is_told(
    session: Session, sign_in: SignIn, ana: User
) -> None:
    page = sign_in(ana).submit(NAMES, {"avoid_addresses": ana.email}, status=422)
    assert f"“{ana.email}” is your own address; name somebody else." in page.text


def test_saving_twice_is_harmless(session: Session, sign_in: SignIn, ana: User) -> None:
    client = sign_in(ana)
    for _ in range(2):
        client.submit(JOURNEY, {"stage": "visa"})
    assert profiles(session) == 1


def test_what_is_missing_is_said_after_saving(session: Session, sign_in: SignIn, ana: User) -> None:
    client = sign_in(ana)
    client.submit(JOURNEY, {"stage": "visa", "go": "leave"})
    page = client.get(MINE["img"])
    assert "Your profile is saved. To be matched, please add:" in page.text
    page = client.follow(fill_in(client, "img", {"topic_1": "soap", "languages": ["en"]}))
    assert "Your profile is saved." in page.text
    assert "Your profile is ready" in page.text


@pytest.mark.parametrize("path", MINE.values())
def test_visitors_are_asked_to_sign_in(session: Session, client: PageClient, path: str) -> None:
    assert "/login" in str(client.get(path, status=302).location)
    assert "/login" in str(client.post(f"{path}/times", {"timezone": "UTC"}).location)
    assert profiles(session) == 0


@pytest.mark.parametrize("path", MINE.values())
def test_without_a_token_nothing_is_saved(
    session: Session, sign_in: SignIn, ana: User, path: str
) -> None:
    answer = sign_in(ana).client.post(f"{path}/times", data={"timezone": "UTC"})
    assert answer.status_code == 400
    assert profiles(session) == 0


def test_nobody_sees_or_changes_another_profile(
    session: Session, sign_in: SignIn, ana: User, section: Section
) -> None:
    keep(session, ana, FULL_IMG)
    key = session.scalars(sa.select(Profile.id)).one()
    ben = factories.member(session, section, SectionRole.IMG)
    client = sign_in(ben)
    for query in (f"?id={key}", f"?person_id={ana.id}"):
        assert "First line." not in client.get(f"/profile/img{query}").html
        assert "First line." not in client.get(f"/profile/img/topics{query}").html
    stolen = {"id": str(key), "person_id": str(ana.id), "key": str(key), "profile_id": str(key)}
    client.submit(JOURNEY, {**stolen, "stage": "practice"})
    assert img_of(session, ana).stage == "interviews"
    assert img_of(session, ben).stage == "practice"
    assert client.client.get(f"/profile/{key}").status_code == 404


def test_fields_nobody_asked_for_are_passed_over(
    session: Session, sign_in: SignIn, ana: User
) -> None:
    extra = {"seats": "9", "kind": "mentor", "role": "leader", "updated_at": "2000-01-01"}
    other_step = {"goals": "Not asked here", "visa": "h1b"}
    sign_in(ana).submit(JOURNEY, {**extra, **other_step, "stage": "visa"})
    assert (img_of(session, ana).goals, img_of(session, ana).visa) == ("", None)
    profile = session.scalars(sa.select(Profile)).one()
    assert (profile.kind, profile.seats, profile.person_id) == ("img", 0, ana.id)


def _masked(page: Page) -> str:
    """Leave out what differs between any two saves: the token, and the moment."""
    return re.sub(r'name="(csrf_token|version)"[^>]*value="[^"]*"', "", without_end(page.html))


@pytest.mark.parametrize("where", ["img avoid", "mentor exclude"])
def test_the_page_does_not_tell_whether_an_address_has_an_account(
    session: Session, sign_in: SignIn, section: Section, where: str
) -> None:
    kind, field = where.split()
    factories.member(session, section, SectionRole.IMG, factories.person(session, email="a@b.org"))
    pages = []
    for address in ("a@b.org", "b@b.org"):
        person = factories.person(session, "Same Name")
        client = sign_in(person)
        step = step_with(kind, f"{field}_addresses")
        client.submit(step, {f"{field}_addresses": address})
        both = _masked(client.get(step)) + _masked(client.get(MINE[kind]))
        pages.append(both.replace(address, "ADDRESS"))
    assert "ADDRESS" in pages[0]
    assert pages[0] == pages[1]


def test_only_mentors_of_ones_own_sections_are_offered(
    session: Session, sign_in: SignIn, ana: User, mo: User, section: Section
) -> None:
    elsewhere = factories.person(session, "Elsewhere")
    factories.member(session, factories.section(session), SectionRole.MENTOR, elsewhere)
    asking = factories.person(session, "Still Asking")
    factories.member(session, section, SectionRole.MENTOR, asking, MembershipState.ASKED)
    service.write_mentor(session, person_id=mo.id, mentor=FULL_MENTOR, now=NOW)
    page = sign_in(ana).get(NAMES)
    options = page.tree.findall(".//select[@name='request_1']/option")
    assert [option.text for option in options] == ["No answer", "Mo, Harbor Hospital"]


def test_mentors_see_no_list_of_imgs(
    session: Session, sign_in: SignIn, ana: User, mo: User
) -> None:
    keep(session, ana, FULL_IMG)
    for step in ROADS["mentor"].steps:
        page = sign_in(mo).get(path_of("mentor", step))
        assert ana.name not in page.text
        assert ana.email not in page.html


def test_a_mentor_who_left_stays_asked_for_until_taken_out(
    session: Session, sign_in: SignIn, ana: User, mo: User
) -> None:
    keep(session, ana, dataclasses.replace(FULL_IMG, requests=(str(mo.id),)))
    session.execute(
        sa.update(Membership)
        .where(Membership.person_id == mo.id)
        .values(state=MembershipState.LEFT)
    )
    client = sign_in(ana)
    assert "Mo (in no list of yours now)" in client.get(NAMES).text
    fill_in(client, "img", {})
    assert img_of(session, ana).requests == (str(mo.id),)
    client.submit(NAMES, {"request_1": ""})
    assert img_of(session, ana).requests == ()


def test_an_error_names_nobody_by_the_key_of_an_account(
    session: Session, sign_in: SignIn, ana: User, mo: User
) -> None:
    keep(session, ana, dataclasses.replace(FULL_IMG, requests=(), avoid=(str(mo.id),)))
    gone = sa.update(Membership).where(Membership.person_id == mo.id)
    session.execute(gone.values(state=MembershipState.LEFT))
    page = sign_in(ana).submit(
        NAMES, {"request_1": option_of(str(mo.id)), "avoid_mentors": []}, status=422
    )
    assert "This is no mentor in a section of this person" in page.text
    assert str(mo.id) not in page.html


def test_words_the_page_does_not_offer_itself_are_not_lost(
    session: Session, sign_in: SignIn, mo: User
) -> None:
    said = dataclasses.replace(
        FULL_MENTOR, specialties=("psychiatry", "sleep_medicine", "cardiovascular_disease")
    )
    service.write_mentor(session, person_id=mo.id, mentor=said, now=NOW)
    page = sign_in(mo).get(step_with("mentor", "specialties"))
    assert "Cardiovascular Disease" in page.text
    fill_in(sign_in(mo), "mentor", {})
    assert mentor_of(session, mo).specialties == said.specialties


def test_a_pause_that_is_over_is_not_shown(session: Session, sign_in: SignIn, mo: User) -> None:
    day = dt.date(2026, 12, 24)
    service.write_mentor(session, person_id=mo.id, mentor=FULL_MENTOR, now=NOW, paused_until=day)
    for moment, shown in (("2026-12-23T12:00Z", "2026-12-24"), ("2026-12-24T12:00Z", "")):
        with time_machine.travel(moment, tick=False):
            field = sign_in(mo).get(SEATS).tree.find(".//input[@name='paused_until']")
            assert field is not None
            assert field.get("value") == shown


def test_the_zone_of_the_account_is_offered_and_taken_over(
    session: Session, sign_in: SignIn, ana: User, mo: User
) -> None:
    ana.timezone = "America/Chicago"
    session.flush()
    sign_in(ana).submit("/profile/img/times")
    assert img_of(session, ana).timezone == "America/Chicago"
    sign_in(mo).submit("/profile/mentor/times", {"timezone": "Asia/Kathmandu"})
    zones = sa.select(User.id, User.timezone)
    assert {row.id: row.timezone for row in session.execute(zones)} == {
        ana.id: "America/Chicago",
        mo.id: "Asia/Kathmandu",
    }


def test_the_page_says_whether_the_visa_situation_is_shared(
    session: Session, sign_in: SignIn, ana: User
) -> None:
    assert "Your match does not see your visa situation" in sign_in(ana).get(CONFIDENCE).text
    consents.give(session, ana.id, "share_visa", NOW)
    assert "Your match sees your visa situation" in sign_in(ana).get(CONFIDENCE).text


def test_whoever_is_in_no_section_is_told_where_to_join(session: Session, sign_in: SignIn) -> None:
    page = sign_in(factories.person(session)).get(MINE["mentor"])
    assert "You are not a mentor in a section yet" in page.text
    assert "/sections" in page.links()


def test_whoever_has_left_is_not_told_that_they_never_were_there(
    session: Session, sign_in: SignIn, ana: User
) -> None:
    client = sign_in(ana)
    session.execute(sa.update(Membership).values(state=MembershipState.LEFT))
    page = client.get(MINE["img"])
    assert "You are not an IMG in a section any more. Your profile is kept" in page.text
    assert "/sections" in page.links()
    assert client.submit(JOURNEY, {"go": "leave"}).location == "/home"


@pytest.mark.parametrize("road", MINE)
def test_the_name_others_read_is_beside_the_way_to_change_it(
    sign_in: SignIn, ana: User, road: str
) -> None:
    for path in (MINE[road], f"/profile/{road}/contact"):
        page = sign_in(ana).get(path)
        assert ana.name in "".join(page.tree.find(".//main").itertext()), path  # type: ignore[union-attr]  # None fails the test
        assert "/account" in page.links(), path


PAGES = [*MINE.values(), *(path_of(r, step) for r in ROADS for step in ROADS[r].steps)]


@pytest.mark.parametrize("road", MINE)
def test_a_phone_number_is_a_step_and_stands_with_the_account(
    session: Session, sign_in: SignIn, ana: User, road: str
) -> None:
    client, path = sign_in(ana), f"/profile/{road}/contact"
    assert "from the moment you have both said yes" in client.get(path).text
    wrong = client.submit(path, {"phone": "call me"}, status=422)
    assert "with its country code" in wrong.text
    client.submit(path, {"phone": " +1 215 555 0100 "})
    assert session.get_one(User, ana.id, populate_existing=True).phone == "+1 215 555 0100"
    assert "+1 215 555 0100" in client.get(path).html
    assert profiles(session) == 0
    client.submit(path, {"phone": ""})
    assert session.get_one(User, ana.id, populate_existing=True).phone is None


@pytest.mark.parametrize("path", PAGES)
def test_a_page_takes_as_many_queries_with_ten_times_the_mentors(
    session: Session, sign_in: SignIn, ana: User, section: Section, path: str
) -> None:
    factories.member(session, section, SectionRole.MENTOR, ana)
    former = str(factories.person(session).id)
    keep(session, ana, dataclasses.replace(FULL_IMG, requests=(), avoid=(former,)))
    service.write_mentor(session, person_id=ana.id, mentor=FULL_MENTOR, now=NOW)
    client = sign_in(ana)

    def statements() -> int:
        with counted(session) as seen:
            client.get(path)
        return len([s for s in seen if not s.startswith(("SAVEPOINT", "RELEASE"))])

    factories.member(session, section, SectionRole.MENTOR)
    client.get(path)
    before = statements()
    for _ in range(9):
        factories.member(session, section, SectionRole.MENTOR)
    assert statements() == before <= 12
