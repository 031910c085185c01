"""Running a round: ask the matcher, check its proof, keep it all.

A run is there in full or not at all, and never changes. ``jobs`` has a worker do it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.matching import (
    Problem,
    Progress,
    Report,
    explain,
    solve,
    verify,
)
from mentorship.rounds.choices import ENROLLED, OUT
from mentorship.rounds.closing import close_if_open
from mentorship.rounds.fairness import add_history, agreed_to_be_counted, fairness_tables, returning
from mentorship.rounds.inputs import Inputs, gathered
from mentorship.rounds.insights import insights
from mentorship.rounds.lifecycle import move
from mentorship.rounds.mentor_load import add_load_history
from mentorship.rounds.models import Round, RoundState, Run
from mentorship.rounds.run_models import Phase, RunFairness, StepKind
from mentorship.rounds.run_rows import (
    Solved,
    next_rows,
    pair_rows,
    run_row,
    seat_rows,
    unmatched_rows,
)
from mentorship.rounds.run_rules import with_edits
from mentorship.rounds.setup import rules_of
from mentorship.rounds.steps import current_run, take_step


class ProofFailed(ArithmeticError):
    """The independent check does not agree that the pairs are the best ones."""

    def __init__(self, report: Report) -> None:
        super().__init__("; ".join(report.faults))


def run_round(
    session: Session, *, round_id: uuid.UUID, by: uuid.UUID | None, now: dt.datetime
) -> Run:
    """Pair the people of a round at once, without a worker, and keep the run; enrolment ends.

    Raises
    ------
    RoundChanged
        The round is not open and not in review.
    NobodyToMatch, BadProfile, ImpossibleRules
        No IMG takes part, one profile cannot be read, or a lock cannot be kept.
    ProofFailed
        The answer did not pass the independent check.

    """
    close_if_open(session, round_id=round_id, now=now)
    move(session, round_id, ENROLLED, RoundState.REVIEW)
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
    problem = Problem.of(market, rules.within(market), means=inputs.means)
    result = solve(problem, policy=inputs.policy, lottery=inputs.lottery, progress=progress)
    enter(Phase.CHECKING)
    report = verify(problem, result, progress)
    if not report.ok:
        raise ProofFailed(report)
    enter(Phase.EXPLAINING)
    told = Problem.of(market, rules.within(market).open(), means=problem.means)
    run = run_row(told, market, rules, result, report)
    explanation = explain(problem, result, progress, told=told)
    pairs = list(pair_rows(run, told, inputs, result, progress))
    rows = [
        *pairs,
        *next_rows(pairs, explanation),
        RunFairness(run_id=run.id, tables=fairness_tables(told, result, inputs.counted)),
        *unmatched_rows(run, told, result, explanation),
        *seat_rows(run, market, explanation),
        *insights(run.id, problem, told, result, explanation, progress),
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
    start, end = (OUT, RoundState.REMATCHING) if of_rest else (ENROLLED, RoundState.REVIEW)
    move(session, round_id, start, end)  # holds its row: runs get numbers in turn
    run = made.run
    run.round_id, run.made_at, run.made_by_id = round_id, now, by
    run.number = _next_number(session, round_id)
    for row in made.rows:
        if isinstance(row, RunFairness):
            before = returning(session, round_id)
            add_history(row.tables, made.rows, before, made.counted)
            add_load_history(row.tables, made.rows, before, made.counted)
    session.add(run)
    session.flush()  # before the rows that hang on it
    session.add_all(made.rows)
    session.flush()
    return run


def _next_number(session: Session, round_id: uuid.UUID) -> int:
    latest = sa.select(sa.func.max(Run.number)).where(Run.round_id == round_id)
    return (session.scalar(latest) or 0) + 1
