"""The pairs are the best there are, whatever the round looks like."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from mentorship.matching import Problem, Result, explain, solve, verify
from mentorship.matching.lottery import draws
from tests.matching import oracle
from tests.matching.problems import arguments, lotteries, policies, priced, problems


def by_id(problem: Problem, result: Result) -> tuple[set[tuple[object, ...]], set[str]]:
    """Return pairs and reasons without the order in which people were given."""
    pairs: set[tuple[object, ...]] = {
        (problem.img_ids[i], problem.mentor_ids[j], bool(second))
        for (i, j), second in zip(result.pairs, result.second, strict=True)
    }
    said = explain(problem, result)
    return pairs, {str(each) for each in (*said.unmatched, *said.pairs, *said.unused)}


@given(problems(), priced, lotteries)
def test_both_stages_are_worth_what_the_oracle_says(
    problem: Problem, policy: str, lottery: int
) -> None:
    result = solve(problem, policy, lottery)
    assert oracle.worth(problem, result) == oracle.best(problem, result, policy)


@given(problems(), policies, lotteries)
def test_the_answer_keeps_every_rule_and_is_proved(
    problem: Problem, policy: str, lottery: int
) -> None:
    report = verify(problem, solve(problem, policy, lottery))
    assert report.ok, report.faults
    assert report.primal == report.dual
    assert report.violations == 0


@given(arguments(), policies, lotteries, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(
    given: dict[str, Any], policy: str, lottery: int, random: Any
) -> None:
    n, m = given["scores"].shape
    img_ids, mentor_ids = [f"img-{i}" for i in range(n)], [f"mentor-{j}" for j in range(m)]
    rows, columns = list(range(n)), list(range(m))
    random.shuffle(rows)
    random.shuffle(columns)
    one = Problem.from_scores(**given, img_ids=img_ids, mentor_ids=mentor_ids)
    other = Problem.from_scores(
        given["scores"][np.ix_(rows, columns)],
        [given["seats"][j] for j in columns],
        [given["wants"][i] for i in rows],
        locked=[(rows.index(i), columns.index(j)) for i, j in given["locked"]],
        banned=[(rows.index(i), columns.index(j)) for i, j in given["banned"]],
        img_ids=[img_ids[i] for i in rows],
        mentor_ids=[mentor_ids[j] for j in columns],
    )
    first, second = solve(one, policy, lottery), solve(other, policy, lottery)
    assert by_id(one, first) == by_id(other, second)
    if first.seat_prices is None or first.img_prices is None:
        assert second.seat_prices is second.img_prices is None
        return
    assert second.seat_prices is not None
    assert second.img_prices is not None
    assert np.array_equal(first.seat_prices[columns], second.seat_prices)
    assert np.array_equal(first.img_prices[rows], second.img_prices)


@given(problems(), policies, lotteries)
def test_a_second_run_answers_the_same(problem: Problem, policy: str, lottery: int) -> None:
    one, other = solve(problem, policy, lottery), solve(problem, policy, lottery)
    assert np.array_equal(one.pairs, other.pairs)
    assert np.array_equal(one.second, other.second)


@given(problems(locks=False, most=4).filter(lambda p: p.table().size <= 12), priced, lotteries)
def test_among_equals_the_largest_sum_of_draws_wins(
    problem: Problem, policy: str, lottery: int
) -> None:
    n, m = problem.shape
    draw = draws(range(n), range(m), lottery)

    def value(mates: tuple[int, ...]) -> tuple[int, int, int] | None:
        made = [(i, j) for i, j in enumerate(mates) if j >= 0]
        if any(problem.table()[pair] < 0 for pair in made):
            return None
        if any(mates.count(j) > problem.seats[j] for j in range(m)):
            return None
        points, drawn = (sum(int(table[p]) for p in made) for table in (problem.table(), draw))
        return (points, len(made), drawn) if policy == "best-total" else (len(made), points, drawn)

    found = [value(mates) for mates in product(range(-1, m), repeat=n)]
    result = solve(problem, policy, lottery)
    mates = dict(result.pairs[~result.second].tolist())
    assert value(tuple(mates.get(i, -1) for i in range(n))) == max(v for v in found if v)


def test_another_lottery_settles_ties_another_way() -> None:
    problem = Problem.from_scores(np.full((20, 20), 5_000), np.ones(20, dtype=int))
    answers = {solve(problem, lottery=lottery).pairs.tobytes() for lottery in range(10)}
    assert len(answers) == 10


def test_most_people_is_not_most_points() -> None:
    problem = Problem.from_scores([[9_000, 1_000], [5_000, -1]], [1, 1])
    assert solve(problem, "best-total").pairs.tolist() == [[0, 0]]
    assert solve(problem, "most-matched").pairs.tolist() == [[0, 1], [1, 0]]


def test_pairs_worth_nothing_are_still_made() -> None:
    result = solve(Problem.from_scores([[0, -1], [0, 0]], [1, 1]))
    assert result.pairs.tolist() == [[0, 0], [1, 1]]
    assert result.total == 0


@pytest.mark.parametrize(("n", "m"), [(0, 0), (0, 3), (3, 0)])
@pytest.mark.parametrize("policy", ["best-total", "most-matched"])
def test_a_round_without_people_has_no_pairs(n: int, m: int, policy: str) -> None:
    result = solve(Problem.from_scores(np.zeros((n, m), dtype=int), [1] * m), policy)
    assert result.pairs.shape == (0, 2)
    assert result.unmatched.tolist() == list(range(n))
    assert result.seat_prices is not None
    assert len(result.seat_prices) == m


def test_second_mentors_never_take_a_seat_from_somebody_without_one() -> None:
    problem = Problem.from_scores([[9_000, 8_000], [7_000, -1]], [1, 1], wants=[2, 2])
    result = solve(problem)
    assert result.pairs.tolist() == [[0, 1], [1, 0]]
    assert not result.second.any()


def test_a_second_mentor_is_somebody_else() -> None:
    result = solve(Problem.from_scores([[9_000, 10]], [5, 1], wants=[2]))
    assert result.pairs.tolist() == [[0, 0], [0, 1]]
    assert result.second.tolist() == [False, True]


def test_locks_hold_at_any_price() -> None:
    problem = Problem.from_scores([[0, 9_000], [0, 9_000]], [2, 1], locked=[(0, 0)])
    assert solve(problem).pairs.tolist() == [[0, 0], [1, 1]]


def test_two_locks_are_both_made_and_the_better_one_is_the_first_mentor() -> None:
    problem = Problem.from_scores([[10, 900]], [1, 1], wants=[2], locked=[(0, 0), (0, 1)])
    result = solve(problem)
    assert result.pairs.tolist() == [[0, 0], [0, 1]]
    assert result.second.tolist() == [True, False]


def test_progress_counts_imgs_and_may_stop_the_work() -> None:
    class Stopped(Exception):
        pass

    seen = []

    def stop_at_three(done: int, of_all: int) -> None:
        seen.append((done, of_all))
        if done == 3:
            raise Stopped

    problem = Problem.from_scores(np.ones((9, 9), dtype=int), [1] * 9)
    with pytest.raises(Stopped):
        solve(problem, progress=stop_at_three)
    assert seen == [(1, 9), (2, 9), (3, 9)]


@pytest.mark.parametrize("policy", ["best", ""])
def test_a_policy_that_is_not_there_is_named_with_those_that_are(policy: str) -> None:
    with pytest.raises(ValueError, match=r"policy: .*best-total, most-matched"):
        solve(Problem.from_scores([[1]], [1]), policy)


@pytest.mark.parametrize("lottery", [1.5, "seven", None])
def test_a_lottery_is_a_whole_number(lottery: Any) -> None:
    with pytest.raises(ValueError, match="lottery"):
        solve(Problem.from_scores([[1]], [1]), lottery=lottery)


@pytest.mark.parametrize("people", ["all different", "all alike"])
def test_a_large_round_equals_scipy(people: str) -> None:
    rng = np.random.default_rng(5)
    n, m = 300, 120
    scores = rng.integers(0, 10_001, (n, m))
    if people == "all alike":
        scores = np.clip(rng.integers(4_000, 6_000, m) + rng.integers(0, 60, (n, m)), 0, 10_000)
    scores[rng.random((n, m)) < 0.4] = -1
    seats = rng.integers(0, 5, m)
    result = solve(Problem.from_scores(scores, seats), lottery=7)
    each_seat = np.maximum(scores, 0)[:, np.repeat(np.arange(m), seats)]
    rows, columns = linear_sum_assignment(each_seat, maximize=True)
    assert result.total == each_seat[rows, columns].sum()
