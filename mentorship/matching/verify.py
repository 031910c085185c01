"""An independent look at a result: whether it is allowed, and whether it is best.

It shares with the solver the definitions (the criteria, the hard rules, what the arguments mean),
but not the search nor the compiled scores, and trusts nothing the result says: every pair is looked
at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from mentorship.matching.checks.allowed import (
    LEVELS,
    faults_of_form,
    faults_of_means,
    faults_of_rules,
)
from mentorship.matching.checks.proof import Read, Stage, stages
from mentorship.matching.marks import Ints, Marks
from mentorship.matching.pairing import Progress
from mentorship.matching.problem import Problem
from mentorship.matching.result import Result

Worth: TypeAlias = int | tuple[int, ...]  # points, or (people, points)
_Proof: TypeAlias = tuple[Worth, Worth, list[str]]  # primal, dual, faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What ``verify`` found.

    Attributes
    ----------
    ok : whether the result is allowed, and has all that ``verify`` proves of its policy
    primal, dual : what the pairs are worth, and what the prices say none can exceed
        Points; (people, points) for "most-matched". Equal if the result is best; 0 if it is not
        allowed. "fairest" and "stable" have no prices and are looked at in other ways: then
        ``primal`` is what was reached (people and lowest score of first and of second mentors; the
        total), and ``dual`` a copy that proves nothing.
    violations : how many possible pairs are worth more than the prices of both
    blocking_pairs : how many IMGs and mentors would both rather have each other
        Counted among first mentors and among second ones, not jointly: who looks for a second
        mentor does not block a seat that went to a first one. No fault in policies that serve all
        together, but what they ask of those two.
    faults : every fault in a plain sentence

    """

    ok: bool
    primal: Worth = 0
    dual: Worth = 0
    violations: int = 0
    blocking_pairs: int = 0
    faults: tuple[str, ...] = ()


def verify(problem: Problem, result: Result, progress: Progress | None = None) -> Report:
    """Check a result against its problem; it reports faults and raises nothing.

    Scores are worked out anew, without compiled code, and every pair is looked at; so are the means
    that stand in for silence, unless they were handed in. Every rule of the round is checked; then
    first mentors, and second ones on the seats that are left, each by themselves. What an ``ok``
    proves of them:

    - "best-total": no other pairs add up to more, nor are there more pairs for the same sum;
      "most-matched": nobody more can be matched, nor do other pairs of as many add up to more. Both
      by weak duality: see ``certificate``.
    - "fairest": nobody more can be matched, nor the lowest score be higher. Not that there are as
      few pairs as possible in the bands above it, nor that the sum is the largest.
    - "stable": no IMG and mentor block. Not that it is the best such answer for IMGs.

    Of ties and of the lottery it proves nothing under any policy: another answer just as good would
    pass as well.

    ``progress`` is called with (IMGs looked at, IMGs in all), from the start again in every step;
    it may raise to stop.
    """
    faults = list(faults_of_form(problem, result))
    if faults:
        return Report(ok=False, faults=tuple(faults))
    scores, own = problem.recounted_pairs(result.pairs)
    faults = [*faults_of_means(problem), *faults_of_rules(problem, result, scores)]
    if faults:
        return Report(ok=False, faults=tuple(faults))

    def read(rows: Ints) -> tuple[Marks, Marks]:
        if progress is not None:
            progress(int(rows[0]), problem.shape[0])
        return problem.recounted(rows)

    parts = stages(problem, result, scores, own)
    violations = blocking = 0
    for rows in problem.blocks():
        table = read(rows)
        blocking += sum(part.blocking(rows, *table) for part in parts)
        if LEVELS[result.policy]:
            violations += sum(part.violations(rows, table[0]) for part in parts)
    primal, dual, faults = _PROOFS[result.policy](result, parts, read)
    if violations:
        faults.append(f"{violations} pairs are worth more than the prices of both")
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


def blocking_pairs(problem: Problem, result: Result, progress: Progress | None = None) -> int:
    """Count pairs not made where each would rather have the other than the worst they have.

    First mentors and second ones are counted each among themselves, as they were found: seats of
    second mentors count as free for first ones. Scores are taken as the solver reads them.
    """
    imgs, mentors = result.pairs.T
    scores, own = np.empty((2, len(result.pairs)), dtype=np.int64)
    views = problem.scores, problem.mentor_scores
    for rows in problem.blocks():
        here = np.flatnonzero((imgs >= rows[0]) & (imgs <= rows[-1]))
        for into, view in zip((scores, own), views, strict=True):
            into[here] = view.block(rows)[imgs[here] - rows[0], mentors[here]]
    parts = stages(problem, result, scores, own)
    found = 0
    for rows in problem.blocks(progress):
        table, theirs = (each.block(rows).astype(np.int32) for each in views)
        found += sum(part.blocking(rows, table, theirs) for part in parts)
    return found


def _by_prices(result: Result, parts: list[Stage], read: Read) -> _Proof:
    faults = [fault for part in parts for fault in part.price_faults()]
    primal = np.sum([part.primal() for part in parts], axis=0)
    dual = np.sum([part.dual() for part in parts], axis=0)
    if not np.array_equal(primal, dual):
        faults.append(f"the pairs are worth {_worth(primal)}, the prices {_worth(dual)}")
    if not faults and result.policy == "best-total":
        more = any(part.could_pair_more(read) for part in parts)
        faults += ["more pairs could be made for the same sum"] * more
    return _worth(primal), _worth(dual), faults


def _by_level(_: Result, parts: list[Stage], read: Read) -> _Proof:
    """Look, stage by stage, for more people matched and for a higher lowest score."""
    faults = []
    for part in parts:
        if part.could_match_more(read):
            faults.append("more people could be matched")
        elif part.could_do_better(read):
            faults.append("as many could be matched with a higher lowest score")
    reached = tuple(number for part in parts for number in part.people_and_lowest())
    return reached, reached, faults


def _by_itself(result: Result, _: list[Stage], __: Read) -> _Proof:
    """Stable pairs are proved by nobody blocking them."""
    return result.total, result.total, []


_PROOFS: dict[str, Callable[[Result, list[Stage], Read], _Proof]] = {
    "best-total": _by_prices,
    "most-matched": _by_prices,
    "fairest": _by_level,
    "stable": _by_itself,
}


def _worth(levels: Ints) -> Worth:
    return int(levels[0]) if len(levels) == 1 else tuple(int(level) for level in levels)
