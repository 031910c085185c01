"""A round that takes long can be stopped, under every policy and in every step of it."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from mentorship.matching import (
    POLICIES,
    Problem,
    compare,
    explain,
    solve,
    verify,
)
from mentorship.matching.certificate import worth_to_others
from mentorship.matching.scores import blocks
from mentorship.matching.solver import heaviest
from tests.matching.test_large import assert_same, lists_of

SLOWEST = 5.0  # seconds between two calls, on a busy machine; they are milliseconds apart


class Stopped(Exception):
    """Somebody does not want to wait any longer."""


class Watch:
    """Note every call, and stop at one of them."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.calls: list[tuple[int, int]] = []
        self.times: list[float] = []
        self.stop_at = stop_at

    def __call__(self, placed: int, of: int) -> None:
        self.calls.append((placed, of))
        self.times.append(time.perf_counter())
        if len(self.calls) == self.stop_at:
            raise Stopped


@pytest.fixture(scope="module")
def problem() -> Problem:
    """Return a round with many ties, more than enough seats and IMGs who want two mentors."""
    rng = np.random.default_rng(11)
    scores = rng.integers(0, 9_000, 240) // 100 * 100 + rng.integers(0, 2, (600, 240))
    scores[rng.random(scores.shape) < 0.4] = -1
    return Problem.from_scores(scores, rng.integers(1, 6, 240), rng.integers(1, 3, 600))


@pytest.mark.parametrize("policy", POLICIES)
def test_both_stages_tell_how_far_they_are(problem: Problem, policy: str) -> None:
    watch = Watch()
    assert_same(solve(problem, policy, 7), solve(problem, policy, 7, watch))
    assert all(0 <= placed <= of for placed, of in watch.calls)
    firsts, seconds = {of for _, of in watch.calls}
    assert firsts == 600 or seconds == 600
    assert watch.calls[-1][1] == min(firsts, seconds)  # those who want two come last
    assert np.diff(watch.times).max(initial=0) < SLOWEST


@pytest.mark.parametrize("policy", POLICIES)
def test_stopped_anywhere_it_stops_at_once_and_can_be_solved_again(
    problem: Problem, policy: str
) -> None:
    everything = Watch()
    usual = solve(problem, policy, 7, everything)
    calls = len(everything.calls)
    for stop_at in sorted({1, 2, calls // 3, calls // 2, calls - 1, calls} - {0}):
        watch = Watch(stop_at)
        with pytest.raises(Stopped):
            solve(problem, policy, 7, watch)
        assert len(watch.calls) == stop_at
    assert_same(usual, solve(problem, policy, 7))


@pytest.mark.parametrize("policy", ["best-total", "most-matched", "fairest"])
def test_every_pricing_can_be_stopped(problem: Problem, policy: str) -> None:
    """Short lists are priced often; each time is one at which to stop."""
    priced = 0

    def counted(*arguments: Any) -> Any:
        nonlocal priced
        priced += 1
        return underpriced(*arguments)

    underpriced, watch = heaviest.underpriced, Watch()
    with pytest.MonkeyPatch.context() as patch, lists_of(1, 5_000):
        patch.setattr(heaviest, "underpriced", counted)
        solve(problem, policy, 7, watch)
    assert priced > 3
    assert sum(placed == of for placed, of in watch.calls) > priced


def test_a_stop_from_a_thread_that_scores_a_block_is_passed_on() -> None:
    def work(rows: object) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        blocks.each_block(work, np.arange(4_000), 4_000)


@pytest.mark.parametrize("policy", POLICIES)
def test_explaining_checking_and_comparing_tell_how_far_they_are_and_can_be_stopped(
    problem: Problem, policy: str
) -> None:
    result = solve(problem, policy, 7)
    for work in (
        lambda watch: explain(problem, result, watch),
        lambda watch: verify(problem, result, watch),
        lambda watch: compare(problem, 7, watch),
    ):
        watch = Watch()
        work(watch)
        assert watch.calls
        assert all(0 <= done <= of for done, of in watch.calls)
        for stop_at in (1, len(watch.calls)):
            with pytest.raises(Stopped):
                work(Watch(stop_at))


def test_a_long_chain_of_moves_is_followed_soon() -> None:
    """Everybody could only move on to the next; a pass over all pairs a move took a minute."""
    n = 1_500
    everybody = np.arange(n)
    scores = np.full((n, n + 1), -1, dtype=np.int16)
    scores[everybody, everybody], scores[everybody, everybody + 1] = 9_000, 8_999
    free, watch, began = np.append(np.zeros(n, np.int64), 1), Watch(), time.perf_counter()
    worth = worth_to_others(blocks.Ready.of(scores), everybody, free, watch)
    assert worth.tolist() == [*range(n, -1, -1)]
    assert watch.calls[-1] == (n, n)
    assert time.perf_counter() - began < SLOWEST
