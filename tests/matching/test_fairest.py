"""Rounds too large to try all ways: ``fairest`` is what one flow with very long weights says."""

from __future__ import annotations

from collections.abc import Callable

import networkx as nx
import numpy as np
import pytest

from mentorship.matching import Problem, solve, verify
from mentorship.matching.marks import Ints

SIZES = [(40, 12, 3), (30, 30, 1), (60, 10, 4)]  # IMGs, mentors, most seats
STEPS = [1, 250, 3_000]  # between scores


def a_round(n: int, m: int, most: int, step: int, possible: float) -> tuple[Ints, Ints]:
    rng = np.random.default_rng([n, m, step])
    scores = rng.integers(0, 10_000 // step + 1, (n, m)) * step
    scores[rng.random((n, m)) > possible] = -1
    return scores, rng.integers(0, most + 1, m)


def the_best(scores: Ints, seats: Ints) -> list[int]:
    """Return the scores of the fairest pairs, worked out by maximum and by minimum-cost flows."""
    matched = _most(scores, seats, 0)
    low = max(
        (s for s in set(scores[scores >= 0].tolist()) if _most(scores, seats, s) == matched),
        default=0,
    )
    above = np.where(scores >= low, scores, -1)
    more_than_all = 10_000 * (len(scores) + 1)  # points
    a_band = len(scores) + 1  # pairs of one band weigh less than one of the band below

    def weight(score: int) -> int:
        person = more_than_all * a_band**102
        return int(person - more_than_all * a_band ** (100 - score // 100) + score)

    return _flow(above, seats, weight)


def _most(scores: Ints, seats: Ints, least: int) -> int:
    return len(_flow(np.where(scores >= least, scores, -1), seats, lambda _: 1))


def _flow(scores: Ints, seats: Ints, weight: Callable[[int], int]) -> list[int]:
    graph = nx.DiGraph()
    graph.add_node("end", demand=len(scores))
    for i in range(len(scores)):
        graph.add_node(("img", i), demand=-1)
        graph.add_edge(("img", i), "end", capacity=1, weight=0)
    for i, j in np.argwhere(scores >= 0).tolist():
        weigh = weight(int(scores[i, j]))
        graph.add_edge(("img", i), ("mentor", j), capacity=1, weight=-weigh)
        graph.add_edge(("mentor", j), "end", capacity=int(seats[j]), weight=0)
    _, flow = nx.network_simplex(graph)
    return [int(scores[i, j]) for i, j in np.argwhere(scores >= 0) if flow["img", i]["mentor", j]]


def told(scores: list[int]) -> tuple[int, int, list[int], int]:
    """Return people, the lowest score, pairs in each band and the sum of scores."""
    bands = np.bincount(np.array(scores, dtype=np.int64) // 100, minlength=101)
    return len(scores), min(scores, default=0), bands.tolist(), sum(scores)


@pytest.mark.parametrize("possible", [0.1, 0.5])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_no_other_pairing_is_fairer(size: tuple[int, int, int], step: int, possible: float) -> None:
    scores, seats = a_round(*size, step, possible)
    problem = Problem.from_scores(scores, seats)
    found = problem.scores_of(solve(problem, "fairest", 3).pairs).tolist()
    assert told(found) == told(the_best(scores, seats))


def test_a_lock_of_the_weakest_pair_changes_nobody_else() -> None:
    scores = [[152, 293], [188, -1], [122, 180], [-1, 79]]
    loose, locked = (Problem.from_scores(scores, [2, 2], locked=each) for each in ((), [(3, 1)]))
    found = solve(loose, "fairest")
    assert found.total == 682
    assert (3, 1) in map(tuple, found.pairs.tolist())
    kept = solve(locked, "fairest")
    assert kept.pairs.tolist() == found.pairs.tolist()
    assert verify(locked, kept).primal == (4, 79)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_lock_of_any_made_pair_changes_nobody_else(size: tuple[int, int, int]) -> None:
    scores, seats = a_round(*size, 1, 0.3)
    found = solve(Problem.from_scores(scores, seats), "fairest", 3)
    made = sorted(found.pairs.tolist(), key=lambda pair: scores[pair[0], pair[1]])
    for pair in made[:3] + made[-3:]:
        locked = Problem.from_scores(scores, seats, locked=[pair])
        kept = solve(locked, "fairest", 3)
        assert kept.pairs.tolist() == found.pairs.tolist()
        assert verify(locked, kept).ok


def test_the_check_looks_for_a_higher_lowest_score_unless_a_lock_holds_it() -> None:
    """Both hold 79: made freely it could be raised, made by a lock it could not."""
    scores = [[79, 90], [90, 95]]
    loose, locked = (Problem.from_scores(scores, [1, 1], locked=each) for each in ((), [(0, 0)]))
    held = solve(locked, "fairest")
    assert held.pairs.tolist() == [[0, 0], [1, 1]]
    assert verify(locked, held).ok
    report = verify(loose, held)
    assert report.faults == ("as many could be matched with a higher lowest score",)


def test_the_check_wants_no_more_beside_a_lock_than_the_lowest_of_all() -> None:
    """The best bands leave somebody at 122 though 152 could be had: the lock's 79 is lowest."""
    problem = Problem.from_scores(
        [[152, 293], [188, -1], [122, 180], [-1, 79]], [2, 2], locked=[(3, 1)]
    )
    assert verify(problem, solve(problem, "fairest")).ok
