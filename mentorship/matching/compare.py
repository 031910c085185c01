"""What each policy would give a round, side by side: what fairness or stability costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mentorship.matching.assignment import solve
from mentorship.matching.pairing import Progress
from mentorship.matching.policies import POLICIES
from mentorship.matching.problem import Problem
from mentorship.matching.result import Result
from mentorship.matching.verify import blocking_pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One policy's answer in a few numbers.

    Attributes
    ----------
    total : sum of the scores
    matched : IMGs with a mentor
    lowest, median : of the scores of the pairs; None where there is no pair
    blocking_pairs : IMGs and mentors who would both rather have each other
        Counted among first mentors and among second ones, as ``verify.blocking_pairs`` does.
    in_common : policy -> pairs that both answers hold; with itself, all of them

    """

    policy: str
    total: int
    matched: int
    lowest: int | None
    median: int | None
    blocking_pairs: int
    in_common: dict[str, int]


def compare(
    problem: Problem, lottery: int = 0, progress: Progress | None = None
) -> dict[str, Outcome]:
    """Solve a round under every policy; return policy -> outcome.

    ``progress`` is called as ``solve`` calls it, from the start again for every policy and for
    counting; it may raise to stop.
    """
    results = {policy: solve(problem, policy, lottery, progress) for policy in POLICIES}
    pairs = {policy: _pairs(result) for policy, result in results.items()}
    return {
        policy: _outcome(
            problem,
            result,
            {key: len(pairs[policy] & pairs[key]) for key in pairs},
            progress,
        )
        for policy, result in results.items()
    }


def _pairs(result: Result) -> set[tuple[int, int]]:
    return {(i, j) for i, j in result.pairs.tolist()}


def _outcome(
    problem: Problem, result: Result, in_common: dict[str, int], progress: Progress | None
) -> Outcome:
    scores = np.sort(problem.scores_of(result.pairs))
    return Outcome(
        policy=result.policy,
        total=result.total,
        matched=len(problem.img_ids) - len(result.unmatched),
        lowest=int(scores[0]) if len(scores) else None,
        median=int(scores[(len(scores) - 1) // 2]) if len(scores) else None,
        blocking_pairs=blocking_pairs(problem, result, progress),
        in_common=in_common,
    )
