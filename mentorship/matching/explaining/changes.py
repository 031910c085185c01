"""What could be changed in a round, and the round as it would be with each change.

A small round is held whole, every pair with its score and the rules that forbid it, so that a
change is a few numbers written anew and not a market gathered again. Of a large one only the pairs
of some who wait are held.
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
class Held:
    """The pairs of some IMGs, or of a whole round that is small enough.

    Attributes
    ----------
    problem : the round as it is
    rows : (r,) IMGs whose pairs are held, ascending
    scores : (r, m) hard rules aside; -1 where a matrix says never
    told : (r, m) the open ones, which the minimum is asked of; of a matrix the same
    out : rule -> (r, m) bool, the pairs it forbids
    count : (r, m) how many rules forbid a pair
    free : (m,) seats that the answer leaves free

    """

    problem: Problem
    rows: Ints
    scores: Points
    told: Points
    out: Mapping[str, Flags]
    count: Ints
    free: Ints

    @classmethod
    def of(cls, problem: Problem, result: Result, rows: Ints) -> Self:
        m, market, rules = problem.shape[1], problem.market, problem.rules
        if market is None or rules is None or problem.means is None:
            plain = (problem.unbanned or problem.scores).block(rows)
            told = plain
            out = {"never": plain < 0, "banned": marked(problem.banned, rows, m)}
        else:
            plain = scoring.scores(market, rules, problem.means, rows).astype(np.int16)
            told = scoring.open_scores(market, rules, problem.means, rows).astype(np.int16)
            out = scoring.all_ruled_out(market, rules, problem.means, rows)
        count = np.zeros((len(rows), m), dtype=np.int64)
        for flags in out.values():
            count += flags
        free = problem.seats - np.bincount(result.pairs[:, 1], minlength=m)
        return cls(problem, rows, plain, told, out, count, free)

    @property
    def whole(self) -> bool:
        """Tell whether the pairs of all IMGs are held."""
        return len(self.rows) == self.problem.shape[0]

    def places(self, imgs: Ints) -> Ints:
        """Return where the pairs of some IMGs are held."""
        return np.searchsorted(self.rows, imgs)

    @property
    def possible(self) -> Flags:
        """Return (r, m) pairs that may be made, with mentors who have a seat."""
        flags: Flags = (self.count == 0) & (self.problem.seats > 0)
        return flags

    def forbidden_by(self, rules: Collection[str]) -> Flags:
        """Return (r, m) pairs that these rules forbid and no other; mentors with a seat only."""
        ours = np.zeros_like(self.count)
        for rule in self.out.keys() & set(rules):
            ours += self.out[rule]
        flags: Flags = (ours > 0) & (ours == self.count) & (self.problem.seats > 0)
        return flags

    def allowed(
        self, rules: Collection[str] = (), row: int | None = None, column: int | None = None
    ) -> Points:
        """Return (n, m) scores without some rules, for everybody or only for a row or column.

        As all that gives a changed round, it is for rounds held whole.
        """
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


Trials = Callable[[Held, Ints], Iterator[Trial]]  # of the rows of those who wait


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
    held: Held, rules: Collection[str], row: int | None = None, column: int | None = None
) -> Problem:
    return held.with_scores(held.allowed(rules, row, column))


def _seats(held: Held, waiting: Ints) -> Iterator[Trial]:
    """Yield the mentors who suit most of those who wait best, first."""
    possible = held.possible
    best = [column for _, column in _best_of_each(held, waiting, possible)]
    asked = np.bincount(np.array(best, dtype=np.int64), minlength=possible.shape[1])
    base = _lifted(held, ()) if held.whole else held.problem
    for column in _most_first(held, asked, in_any(possible[held.places(waiting)].T)):
        yield Trial(rows=waiting, make=partial(one_more_seat, base, column), column=column)


def _minimum(held: Held, waiting: Ints) -> Iterator[Trial]:
    """Yield lower minimum scores, each a step that makes more pairs possible for who waits."""
    at = held.places(waiting)
    low = held.told[at][held.forbidden_by([scoring.MINIMUM])[at]]
    for least in sorted({score // MINIMUM_STEP * MINIMUM_STEP for score in low.tolist()})[::-1]:
        yield Trial(rows=waiting, make=partial(_with_minimum, held, least), amount=least)


def _with_minimum(held: Held, least: int) -> Problem:
    scores = held.allowed([scoring.MINIMUM])
    scores[held.out[scoring.MINIMUM] & (held.told < least)] = -1
    return held.with_scores(scores)


def _one_pair(rule: str) -> Trials:
    """Return what yields the best pair of each IMG that only this rule forbids."""

    def trials(held: Held, waiting: Ints) -> Iterator[Trial]:
        for row, column in _best_of_each(held, waiting, held.forbidden_by([rule])):
            make = partial(_lifted, held, [rule], row, column)
            yield Trial(rows=np.array([row]), make=make, column=column)

    return trials


def _limits(held: Held, waiting: Ints) -> Iterator[Trial]:
    alone = held.forbidden_by(LIMITS)[held.places(waiting)]
    for column in _most_first(held, alone.sum(axis=0), in_any(alone.T)):
        make = partial(_lifted, held, LIMITS, column=column)
        yield Trial(rows=waiting, make=make, column=column)


def _policy(held: Held, waiting: Ints) -> Iterator[Trial]:
    make = partial(_lifted, held, ()) if held.whole else lambda: held.problem
    yield Trial(rows=waiting, make=make, policy=MOST_MATCHED)


def _switch(rule: str) -> Trials:
    """Return what yields the round with one of its rules off, if it forbids anything alone."""

    def trials(held: Held, waiting: Ints) -> Iterator[Trial]:
        if held.forbidden_by([rule]).any():
            yield Trial(rows=waiting, make=partial(_lifted, held, [rule]))

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

    def trials(held: Held, waiting: Ints) -> Iterator[Trial]:
        fit = held.forbidden_by([*rules, scoring.MINIMUM]) if rules else held.possible
        free = fit & (held.free > 0)
        fit = np.where(in_any(free)[:, None], free, fit)
        for row, column in _best_of_each(held, waiting, fit):
            make = partial(_with_kept, held, rules, row, column, where)
            yield Trial(rows=np.array([row]), make=make, column=column, kept=True)

    return trials


def _with_kept(
    held: Held, rules: Collection[str], row: int, column: int, where: str = ""
) -> Problem:
    """Return the round with a pair locked to a free or new seat, rules lifted there or for all."""
    scores = held.allowed(rules, row if where == PAIR else None, column if where else None)
    scores[row, column] = held.scores[row, column]
    changed = lock(held.with_scores(scores), row, column)
    return changed if held.free[column] else one_more_seat(changed, column)


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


def _best_of_each(held: Held, rows: Ints, wanted: Flags) -> Iterator[tuple[int, int]]:
    """Yield rows with the column of the best score wanted of each, the first by id if equal."""
    order = held.problem.mentors.order
    for row, place in zip(rows.tolist(), held.places(rows).tolist(), strict=True):
        columns = order[wanted[place, order]]
        if len(columns):
            yield row, int(columns[held.told[place, columns].argmax()])


def _most_first(held: Held, asked: Ints, wanted: Flags) -> list[int]:
    """Return the wanted columns, those asked most first, then by id."""
    order = held.problem.mentors.order[wanted[held.problem.mentors.order]]
    first: list[int] = order[np.argsort(-asked[order], kind="stable")].tolist()
    return first
