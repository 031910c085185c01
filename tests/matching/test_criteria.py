"""Each criterion: what earns how many marks, and who is asked at all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mentorship.matching import CRITERIA, FULL
from mentorship.matching.criteria import PERSONAL
from mentorship.matching.marks import Judged
from tests.matching.people import SUMMER, TABLES, WINTER, hours, img, market, mentor

MORNING = (hours(0, 9, 12),)


def judged(criterion: str, of_img: dict[str, Any], of_mentor: dict[str, Any]) -> Judged:
    people = market([img("img", **of_img)], [mentor("mentor", **of_mentor)])
    judge = CRITERIA[criterion].judge
    return judge(people.img_arrays, people.mentor_arrays, people.lexicon)


@pytest.mark.parametrize(
    ("criterion", "of_img", "of_mentor", "marks"),
    [
        ("topics", {"topics": ("a", "b", "c")}, {"topics": ("a", "b", "c", "d")}, FULL),
        ("topics", {"topics": ("a", "b", "c")}, {"topics": ("a",)}, 4_170),  # 5 of 5 + 4 + 3
        ("topics", {"topics": ("a", "b", "c")}, {"topics": ("c",)}, 2_502),
        ("topics", {"topics": ("a",)}, {"topics": ("z",)}, 0),
        ("topics", {"topics": tuple("abcdef")}, {"topics": ("f",)}, 0),  # five count
        ("specialty", {"specialties": ("psychiatry",)}, {"specialties": ("psychiatry",)}, FULL),
        (
            "specialty",
            {"specialties": ("internal_medicine",)},
            {"subspecialties": ("cardiology",)},
            8_000,
        ),
        ("specialty", {"specialties": ("cardiology",)}, {"subspecialties": ("nephrology",)}, 3_000),
        (
            "specialty",
            {"specialties": ("internal_medicine",)},
            {"specialties": ("family_medicine",)},
            6_000,
        ),
        ("specialty", {"specialties": ("obgyn",)}, {"specialties": ("family_medicine",)}, 3_000),
        ("specialty", {"specialties": ("obgyn",)}, {"specialties": ("psychiatry",)}, 0),
        (
            "specialty",
            {"specialties": ("obgyn", "psychiatry")},
            {"specialties": ("psychiatry",)},
            8_500,
        ),
        (
            "specialty",
            {"specialties": ("obgyn", "surgery", "psychiatry")},
            {"specialties": ("psychiatry",)},
            7_000,
        ),
        (
            "stage",
            {"stage": "usmle_step1"},
            {"stages": ("usmle_step1",), "career_level": "resident_pgy1"},
            FULL,
        ),
        (
            "stage",
            {"stage": "residency"},
            {"stages": ("residency",), "career_level": "resident_pgy1"},
            6_000,
        ),
        (
            "stage",
            {"stage": "usmle_step1"},
            {"stages": ("residency",), "career_level": "resident_pgy1"},
            4_000,
        ),
        (
            "stage",
            {"stage": "residency"},
            {"stages": ("usmle_step1",), "career_level": "applicant"},
            0,
        ),
        ("stage", {"stage": "residency"}, {"stages": ("residency",)}, 8_000),
        ("stage", {"stage": "residency"}, {"career_level": "early_attending"}, 7_000),
        ("visa", {"visa": "j1_physician"}, {"visas": ("perm", "conrad30_waiver")}, FULL),
        ("visa", {"visa": "outside_us"}, {"visas": ("conrad30_waiver",)}, 0),
        ("requests", {"requests": ("mentor", "z")}, {}, FULL),
        ("requests", {"requests": ("y", "z", "mentor")}, {}, 8_000),
        ("requests", {"requests": ("y",)}, {}, 0),
        ("requests", {"requests": (*"abcde", "mentor")}, {}, 0),  # five count
        ("welcomes", {}, {"welcomes": ("img", "elsewhere")}, FULL),
        ("languages", {"languages": ("en", "hi", "ur")}, {"languages": ("en",)}, 3_000),
        ("languages", {"languages": ("en", "hi")}, {"languages": ("en", "hi")}, 8_000),
        ("languages", {"languages": ("hi",)}, {"languages": ("hi", "ur")}, 8_000),
        ("languages", {"languages": ("hi", "ur")}, {"languages": ("en", "hi", "ur")}, FULL),
        ("languages", {"languages": ("hi",)}, {"languages": ("es",)}, 0),
        ("location", {"states": ("TX", "NY")}, {"states_licensed": ("NY",)}, FULL),
        ("location", {"states": ("TX",), "state": "NY"}, {"state": "NY"}, 7_000),
        ("location", {"states": ("NJ",), "state": "TX"}, {"state": "NY"}, 5_000),
        ("location", {"states": ("CA",), "state": "TX"}, {"state": "FL"}, 3_000),
        ("location", {"states": ("TX",)}, {"state": "NY"}, 0),
        (
            "availability",
            {"availability": MORNING, "timezone": "UTC"},
            {"availability": MORNING, "timezone": "UTC"},
            FULL,
        ),
        (
            "availability",
            {"availability": MORNING, "timezone": "UTC"},
            {"availability": (hours(0, 10.75, 14),), "timezone": "UTC"},
            3_334,  # 11:00 to 12:00: two half hours of six
        ),
        (
            "availability",
            {"availability": MORNING, "timezone": "UTC"},
            {"availability": (hours(1, 9, 12),), "timezone": "UTC"},
            0,
        ),
        ("formats", {"formats": ("ongoing", "interview")}, {"formats": ("ongoing",)}, 5_000),
        ("channels", {"channels": ("video", "phone")}, {"channels": ("phone",)}, FULL),
        (
            "channels",
            {"channels": ("video", "phone")},
            {"channels": ("phone", "messages")},
            5_000,
        ),
        ("rhythm", {"meetings_a_month": 2}, {"meetings_a_month": 4}, FULL),
        ("rhythm", {"meetings_a_month": 4}, {"meetings_a_month": 1}, 2_500),
        ("words", {"goals": "Research!"}, {"about": "I like RESEARCH."}, FULL),
        ("words", {"goals": "visas"}, {"about": "My visa: to be or not to be"}, FULL),
        ("words", {"goals": "the visa"}, {"about": "the children"}, 0),
        (
            "words",  # one stem of four in common; it weighs 2, the others 3
            {"goals": "visa research surgery heart"},
            {"about": "visa children choir garden"},
            2 * 35 * 35,
        ),
        (
            "same_country",
            {"wishes": ("same_country",), "school_country": "IN"},
            {"school_country": "IN"},
            FULL,
        ),
        (
            "same_country",
            {"wishes": ("same_country",), "school_country": "IN"},
            {"school_country": "PK"},
            0,
        ),
        (
            "same_gender",
            {"wishes": ("same_gender",), "gender": "woman"},
            {"gender": "woman"},
            FULL,
        ),
        ("same_gender", {"wishes": ("same_gender",), "gender": "woman"}, {"gender": "man"}, 0),
        ("mentor_is_img", {"wishes": ("mentor_is_img",)}, {"is_img": True}, FULL),
        ("mentor_is_img", {"wishes": ("mentor_is_img",)}, {"is_img": False}, 0),
    ],
)
def test_marks(
    criterion: str, of_img: dict[str, Any], of_mentor: dict[str, Any], marks: int
) -> None:
    verdict = judged(criterion, of_img, of_mentor)
    assert verdict.marks.tolist() == [[marks]]
    assert verdict.imgs.all()
    assert verdict.mentors.all()
    assert verdict.applies.all()


WISHES = ("same_country", "same_gender", "mentor_is_img")


@pytest.mark.parametrize("criterion", [key for key in PERSONAL if key not in {*WISHES, "welcomes"}])
def test_an_img_who_says_nothing_has_not_answered(criterion: str) -> None:
    assert not judged(criterion, {}, {}).imgs.any()


@pytest.mark.parametrize("criterion", [key for key in PERSONAL if key != "requests"])
def test_a_mentor_who_says_nothing_has_not_answered(criterion: str) -> None:
    assert not judged(criterion, {}, {}).mentors.any()


@pytest.mark.parametrize("criterion", WISHES)
def test_a_wish_counts_only_if_the_img_makes_it(criterion: str) -> None:
    of_img = {"school_country": "IN", "gender": "woman"}
    of_mentor = {"school_country": "IN", "gender": "woman", "is_img": True}
    assert not judged(criterion, of_img, of_mentor).applies.any()
    assert judged(criterion, {**of_img, "wishes": (criterion,)}, of_mentor).applies.all()


def test_priority_counts_with_every_mentor_and_only_for_whoever_has_it() -> None:
    assert not judged("priority", {}, {}).applies.any()
    verdict = judged("priority", {"priority": True}, {})
    assert verdict.marks.tolist() == [[FULL]]
    assert verdict.applies.all()


def test_visa_does_not_count_for_somebody_who_needs_no_help() -> None:
    assert not judged("visa", {"visa": "us_citizen"}, {"visas": ("j1_visa",)}).applies.any()
    assert judged("visa", {}, {"visas": ("j1_visa",)}).applies.all()


@pytest.mark.parametrize(
    "half",
    [{"availability": MORNING}, {"timezone": "UTC"}, {"availability": (), "timezone": "UTC"}],
)
def test_free_time_needs_a_time_zone(half: dict[str, Any]) -> None:
    whole = {"availability": MORNING, "timezone": "UTC"}
    assert not judged("availability", half, whole).imgs.any()
    assert not judged("availability", whole, half).mentors.any()


def test_the_reference_week_decides_over_summer_time() -> None:
    one = img(availability=(hours(0, 20, 23),), timezone="America/New_York")
    other = mentor(availability=(hours(1, 6, 9),), timezone="Asia/Karachi")
    marks = []
    for week in (WINTER, SUMMER):
        people = market([one], [other], week)
        found = CRITERIA["availability"].judge(
            people.img_arrays, people.mentor_arrays, people.lexicon
        )
        marks.append(int(found.marks[0, 0]))
    assert marks == [FULL, 6_668]


def test_closeness_of_specialties_is_the_same_both_ways() -> None:
    codes = sorted({*TABLES.specialty_groups, *TABLES.specialty_parents, "unheard_of"})
    table = TABLES.closeness_table(codes)
    assert (table == table.T).all()
    assert (table.diagonal() == FULL).all()


def test_two_ways_into_one_subspecialty_are_close() -> None:
    assert TABLES.closeness("sleep_medicine", "psychiatry") == 8_000
    assert TABLES.closeness("sleep_medicine", "internal_medicine") == 8_000


def test_whom_a_mentor_did_not_mark_earns_nothing_from_that_mentor_only() -> None:
    people = market(
        [img("a"), img("b")],
        [mentor("x", welcomes=("b",)), mentor("y"), mentor("z", welcomes=("elsewhere",))],
    )
    judge = CRITERIA["welcomes"].judge
    verdict = judge(people.img_arrays, people.mentor_arrays, people.lexicon)
    assert verdict.marks.tolist() == [[0, 0, 0], [FULL, 0, 0]]
    assert verdict.mentors.tolist() == [True, False, False]  # "elsewhere" is not in this round
    assert verdict.imgs.all()
    backwards = people.img_arrays.take(np.array([1, 0]))
    verdict = judge(backwards, people.mentor_arrays.take(slice(0, 1)), people.lexicon)
    assert verdict.marks.tolist() == [[FULL], [0]]


@pytest.mark.parametrize("text", ["", " \n", "I would like to be with you.", "2027 - 42"])
def test_a_text_that_says_nothing_is_no_answer(text: str) -> None:
    verdict = judged("words", {"goals": text}, {"about": text})
    assert not verdict.imgs.any()
    assert not verdict.mentors.any()


def test_only_visa_and_gender_give_something_away() -> None:
    assert {key for key, each in CRITERIA.items() if each.sensitive} == {"visa", "same_gender"}


def test_the_table_names_every_criterion_in_words() -> None:
    for key, criterion in CRITERIA.items():
        assert criterion.key == key
        assert criterion.label
        assert criterion.sentence.endswith(".")
        assert 0 < criterion.weight <= 10
        assert criterion.direction in {"need", "mentor", "shared", "wish", "turn"}
