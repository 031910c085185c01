"""Running a round: ask the matcher, check its proof, keep it all.

A run is there in full or not at all, and never changes. ``jobs`` has a worker do it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.extensions import Model
from mentorship.matching import (
    CRITERIA,
    Explanation,
    Market,
    Problem,
    Progress,
    Reason,
    Report,
    Result,
    Rules,
    TooFewSeats,
    explain,
    solve,
    verify,
)
from mentorship.rounds.choices import OUT, RUNNABLE
from mentorship.rounds.fairness import (
    add_history,
    agreed_to_be_counted,
    fairness_tables,
    hide_differences,
    returning,
    told_before,
)
from mentorship.rounds.going_on import end_waiting
from mentorship.rounds.inputs import Inputs, gathered
from mentorship.rounds.insights import insights
from mentorship.rounds.lifecycle import move
from mentorship.rounds.mentor_load import add_load_history
from mentorship.rounds.models import Pair, Round, RoundState, Run, RunSeat, Unmatched
from mentorship.rounds.parts import parts_told
from mentorship.rounds.run_models import PairNext, Phase, RunFairness, StepKind
from mentorship.rounds.setup import rules_of
from mentorship.rounds.snapshot import digest, snapshot
from mentorship.rounds.steps import current_run, take_step, with_edits


class ProofFailed(ArithmeticError):
    """The independent check does not agree that the pairs are the best ones."""

    def __init__(self, report: Report) -> None:
        super().__init__("; ".join(report.faults))


@dataclass(frozen=True, slots=True)
class Solved:
    """A run with all its rows, not yet in the database."""

    run: Run
    rows: Sequence[Model]
    counted: frozenset[str]


def run_round(
    session: Session, *, round_id: uuid.UUID, by: uuid.UUID | None, now: dt.datetime
) -> Run:
    """Pair the people of a round at once, without a worker, and keep the run.

    Raises
    ------
    RoundChanged
        The round is not open and not in review.
    NobodyToMatch, BadProfile, ImpossibleRules
        No IMG takes part, one profile cannot be read, or a lock cannot be kept.
    ProofFailed
        The answer did not pass the independent check.

    """
    move(session, round_id, RUNNABLE, RoundState.REVIEW)
    round_ = session.get_one(Round, round_id, populate_existing=True)
    rules = with_edits(rules_of(session, round_), current_run(session, round_id))
    inputs = counting(
        session, gathered(session, round_, rules=rules, policy=round_.policy, now=now)
    )
    run = keep(session, solved(inputs), round_id=round_id, by=by, now=now)
    take_step(session, round_id=round_id, run_id=run.id, kind=StepKind.RUN, by=by, now=now)
    return run


def counting(session: Session, inputs: Inputs) -> Inputs:
    """Say who agrees, right now, to be counted in the statistics of a run made of these inputs."""
    imgs, mentors = inputs.market.imgs, inputs.market.mentors
    keys = [*(img.key for img in imgs), *(mentor.key for mentor in mentors)]
    counted = agreed_to_be_counted(session, keys)
    return dataclasses.replace(inputs, counted=counted)


def solved(
    inputs: Inputs,
    *,
    progress: Progress | None = None,
    enter: Callable[[Phase], object] = lambda _phase: None,
) -> Solved:
    """Solve, check and explain; nothing here touches a database. ``enter`` hears of each phase.

    Raises
    ------
    ImpossibleRules
        A lock cannot be kept.
    ProofFailed
        The answer did not pass the independent check.

    """
    enter(Phase.SOLVING)
    market, rules = inputs.market, inputs.rules
    problem = Problem.of(market, rules, means=inputs.means)
    result = solve(problem, policy=inputs.policy, lottery=inputs.lottery, progress=progress)
    enter(Phase.CHECKING)
    report = verify(problem, result, progress)
    if not report.ok:
        raise ProofFailed(report)
    enter(Phase.EXPLAINING)
    run = _run(problem, market, rules, result, report)
    explanation = explain(problem, result, progress)
    pairs = list(_pairs(run, problem, market, rules, result))
    rows = [
        *pairs,
        *_next(pairs, explanation),
        RunFairness(run_id=run.id, tables=fairness_tables(problem, result, inputs.counted)),
        *_unmatched(run, problem, result, explanation),
        *_seats(run, market, explanation),
        *insights(run.id, problem, result, explanation, progress),
    ]
    return Solved(run, rows, inputs.counted)


def keep(  # noqa: PLR0913  what, of which round, by whom and when
    session: Session,
    made: Solved,
    *,
    round_id: uuid.UUID,
    by: uuid.UUID | None,
    now: dt.datetime,
    of_rest: bool = False,
) -> Run:
    """Keep a run and all that hangs on it.

    The round is then in review, or being matched again if the run is of its rest.

    Raises
    ------
    RoundChanged
        The round is not where such a run is made.

    """
    start, end = (OUT, RoundState.REMATCHING) if of_rest else (RUNNABLE, RoundState.REVIEW)
    move(session, round_id, start, end)  # holds its row: runs get numbers in turn
    end_waiting(session, round_id, now=now)
    run = made.run
    run.round_id, run.made_at, run.made_by_id = round_id, now, by
    run.number = _next_number(session, round_id)
    for row in made.rows:
        if isinstance(row, RunFairness):
            before = returning(session, round_id)
            add_history(row.tables, made.rows, before, made.counted)
            add_load_history(row.tables, made.rows, before, made.counted)
            hide_differences(row.tables, told_before(session, round_id))
    session.add(run)
    session.flush()  # before the rows that hang on it
    session.add_all(made.rows)
    session.flush()
    return run


def _next_number(session: Session, round_id: uuid.UUID) -> int:
    latest = sa.select(sa.func.max(Run.number)).where(Run.round_id == round_id)
    return (session.scalar(latest) or 0) + 1


def _run(problem: Problem, market: Market, rules: Rules, result: Result, report: Report) -> Run:
    means = problem.means or {}
    inputs = snapshot(market, rules, means=means, policy=result.policy, lottery=result.lottery)
    run = Run(
        policy=result.policy,
        lottery=result.lottery,
        rules=rules.to_json(),
        engine_version=result.engine,
        reference_week=market.week,
        inputs_digest=digest(inputs),
        certificate={
            "primal": report.primal,
            "dual": report.dual,
            "violations": report.violations,
            "blocking_pairs": report.blocking_pairs,
        },
        # The mean of a few pairs tells what they answered: the sensitive ones are sealed only.
        means={key: mean for key, mean in means.items() if not CRITERIA[key].sensitive},
        total=result.total,
        matched=len(market.imgs) - len(result.unmatched),
        unmatched=len(result.unmatched),
    )
    run.inputs = inputs
    return run


def _pairs(
    run: Run, problem: Problem, market: Market, rules: Rules, result: Result
) -> Iterator[Pair]:
    scores = problem.scores_of(result.pairs).tolist()
    made = zip(result.pairs.tolist(), scores, result.second.tolist(), strict=True)
    for (i, j), score, second in made:
        pair = Pair(
            run_id=run.id,
            img_id=uuid.UUID(market.imgs[i].key),
            mentor_id=uuid.UUID(market.mentors[j].key),
            place=2 if second else 1,
            score=score,
        )
        pair.parts = parts_told(problem, market, rules, i, j)
        yield pair


def _next(pairs: Sequence[Pair], explanation: Explanation) -> Iterator[PairNext]:
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


def _unmatched(
    run: Run, problem: Problem, result: Result, explanation: Explanation
) -> Iterator[Unmatched]:
    for i, reason in zip(result.unmatched.tolist(), explanation.unmatched, strict=True):
        yield Unmatched(
            run_id=run.id,
            img_id=uuid.UUID(str(reason.img)),
            reason=reason.kind,
            detail=_detail(problem, i, reason),
        )


def _detail(problem: Problem, i: int, reason: Reason) -> dict[str, Any]:
    """Return a reason as ids and counts. A group may be large: it is counted, not listed."""
    if not isinstance(reason, TooFewSeats):
        return {name: value for name, value in dataclasses.asdict(reason).items() if name != "img"}
    scores = np.where(problem.seats > 0, problem.scores.block(np.array([i]))[0], -1)
    best = int(scores.argmax())
    return {
        "imgs": len(reason.imgs),
        "mentors": len(reason.mentors),
        "seats": reason.seats,
        "possible": int((scores >= 0).sum()),
        "mentor": problem.mentor_ids[best],
        "score": int(scores[best]),
    }


def _seats(run: Run, market: Market, explanation: Explanation) -> Iterator[RunSeat]:
    others = {unused.mentor: unused.possible for unused in explanation.unused}
    for mentor in market.mentors:
        yield RunSeat(
            run_id=run.id,
            mentor_id=uuid.UUID(mentor.key),
            seats=mentor.seats,
            others=others.get(mentor.key, 0),
        )
