"""Whether an answer is the same when only what must not matter is another."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.engine import problem_of, score_matrix
from benchmarks.people import SHAPES, WEEK, people
from mentorship import vocabulary
from mentorship.matching import Market, Problem, Rules, solve


def two_orders(shape: str, size: str) -> tuple[Any, Any]:
    """Return a problem of a shape, and the same with people in another order."""
    n, m = map(int, size.split("x"))
    imgs, mentors = people(shape, n, m)
    rng = np.random.default_rng(2)
    rows, columns = rng.permutation(n), rng.permutation(m)
    one = Market.of(imgs, mentors, vocabulary.tables(), week=WEEK)
    if (step := SHAPES[shape].step) > 1:
        ready = problem_of(one, Rules())
        scores = score_matrix(ready)
        scores = np.where(scores >= 0, scores // step * step, -1)
        ids = np.array(ready.img_ids), np.array(ready.mentor_ids)
        return Problem.from_scores(
            scores, ready.seats, img_ids=ids[0], mentor_ids=ids[1]
        ), Problem.from_scores(
            scores[rows][:, columns],
            ready.seats[columns],
            img_ids=ids[0][rows],
            mentor_ids=ids[1][columns],
        )
    other = Market.of(
        [imgs[row] for row in rows],
        [mentors[column] for column in columns],
        vocabulary.tables(),
        week=WEEK,
    )
    return problem_of(one, Rules()), problem_of(other, Rules())


def mentors_of(problem: Any) -> dict[Any, set[Any]]:
    """Return IMG -> mentors, by id, for the best total."""
    found: dict[Any, set[Any]] = {key: set() for key in problem.img_ids}
    for i, j in solve(problem).pairs.tolist():
        found[problem.img_ids[i]].add(problem.mentor_ids[j])
    return found


def changed(one: dict[Any, set[Any]], other: dict[Any, set[Any]]) -> int:
    return sum(one[key] != other[key] for key in one)
