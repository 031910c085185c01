"""Rounds too large to try all ways: ``fairest`` is what one flow with very long weights says."""

from __future__ import annotations

from collections.abc import Callable

import networkx as nx
import numpy as np
import pytest

from mentorship.matching import Problem, solve
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
