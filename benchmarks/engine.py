"""What the benchmarks ask of the engine, in one place: scores in blocks, lists of any length."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from mentorship.matching import Market, Problem, Rules
from mentorship.matching.solver import candidates, heaviest

BLOCK = 256  # IMGs at once
LENGTHS = (  # with how many candidates an IMG is listed
    (candidates, "FEWEST"),
    (heaviest, "ROUGH"),
    (heaviest, "TAKEN"),
    (heaviest, "FREE"),
)


def problem_of(market: Market, rules: Rules, means: Mapping[str, int] | None = None) -> Problem:
    """Make a problem whose scores are worked out in blocks."""
    return Problem.of(market, rules, means=means)


def score_blocks(problem: Problem) -> Iterator[tuple[slice, NDArray[np.int32]]]:
    """Yield rows and their (rows, m) scores, -1 where a pair must not be made."""
    n = len(problem.img_ids)
    for start in range(0, n, BLOCK):
        rows = np.arange(start, min(n, start + BLOCK))
        yield slice(start, start + len(rows)), problem.scores.block(rows).astype(np.int32)


def score_matrix(problem: Problem) -> NDArray[np.int32]:
    """Return all scores at once, (n, m) int32."""
    return np.concatenate([block for _, block in score_blocks(problem)])


@contextlib.contextmanager
def lists_of(length: int) -> Iterator[None]:
    """Let the engine list that many candidates of each IMG at first."""
    usual = [getattr(module, name) for module, name in LENGTHS]
    try:
        for module, name in LENGTHS:
            setattr(module, name, length)
        yield
    finally:
        for (module, name), value in zip(LENGTHS, usual, strict=True):
            setattr(module, name, value)
