"""The compiled road gives what the plain one gives: to the point, to the pair, to the price."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentorship.matching import (
    LargeProblem,
    Market,
    Problem,
    Result,
    Rules,
    policies,
    solve,
    sparse,
)
from mentorship.matching.recipe import Recipe, mean_marks_of_many
from mentorship.matching.scoring import mean_marks
from tests.matching.problems import PRICED, priced, problems
from tests.matching.strategies import markets

unhurried = settings(deadline=None)


@contextmanager
def compiled(listed: int = 2) -> Iterator[None]:
    """Take the compiled road however small the round, with short lists."""
    before = policies.SMALL, sparse.FEWEST
    policies.SMALL, sparse.FEWEST = -1, listed
    try:
        yield
    finally:
        policies.SMALL, sparse.FEWEST = before


def assert_same(one: Result, other: Result) -> None:
    assert one.pairs.tolist() == other.pairs.tolist()
    for name in ("seat_prices", "img_prices", "second_seat_prices", "second_img_prices"):
        mine, theirs = getattr(one, name), getattr(other, name)
        assert (mine is None) == (theirs is None), name
        assert mine is None or np.array_equal(mine, theirs), name


@unhurried
@given(problems(most=8), priced, st.integers(0, 9), st.integers(1, 4))
def test_lists_and_tables_agree(problem: Problem, policy: str, lottery: int, listed: int) -> None:
    plain = solve(problem, policy, lottery)
    with compiled(listed):
        assert_same(plain, solve(problem, policy, lottery))


KINDS = {
    "all different": lambda rng, n, m: rng.integers(0, 10_001, (n, m)),
    "coarse": lambda rng, n, m: rng.integers(0, 4, (n, m)) * 2_500,
    "all alike": lambda rng, n, m: rng.integers(0, 9_000, m) + rng.integers(0, 2, (n, m)),
}


@pytest.mark.parametrize("policy", PRICED)
@pytest.mark.parametrize("kind", KINDS)
def test_the_length_of_lists_changes_nothing(kind: str, policy: str) -> None:
    rng = np.random.default_rng(3)
    scores = KINDS[kind](rng, 150, 60)
    scores[rng.random(scores.shape) < 0.4] = -1
    problem = Problem.from_scores(scores, rng.integers(0, 4, 60))
    with compiled(1):
        shortest = solve(problem, policy, 7)
    for listed in (3, 10, 60):
        with compiled(listed):
            assert_same(shortest, solve(problem, policy, 7))


RULES = st.builds(
    Rules,
    must_share_language=st.booleans(),
    must_cover_first_topic=st.booleans(),
    respect_institutions=st.booleans(),
    respect_selection=st.booleans(),
    minimum_score=st.sampled_from([0, 4_000]),
    banned=st.sampled_from([(), (("i3", "m0"),)]),
)


@unhurried
@given(markets(fewest=1), RULES)
def test_a_recipe_scores_as_the_criteria_do(market: Market, rules: Rules) -> None:
    problem = Problem.of(market, rules)
    assert problem.means == mean_marks_of_many(market) == mean_marks(market)
    recipe = Recipe.of(market, rules, problem.means)
    assert recipe.block(np.arange(len(market.imgs))).tolist() == problem.scores.tolist()


@unhurried
@given(markets(fewest=1), RULES, st.sampled_from(list(policies.POLICIES)))
def test_a_round_without_a_table_has_the_same_answer(
    market: Market, rules: Rules, policy: str
) -> None:
    with_table = solve(Problem.of(market, rules), policy, 5)
    with compiled():
        without = solve(LargeProblem.of(market, rules), policy, 5)
    assert_same(with_table, without)
    assert with_table.total == without.total


def test_neither_the_matcher_nor_the_site_loads_the_compiler() -> None:
    code = "import mentorship.matching, mentorship.app, sys; assert 'numba' not in sys.modules"
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)
