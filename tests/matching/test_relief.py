"""A suggested change keeps what it promises, and the smallest one comes first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from mentorship.matching import (
    Change,
    Market,
    Problem,
    Result,
    Rules,
    said,
    smallest_change,
    smallest_changes,
    solve,
)
from tests.matching.people import img, market, mentor
from tests.matching.problems import policies, problems


def applied(problem: Problem, change: Change) -> Problem:
    """Return a round from a matrix with the change made by hand."""
    row, column = problem.img_ids.index(change.img), problem.mentor_ids.index(str(change.mentor))
    seats, banned = problem.seats.copy(), problem.banned.tolist()
    if change.kind == "seat":
        seats[column] += 1
    else:
        banned.remove([row, column])
    assert problem.unbanned is not None
    return Problem.from_scores(
        problem.unbanned.block(np.arange(problem.shape[0])),
        seats,
        problem.wants,
        locked=problem.locked,
        banned=banned,
        img_ids=problem.img_ids,
        mentor_ids=problem.mentor_ids,
    )


def pairs(problem: Problem, result: Result) -> set[tuple[int, int]]:
    return {(i, j) for i, j in result.pairs.tolist()}


@given(problems(), policies)
@settings(max_examples=30, deadline=None)
def test_what_is_promised_happens_and_locks_are_kept(problem: Problem, policy: str) -> None:
    problem = replace(problem, mentors=problem.mentors.of(list(map(str, problem.mentor_ids))))
    before = solve(problem, policy, 5)
    for change in smallest_changes(problem, before).values():
        if change is None:
            continue
        changed = applied(problem, change)
        after = solve(changed, policy, 5)
        left = {changed.img_ids[i] for i in after.unmatched.tolist()}
        assert change.img not in left
        assert change.total_after == after.total
        assert change.matched_after == len(problem.img_ids) - len(left)
        assert set(change.lost) == left - {problem.img_ids[i] for i in before.unmatched.tolist()}
        assert {(i, j) for i, j in problem.locked.tolist()} <= pairs(changed, after)


def change_of(round_: Market, rules: Rules | None = None, who: str = "a") -> Change | None:
    problem = Problem.of(round_, rules or Rules())
    return smallest_change(problem, solve(problem), who)


def kind_and_mentor(change: Change | None) -> tuple[str, object] | None:
    return None if change is None else (change.kind, change.mentor)


def test_one_more_seat_comes_first_and_with_the_mentor_who_suits_best() -> None:
    problem = Problem.from_scores(
        [[5, 7], [9, 9], [9, 9]], [1, 1], img_ids=["a", "b", "c"], mentor_ids=["x", "y"]
    )
    change = smallest_change(problem, solve(problem), "a")
    assert change == Change(
        img="a", kind="seat", mentor="y", amount=1, matched_after=3, total_after=25, lost=()
    )
    assert said(change, lambda each: f"Dr. {each}") == (
        "One more seat with Dr. y would give this IMG a mentor; nobody loses theirs."
    )


def test_a_ban_of_a_matrix_is_lifted_and_who_loses_is_told() -> None:
    problem = Problem.from_scores(
        [[9], [8]], [1], banned=[(0, 0)], img_ids=["a", "b"], mentor_ids=["x"]
    )
    change = smallest_change(problem, solve(problem), "a")
    assert change is not None
    assert (change.kind, change.lost, change.matched_after) == ("banned", ("b",), 1)
    assert said(change, str).endswith("would give this IMG a mentor; b would lose theirs.")


def test_the_minimum_is_lowered_just_enough() -> None:
    round_ = market([img("a", topics=("cv",))], [mentor("x", topics=("cv",))])
    best = int(Problem.of(round_, Rules()).table()[0, 0])
    change = change_of(round_, Rules(minimum_score=best + 1))
    assert change is not None
    assert (change.kind, change.amount, change.mentor) == ("minimum", best, None)
    assert said(change, str) == f"Lowering the minimum score to {best:,} would be enough."


@pytest.mark.parametrize("kind", ["banned", "not_again"])
def test_a_pair_is_allowed_again(kind: str) -> None:
    round_ = market([img("a")], [mentor("x")])
    rules = Rules.from_json({kind: [("a", "x")]})
    assert kind_and_mentor(change_of(round_, rules)) == (kind, "x")


def test_a_mentors_own_limits_are_lifted() -> None:
    round_ = market(
        [img("a", languages=("en",), stage="residency")],
        [mentor("x", accepts_languages=("hi",), accepts_stages=("match_soap",))],
    )
    change = change_of(round_)
    assert kind_and_mentor(change) == ("limits", "x")


@pytest.mark.parametrize(
    ("rule", "of_img", "of_mentor"),
    [
        ("must_share_language", {"languages": ("en",)}, {"languages": ("hi",)}),
        ("must_cover_first_topic", {"topics": ("cv",)}, {"topics": ("visa",)}),
        ("respect_institutions", {"conflicts": ("St. X",)}, {"institution": "St. X"}),
    ],
)
def test_a_rule_is_switched_off_last(
    rule: str, of_img: dict[str, Any], of_mentor: dict[str, Any]
) -> None:
    rules = Rules.from_json({rule: True})
    change = change_of(market([img("a", **of_img)], [mentor("x", **of_mentor)]), rules)
    assert kind_and_mentor(change) == (rule, None)
    assert change is not None
    assert said(change, str).startswith("Allowing ")


def test_what_people_asked_for_is_never_lifted() -> None:
    imgs = [img("a", avoid=("x",), conflicts=("St. X",), stage="usmle_step1")]
    mentors = [
        mentor("x"),
        mentor("y", exclude=("a",)),
        mentor("z", selects_at=("St. X",)),
        mentor("a"),
        mentor("p", seats=0),
    ]
    assert change_of(market(imgs, mentors)) is None


def test_a_seat_that_somebody_else_would_get_is_not_suggested() -> None:
    problem = Problem.from_scores([[9], [8], [7]], [1], img_ids=list("abc"))
    found = smallest_changes(problem, solve(problem))
    assert found["b"] is not None
    assert found["c"] is None


def test_locks_stay_when_a_seat_is_given() -> None:
    round_ = market([img("a"), img("b")], [mentor("x")])
    change = change_of(round_, Rules(locked=frozenset({("b", "x")})))
    assert change is not None
    assert (change.kind, change.matched_after, change.lost) == ("seat", 2, ())


def test_only_the_first_are_looked_at_and_in_the_order_of_ids() -> None:
    own = [(i, i) for i in range(4)]
    problem = Problem.from_scores(
        np.where(np.eye(4), 5, -1).astype(int), [1] * 4, banned=own, img_ids=list("dbca")
    )
    found = smallest_changes(problem, solve(problem), most=2)
    assert list(found) == list("abcd")
    assert [each is None for each in found.values()] == [False, False, True, True]


def test_whoever_has_a_mentor_needs_no_change() -> None:
    problem = Problem.from_scores([[5]], [1], img_ids=["a"])
    with pytest.raises(ValueError, match="has a mentor"):
        smallest_change(problem, solve(problem), "a")


def test_many_who_lose_are_counted() -> None:
    change = Change(
        img="a",
        kind="minimum",
        mentor=None,
        amount=4_200,
        matched_after=1,
        total_after=1,
        lost=tuple("bcdefg"),
    )
    assert said(change, str) == (
        "Lowering the minimum score to 4,200 would be enough; 6 others would lose their mentor."
    )
