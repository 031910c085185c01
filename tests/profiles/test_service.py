"""Keeping and reading a profile."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.accounts.models import User
from mentorship.matching import Img, Mentor, Span
from mentorship.profiles import service
from mentorship.profiles.models import CHOICE_LISTS, Choice, Naming, NamingUse, Profile
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole
from tests import factories
from tests.factories import NOW
from tests.profiles.samples import FULL_IMG, FULL_MENTOR

LATER = NOW + dt.timedelta(days=1)


def save(
    session: Session, person: User, now: dt.datetime = NOW, /, **changes: Any
) -> service.Change:
    img = dataclasses.replace(FULL_IMG, **changes)
    return service.write_img(session, person_id=person.id, img=img, now=now)


def save_mentor(session: Session, person: User, **changes: Any) -> service.Change:
    mentor = dataclasses.replace(FULL_MENTOR, **changes)
    return service.write_mentor(session, person_id=person.id, mentor=mentor, now=NOW)


def kept(session: Session, person: User) -> Img:
    return service.read_img(session, person.id).values


def pair(session: Session) -> tuple[Section, User, User]:
    """Return a section with an IMG and a mentor."""
    where = factories.section(session)
    img = factories.member(session, where, SectionRole.IMG)
    return where, img, factories.member(session, where, SectionRole.MENTOR)


def test_an_img_profile_is_read_as_it_was_written(session: Session) -> None:
    person = factories.person(session)
    assert save(session, person) is service.Change.CREATED
    answers = service.read_img(session, person.id)
    assert answers.values == dataclasses.replace(FULL_IMG, key=str(person.id))
    assert answers.updated_at == NOW


def test_a_mentor_profile_is_read_as_it_was_written(session: Session) -> None:
    person = factories.person(session)
    day = dt.date(2027, 1, 31)
    service.write_mentor(
        session, person_id=person.id, mentor=FULL_MENTOR, now=NOW, paused_until=day
    )
    answers = service.read_mentor(session, person.id)
    assert answers.values == dataclasses.replace(FULL_MENTOR, key=str(person.id))
    assert answers.paused_until == day


def test_a_person_without_a_profile_has_said_nothing(session: Session) -> None:
    person = factories.person(session)
    assert service.read_img(session, person.id).values == Img(key=str(person.id))
    assert service.read_mentor(session, person.id).updated_at is None


def test_one_person_may_be_img_and_mentor(session: Session) -> None:
    person = factories.person(session)
    save(session, person)
    save_mentor(session, person)
    assert service.read_img(session, person.id).values.stage == "interviews"
    assert service.read_mentor(session, person.id).values.seats == 3


def test_saving_the_same_again_changes_nothing_not_even_the_date(session: Session) -> None:
    person = factories.person(session)
    save(session, person)
    sealed = session.scalars(sa.select(Profile)).one().visa_sealed
    assert save(session, person, LATER) is service.Change.UNCHANGED
    profile = session.scalars(sa.select(Profile)).one()
    assert (profile.updated_at, profile.visa_sealed) == (NOW, sealed)


def test_what_is_no_longer_said_is_gone(session: Session) -> None:
    person = factories.person(session)
    save(session, person)
    empty = Img(key="any")
    outcome = service.write_img(session, person_id=person.id, img=empty, now=LATER)
    assert outcome is service.Change.UPDATED
    assert kept(session, person) == Img(key=str(person.id))
    assert session.scalars(sa.select(Choice)).all() == []


def test_order_is_kept_where_it_ranks_and_is_that_of_the_list_where_not(session: Session) -> None:
    person = factories.person(session)
    ranked = ("sleep_medicine", "neurology")
    save(session, person, specialties=ranked, languages=("ne", "en", "ne"))
    assert kept(session, person).specialties == ranked
    assert kept(session, person).languages == ("en", "ne")


def test_free_time_that_touches_or_overlaps_becomes_one_stretch(session: Session) -> None:
    person = factories.person(session)
    save(session, person, availability=(Span(2, 600, 720), Span(2, 480, 600), Span(1, 0, 60)))
    assert kept(session, person).availability == (Span(1, 0, 60), Span(2, 480, 720))


def test_an_institution_is_the_same_in_any_case(session: Session) -> None:
    person = factories.person(session)
    save(session, person, conflicts=("  City  General ", "CITY GENERAL"))
    assert kept(session, person).conflicts == ("City General",)


def test_prefer_not_to_say_is_told_from_no_answer(session: Session) -> None:
    person = factories.person(session)
    save(session, person, visa="prefer_not", gender=None)
    assert (kept(session, person).visa, kept(session, person).gender) == ("prefer_not", None)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"stage": "kindergarten"}, service.WordUnknown),
        ({"visa": "kindergarten"}, service.WordUnknown),
        ({"gender": "kindergarten"}, service.WordUnknown),
        ({"topics": ("kindergarten",)}, service.WordUnknown),
        ({"timezone": "Mars/Olympus"}, service.WordUnknown),
        ({"importance": {"luck": "high"}}, service.WordUnknown),
        ({"importance": {"topics": "huge"}}, service.WordUnknown),
        (
            {"specialties": ("psychiatry", "neurology", "urology", "pathology")},
            service.TooMany,
        ),
        ({"topics": tuple(vocabulary.LISTS["topic"])[:6]}, service.TooMany),
        ({"requests": tuple(str(uuid.uuid4()) for _ in range(6))}, service.TooMany),
        ({"avoid": tuple(f"p{n}@example.org" for n in range(61))}, service.TooMany),
        ({"graduation_year": 1949}, service.OutOfRange),
        ({"meetings_a_month": 9}, service.OutOfRange),
        ({"mentors_wanted": 3}, service.OutOfRange),
        ({"goals": "x" * 2001}, service.OutOfRange),
        ({"goals": "a\0b"}, service.NotText),
        ({"conflicts": ("\ud800",)}, service.NotText),
        ({"avoid": (str(uuid.uuid4()),)}, service.NobodyThere),
        ({"avoid": ("Dr. Who",)}, service.NobodyThere),
    ],
)
def test_a_wrong_answer_is_refused_and_names_its_field(
    session: Session, changes: dict[str, Any], refusal: type[service.ProfileRefused]
) -> None:
    person = factories.person(session)
    save(session, person)
    with pytest.raises(refusal) as caught:
        save(session, person, LATER, **changes)
    assert [caught.value.field] == list(changes)
    assert kept(session, person) == dataclasses.replace(FULL_IMG, key=str(person.id))


def test_seats_have_a_limit(session: Session) -> None:
    with pytest.raises(service.OutOfRange) as caught:
        save_mentor(session, factories.person(session), seats=11)
    assert caught.value.right == "give a whole number from 0 to 10"


def test_a_mentor_of_the_section_may_be_asked_for_with_a_line_on_why(session: Session) -> None:
    _, img, mentor = pair(session)
    asked = dataclasses.replace(FULL_IMG, requests=(str(mentor.id),))
    lines = {str(mentor.id): "We met  at a talk."}
    service.write_img(session, person_id=img.id, img=asked, now=NOW, lines=lines)
    answers = service.read_img(session, img.id)
    assert answers.values.requests == (str(mentor.id),)
    assert answers.lines == {str(mentor.id): "We met at a talk."}


def test_requests_keep_their_rank(session: Session) -> None:
    where, img, first = pair(session)
    others = [factories.member(session, where, SectionRole.MENTOR) for _ in range(3)]
    ranked = tuple(str(p.id) for p in (others[2], first, others[0], others[1]))
    save(session, img, requests=ranked)
    assert kept(session, img).requests == ranked


def test_a_request_may_be_given_by_address_and_twice_counts_once(session: Session) -> None:
    _, img, mentor = pair(session)
    save(session, img, requests=(mentor.email.upper(), str(mentor.id)))
    assert kept(session, img).requests == (str(mentor.id),)


def _elsewhere(session: Session, _: Section) -> User:
    return factories.member(session, factories.section(session), SectionRole.MENTOR)


def _an_img(session: Session, where: Section) -> User:
    return factories.member(session, where, SectionRole.IMG)


def _still_asking(session: Session, where: Section) -> User:
    return factories.member(session, where, SectionRole.MENTOR, state=MembershipState.ASKED)


@pytest.mark.parametrize("make", [_elsewhere, _an_img, _still_asking])
def test_only_mentors_of_ones_own_sections_may_be_asked_for(
    session: Session, make: Callable[[Session, Section], User]
) -> None:
    where, img, _ = pair(session)
    with pytest.raises(service.NotAMentorHere):
        save(session, img, requests=(str(make(session, where).id),))


def test_nobody_asks_for_or_avoids_themself(session: Session) -> None:
    where, img, _ = pair(session)
    factories.member(session, where, SectionRole.MENTOR, img)
    with pytest.raises(service.NamesOneself):
        save(session, img, requests=(str(img.id),))
    with pytest.raises(service.NamesOneself):
        save(session, img, avoid=(img.email,))


def test_a_request_outlives_the_mentor_leaving_the_section(session: Session) -> None:
    _, img, mentor = pair(session)
    save(session, img, requests=(str(mentor.id),))
    session.execute(
        sa.update(Membership)
        .where(Membership.person_id == mentor.id)
        .values(state=MembershipState.LEFT)
    )
    assert save(session, img, LATER, requests=(str(mentor.id),)) is service.Change.UNCHANGED


def test_a_mentor_may_mark_imgs_of_the_section_by_key_or_address(session: Session) -> None:
    where, img, mentor = pair(session)
    other = factories.member(session, where, SectionRole.IMG)
    save_mentor(session, mentor, welcomes=(other.email.upper(), str(img.id), str(other.id)))
    marked = service.read_mentor(session, mentor.id).values.welcomes
    assert marked == tuple(sorted((str(img.id), str(other.id))))
    assert save_mentor(session, mentor, welcomes=marked[::-1]) is service.Change.UNCHANGED


def test_only_imgs_of_ones_own_sections_may_be_marked(session: Session) -> None:
    where, _, mentor = pair(session)
    strangers = [
        factories.member(session, factories.section(session), SectionRole.IMG),
        factories.member(session, where, SectionRole.MENTOR),
        factories.member(session, where, SectionRole.IMG, state=MembershipState.ASKED),
    ]
    for key in (*(str(person.id) for person in strangers), "nobody@example.org"):
        with pytest.raises(service.NotAnImgHere) as caught:
            save_mentor(session, mentor, welcomes=(key,))
        assert caught.value.field == "welcomes"
    factories.member(session, where, SectionRole.IMG, mentor)
    with pytest.raises(service.NamesOneself):
        save_mentor(session, mentor, welcomes=(str(mentor.id),))


def test_a_mark_outlives_the_img_leaving_the_section(session: Session) -> None:
    _, img, mentor = pair(session)
    save_mentor(session, mentor, welcomes=(str(img.id),))
    session.execute(
        sa.update(Membership)
        .where(Membership.person_id == img.id)
        .values(state=MembershipState.LEFT)
    )
    again = save_mentor(session, mentor, welcomes=(str(img.id),))
    assert again is service.Change.UNCHANGED


def test_one_person_may_be_welcome_and_excluded(session: Session) -> None:
    _, img, mentor = pair(session)
    save_mentor(session, mentor, welcomes=(str(img.id),), exclude=(img.email,))
    said = service.read_mentor(session, mentor.id).values
    assert (said.welcomes, said.exclude) == ((str(img.id),), (img.email,))


def test_marks_have_a_limit(session: Session) -> None:
    mentor = factories.person(session)
    with pytest.raises(service.TooMany) as caught:
        save_mentor(session, mentor, welcomes=tuple(str(uuid.uuid4()) for _ in range(21)))
    assert caught.value.field == "welcomes"


def test_an_address_to_avoid_reads_the_same_whether_it_has_an_account_or_not(
    session: Session,
) -> None:
    _, img, mentor = pair(session)
    typed = (mentor.email, "nobody@example.org")
    save(session, img, avoid=typed)
    assert kept(session, img).avoid == tuple(sorted(typed))
    named = session.scalars(sa.select(Naming.person_id)).all()
    assert named == [mentor.id]


def test_an_address_to_avoid_means_its_person_also_after_their_address_changed(
    session: Session,
) -> None:
    _, img, mentor = pair(session)
    old = mentor.email
    save(session, img, avoid=(old,))
    mentor.email = "new-name@example.org"
    session.flush()
    assert kept(session, img).avoid == (old,)
    assert save(session, img, LATER, avoid=(old,)) is service.Change.UNCHANGED
    assert session.scalars(sa.select(Naming.person_id)).all() == [mentor.id]


def test_an_address_stays_an_address_also_of_somebody_chosen_from_the_list(
    session: Session,
) -> None:
    """Else the address would be gone from the form, and tell whose code was chosen."""
    _, img, mentor = pair(session)
    save(session, img, avoid=(str(mentor.id),))
    save(session, img, LATER, avoid=(mentor.email,))
    assert kept(session, img).avoid == (mentor.email,)
    use = sa.select(Naming.line).where(Naming.use == NamingUse.AVOID)
    assert session.scalars(use).all() == [mentor.email]


def test_many_profiles_take_as_many_queries_as_two(session: Session) -> None:
    def write(number: int) -> int:
        people = [factories.person(session) for _ in range(number)]
        answers = {p.id: service.Answers(values=FULL_IMG) for p in people}
        with counted(session) as statements:
            service.write_many(session, answers, now=NOW)
        return len(statements)

    assert write(30) == write(2)


def test_one_refused_profile_leaves_the_others_kept(session: Session) -> None:
    good, bad = factories.person(session), factories.person(session)
    answers = {
        bad.id: service.Answers(values=dataclasses.replace(FULL_IMG, stage="no")),
        good.id: service.Answers(values=FULL_IMG),
    }
    outcomes = service.write_many(session, answers, now=NOW)
    assert isinstance(outcomes[bad.id], service.WordUnknown)
    assert outcomes[good.id] is service.Change.CREATED
    assert session.scalars(sa.select(Profile.person_id)).all() == [good.id]


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(*args: Any) -> None:
        statements.append(args[2])

    connection = session.connection()
    sa.event.listen(connection, "before_cursor_execute", note)
    yield statements
    sa.event.remove(connection, "before_cursor_execute", note)


def words(*lists: str, most: int = 8) -> st.SearchStrategy[tuple[str, ...]]:
    every = [word for name in lists for word in vocabulary.LISTS[name]]
    return st.lists(st.sampled_from(every), max_size=most, unique=True).map(tuple)


def word(name: str) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(list(vocabulary.LISTS[name]))


SPANS = st.builds(
    lambda day, times: Span(day, min(times), max(times)),
    st.integers(0, 6),
    st.lists(st.integers(0, 1440), min_size=2, max_size=2, unique=True),
)
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=40)
BOTH: dict[str, st.SearchStrategy[Any]] = {
    "key": st.just("any"),
    "school_country": word("country"),
    "languages": words("language"),
    "state": word("state"),
    "timezone": st.none() | st.sampled_from(vocabulary.COMMON_TIME_ZONES),
    "availability": st.lists(SPANS, max_size=6).map(tuple),
    "channels": words("channel"),
    "formats": words("format"),
    "meetings_a_month": st.none() | st.integers(1, 8),
    "gender": word("gender"),
}
IMGS = st.builds(
    Img,
    **BOTH,
    stage=word("stage"),
    specialties=words("specialty", "subspecialty", most=3),
    topics=words("topic", most=5),
    visa=word("visa"),
    graduation_year=st.none() | st.integers(1950, 2100),
    states=words("state"),
    mentors_wanted=st.integers(1, 2),
    conflicts=st.lists(NAMES, max_size=3).map(tuple),
    wishes=words("wish"),
    importance=st.dictionaries(
        st.sampled_from(["topics", "visa"]), st.sampled_from(["low", "normal", "high"])
    ).map(MappingProxyType),
    goals=NAMES,
)
MENTORS = st.builds(
    Mentor,
    **BOTH,
    career_level=word("career_level"),
    specialties=words("specialty", "subspecialty"),
    subspecialties=words("subspecialty"),
    topics=words("topic"),
    stages=words("stage"),
    visas=words("visa_path"),
    is_img=st.none() | st.booleans(),
    states_licensed=words("state"),
    seats=st.integers(0, 10),
    accepts_specialties=words("specialty", "subspecialty"),
    accepts_stages=words("stage"),
    accepts_languages=words("language"),
    exclude_institutions=st.lists(NAMES, max_size=3).map(tuple),
    selects_at=st.lists(NAMES, max_size=3).map(tuple),
    institution=st.none() | NAMES,
    about=NAMES,
)
MANY = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@MANY
@given(imgs=st.lists(IMGS, min_size=2, max_size=3))
def test_the_last_of_several_img_profiles_is_the_one_kept(
    session: Session, imgs: list[Img]
) -> None:
    """Whatever stood there before, reading gives the last one, and writing that changes nothing."""
    person = factories.person(session)
    for img in imgs:
        service.write_img(session, person_id=person.id, img=img, now=NOW)
    read = kept(session, person)
    written = imgs[-1]
    for field in ("specialties", "topics", "stage", "visa", "gender", "mentors_wanted"):
        assert getattr(read, field) == getattr(written, field)
    for field in CHOICE_LISTS.keys() & {f.name for f in dataclasses.fields(Img)}:
        assert set(getattr(read, field) or ()) == set(getattr(written, field) or ())
    assert _minutes(read.availability) == _minutes(written.availability)
    again = service.write_img(session, person_id=person.id, img=read, now=LATER)
    assert again is service.Change.UNCHANGED


@MANY
@given(mentor=MENTORS)
def test_a_mentor_profile_read_and_written_again_is_the_same(
    session: Session, mentor: Mentor
) -> None:
    person = factories.person(session)
    service.write_mentor(session, person_id=person.id, mentor=mentor, now=NOW)
    read = service.read_mentor(session, person.id).values
    for field in ("visas", "is_img", "seats", "gender", "career_level"):
        assert _plain(getattr(read, field)) == _plain(getattr(mentor, field))
    again = service.write_mentor(session, person_id=person.id, mentor=read, now=LATER)
    assert again is service.Change.UNCHANGED


def _plain(value: object) -> object:
    return set(value) if isinstance(value, tuple) else value


def _minutes(spans: tuple[Span, ...]) -> set[tuple[int, int]]:
    return {(span.day, minute) for span in spans for minute in range(span.start, span.end)}
