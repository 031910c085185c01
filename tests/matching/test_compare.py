"""Policies side by side, groups side by side."""

from __future__ import annotations

from dataclasses import replace
from inspect import signature
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mentorship.matching import POLICIES, Problem, Rules, compare, fairness, solve, verify
from mentorship.matching.lottery import draws
from mentorship.matching.scores.blocks import Ready
from tests.matching import oracle
from tests.matching.people import img, market, mentor
from tests.matching.problems import arguments, lotteries, problems


@given(problems(most=5))
def test_every_policy_is_best_at_what_it_is_for(problem: Problem) -> None:
    told = compare(problem)
    if not problem.wants.tolist().count(2) and not len(problem.locked):
        assert told["best-total"].total == max(each.total for each in told.values())
    assert told["stable"].blocking_pairs == 0
    assert told["fairest"].matched == told["most-matched"].matched
    for policy, outcome in told.items():
        pairs = len(solve(problem, policy).pairs)
        assert outcome.in_common[policy] == pairs


def test_stable_holds_for_first_mentors_and_then_for_second_ones_and_says_so() -> None:
    """IMG 0 would like mentor 1 as a second one, who would rather have them than IMG 1."""
    problem = Problem.from_scores([[9, 8], [-1, 3]], [1, 1], wants=[2, 1])
    result = solve(problem, "stable")
    assert result.pairs.tolist() == [[0, 0], [1, 1]]
    report = verify(problem, result)
    assert report.ok
    assert report.blocking_pairs == compare(problem)["stable"].blocking_pairs == 0
    for told in (POLICIES["stable"].sentence, POLICIES["stable"].proved):
        assert "first mentors among themselves" in told
        assert "second mentors on the seats that" in told


@settings(deadline=None)
@given(problems(most=4), lotteries)
def test_fairest_is_the_best_of_all_ways(problem: Problem, lottery: int) -> None:
    result = solve(problem, "fairest", lottery)
    for stage in oracle.stages(problem, result):
        found = oracle.fairness(stage.trade[pair] for pair in stage.made)
        assert found == oracle.fairest(stage)


@settings(deadline=None)
@given(arguments(), st.integers(0, 2**32), lotteries)
def test_stable_pairs_are_those_of_asking_one_after_the_other(
    given: dict[str, Any], seed: int, lottery: int
) -> None:
    view = np.random.default_rng(seed).integers(0, 4, given["scores"].shape)
    problem = Problem.from_scores(**given, mentor_scores=view)
    drawn = draws(problem.img_ids, problem.mentor_ids, lottery)
    assume(len(np.unique(drawn)) == drawn.size)
    result = solve(problem, "stable", lottery)
    for stage in oracle.stages(problem, result):
        assert stage.made == oracle.stable(problem, stage, lottery)


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 40), st.integers(1, 15), st.booleans())
def test_stable_pairs_hold_when_mentors_see_it_their_way(
    seed: int,
    n: int,
    m: int,
    coarse: bool,  # noqa: FBT001 - drawn
) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.integers(-1, 4 if coarse else 10_001, (n, m))
    view = rng.integers(0, 4 if coarse else 10_001, (n, m))
    wants = rng.integers(1, 3, n)
    problem = Problem.from_scores(scores, rng.integers(0, 4, m), wants, mentor_scores=view)
    report = verify(problem, solve(problem, "stable"))
    assert report.ok, report.faults
    assert report.blocking_pairs == 0


def test_groups_and_load_are_counted() -> None:
    people = market(
        [img("a", state="NY"), img("b", state="NY"), img("c")],
        [mentor("m", seats=2), mentor("n", seats=0), mentor("o", seats=0)],
    )
    problem = Problem.of(people, Rules())
    result = solve(problem)
    groups = fairness.by_group(problem, result, lambda each: each.state)
    assert sum(group.matched for group in groups.values()) == 2
    assert groups["NY"].imgs == 2
    assert fairness.load(problem, result) == {2: 1}


SIZES = st.dictionaries(st.sampled_from([None, *"abcdefgh"]), st.integers(1, 12), max_size=9)


@given(SIZES)
def test_no_small_group_is_shown_or_can_be_worked_out(sizes: dict[str | None, int]) -> None:
    groups = {
        key: fairness.Group(imgs=size, matched=size, mean=1_000 * size, lowest=size)
        for key, size in sizes.items()
    }
    shown = fairness.to_show(groups)
    assert all(group.imgs >= fairness.FEWEST for group in shown.values())
    assert not shown or sum(group.imgs for group in shown.values()) == sum(sizes.values())
    if shown:
        assert min(group.lowest or 0 for group in shown.values()) == min(sizes.values())
    alone = set(shown) - {fairness.OTHERS}
    assert all(
        shown[key].imgs == sizes[None if key == fairness.NO_ANSWER else key] for key in alone
    )


def test_means_are_to_the_nearest_point_and_lowest_is_of_pairs_made() -> None:
    people = market([img(key, state="NY") for key in "abc"] + [img("d")], [mentor("m", seats=3)])
    table = np.array([[5], [6], [6], [-1]], dtype=np.int16)
    problem = replace(Problem.of(people, Rules()), scores=Ready.of(table))
    groups = fairness.by_group(problem, solve(problem), lambda each: each.state)
    assert groups == {
        "NY": fairness.Group(imgs=3, matched=3, mean=6, lowest=5),
        None: fairness.Group(imgs=1, matched=0, mean=None, lowest=None),
    }


def test_if_no_lottery_is_named_it_is_the_same_one() -> None:
    of = (signature(each).parameters["lottery"].default for each in (compare, solve))
    assert len(set(of)) == 1


def test_a_matrix_says_nothing_of_groups() -> None:
    problem = Problem.from_scores([[1]], [1])
    with pytest.raises(ValueError, match="matrix"):
        fairness.by_group(problem, solve(problem), lambda each: each.state)
