"""The smallest change that would give somebody a mentor, found by solving the round again.

Changes are tried one at a time, from small to large; docs/decisions/0007 says why in this order,
and what is never suggested.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from mentorship.matching import scoring
from mentorship.matching.assignment import solve
from mentorship.matching.blocks import Ready
from mentorship.matching.lottery import Id
from mentorship.matching.market import Market
from mentorship.matching.marks import Flags, Ints
from mentorship.matching.problem import Problem
from mentorship.matching.result import Result
from mentorship.matching.rules import Rules

MOST_MENTORS = 5  # at whom a seat, or without whose limits, is tried for one IMG
LIMITS = frozenset({"limit_specialties", "limit_stages", "limit_languages"})
SWITCHES = ("must_share_language", "must_cover_first_topic", "respect_institutions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change, and what the round would be with it.

    Attributes
    ----------
    kind : "seat", "minimum", "banned", "not_again", "limits", or the name of a rule switched off
    img : id of who would have a mentor
    mentor : id of the mentor with the seat, the pair or the limits; None for a rule of the round
    amount : seats added, or the new minimum score; None for other kinds
    matched_after, total_after : IMGs with a mentor, and the sum of scores
    lost : ids of others who would be left without any mentor, in order

    """

    img: Id
    kind: str
    mentor: Id | None
    amount: int | None
    matched_after: int
    total_after: int
    lost: tuple[Id, ...]


class _Try(NamedTuple):
    kind: str
    column: int | None
    amount: int | None
    problem: Problem


def smallest_change(problem: Problem, result: Result, img: Id) -> Change | None:
    """Return the first change that gives an unmatched IMG a mentor; None if none of them does.

    Each is tried by solving again, with the same policy and lottery; locks are kept. In order:

    1. one more seat with a mentor possible for this IMG, best score first, five at most;
    2. the minimum lowered to this IMG's best score with a mentor whom it alone forbids;
    3. the best pair allowed that the leader banned, or else that was made in an earlier round;
    4. the limits of one mentor lifted, whom they alone forbid, best score first, five at most;
    5. a rule of the round switched off.

    Mentors without a seat in the round are not asked. A problem from a matrix knows only seats
    and bans. At worst the round is solved 16 times.

    Raises
    ------
    ValueError
        The IMG is not in the round, or has a mentor.

    """
    row = problem.img_ids.index(img)
    if row not in result.unmatched:
        raise ValueError(f"img: {img!r} has a mentor")
    for each in _tries(problem, row):
        after = solve(each.problem, result.policy, result.lottery)
        if row not in after.unmatched:
            lost = np.isin(problem.imgs.order, np.setdiff1d(after.unmatched, result.unmatched))
            return Change(
                img=img,
                kind=each.kind,
                mentor=None if each.column is None else problem.mentor_ids[each.column],
                amount=each.amount,
                matched_after=len(problem.img_ids) - len(after.unmatched),
                total_after=after.total,
                lost=tuple(problem.img_ids[i] for i in problem.imgs.order[lost].tolist()),
            )
    return None


def smallest_changes(problem: Problem, result: Result, most: int = 20) -> dict[Id, Change | None]:
    """Return the smallest change for each of the unmatched, in the order of their ids.

    Only the first ``most`` are looked at, the rest have None, so that the cost stays bounded: the
    round is solved again up to 16 times for each of them.
    """
    order = problem.imgs.order
    unmatched = [problem.img_ids[i] for i in order[np.isin(order, result.unmatched)].tolist()]
    found: dict[Id, Change | None] = dict.fromkeys(unmatched)
    return found | {img: smallest_change(problem, result, img) for img in unmatched[:most]}


def _tries(problem: Problem, row: int) -> Iterator[_Try]:
    """Yield the round with each change in turn, made only when asked for."""
    market, rules = problem.market, problem.rules
    yield from _seats(problem, row)
    if market is None or rules is None:
        yield from _bans_of_a_matrix(problem, row)
        return
    scores = scoring.scores(market, rules, problem.means or {}, np.array([row]))[0]
    low = _best(problem, scores, _alone(problem, row, {scoring.MINIMUM}))
    for j in low[:1]:
        least = int(scores[j])
        changed = _again(problem, market, replace(rules, minimum_score=least))
        yield _Try("minimum", None, least, changed)
    for kind in ("banned", "not_again"):
        for j in _best(problem, scores, _alone(problem, row, {kind}))[:1]:
            pair = (market.imgs[row].key, market.mentors[j].key)
            allowed = _with(rules, kind, getattr(rules, kind) - {pair})
            yield _Try(kind, j, None, _again(problem, market, allowed))
    for j in _best(problem, scores, _alone(problem, row, LIMITS))[:MOST_MENTORS]:
        yield _Try("limits", j, None, _again(problem, _without_limits(market, j), rules))
    for switch in SWITCHES:
        if getattr(rules, switch):
            off = _again(problem, market, _with(rules, switch, value=False))
            yield _Try(switch, None, None, off)


def _seats(problem: Problem, row: int) -> Iterator[_Try]:
    scores = problem.scores.block(np.array([row]))[0]
    possible = (scores >= 0) & (problem.seats > 0)
    for j in _best(problem, scores, possible)[:MOST_MENTORS]:
        seats = problem.seats.copy()
        seats[j] += 1
        yield _Try("seat", j, 1, replace(problem, seats=seats))


def _bans_of_a_matrix(problem: Problem, row: int) -> Iterator[_Try]:
    if problem.unbanned is None:
        return
    scores = problem.unbanned.block(np.array([row]))[0]
    banned = np.isin(np.arange(problem.shape[1]), problem.banned[problem.banned[:, 0] == row, 1])
    for j in _best(problem, scores, banned & (scores >= 0) & (problem.seats > 0))[:1]:
        table = problem.table()
        table[row, j] = scores[j]
        rest = problem.banned[(problem.banned != (row, j)).any(axis=1)]
        yield _Try("banned", j, None, replace(problem, scores=Ready.of(table), banned=rest))


def _alone(problem: Problem, row: int, rules: set[str] | frozenset[str]) -> Flags:
    """Return (m,) mentors with a seat whom these rules forbid and no other does."""
    out = {rule: flags[0] for rule, flags in problem.ruled_out(np.array([row])).items()}
    nobody = np.zeros(problem.shape[1], dtype=np.bool_)
    ours, others = nobody.copy(), nobody.copy()
    for rule, flags in out.items():
        (ours if rule in rules else others)[flags] = True
    alone: Flags = ours & ~others & (problem.seats > 0)
    return alone


def _best(problem: Problem, scores: Ints, wanted: Flags) -> list[int]:
    """Return the columns that are wanted, best score first, then by id."""
    order = problem.mentors.order[wanted[problem.mentors.order]]
    sort = np.argsort(-scores[order].astype(np.int64), kind="stable")
    best: list[int] = order[sort].tolist()
    return best


def _without_limits(market: Market, column: int) -> Market:
    mentors = list(market.mentors)
    mentors[column] = replace(
        mentors[column], accepts_specialties=(), accepts_stages=(), accepts_languages=()
    )
    return Market.of(market.imgs, mentors, market.tables, week=market.week)


def _with(rules: Rules, name: str, value: object) -> Rules:
    changed: dict[str, Any] = {name: value}
    return replace(rules, **changed)


def _again(problem: Problem, market: Market, rules: Rules) -> Problem:
    """Return the round under other rules; marks that stand in for answers stay what they were."""
    changed = Problem.of(market, rules, means=problem.means)
    return replace(changed, seats=problem.seats)
