"""Our engine, one policy: ``python -m benchmarks.players.ours POLICY SHAPE SIZE SEED [FILE]``.

It starts from the profiles of a made-up round, with the means of unanswered questions given. Only
a shape with coarse scores starts from the score matrix in FILE.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.engine import problem_of
from benchmarks.people import market
from benchmarks.players.turns import Turn, play
from mentorship.matching import Problem, Rules, solve, warm


def make() -> Turn:
    policy, shape, size, seed = sys.argv[1:5]
    warm()
    problem = _from_file(sys.argv[5]) if sys.argv[5:] else _from_people(shape, size, int(seed))

    def turn() -> dict[str, Any]:
        start = time.perf_counter()
        ready = problem()
        middle = time.perf_counter()
        result = solve(ready, policy)
        end = time.perf_counter()
        return {
            "prepare": middle - start,
            "solve": end - middle,
            "pairs": result.pairs.tolist(),
            "second": result.second.tolist(),
            "prices": [_listed(p) for p in (result.img_prices, result.seat_prices)],
        }

    return turn


def _from_people(shape: str, size: str, seed: int) -> Callable[[], Any]:
    n, m = map(int, size.split("x"))
    people = market(shape, n, m, seed)
    means = problem_of(people, Rules()).means
    return lambda: problem_of(people, Rules(), means=means)


def _from_file(name: str) -> Callable[[], Any]:
    with np.load(name) as saved:
        scores, seats, wants = (saved[key] for key in ("scores", "seats", "wants"))
    return lambda: Problem.from_scores(scores, seats, wants)


def _listed(prices: Any) -> Any:
    return None if prices is None else prices.tolist()


play(make)
