"""Running a round: gather the people, ask the matcher, check its proof, keep it all.

A run is there in full or not at all, and never changes.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.accounts.models import User
from mentorship.matching import (
    CRITERIA,
    TO_IMG,
    TO_LEADER,
    TO_MENTOR,
    Explanation,
    Market,
    Problem,
    Reason,
    Report,
    Result,
    Rules,
    TooFewSeats,
    evidence,
    explain,
    parts,
    solve,
    verify,
)
from mentorship.profiles.models import Profile
from mentorship.profiles.pool import gather
from mentorship.rounds.candidates import candidates
from mentorship.rounds.insights import insights
from mentorship.rounds.lifecycle import move
from mentorship.rounds.models import Pair, Round, RoundState, Run, RunSeat, Unmatched
from mentorship.rounds.setup import rules_of
from mentorship.rounds.snapshot import digest, snapshot

VOICES = {"leader": TO_LEADER, "img": TO_IMG, "mentor": TO_MENTOR}


class NobodyToMatch(ValueError):
    """No IMG takes part."""


class BadProfile(ValueError):
    """One profile cannot be matched as it is; ``name`` is the person's."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(why)
        self.name, self.why = name, why


class ProofFailed(ArithmeticError):
    """The independent check does not agree that the pairs are the best ones."""

    def __init__(self, report: Report) -> None:
        super().__init__("; ".join(report.faults))


def run_round(
    session: Session, *, round_id: uuid.UUID, by: uuid.UUID | None, now: dt.datetime
) -> Run:
    """Pair the people of a round and keep the run; the round is then in review.

    Raises
    ------
    RoundChanged
        The round is not open and not in review.
    NobodyToMatch, BadProfile
        No IMG takes part, or one profile cannot be read.
    ProofFailed
        The answer did not pass the independent check.

    """
    move(session, round_id, (RoundState.OPEN, RoundState.REVIEW), RoundState.REVIEW)
    round_ = session.get_one(Round, round_id, populate_existing=True)
    market = _market(session, round_, now)
    rules = rules_of(session, round_)
    problem = Problem.of(market, rules)
    result = solve(problem, policy=round_.policy, lottery=round_.lottery)
    report = verify(problem, result)
    if not report.ok:
        raise ProofFailed(report)
    run = _run(problem, market, rules, result, report)
    run.round_id, run.made_at, run.made_by_id = round_id, now, by
    run.number = _next_number(session, round_id)
    session.add(run)
    session.flush()  # before the rows that hang on it
    session.add_all(_pairs(run, problem, market, rules, result))
    explanation = explain(problem, result)
    session.add_all(_unmatched(run, problem, result, explanation))
    session.add_all(_seats(run, market, explanation))
    session.add_all(insights(run.id, problem, result, explanation))
    session.flush()
    return run


def _market(session: Session, round_: Round, now: dt.datetime) -> Market:
    """Gather whoever takes part and can; mentors with the seats that are free for this round."""
    today = now.date()
    taking_part = [each for each in candidates(session, round_, today=today) if each.takes_part]
    seats = {str(each.profile_id): each.seats for each in taking_part}
    ids = [each.profile_id for each in taking_part]
    monday = today - dt.timedelta(days=today.weekday())
    tables = vocabulary.tables()
    try:
        imgs, mentors = gather(session, ids, today=today)
        free = [dataclasses.replace(mentor, seats=seats[mentor.key]) for mentor in mentors]
        market = Market.of(imgs, free, tables, week=monday)
    except ValueError:
        _name_bad_profile(session, ids, today)
        raise
    if not imgs:
        raise NobodyToMatch(round_.name)
    return market


def _name_bad_profile(session: Session, ids: Collection[uuid.UUID], today: dt.date) -> None:
    """Find the profile that the matcher cannot read, and say whose it is."""
    monday = today - dt.timedelta(days=today.weekday())
    for profile_id in ids:
        try:
            alone = gather(session, [profile_id], today=today)
            Market.of(*alone, vocabulary.tables(), week=monday)
        except ValueError as problem:
            name = session.scalars(
                sa.select(User.name)
                .join(Profile, Profile.person_id == User.id)
                .where(Profile.id == profile_id)
            ).one()
            raise BadProfile(name, str(problem)) from problem


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
        pair.parts = _parts(problem, market, rules, i, j)
        yield pair


def _parts(problem: Problem, market: Market, rules: Rules, i: int, j: int) -> list[dict[str, Any]]:
    """Return what each criterion adds, with its sentence as told to each of the three sides."""
    told = {
        side: evidence(market, i, j, names=vocabulary.name, voice=voice)
        for side, voice in VOICES.items()
    }
    return [
        {
            "criterion": part.key,
            "points": part.points,
            "of": part.out_of,
            "why": {side: said[part.key] for side, said in told.items() if part.key in said},
        }
        for part in parts(market, rules, i, j, means=problem.means)
    ]


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
