"""A round solved straight from roster files, and the three files that tell its outcome.

No clock, no database: the same people, policy, lottery and day give the same bytes.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from mentorship import vocabulary
from mentorship.matching import (
    CRITERIA,
    Explanation,
    Market,
    Problem,
    Result,
    Rules,
    compare,
    explain,
    parts_table,
    said,
    smallest_changes,
    solve,
    verify,
    worth_to_show,
)
from mentorship.rosters import escape
from mentorship.rosters.people import Participants

# Clocks are compared as they stand in the week of the day given, or else in this one.
STANDARD_WEEK = dt.date(2027, 1, 4)
NO_CONSENT = "Has not agreed to matching (column consents)."
MOST_PAIRS = 250_000  # possible ones, beyond which no smallest changes are looked for


def outcome_files(  # noqa: PLR0913 - what the command was asked
    people: Participants,
    *,
    policy: str,
    lottery: int,
    on: dt.date | None = None,
    bad_rows: int = 0,
    rules: Rules | None = None,
    side_by_side: bool = False,
) -> Mapping[str, bytes]:
    """Solve the round; return ``pairs.csv``, ``unmatched.csv`` and ``report.json`` by name."""
    week = STANDARD_WEEK if on is None else on - dt.timedelta(days=on.weekday())
    market = Market.of(people.imgs, people.mentors, vocabulary.tables(), week=week)
    rules = Rules() if rules is None else rules
    problem = Problem.of(market, rules)
    result = solve(problem, policy=policy, lottery=lottery)
    told = explain(problem, result)
    report = {
        **_report(problem, result, told),
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
    if side_by_side:
        told_apart = compare(problem, lottery)
        report["policies"] = {key: dataclasses.asdict(each) for key, each in told_apart.items()}
    return {
        "pairs.csv": _pairs(market, rules, problem, result),
        "unmatched.csv": _unmatched(problem, result, told, people.imgs_without_consent),
        "report.json": (json.dumps(report, indent=2, sort_keys=True) + "\n").encode(),
    }


def _pairs(market: Market, rules: Rules, problem: Problem, result: Result) -> bytes:
    parts = parts_table(market, rules, result.pairs, means=problem.means)
    rows = (
        (problem.img_ids[i], problem.mentor_ids[j], sum(part), *part)
        for (i, j), part in zip(result.pairs.tolist(), parts.tolist(), strict=True)
    )
    return _csv(("img", "mentor", "score", *CRITERIA), rows)


def _unmatched(
    problem: Problem, result: Result, told: Explanation, without_consent: Iterable[str]
) -> bytes:
    small = len(problem.img_ids) * len(problem.mentor_ids) <= MOST_PAIRS
    found = smallest_changes(problem, result) if small else {}
    changes = {img: said(change, str) for img, change in found.items() if change is not None}
    reasons = [
        (str(reason.img), said(reason, str), changes.get(reason.img, ""))
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


def _report(problem: Problem, result: Result, told: Explanation) -> dict[str, Any]:
    proof = verify(problem, result)
    scores = problem.scores_of(result.pairs).tolist()
    return {
        "engine": result.engine,
        "policy": result.policy,
        "lottery": result.lottery,
        "mean_marks": problem.means,
        "imgs": len(problem.img_ids),
        "mentors": len(problem.mentor_ids),
        "seats": int(problem.seats.sum()),
        "pairs": len(scores),
        "second_mentors": int(result.second.sum()),
        "unmatched": Counter(reason.kind for reason in told.unmatched),
        "total": result.total,
        "lowest_score": min(scores, default=None),
        "proof": {
            "ok": proof.ok,
            "primal": proof.primal,
            "dual": proof.dual,
            "violations": proof.violations,
            "blocking_pairs": proof.blocking_pairs,
            "faults": proof.faults,
        },
        "unused_seats": {str(each.mentor): said(each, str) for each in told.unused},
        "one_more_seat_is_worth": None
        if result.seat_prices is None
        else dict(zip(map(str, problem.mentor_ids), result.seat_prices.tolist(), strict=True)),
        "one_more_seat_by_group": None
        if result.seat_prices is None
        else {
            kind: {name: dataclasses.asdict(worth) for name, worth in groups.items()}
            for kind, groups in worth_to_show(problem, result).items()
        },
    }
