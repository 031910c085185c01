"""What the benchmarks ask of the engine, in one place: a problem of any size, scores in blocks."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mentorship import matching
from mentorship.matching import Market, Problem, Rules

BLOCK = 256  # IMGs at once
# Where the engine says with how many candidates an IMG is listed at first.
LISTS, LENGTHS = "mentorship.matching.sparse", ("FEWEST", "MORE")

# One door once the two are one; until then the large one reads scores in blocks.
_Problem: Any = getattr(matching, "LargeProblem", Problem)


def problem_of(market: Market, rules: Rules, means: Mapping[str, int] | None = None) -> Any:
    """Make a problem whose scores are worked out in blocks."""
    return _Problem.of(market, rules, means=means)


def score_blocks(problem: Any) -> Iterator[tuple[slice, NDArray[np.int32]]]:
    """Yield rows and their (rows, m) scores, -1 where a pair must not be made.

    Rows are those of the problem, whose people must be in the order of their ids.
    """
    n, m = len(problem.img_ids), len(problem.mentor_ids)
    scores, _ = problem.read(np.arange(n), np.arange(m))
    for start in range(0, n, BLOCK):
        rows = np.arange(start, min(n, start + BLOCK))
        yield slice(start, start + len(rows)), scores.block(rows)


def score_matrix(problem: Any) -> NDArray[np.int32]:
    """Return all scores at once, (n, m) int32."""
    return np.concatenate([block for _, block in score_blocks(problem)])


@contextlib.contextmanager
def lists_of(length: int) -> Iterator[None]:
    """Let the engine list that many candidates of each IMG at first."""
    module = importlib.import_module(LISTS)
    usual = {name: getattr(module, name) for name in LENGTHS}
    try:
        for name in usual:
            setattr(module, name, length)
        yield
    finally:
        for name, value in usual.items():
            setattr(module, name, value)
