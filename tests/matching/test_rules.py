"""Hard rules forbid what they say and nothing else, and rules survive being kept."""

from __future__ import annotations

import json
import tracemalloc
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorship.matching import (
    CRITERIA,
    HARD_RULES,
    Criterion,
    HardRule,
    Img,
    Mentor,
    Problem,
    Rules,
    Verdict,
    forbidden,
    solve,
)
from tests.matching.people import img, market, mentor

CONFLICT = {"conflicts": ("  Saint  Mary HOSPITAL ",)}

# rule -> what the IMG said, what the mentor said, rules of the round
BROKEN: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "avoid": ({"avoid": ("mentor",)}, {}, {}),
    "exclude": ({}, {"exclude": ("img",)}, {}),
    "limit_specialties": (
        {"specialties": ("psychiatry",)},
        {"accepts_specialties": ("internal_medicine",)},
        {},
    ),
    "limit_stages": ({"stage": "usmle_step1"}, {"accepts_stages": ("residency",)}, {}),
    "limit_languages": ({"languages": ("en", "hi")}, {"accepts_languages": ("es",)}, {}),
    "institutions": (CONFLICT, {"institution": "saint mary hospital"}, {}),
    "selection": (
        {**CONFLICT, "stage": "match_soap"},
        {"selects_at": ("Saint Mary Hospital",)},
        {},
    ),
    "must_share_language": (
        {"languages": ("hi",)},
        {"languages": ("en",)},
        {"must_share_language": True},
    ),
    "must_cover_first_topic": (
        {"topics": ("visa_choice", "research")},
        {"topics": ("research",)},
        {"must_cover_first_topic": True},
    ),
    "not_again": ({}, {}, {"not_again": frozenset({("img", "mentor")})}),
    "banned": ({}, {}, {"banned": frozenset({("img", "mentor")})}),
}

ALLOWED: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "a subspecialty is within its specialty": (
        {"specialties": ("cardiology",)},
        {"accepts_specialties": ("internal_medicine",)},
        {},
    ),
    "one of several targets is accepted": (
        {"specialties": ("psychiatry", "internal_medicine")},
        {"accepts_specialties": ("internal_medicine",)},
        {},
    ),
    "after the Match nobody selects": (
        {**CONFLICT, "stage": "residency"},
        {"selects_at": ("Saint Mary Hospital",)},
        {},
    ),
    "the round does not mind institutions": (
        CONFLICT,
        {"institution": "Saint Mary Hospital"},
        {"respect_institutions": False},
    ),
    "the round does not mind selection": (
        CONFLICT,
        {"selects_at": ("Saint Mary Hospital",)},
        {"respect_selection": False},
    ),
    "an empty name is no institution": ({"conflicts": (" ",)}, {"institution": ""}, {}),
    "languages that nobody gave": (
        {},
        {"languages": ("en",)},
        {"must_share_language": True},
    ),
    "a mentor who gave no topics": (
        {"topics": ("research",)},
        {},
        {"must_cover_first_topic": True},
    ),
    "no language in common, where it need not be": (
        {"languages": ("hi",)},
        {"languages": ("en",)},
        {},
    ),
    "people who are not there": (
        {"avoid": ("gone",)},
        {"exclude": ("gone",)},
        {"banned": frozenset({("gone", "mentor"), ("img", "gone")})},
    ),
}


def verdicts(
    of_img: dict[str, Any], of_mentor: dict[str, Any], of_round: dict[str, Any]
) -> tuple[Verdict, ...]:
    people = market([img("img", **of_img)], [mentor("mentor", **of_mentor)])
    rules = Rules(**of_round)
    found = forbidden(people, rules, 0, 0)
    paired = len(solve(Problem.of(people, rules)).pairs) == 1
    assert paired == (not found)
    return found


@pytest.mark.parametrize("rule", BROKEN)
def test_a_rule_forbids_the_pair_and_says_so(rule: str) -> None:
    (verdict,) = verdicts(*BROKEN[rule])
    assert verdict.rule == rule
    assert verdict.sentence.endswith(".")


@pytest.mark.parametrize("case", ALLOWED)
def test_a_rule_forbids_no_more_than_it_says(case: str) -> None:
    assert verdicts(*ALLOWED[case]) == ()


@pytest.mark.parametrize("limit", ["accepts_specialties", "accepts_stages", "accepts_languages"])
def test_a_mentors_limit_is_not_met_by_silence(limit: str) -> None:
    assert len(verdicts({}, {limit: ("anything",)}, {})) == 1


def test_a_stage_nobody_gave_counts_as_before_the_match() -> None:
    (verdict,) = verdicts(CONFLICT, {"selects_at": ("Saint Mary Hospital",)}, {})
    assert verdict.rule == "selection"


def test_a_mentor_may_exclude_an_institution_of_the_img() -> None:
    (verdict,) = verdicts(CONFLICT, {"exclude_institutions": ("Saint Mary Hospital",)}, {})
    assert verdict.rule == "institutions"


def test_nobody_mentors_themselves() -> None:
    people = market([img("one")], [mentor("one")])
    assert [v.rule for v in forbidden(people, Rules(), 0, 0)] == ["same_person"]
    assert len(solve(Problem.of(people, Rules())).pairs) == 0


def test_below_the_minimum_score_is_said_with_both_numbers() -> None:
    people = market([img(topics=("a", "b"))], [mentor(topics=("a",))])
    (verdict,) = forbidden(people, Rules(minimum_score=10_000), 0, 0)
    assert verdict.rule == "minimum_score"
    assert "10000" in verdict.sentence


def test_every_broken_rule_is_named_not_only_the_first() -> None:
    people = market([img("img", avoid=("mentor",))], [mentor("mentor", exclude=("img",))])
    assert [v.rule for v in forbidden(people, Rules(), 0, 0)] == ["avoid", "exclude"]


def test_rules_concern_only_their_own_pair() -> None:
    imgs = [img("a", avoid=("x",), languages=("hi",)), img("b", languages=("en",))]
    mentors = [mentor("x", accepts_languages=("en", "hi")), mentor("y", accepts_languages=("en",))]
    problem = Problem.of(market(imgs, mentors), Rules())
    assert (problem.table() >= 0).tolist() == [[False, False], [True, True]]
    assert np.argwhere(problem.ruled_out(np.arange(2))["avoid"]).tolist() == [[0, 0]]
    assert np.argwhere(problem.ruled_out(np.arange(2))["limit_languages"]).tolist() == [[0, 1]]


def test_what_rules_and_criteria_read_are_fields_of_people() -> None:
    of_img, of_mentor = ({f.name for f in fields(kind)} for kind in (Img, Mentor))
    table: list[Criterion | HardRule] = [*CRITERIA.values(), *HARD_RULES.values()]
    for each in table:
        assert set(each.img_fields) <= of_img
        assert set(each.mentor_fields) <= of_mentor


keys = st.text(min_size=1, max_size=5)
key_pairs = st.frozensets(st.tuples(keys, keys), max_size=3)


@given(
    st.builds(
        Rules,
        weights=st.dictionaries(st.sampled_from(list(CRITERIA)), st.integers(0, 10)),
        must_share_language=st.booleans(),
        must_cover_first_topic=st.booleans(),
        respect_institutions=st.booleans(),
        respect_selection=st.booleans(),
        minimum_score=st.integers(0, 10_000),
        not_again=key_pairs,
        locked=key_pairs,
        banned=key_pairs,
    )
)
def test_rules_come_back_from_json_as_they_were(rules: Rules) -> None:
    kept = json.dumps(rules.to_json())
    assert Rules.from_json(json.loads(kept)) == rules
    assert json.dumps(Rules.from_json(json.loads(kept)).to_json()) == kept


@pytest.mark.parametrize(
    ("named", "given"),
    [
        ("weights", {"weights": {"looks": 5}}),
        ("weights", {"weights": {"topics": 11}}),
        ("weights", {"weights": {"topics": -1}}),
        ("weights", {"weights": {"topics": 2.5}}),
        ("weights", {"weights": {"topics": True}}),
        ("minimum_score", {"minimum_score": 10_001}),
        ("minimum_score", {"minimum_score": None}),
        ("locked", {"locked": ["a"]}),
        ("banned", {"banned": [("a", "b", "c")]}),
        ("not_again", {"not_again": 5}),
        ("rules", {"random": True}),
        ("weights", {"weights": 5}),
        ("weights", {"weights": [["topics", 5]]}),
        ("weights", {"weights": {"topics": 1, 5: 1}}),
        ("must_share_language", {"must_share_language": "false"}),
        ("must_cover_first_topic", {"must_cover_first_topic": 1}),
        ("respect_institutions", {"respect_institutions": None}),
        ("respect_selection", {"respect_selection": 0}),
        ("minimum_score", {"minimum_score": True}),
        ("banned", {"banned": ["ab"]}),
        ("banned", {"banned": "ab"}),
        ("banned", {"banned": {"ab": 1}}),
        ("locked", {"locked": [{"a", "b"}]}),
        ("not_again", {"not_again": [[1, 2]]}),
    ],
)
def test_a_rule_that_is_wrong_is_named(named: str, given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"^{named}: "):
        Rules.from_json(given)


def test_weights_left_out_keep_their_default() -> None:
    assert Rules(weights={"topics": 1}).weights["visa"] == CRITERIA["visa"].weight
    assert set(Rules().weights) == set(CRITERIA)


def test_an_institution_that_everybody_names_takes_little_room() -> None:
    """All pairs one by one took 172 MB at this size."""
    everybody = [img(f"i{n}", conflicts=("Big House", f"House {n}")) for n in range(2_000)]
    mentors = [
        mentor(f"m{n}", institution="big  house", selects_at=("Big House",)) for n in range(999)
    ]
    people = market([*everybody, img("other")], [*mentors, mentor("free")])
    tracemalloc.start()
    try:
        again = market(everybody, mentors)
        Problem.of(again, Rules())
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 60_000_000
    problem = Problem.of(people, Rules())
    possible = problem.table() >= 0
    assert possible[:-1, :-1].sum() == 0
    assert possible[-1].all()
    assert possible[:, -1].all()
    assert (problem.recounted(np.arange(500))[0] == problem.scores.block(np.arange(500))).all()
    out = problem.ruled_out(np.array([0, 2_000]))
    assert [out[rule].sum(axis=1).tolist() for rule in ("institutions", "selection")] == [
        [999, 0]
    ] * 2
    loose = Problem.of(people, Rules(respect_institutions=False, respect_selection=False))
    assert (loose.table() >= 0).all()
