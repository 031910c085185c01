"""An independent look at a result: whether it is allowed, and whether it is best.

It shares no code with the solver and trusts nothing the result says: every pair is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from mentorship.matching import allowed
from mentorship.matching.marks import FULL, Ints
from mentorship.matching.problem import Problem
from mentorship.matching.proof import BLOCK, stages
from mentorship.matching.result import Result

Worth: TypeAlias = int | tuple[int, ...]  # points, or (people, points)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What ``verify`` found.

    Attributes
    ----------
    ok : whether the result is allowed and proved best
    primal, dual : what the pairs are worth, and what the prices say none can exceed
        Points, or (people, points) for "most-matched"; equal if the result is best. 0 if the
        result is not allowed.
    violations : how many possible pairs are worth more than the prices of both
    blocking_pairs : how many IMGs and mentors would both rather have each other
        No fault in policies that serve all together, but what they ask of those two.
    faults : every fault in a plain sentence

    """

    ok: bool
    primal: Worth = 0
    dual: Worth = 0
    violations: int = 0
    blocking_pairs: int = 0
    faults: tuple[str, ...] = ()


def verify(problem: Problem, result: Result) -> Report:
    """Check a result against its problem; it reports faults and raises nothing.

    The proof is weak duality: see ``certificate``. For "best-total" the number of pairs among
    equal sums is checked as well.
    """
    faults = list(allowed.faults(problem, result))
    if faults:
        return Report(ok=False, faults=tuple(faults))
    parts = list(stages(problem, result))
    faults = [fault for stage in parts for fault in stage.price_faults()]
    primal = np.sum([stage.primal() for stage in parts], axis=0)
    dual = np.sum([stage.dual() for stage in parts], axis=0)
    violations = sum(stage.violations() for stage in parts)
    if violations:
        faults.append(f"{violations} pairs are worth more than the prices of both")
    if not np.array_equal(primal, dual):
        faults.append(f"the pairs are worth {_worth(primal)}, the prices {_worth(dual)}")
    if not faults and result.policy == "best-total":
        missing = sum(stage.missing_pairs() for stage in parts)
        faults += [f"{missing} more pairs could be made for the same sum"] * (missing > 0)
    return Report(
        ok=not faults,
        primal=_worth(primal),
        dual=_worth(dual),
        violations=violations,
        blocking_pairs=_blocking_pairs(problem, result),
        faults=tuple(faults),
    )


def _worth(levels: Ints) -> Worth:
    return int(levels[0]) if len(levels) == 1 else tuple(int(level) for level in levels)


def _blocking_pairs(problem: Problem, result: Result) -> int:
    """Count pairs not made where each would rather have the other than the worst they have.

    A free seat, or a mentor wanted and not found, is worse than anybody; a locked pair is kept.
    """
    n, m = problem.scores.shape
    imgs, mentors = result.pairs.T
    locked = (problem.locked[:, 0], problem.locked[:, 1])
    made = np.zeros((n, m), dtype=np.bool_)
    made[imgs, mentors] = True
    loose = made.copy()
    loose[locked] = False
    beyond = np.int32(FULL + 1)
    worst_mentor = np.where(loose, problem.scores, beyond).min(axis=1, initial=beyond)
    worst_img = np.where(loose, problem.mentor_scores, beyond).min(axis=0, initial=beyond)
    worst_mentor[made.sum(axis=1) < problem.wants] = -1
    worst_img[made.sum(axis=0) < problem.seats] = -1
    count = 0
    for start in range(0, n, BLOCK):
        rows = slice(start, start + BLOCK)
        would = problem.scores[rows] > worst_mentor[rows, None]
        would &= (problem.mentor_scores[rows] > worst_img) & ~made[rows]
        count += int((would & (problem.scores[rows] >= 0)).sum())
    return count
