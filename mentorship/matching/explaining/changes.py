"""What could be changed in a round, and the round as it would be with each change.

The round is held whole, every pair with its score and the rules that forbid it, so that a change
is a few numbers written anew and not a market gathered again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Self

import numpy as np

from mentorship.matching import scoring
from mentorship.matching.forbid import marked
from mentorship.matching.marks import Flags, Ints, Points, in_any
from mentorship.matching.problem import Problem
from mentorship.matching.result import Result
from mentorship.matching.scores.blocks import Ready

MINIMUM_STEP = 100  # points by which a lower minimum score is tried
LIMITS = ("limit_specialties", "limit_stages", "limit_languages")
PAIRS = ("banned", "not_again")
SEAT, PAIR, MENTOR = "seat", "pair", "mentor"
MOST_MATCHED = "most-matched"
# what a round's rules call it -> the hard rule it switches off
SWITCHES: Mapping[str, str] = MappingProxyType(
    {
        "must_share_language": "must_share_language",
        "must_cover_first_topic": "must_cover_first_topic",
        "respect_institutions": "institutions",
    }
)


@dataclass(frozen=True, slots=True)
class Whole:
    """All pairs of a round at once: for rounds small enough.

    Attributes
    ----------
    problem : the round as it is
    scores : (n, m) hard rules aside; -1 where a matrix says never
    told : (n, m) the open ones, which the minimum is asked of; of a matrix the same
    out : rule -> (n, m) bool, the pairs it forbids
    count : (n, m) how many rules forbid a pair
    free : (m,) seats that the answer leaves free

    """

    problem: Problem
    scores: Points
    told: Points
    out: Mapping[str, Flags]
    count: Ints
    free: Ints

    @classmethod
    def of(cls, problem: Problem, result: Result) -> Self:
        n, m = problem.shape
        rows, market, rules = np.arange(n), problem.market, problem.rules
        if market is None or rules is None or problem.means is None:
            plain = (problem.unbanned or problem.scores).block(rows)
            told = plain
            out = {"never": plain < 0, "banned": marked(problem.banned, rows, m)}
        else:
            plain = scoring.scores(market, rules, problem.means, rows).astype(np.int16)
            told = scoring.open_scores(market, rules, problem.means, rows).astype(np.int16)
            out = scoring.all_ruled_out(market, rules, problem.means, rows)
        count = np.zeros((n, m), dtype=np.int64)
        for flags in out.values():
            count += flags
        free = problem.seats - np.bincount(result.pairs[:, 1], minlength=m)
        return cls(problem, plain, told, out, count, free)

    @property
    def possible(self) -> Flags:
        """Return (n, m) pairs that may be made, with mentors who have a seat."""
        flags: Flags = (self.count == 0) & (self.problem.seats > 0)
        return flags

    def forbidden_by(self, rules: Collection[str]) -> Flags:
        """Return (n, m) pairs that these rules forbid and no other; mentors with a seat only."""
        ours = np.zeros_like(self.count)
        for rule in self.out.keys() & set(rules):
            ours += self.out[rule]
        flags: Flags = (ours > 0) & (ours == self.count) & (self.problem.seats > 0)
        return flags

    def allowed(
        self, rules: Collection[str] = (), row: int | None = None, column: int | None = None
    ) -> Points:
        """Return (n, m) scores without some rules, for everybody or only for a row or column."""
        left = self.count.copy()
        rows, columns = (slice(None) if at is None else at for at in (row, column))
        for rule in self.out.keys() & set(rules):
            left[rows, columns] -= self.out[rule][rows, columns]
        scores: Points = np.where(left == 0, self.scores, np.int16(-1))
        return scores

    def with_scores(self, scores: Points) -> Problem:
        """Return the round with other scores."""
        ready, same = Ready.of(scores), self.problem.mentor_scores is self.problem.scores
        own = ready if same else self.problem.mentor_scores
        return replace(self.problem, scores=ready, mentor_scores=own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One change of a round, to be tried.

    Attributes
    ----------
    rows : IMGs who wait whom it is for
    make : gives the round with the change
    column, amount : of the mentor concerned; the new minimum score
    policy : to solve it with; None for the round's own
    kept : whether there is also a seat with the mentor, locked for the IMG

    """

    rows: Ints
    make: Callable[[], Problem]
    column: int | None = None
    amount: int | None = None
    policy: str | None = None
    kept: bool = False


Trials = Callable[[Whole, Ints], Iterator[Trial]]  # of the rows of those who wait


def one_more_seat(problem: Problem, column: int) -> Problem:
    """Return the round with one more seat at a mentor."""
    seats = problem.seats.copy()
    seats[column] += 1
    return replace(problem, seats=seats)


def lock(problem: Problem, row: int, column: int) -> Problem:
    """Return the round with one more locked pair."""
    locked = np.unique(np.vstack([problem.locked, (row, column)]), axis=0)
    return replace(problem, locked=locked)


def _lifted(
    whole: Whole, rules: Collection[str], row: int | None = None, column: int | None = None
) -> Problem:
    return whole.with_scores(whole.allowed(rules, row, column))


def _seats(whole: Whole, waiting: Ints) -> Iterator[Trial]:
    """Yield the mentors who suit most of those who wait best, first."""
    possible = whole.possible
    best = [column for _, column in _best_of_each(whole, waiting, possible)]
    asked = np.bincount(np.array(best, dtype=np.int64), minlength=possible.shape[1])
    base = _lifted(whole, ())
    for column in _most_first(whole, asked, in_any(possible[waiting].T)):
        yield Trial(rows=waiting, make=partial(one_more_seat, base, column), column=column)


def _minimum(whole: Whole, waiting: Ints) -> Iterator[Trial]:
    """Yield lower minimum scores, each a step that makes more pairs possible for who waits."""
    low = whole.told[waiting][whole.forbidden_by([scoring.MINIMUM])[waiting]]
    for least in sorted({score // MINIMUM_STEP * MINIMUM_STEP for score in low.tolist()})[::-1]:
        yield Trial(rows=waiting, make=partial(_with_minimum, whole, least), amount=least)


def _with_minimum(whole: Whole, least: int) -> Problem:
    scores = whole.allowed([scoring.MINIMUM])
    scores[whole.out[scoring.MINIMUM] & (whole.told < least)] = -1
    return whole.with_scores(scores)


def _one_pair(rule: str) -> Trials:
    """Return what yields the best pair of each IMG that only this rule forbids."""

    def trials(whole: Whole, waiting: Ints) -> Iterator[Trial]:
        for row, column in _best_of_each(whole, waiting, whole.forbidden_by([rule])):
            make = partial(_lifted, whole, [rule], row, column)
            yield Trial(rows=np.array([row]), make=make, column=column)

    return trials


def _limits(whole: Whole, waiting: Ints) -> Iterator[Trial]:
    alone = whole.forbidden_by(LIMITS)[waiting]
    for column in _most_first(whole, alone.sum(axis=0), in_any(alone.T)):
        make = partial(_lifted, whole, LIMITS, column=column)
        yield Trial(rows=waiting, make=make, column=column)


def _policy(whole: Whole, waiting: Ints) -> Iterator[Trial]:
    yield Trial(rows=waiting, make=partial(_lifted, whole, ()), policy=MOST_MATCHED)


def _switch(rule: str) -> Trials:
    """Return what yields the round with one of its rules off, if it forbids anything alone."""

    def trials(whole: Whole, waiting: Ints) -> Iterator[Trial]:
        if whole.forbidden_by([rule]).any():
            yield Trial(rows=waiting, make=partial(_lifted, whole, [rule]))

    return trials


# kinds of one change, from what asks least of people to what changes the round for everybody
SINGLE: Mapping[str, Trials] = MappingProxyType(
    {
        SEAT: _seats,
        "minimum": _minimum,
        **{rule: _one_pair(rule) for rule in PAIRS},
        "limits": _limits,
        "policy": _policy,
        **{name: _switch(rule) for name, rule in SWITCHES.items()},
    }
)


def _kept(rules: Collection[str], where: str = "") -> Trials:
    """Return what yields a seat kept with the best mentor whom these rules alone forbid.

    One with a free seat comes first. Without rules it is the best of the possible ones. A lock may
    fall short of the minimum score.
    """

    def trials(whole: Whole, waiting: Ints) -> Iterator[Trial]:
        fit = whole.forbidden_by([*rules, scoring.MINIMUM]) if rules else whole.possible
        free = fit & (whole.free > 0)
        fit = np.where(in_any(free)[:, None], free, fit)
        for row, column in _best_of_each(whole, waiting, fit):
            make = partial(_with_kept, whole, rules, row, column, where)
            yield Trial(rows=np.array([row]), make=make, column=column, kept=True)

    return trials


def _with_kept(
    whole: Whole, rules: Collection[str], row: int, column: int, where: str = ""
) -> Problem:
    """Return the round with a pair locked to a free or new seat, rules lifted there or for all."""
    scores = whole.allowed(rules, row if where == PAIR else None, column if where else None)
    scores[row, column] = whole.scores[row, column]
    changed = lock(whole.with_scores(scores), row, column)
    return changed if whole.free[column] else one_more_seat(changed, column)


# kinds that go with a seat kept for the IMG: a seat and a lock, and what is in the way of that
DOUBLE: Mapping[str, Trials] = MappingProxyType(
    {
        SEAT: _kept(()),
        "minimum": _kept([scoring.MINIMUM], PAIR),
        **{rule: _kept([rule], PAIR) for rule in PAIRS},
        "limits": _kept(LIMITS, MENTOR),
        **{name: _kept([rule]) for name, rule in SWITCHES.items()},
    }
)


def _best_of_each(whole: Whole, rows: Ints, wanted: Flags) -> Iterator[tuple[int, int]]:
    """Yield rows with the column of the best score wanted of each, the first by id if equal."""
    order = whole.problem.mentors.order
    for row in rows.tolist():
        columns = order[wanted[row, order]]
        if len(columns):
            yield row, int(columns[whole.scores[row, columns].argmax()])


def _most_first(whole: Whole, asked: Ints, wanted: Flags) -> list[int]:
    """Return the wanted columns, those asked most first, then by id."""
    order = whole.problem.mentors.order[wanted[whole.problem.mentors.order]]
    first: list[int] = order[np.argsort(-asked[order], kind="stable")].tolist()
    return first
