"""What ``report.json`` tells of a round solved from files."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any

from mentorship.matching import (
    Explanation,
    Problem,
    Progress,
    Report,
    Result,
    fairness,
    one_more_mentor,
    said,
    worth_to_show,
)

MOST_CHECKED = 1_000_000  # possible pairs, beyond which the proof is made only if asked for
LEFT_OUT = (
    f"The independent check was not made: the round has more than {MOST_CHECKED:,} possible pairs."
    " --verify makes it."
)


def gains_of(
    problem: Problem, result: Result, progress: Progress | None
) -> dict[str, dict[str, dict[str, Any]]] | None:
    """Return kind of mentor -> group -> what one more would add; None for a matrix."""
    if problem.market is None:
        return None
    return {
        kind: {name: dataclasses.asdict(gain) for name, gain in groups.items()}
        for kind, groups in one_more_mentor(problem, result, progress).items()
    }


def _fairness(problem: Problem, result: Result) -> dict[str, Any]:
    """Return kind of group -> group -> how it fared, and how many mentors have how many IMGs."""
    groups = {
        kind: {
            name: dataclasses.asdict(group)
            for name, group in fairness.to_show(fairness.by_group(problem, result, of)).items()
        }
        for kind, of in fairness.GROUPS.items()
    }
    return {"groups": groups, "load": fairness.load(problem, result)}


def report_of(
    problem: Problem, result: Result, told: Explanation, proof: Report | None
) -> dict[str, Any]:
    scores = problem.scores_of(result.pairs).tolist()
    return {
        "engine": result.engine,
        "policy": result.policy,
        "lottery": result.lottery,
        "imgs": len(problem.img_ids),
        "mentors": len(problem.mentor_ids),
        "seats": sum(problem.seats.tolist()),
        "pairs": len(scores),
        "second_mentors": int(result.second.sum()),
        "unmatched": Counter(reason.kind for reason in told.unmatched),
        "total": result.total,
        "lowest_score": min(scores, default=None),
        "proof": {"left_out": LEFT_OUT}
        if proof is None
        else {
            "ok": proof.ok,
            "primal": proof.primal,
            "dual": proof.dual,
            "violations": proof.violations,
            "blocking_pairs": proof.blocking_pairs,
            "faults": proof.faults,
        },
        "fairness": None if problem.market is None else _fairness(problem, result),
        "unused_seats": {str(each.mentor): said(each, str) for each in told.unused},
        "one_more_seat_is_worth": None
        if result.seat_prices is None
        else dict(zip(map(str, problem.mentor_ids), result.seat_prices.tolist(), strict=True)),
        "one_more_seat_by_group": None
        if result.seat_prices is None or problem.market is None
        else {
            kind: {name: dataclasses.asdict(worth) for name, worth in groups.items()}
            for kind, groups in worth_to_show(problem, result).items()
        },
    }
