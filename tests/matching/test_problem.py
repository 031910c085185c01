"""What is refused before anything is solved, and what the refusal names."""

from __future__ import annotations

import uuid
from typing import Any

import numpy as np
import pytest

from mentorship.matching import CRITERIA, ImpossibleRules, Problem, Rules, solve
from tests.matching.people import img, market, mentor

SCORES = [[5, 6], [7, 8], [9, 1]]


@pytest.mark.parametrize(
    ("argument", "given"),
    [
        ("scores", [1, 2]),
        ("scores", [[1, 2], [3]]),
        ("scores", [[1, 2, 3]] * 3),
        ("scores", [[1, -2]] * 3),
        ("scores", [[1, 10_001]] * 3),
        ("scores", [[1.0, float("nan")]] * 3),
        ("scores", [[1.5, 2.0]] * 3),
        ("scores", [[True, False]] * 3),
        ("scores", [["1", "2"]] * 3),
        ("scores", [[None, 1]] * 3),
        ("scores", [[10**30, 1]] * 3),
        ("scores", "none"),
        ("scores", np.empty((0, 3), dtype=np.int64)),
        ("seats", [-1, 1]),
        ("seats", [[1, 1]]),
        ("seats", [1.0, 1.0]),
        ("seats", 2),
        ("wants", [1, 1]),
        ("wants", [1, 1, 3]),
        ("wants", [1, 1, 0]),
        ("wants", [1, 1, float("nan")]),
        ("locked", [(0, 2)]),
        ("locked", [(3, 0)]),
        ("locked", [(-1, 0)]),
        ("locked", [(0, 0, 0)]),
        ("locked", [0, 1]),
        ("locked", [(0.0, 1.0)]),
        ("banned", [(0, 2)]),
        ("banned", [("a", "b")]),
        ("mentor_scores", [[1, 2]]),
        ("mentor_scores", [[1, 10_001]] * 3),
        ("mentor_scores", [[1, 2], [1, -1], [1, 2]]),
        ("img_ids", ["a", "b"]),
        ("img_ids", ["a", "b", "a"]),
        ("mentor_ids", [1, 1]),
        ("locked", None),
        ("banned", 5),
        ("img_ids", 5),
        ("img_ids", ["\udc80", "b", "c"]),
        ("mentor_ids", ["a", "b\ud800"]),
        ("scores", np.ma.masked_equal(SCORES, SCORES[0][0])),
        ("seats", np.ma.masked_equal([1, 2], 2)),
    ],
)
def test_an_argument_that_is_wrong_is_named(argument: str, given: Any) -> None:
    arguments: dict[str, Any] = {"scores": SCORES, "seats": [1, 1], argument: given}
    with pytest.raises(ValueError, match=f"^{argument}: ") as refused:
        Problem.from_scores(**arguments)
    assert not isinstance(refused.value, ImpossibleRules)


@pytest.mark.parametrize(
    ("rules", "rule", "img", "mentor"),
    [
        ({"locked": [(0, 1)], "banned": [(0, 1)]}, "banned", "i0", "m1"),
        ({"locked": [(2, 0)]}, "never", "i2", "m0"),
        ({"locked": [(0, 0), (1, 0)]}, "seats", None, "m0"),
        ({"locked": [(0, 0), (0, 1)]}, "wants", "i0", None),
        ({"locked": [(0, 2)]}, "seats", None, "m2"),
    ],
)
def test_rules_that_contradict_each_other_are_named(
    rules: dict[str, Any], rule: str, img: str | None, mentor: str | None
) -> None:
    scores = [[1, 1, 1], [1, 1, 1], [-1, 1, 1]]
    with pytest.raises(ImpossibleRules) as refused:
        Problem.from_scores(
            scores, [1, 1, 0], img_ids=["i0", "i1", "i2"], mentor_ids=["m0", "m1", "m2"], **rules
        )
    assert (refused.value.rule, refused.value.img, refused.value.mentor) == (rule, img, mentor)
    assert all(repr(each) in str(refused.value) for each in (img, mentor) if each)


def test_a_ban_makes_a_pair_impossible_and_leaves_what_was_given_alone() -> None:
    scores = np.array([[5, 6]])
    problem = Problem.from_scores(scores, [1, 1], banned=[(0, 1)])
    assert problem.table().tolist() == [[5, -1]]
    assert scores.tolist() == [[5, 6]]


def test_one_lock_may_be_given_twice() -> None:
    problem = Problem.from_scores([[5]], [1], locked=[(0, 0), (0, 0)])
    assert problem.locked.tolist() == [[0, 0]]


def test_ids_of_any_kind_count_as_their_text() -> None:
    key = uuid.UUID(int=7)
    problem = Problem.from_scores([[5]], [1], img_ids=[key], mentor_ids=[np.int64(3)])
    assert problem.img_ids == (str(key),)
    assert problem.mentor_ids == (3,)


def test_every_kind_of_whole_number_will_do() -> None:
    for kind in (np.int8, np.uint16, np.int32, np.int64):
        problem = Problem.from_scores(np.array([[100]], dtype=kind), np.array([1], dtype=kind))
        assert solve(problem).total == 100


def test_a_market_gives_keys_seats_and_wants() -> None:
    people = market([img("b", mentors_wanted=2), img("a")], [mentor("x", seats=3)])
    problem = Problem.of(people, Rules())
    assert problem.img_ids == ("b", "a")
    assert problem.mentor_ids == ("x",)
    assert problem.wants.tolist() == [2, 1]
    assert problem.seats.tolist() == [3]


def test_a_market_has_every_key_once() -> None:
    with pytest.raises(ValueError, match=r"^imgs: the key 'a' occurs twice"):
        market([img("a"), img("a")], [])
    with pytest.raises(ValueError, match=r"^mentors: the key 'x' occurs twice"):
        market([], [mentor("x"), mentor("x")])
    with pytest.raises(ValueError, match=r"^imgs: .* is no text"):
        market([img("\ud800")], [])
    with pytest.raises(ValueError, match=r"^1180591620717411303424 is beyond 64 bits"):
        market([img("a", meetings_a_month=2**70)], [])


def test_a_lock_on_a_forbidden_pair_names_the_rule() -> None:
    people = market([img("a", avoid=("x",))], [mentor("x")])
    with pytest.raises(ImpossibleRules, match="avoid") as refused:
        Problem.of(people, Rules(locked=frozenset({("a", "x")})))
    assert (refused.value.rule, refused.value.img, refused.value.mentor) == ("avoid", "a", "x")


def test_a_lock_on_somebody_who_is_not_there_is_refused() -> None:
    with pytest.raises(ImpossibleRules, match="not both in the round"):
        Problem.of(market([img("a")], [mentor("x")]), Rules(locked=frozenset({("a", "gone")})))


def test_a_locked_pair_may_fall_short_of_the_minimum() -> None:
    people = market([img("a", topics=("t",))], [mentor("x", topics=("other",))])
    pair = frozenset({("a", "x")})
    only_topics = {"topics": 10, "specialty": 0, "stage": 0, "visa": 0, "requests": 0}
    rules = Rules(weights=only_topics, minimum_score=9_000)
    assert len(solve(Problem.of(people, rules)).pairs) == 0
    locked = Rules(weights=only_topics, minimum_score=9_000, locked=pair)
    assert len(solve(Problem.of(people, locked)).pairs) == 1


@pytest.mark.parametrize("policy", [[], None, {}, 5, "best"])
def test_a_policy_that_is_none_is_named(policy: Any) -> None:
    with pytest.raises(ValueError, match=r"^policy: there is no "):
        solve(Problem.from_scores(SCORES, [1, 1]), policy)


@pytest.mark.parametrize("means", [{}, 5, dict.fromkeys(CRITERIA, 10_001), dict.fromkeys(CRITERIA)])
def test_means_that_are_wrong_are_named(means: Any) -> None:
    people = market([img("a")], [mentor("x")])
    with pytest.raises(ValueError, match=r"^means: "):
        Problem.of(people, Rules(), means=means)
