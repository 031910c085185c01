"""An independent look at a result: whether it is allowed, and whether it is best.

It shares no code with the solver and trusts nothing the result says: every pair is looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from mentorship.matching import allowed
from mentorship.matching.marks import FULL, Ints
from mentorship.matching.problem import Problem
from mentorship.matching.proof import BLOCK, reach, stages
from mentorship.matching.result import Result

Worth: TypeAlias = int | tuple[int, ...]  # points, or (people, points)
_Proof: TypeAlias = tuple[Worth, Worth, int, list[str]]  # primal, dual, violations, faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What ``verify`` found.

    Attributes
    ----------
    ok : whether the result is allowed and proved best
    primal, dual : what the pairs are worth, and what the prices say none can exceed
        Points; (people, points) for "most-matched"; for "fairest" people and lowest score of first
        and of second mentors; for "stable" the total, twice. Equal if the result is best. 0 if
        the result is not allowed.
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

    "best-total" and "most-matched" are proved by weak duality: see ``certificate``; for
    "best-total" the number of pairs among equal sums is checked as well. For "fairest" the number
    of people matched and the lowest score are shown to be the highest possible, and for "stable"
    that nobody blocks.
    """
    faults = list(allowed.faults(problem, result))
    if faults:
        return Report(ok=False, faults=tuple(faults))
    primal, dual, violations, faults = _PROOFS[result.policy](problem, result)
    blocking = _blocking_pairs(problem, result)
    if result.policy == "stable" and blocking:
        faults.append(f"{blocking} pairs would both rather have each other")
    return Report(
        ok=not faults,
        primal=primal,
        dual=dual,
        violations=violations,
        blocking_pairs=blocking,
        faults=tuple(faults),
    )


def _by_prices(problem: Problem, result: Result) -> _Proof:
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
    return _worth(primal), _worth(dual), violations, faults


def _by_level(problem: Problem, result: Result) -> _Proof:
    """Compare people matched and the lowest score, stage by stage, with what matchings allow."""
    reached = [reach(problem, result, second=second) for second in (False, True)]
    faults = [
        f"{best[0]} could be matched with {best[1]} or more, not {made[0]} with {made[1]}"
        for made, best in reached
        if made != best
    ]
    primal, dual = (tuple(n for pair in side for n in pair) for side in zip(*reached, strict=True))
    return primal, dual, 0, faults


def _by_itself(_: Problem, result: Result) -> _Proof:
    """Stable pairs are proved by nobody blocking them."""
    return result.total, result.total, 0, []


_PROOFS: dict[str, Callable[[Problem, Result], _Proof]] = {
    "best-total": _by_prices,
    "most-matched": _by_prices,
    "fairest": _by_level,
    "stable": _by_itself,
}


def _worth(levels: Ints) -> Worth:
    return int(levels[0]) if len(levels) == 1 else tuple(int(level) for level in levels)


def _blocking_pairs(problem: Problem, result: Result) -> int:
    """Count pairs not made where each would rather have the other than the worst they have.

    First mentors and second ones are counted each among themselves, as they were found: seats
    of second mentors count as free for first ones. A free seat, or a mentor wanted and not found,
    is worse than anybody; a locked pair is kept.
    """
    return sum(_blocking(problem, result, second=second) for second in (False, True))


def _blocking(problem: Problem, result: Result, *, second: bool) -> int:
    """Count the blocking pairs of one stage."""
    n, m = problem.scores.shape
    made = result.pairs[result.second == second]
    others = result.pairs[result.second != second]
    looking = np.ones(n, dtype=np.bool_)
    if second:
        looking = np.isin(np.arange(n), others[:, 0]) & (problem.wants == 2)
    locks = {(i, j) for i, j in problem.locked.tolist()}
    kept = np.array([pair in locks for pair in map(tuple, made.tolist())], dtype=np.bool_)
    held = others if second else others[[pair in locks for pair in map(tuple, others.tolist())]]
    seats = problem.seats - np.bincount(held[:, 1], minlength=m)
    beyond = np.int32(FULL + 1)
    worst_mentor = np.where(looking, np.int32(-1), beyond)
    worst_mentor[made[:, 0]] = problem.scores[made[:, 0], made[:, 1]]
    worst_mentor[made[kept, 0]] = beyond
    worst_img = np.full(m, beyond)
    loose = made[~kept]
    np.minimum.at(worst_img, loose[:, 1], problem.mentor_scores[loose[:, 0], loose[:, 1]])
    worst_img[np.bincount(made[:, 1], minlength=m) < seats] = -1
    has = np.zeros((n, m), dtype=np.bool_)
    has[tuple(made.T)] = True
    has[tuple(others.T)] |= second
    count = 0
    for start in range(0, n, BLOCK):
        rows = slice(start, start + BLOCK)
        would = problem.scores[rows] > worst_mentor[rows, None]
        would &= (problem.mentor_scores[rows] > worst_img) & ~has[rows]
        count += int((would & (problem.scores[rows] >= 0)).sum())
    return count
