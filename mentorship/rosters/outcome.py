"""A round solved straight from files, and the files that tell its outcome.

No clock, no database: the same people, policy, lottery and day give the same bytes.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from mentorship import vocabulary
from mentorship.matching import (
    CRITERIA,
    Explanation,
    Market,
    Problem,
    Relief,
    Report,
    Result,
    Rules,
    compare,
    explain,
    graph_file,
    parts_table,
    said,
    smallest_changes,
    solve,
    verify,
)
from mentorship.matching.lottery import Id
from mentorship.rosters import escape
from mentorship.rosters.outcome_report import MOST_CHECKED, gains_of, report_of
from mentorship.rosters.people import Participants
from mentorship.rosters.progress import Enter, silent

# Clocks are compared as they stand in the week of the day given, or else in this one.
STANDARD_WEEK = dt.date(2027, 1, 4)
NO_CONSENT = "Has not agreed to matching (column consents)."


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How to solve a round, and what to write of it."""

    policy: str = "best-total"
    lottery: int = 0
    side_by_side: bool = False
    graph: str | None = None  # a key of GRAPH_FORMS
    proof: bool = False  # wanted also where it takes long
    enter: Enter = silent


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The files by name, and what the independent check found looking at how much."""

    files: Mapping[str, bytes]
    proof: Report | None  # None if it was left out
    pairs: int  # possible ones, made or not
    prices: int  # 0 where the policy has none


def from_people(
    people: Participants,
    asked: Asked,
    *,
    on: dt.date | None = None,
    bad_rows: int = 0,
    rules: Rules | None = None,
) -> Written:
    """Solve the round; write ``pairs.csv``, ``unmatched.csv`` and ``report.json``."""
    week = STANDARD_WEEK if on is None else on - dt.timedelta(days=on.weekday())
    asked.enter("scoring")
    market = Market.of(people.imgs, people.mentors, vocabulary.tables(), week=week)
    rules = Rules() if rules is None else rules
    problem = Problem.of(market, rules)
    result = solve(problem, asked.policy, asked.lottery, asked.enter("pairing"))
    parts = parts_table(market, rules, result.pairs, means=problem.means)
    told = {
        "mean_marks": problem.means,
        "rules": rules.to_json(),
        "on": None if on is None else on.isoformat(),
        "week": week.isoformat(),
        "left_out": {
            "bad_rows": bad_rows,
            "imgs_without_consent": len(people.imgs_without_consent),
            "mentors_without_consent": list(people.mentors_without_consent),
            "mentors_paused": list(people.paused),
        },
    }
    pairs = _pairs(problem, result, parts.tolist(), CRITERIA)
    return _written(problem, result, asked, pairs, told, people.imgs_without_consent)


def from_matrix(problem: Problem, asked: Asked) -> Written:
    """Solve a round given as scores; the same files, without what only rosters have."""
    result = solve(problem, asked.policy, asked.lottery, asked.enter("pairing"))
    return _written(problem, result, asked, _pairs(problem, result))


def _written(  # noqa: PLR0913, PLR0917 - all that is known of a round
    problem: Problem,
    result: Result,
    asked: Asked,
    pairs: bytes,
    more: Mapping[str, Any] = MappingProxyType({}),
    without_consent: Iterable[str] = (),
) -> Written:
    proof = _proof(problem, result, asked)
    told = explain(problem, result, asked.enter("reasons"))
    report = {**report_of(problem, result, told, proof), **more}
    progress = asked.enter("changes that would help")
    changes = smallest_changes(problem, result, progress)
    report["one_more_mentor_by_group"] = gains_of(problem, result, progress)
    if asked.side_by_side:
        told_apart = compare(problem, asked.lottery, asked.enter("policies side by side"))
        report["policies"] = {key: dataclasses.asdict(each) for key, each in told_apart.items()}
    asked.enter("files")
    files = {
        "pairs.csv": pairs,
        "unmatched.csv": _unmatched(told, changes, without_consent),
        "report.json": (json.dumps(report, indent=2, sort_keys=True) + "\n").encode(),
    }
    if asked.graph is not None:
        files[f"outcome.{asked.graph}"] = graph_file(problem, result, asked.graph)
    prices = (
        result.img_prices,
        result.seat_prices,
        result.second_img_prices,
        result.second_seat_prices,
    )
    return Written(
        files=files,
        proof=proof,
        pairs=math.prod(problem.shape),
        prices=sum(len(each) for each in prices if each is not None),
    )


def _proof(problem: Problem, result: Result, asked: Asked) -> Report | None:
    if math.prod(problem.shape) > MOST_CHECKED and not asked.proof:
        return None
    return verify(problem, result, asked.enter("proof"))


def _pairs(
    problem: Problem,
    result: Result,
    parts: Iterable[Iterable[int]] | None = None,
    criteria: Iterable[str] = (),
) -> bytes:
    scores = problem.scores_of(result.pairs).tolist()
    locked = set(map(tuple, problem.locked.tolist()))
    rows = (
        (
            problem.img_ids[i],
            problem.mentor_ids[j],
            score,
            "second" if second else "first",
            "yes" if (i, j) in locked else "no",
            *part,
        )
        for (i, j), score, second, part in zip(
            result.pairs.tolist(),
            scores,
            result.second.tolist(),
            [()] * len(scores) if parts is None else parts,
            strict=True,
        )
    )
    return _csv(("img", "mentor", "score", "kind", "locked", *criteria), rows)


def _unmatched(
    told: Explanation, changes: Mapping[Id, Relief], without_consent: Iterable[str]
) -> bytes:
    reasons = [
        (str(reason.img), said(reason, str), said(changes[reason.img], str))
        for reason in told.unmatched
    ]
    reasons += [(email, NO_CONSENT, "") for email in without_consent]
    return _csv(("img", "reason", "smallest_change"), sorted(reasons))


def _csv(header: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([escape.guard(str(value)) for value in row])
    return out.getvalue().encode()
