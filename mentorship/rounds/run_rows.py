"""A solved run as its rows: sums, pairs, who was next, who was left and why, seats.

``told`` is the round under open rules: whatever a leader reads as a number comes from its scores.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mentorship.extensions import Model
from mentorship.matching import (
    CRITERIA,
    Explanation,
    Market,
    NoPossibleMentor,
    Problem,
    Progress,
    Reason,
    Report,
    Result,
    TooFewSeats,
    blocking_pairs,
)
from mentorship.rounds.inputs import Inputs
from mentorship.rounds.models import Pair, Run, RunSeat, Unmatched
from mentorship.rounds.parts import parts_told
from mentorship.rounds.run_models import PairNext
from mentorship.rounds.run_rules import RunRules
from mentorship.rounds.snapshot import digest, snapshot


@dataclass(frozen=True, slots=True)
class Solved:
    """A run with all its rows, not yet in the database."""

    run: Run
    rows: Sequence[Model]
    counted: frozenset[str]


def run_row(told: Problem, market: Market, rules: RunRules, result: Result, report: Report) -> Run:
    means = told.means or {}
    inputs = snapshot(market, rules, means=means, policy=result.policy, lottery=result.lottery)
    run = Run(
        policy=result.policy,
        lottery=result.lottery,
        rules=rules.to_json(),
        engine_version=result.engine,
        reference_week=market.week,
        inputs_digest=digest(inputs),
        certificate={
            "violations": report.violations,
            "blocking_pairs": blocking_pairs(told, result),
        },
        # The mean of a few pairs tells what they answered: the sensitive ones are sealed only.
        means={key: mean for key, mean in means.items() if not CRITERIA[key].sensitive},
        total=int(told.scores_of(result.pairs).sum()),
        matched=len(market.imgs) - len(result.unmatched),
        unmatched=len(result.unmatched),
    )
    run.inputs = inputs
    run.proof = {
        "primal": report.primal,
        "dual": report.dual,
        "blocking_pairs": report.blocking_pairs,
    }
    return run


def pair_rows(
    run: Run, told: Problem, inputs: Inputs, result: Result, progress: Progress | None
) -> Iterator[Pair]:
    market, rules = inputs.market, inputs.rules
    scores = told.scores_of(result.pairs).tolist()
    every = parts_told(told, market, rules, result.pairs, progress)
    made = zip(result.pairs.tolist(), scores, result.second.tolist(), every, strict=True)
    for (i, j), score, second, parts in made:
        pair = Pair(
            run_id=run.id,
            img_id=uuid.UUID(market.imgs[i].key),
            mentor_id=uuid.UUID(market.mentors[j].key),
            place=2 if second else 1,
            open_score=score,
        )
        pair.parts = parts
        yield pair


def next_rows(pairs: Sequence[Pair], explanation: Explanation) -> Iterator[PairNext]:
    """Say who would have been next for both people of each pair."""
    ids = {(str(pair.img_id), str(pair.mentor_id)): pair.id for pair in pairs}
    for found in explanation.pairs:
        yield PairNext(
            pair_id=ids[str(found.img), str(found.mentor)],
            mentor_id=None if found.next_mentor is None else uuid.UUID(str(found.next_mentor)),
            mentor_score=found.next_mentor_score,
            img_id=None if found.next_img is None else uuid.UUID(str(found.next_img)),
            img_score=found.next_img_score,
        )


def unmatched_rows(
    run: Run, told: Problem, result: Result, explanation: Explanation
) -> Iterator[Unmatched]:
    for i, reason in zip(result.unmatched.tolist(), explanation.unmatched, strict=True):
        yield Unmatched(
            run_id=run.id,
            img_id=uuid.UUID(str(reason.img)),
            reason=reason.kind,
            detail=_detail(told, i, reason),
        )


def _detail(told: Problem, i: int, reason: Reason) -> dict[str, Any]:
    """Return a reason as ids and counts. A group may be large: it is counted, not listed.

    The mentor named is the one who suits best by what is open. Who came nearest in the match, and
    what that seat is worth there, would tell of private answers.
    """
    if isinstance(reason, NoPossibleMentor):
        return {name: value for name, value in dataclasses.asdict(reason).items() if name != "img"}
    scores = np.where(told.seats > 0, told.scores.block(np.array([i]))[0], -1)
    best = int(scores.argmax())
    nearest = {"mentor": told.mentor_ids[best], "score": int(scores[best])}
    if not isinstance(reason, TooFewSeats):
        return nearest
    return {
        "imgs": len(reason.imgs),
        "mentors": len(reason.mentors),
        "seats": reason.seats,
        "possible": int((scores >= 0).sum()),
        **nearest,
    }


def seat_rows(run: Run, market: Market, explanation: Explanation) -> Iterator[RunSeat]:
    others = {unused.mentor: unused.possible for unused in explanation.unused}
    for mentor in market.mentors:
        yield RunSeat(
            run_id=run.id,
            mentor_id=uuid.UUID(mentor.key),
            seats=mentor.seats,
            others=others.get(mentor.key, 0),
        )
