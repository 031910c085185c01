"""Prices say what a seat and a person are worth, and a broken proof is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mentorship.matching import Problem, Result, solve, verify
from mentorship.matching.certificate import worth_to_others
from tests.matching import oracle
from tests.matching.problems import arguments, policies, priced, problems


def first_stage(problem: Problem, policy: str) -> tuple[int, ...]:
    """Return the worth of the first mentors as prices count it."""
    people, points = oracle.worth(problem, solve(problem, policy))[0]
    return (points,) if policy == "best-total" else (people, points)


def difference(more: tuple[int, ...], less: tuple[int, ...]) -> list[int]:
    return [one - other for one, other in zip(more, less, strict=True)]


@given(arguments(), priced, st.data())
def test_a_seat_is_worth_what_one_more_adds(
    given: dict[str, Any], policy: str, data: st.DataObject
) -> None:
    assume(len(given["seats"]) > 0)
    problem = Problem.from_scores(**given)
    j = data.draw(st.integers(0, len(given["seats"]) - 1))
    more = [*given["seats"][:j], given["seats"][j] + 1, *given["seats"][j + 1 :]]
    added = first_stage(Problem.from_scores(**{**given, "seats": more}), policy)
    prices = solve(problem, policy).seat_prices
    assert prices is not None
    assert np.atleast_1d(prices[j]).tolist() == difference(added, first_stage(problem, policy))


@given(arguments(locks=False, twice=False), st.data())
def test_a_seat_is_worth_to_others_what_one_fewer_takes_away(
    given: dict[str, Any], data: st.DataObject
) -> None:
    with_seats = [j for j, seats in enumerate(given["seats"]) if seats]
    assume(with_seats)
    problem = Problem.from_scores(**given)
    result = solve(problem)
    j = data.draw(st.sampled_from(with_seats))
    fewer = [*given["seats"][:j], given["seats"][j] - 1, *given["seats"][j + 1 :]]
    mates = np.full(len(given["wants"]), -1)
    mates[result.pairs[:, 0]] = result.pairs[:, 1]
    free = problem.seats - np.bincount(result.pairs[:, 1], minlength=len(problem.seats))
    lost = result.total - solve(Problem.from_scores(**{**given, "seats": fewer})).total
    assert worth_to_others(problem.scores, mates, free)[j] == lost


@given(arguments(locks=False), priced, st.data())
def test_an_img_is_worth_what_the_round_would_lose(
    given: dict[str, Any], policy: str, data: st.DataObject
) -> None:
    n = len(given["wants"])
    assume(n > 0)
    i = data.draw(st.integers(0, n - 1))
    banned = [*given["banned"], *((i, j) for j in range(len(given["seats"])))]
    problem = Problem.from_scores(**given)
    without = first_stage(Problem.from_scores(**{**given, "banned": banned}), policy)
    prices = solve(problem, policy).img_prices
    assert prices is not None
    assert np.atleast_1d(prices[i]).tolist() == difference(first_stage(problem, policy), without)


def test_a_seat_is_worth_to_others_the_sum_of_a_whole_chain_of_moves() -> None:
    """Off mentor 0 (9 -> 6), and off mentor 1 for that (8 -> 5): 3 and 3 points are lost."""
    scores = Problem.from_scores([[9, 6, -1], [-1, 8, 5]], [1, 1, 1]).scores
    worth = worth_to_others(scores, np.array([0, 1]), np.array([0, 0, 1]))
    assert worth.tolist() == [6, 3, 0]


def test_a_seat_for_a_pair_of_no_points_is_worth_a_person() -> None:
    prices = solve(Problem.from_scores([[0]], [0]), "most-matched").seat_prices
    assert prices is not None
    assert prices.tolist() == [[1, 0]]


def test_one_more_person_may_cost_points() -> None:
    problem = Problem.from_scores([[9_000, 10], [5_000, -1]], [1, 0])
    prices = solve(problem, "most-matched").seat_prices
    assert prices is not None
    assert prices.tolist() == [[1, 5_000], [1, -3_990]]


def market() -> Problem:
    """Return a round with every kind of thing to break: a shortage, a lock, a second mentor."""
    scores = [[9_000, 3_000, -1], [8_000, 7_000, -1], [6_000, 2_000, 50], [5_000, -1, -1]]
    return Problem.from_scores(scores, [1, 2, 1], wants=[1, 2, 1, 1], locked=[(2, 2)])


def swapped(result: Result) -> Result:
    pairs = result.pairs.copy()
    pairs[[0, 1], 1] = pairs[[1, 0], 1]
    return replace(result, pairs=pairs)


def doubled(result: Result) -> Result:
    pairs = np.vstack([result.pairs[:1], result.pairs])
    return replace(result, pairs=pairs, second=np.append([False], result.second))


def repriced(result: Result, **changes: list[int]) -> Result:
    """Return the result with amounts added to its prices."""
    prices = {name: getattr(result, name) + np.array(more) for name, more in changes.items()}
    return replace(result, **prices)


def anything(**values: object) -> dict[str, Any]:
    """Return attributes of types no result has."""
    return values


BROKEN: dict[str, Callable[[Result], Result]] = {
    "a pair left out": lambda r: replace(r, pairs=r.pairs[1:], second=r.second[1:]),
    "a pair twice": doubled,
    "pairs out of order": lambda r: replace(r, pairs=r.pairs[::-1], second=r.second[::-1]),
    "somebody who is not there": lambda r: replace(r, pairs=np.add(r.pairs, 9)),
    "pairs that are no table": lambda r: replace(r, pairs=r.pairs.ravel()),
    "marks missing": lambda r: replace(r, second=r.second[:-1]),
    "partners swapped": swapped,
    "first and second mentor swapped": lambda r: replace(r, second=~r.second),
    "total too high": lambda r: replace(r, total=r.total + 1),
    "pairs as a list": lambda r: replace(r, **anything(pairs=r.pairs.tolist())),
    "ragged pairs": lambda r: replace(r, **anything(pairs=[[0, 0], [1]])),
    "pairs no index can be": lambda r: replace(r, pairs=r.pairs.astype(np.uint64)),
    "no marks": lambda r: replace(r, **anything(second=None)),
    "nobody said to be unmatched": lambda r: replace(r, **anything(unmatched=None)),
    "a total of nothing": lambda r: replace(r, **anything(total=None)),
    "a total of many": lambda r: replace(r, **anything(total=np.array([1, 2]))),
    "a policy that is no name": lambda r: replace(r, **anything(policy=[])),
    "prices as a list": lambda r: replace(r, **anything(img_prices=[0] * 4)),
    "prices of a second seat only": lambda r: replace(r, second_img_prices=None),
    "the lowest number as a price": lambda r: repriced(r, img_prices=[-(2**63), 0, 0, 0]),
    "somebody hidden": lambda r: replace(r, unmatched=r.unmatched[1:]),
    "another policy": lambda r: replace(r, policy="stable"),
    "a policy nobody knows": lambda r: replace(r, policy="best"),
    "a seat too cheap": lambda r: repriced(r, seat_prices=[-1, 0, 0]),
    "a seat too dear": lambda r: repriced(r, seat_prices=[1, 0, 0]),
    "an IMG too cheap": lambda r: repriced(r, img_prices=[0, -1, 0, 0]),
    "prices that cancel out": lambda r: repriced(
        r, seat_prices=[-1, 0, 0], img_prices=[1, 0, 0, 0]
    ),
    "a price below nothing": lambda r: repriced(r, seat_prices=[1, 0, 0], img_prices=[0, 0, 0, -1]),
    "a lock that does not add up": lambda r: repriced(
        r, seat_prices=[0, 0, 1], img_prices=[-1, 0, 0, 0]
    ),
    "prices beyond belief": lambda r: repriced(r, seat_prices=[2**60] * 3),
    "prices missing": lambda r: replace(r, seat_prices=np.zeros(2, np.int64)),
    "second prices missing": lambda r: replace(r, second_img_prices=None, second_seat_prices=None),
    "half of the second prices": lambda r: replace(r, second_seat_prices=None),
    "a second seat too dear": lambda r: repriced(r, second_seat_prices=[0, 1, 0]),
    "a price for who looks for nobody": lambda r: repriced(
        r, second_img_prices=[1, 0, 0, 0], second_seat_prices=[0, -1, 0]
    ),
}


def test_the_round_that_is_broken_below_is_sound() -> None:
    problem = market()
    result = solve(problem)
    assert result.pairs.tolist() == [[0, 0], [1, 1], [2, 2]]
    assert verify(problem, result).ok


@pytest.mark.parametrize("breakage", BROKEN)
def test_what_is_broken_is_found(breakage: str) -> None:
    problem = market()
    result = solve(problem)
    report = verify(problem, BROKEN[breakage](result))
    assert not report.ok
    assert report.faults


@pytest.mark.parametrize("given", [None, (), "pairs"])
def test_what_is_no_result_is_said_to_be_none(given: object) -> None:
    report = verify(market(), given)  # type: ignore[arg-type]  # that is what is tried
    assert report.faults == (f"want a result, not {type(given).__name__}",)


@pytest.mark.parametrize(
    ("seats", "price"),
    [([2**60], [16]), ([2**24], [2**40]), ([2**63 - 1] * 2, [1, 1]), ([2**62] * 4, [1] * 4)],
)
def test_prices_that_run_over_prove_nothing(seats: list[int], price: list[int]) -> None:
    problem = Problem.from_scores([[10] * len(seats)] * 3, seats)
    nobody = replace(
        solve(problem),
        pairs=np.zeros((0, 2), np.int64),
        second=np.zeros(0, np.bool_),
        total=0,
        unmatched=np.arange(3),
        img_prices=np.zeros(3, np.int64),
        seat_prices=np.array(price),
    )
    assert verify(problem, solve(problem)).ok
    assert not verify(problem, nobody).ok


def test_second_prices_where_nobody_wants_two_are_a_fault() -> None:
    problem = Problem.from_scores([[5]], [1])
    found = verify(problem, replace(solve(problem), second_img_prices=np.zeros(9, np.int64)))
    assert "there are second prices where nobody wants a second mentor" in found.faults


def test_a_forbidden_pair_a_full_mentor_and_a_lost_lock_are_named() -> None:
    problem = Problem.from_scores([[5, -1], [5, 5]], [1, 1], locked=[(1, 1)])
    result = solve(problem)
    faults = {
        "a pair must not be made": [[0, 1], [1, 0]],
        "a mentor has more IMGs than seats": [[0, 0], [1, 0]],
        "a locked pair is not made": [[0, 0], [1, 0]],
    }
    for fault, pairs in faults.items():
        assert fault in verify(problem, replace(result, pairs=np.array(pairs))).faults


def test_fewer_pairs_for_the_same_sum_are_found() -> None:
    problem = Problem.from_scores([[0, 0], [9, -1]], [1, 1])
    result = solve(problem)
    fewer = replace(
        result, pairs=result.pairs[1:], second=result.second[1:], unmatched=np.array([0])
    )
    assert verify(problem, fewer).faults == ("more pairs could be made for the same sum",)


@given(problems(locks=False, twice=False), policies)
def test_a_worse_pairing_is_never_approved(problem: Problem, policy: str) -> None:
    result = solve(problem, policy)
    for pair, (i, j) in enumerate(result.pairs.tolist()):
        worse = replace(
            result,
            pairs=np.delete(result.pairs, pair, axis=0),
            second=np.delete(result.second, pair),
            total=result.total - int(problem.table()[i, j]),
            unmatched=np.sort(np.append(result.unmatched, i)),
        )
        assert not verify(problem, worse).ok


def test_blocking_pairs_are_counted_as_each_side_sees_it() -> None:
    scores, view = [[9_000, 8_000], [8_900, 0]], [[1, 1], [2, 1]]
    problem = Problem.from_scores(scores, [1, 1], mentor_scores=view)
    result = solve(problem)
    assert result.pairs.tolist() == [[0, 1], [1, 0]]
    assert verify(problem, result).blocking_pairs == 0  # mentor 0 would rather keep IMG 1
    assert verify(Problem.from_scores(scores, [1, 1]), result).blocking_pairs == 1


def test_a_locked_pair_blocks_nobody() -> None:
    problem = Problem.from_scores([[1, 9_000], [9_000, 1]], [1, 1], locked=[(0, 0), (1, 1)])
    assert verify(problem, solve(problem)).blocking_pairs == 0
