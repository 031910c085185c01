"""The smallest change that would give somebody a mentor, found by solving the round again.

Changes are tried from small to large; one solving tells of everybody who waits.
docs/decisions/0007 says why in this order, and what is never suggested.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mentorship.matching.assignment import solve
from mentorship.matching.explaining.changes import (
    DOUBLE,
    MOST_MATCHED,
    PAIRS,
    SEAT,
    SINGLE,
    Held,
    Trial,
)
from mentorship.matching.lottery import Id
from mentorship.matching.marks import FULL, Ints
from mentorship.matching.pairing import Progress, standing
from mentorship.matching.problem import Problem
from mentorship.matching.result import Result

WHOLE_PAIRS = 250_000  # possible ones, up to which a round is held whole and all kinds are tried
HELD_PAIRS = 2**20  # of those who wait in a larger round, held at a time
# How often a round is solved again at most, half of it for seats: more often if it is small.
PAIRS_SOLVED, FEWEST_SOLVES, MOST_SOLVES = 20_000_000, 80, 240
LARGE_SOLVED, FEWEST_LARGE = 2_000_000, 2  # likewise, for seats, in a round not held whole
LARGE = frozenset({SEAT, "policy"})  # kinds of one change that are tried there
UNSOLVED = frozenset({SEAT, "minimum", *PAIRS})  # kinds that with a seat kept need no solving


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change, or two, and what the round would be with it. Never are fewer matched than before.

    Attributes
    ----------
    kind : "seat", "minimum", "banned", "not_again", "limits", "policy", or a rule switched off
    mentor : id of the mentor with the seat, the pair or the limits; None for a rule of the round
    amount : the new minimum score; None for other kinds
    kept : whether, besides, a seat with the mentor is kept for this IMG by a lock
    free : whether that seat is free now; otherwise it is one more
    matched_after : IMGs with a mentor
    lost : ids of others who would be left without any mentor, in order
    instead : ids of others to whom a seat that is not kept would go, where that was tried

    """

    kind: str
    mentor: Id | None
    amount: int | None
    kept: bool
    matched_after: int
    lost: tuple[Id, ...]
    free: bool = False
    instead: tuple[Id, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """What would give one IMG a mentor.

    Attributes
    ----------
    img : id
    change : the smallest that was found; None if none of those tried helps
    untried : kinds of smaller changes, or of all, that were not tried to the end

    """

    img: Id
    change: Change | None
    untried: tuple[str, ...]


def smallest_changes(
    problem: Problem, result: Result, progress: Progress | None = None
) -> dict[Id, Relief]:
    """Return what would give each of the unmatched a mentor, in the order of their ids.

    Each change is tried by solving again, with the same lottery and, but for one change, the same
    policy; locks are kept, and mentors without a seat in the round are not asked. In order:

    1. one more seat with a mentor possible for somebody who waits;
    2. the minimum lowered, in steps of 100;
    3. the best pair allowed that the leader banned, or else that was made in an earlier round;
    4. the limits of one mentor lifted;
    5. the policy "most-matched";
    6. a rule of the round switched off;
    7. one more seat with the best possible mentor, kept for this IMG by a lock;
    8. the same with the best mentor whom only the minimum score forbids, or else a ban, an earlier
       round, limits or a rule of the round, lifted besides; one with a free seat comes first, and
       then no other seat is needed.

    Only changes by which more people are matched count, so nothing but seats is tried where every
    seat is used. A kept seat takes nothing from others: among answers in which this IMG has no
    other seat the best one stays what it was, so it needs no solving; in "stable" others may change
    places, but the same people have one (A. E. Roth, On the allocation of residents to rural
    hospitals, Econometrica 54, 1986, doi:10.2307/1913160). Only in "fairest" is it solved where the
    kept pair would be the lowest of all: then others may fall below the lowest there was. A problem
    from a matrix knows only seats, bans and policies.

    Of rounds with more than ``WHOLE_PAIRS`` possible pairs only 1 and 5 are tried, 7, and of 8 what
    needs no solving; the rest is said to be untried.

    ``progress`` is called with (unmatched with a change found, unmatched in all), also while a
    round is solved again; it may raise.
    """
    n, m = problem.shape
    order = problem.imgs.order
    waiting = order[np.isin(order, result.unmatched)]
    if len(waiting) == 0:
        return {}
    whole = n * m <= WHOLE_PAIRS
    search = _Search(problem, result, _purses(n * m), progress)
    for some in [waiting] if whole else _held_at_once(waiting, m):
        search.held = Held.of(problem, result, np.arange(n) if whole else np.sort(some))
        search.single()
        search.double()
    return search.reliefs(waiting)


def _purses(pairs: int) -> dict[bool, int]:
    """Return how often a round may be solved for seats (True), and for all else."""
    if pairs > WHOLE_PAIRS:
        return {True: max(LARGE_SOLVED // pairs, FEWEST_LARGE), False: 1}
    solves = min(max(PAIRS_SOLVED // pairs, FEWEST_SOLVES), MOST_SOLVES) if pairs else 0
    return {True: solves // 2, False: solves - solves // 2}


def _held_at_once(waiting: Ints, m: int) -> list[Ints]:
    """Cut those who wait so that the pairs of some are no more than ``HELD_PAIRS``."""
    size = max(1, HELD_PAIRS // m)
    return [waiting[start : start + size] for start in range(0, len(waiting), size)]


@dataclass(slots=True)
class _Search:
    """What was found so far, and how often the round may still be solved: for seats, or not."""

    problem: Problem
    result: Result
    left: dict[bool, int]
    progress: Progress | None
    held: Held = field(init=False)
    found: dict[int, Change] = field(default_factory=dict)
    untried: dict[int, dict[str, None]] = field(default_factory=dict)
    taken: dict[int, Ints] = field(default_factory=dict)  # column -> rows one more seat would help
    solved: dict[tuple[str, int | None], Result] = field(default_factory=dict)  # if not held whole

    @property
    def waiting(self) -> Ints:
        """Return who is held, waits and was found nothing for yet, in the order of their ids."""
        order, held = self.problem.imgs.order, self.held.rows
        rows = order[np.isin(order, np.intersect1d(self.result.unmatched, held))]
        return rows[~np.isin(rows, list(self.found))]

    def single(self) -> None:
        """Try one change."""
        n = self.problem.shape[0]
        full = n - len(self.result.unmatched) >= np.minimum(self.problem.seats, 2 * n).sum()
        for kind in SINGLE:
            if full and kind != SEAT:
                return  # with every seat used, nobody more can be matched
            if kind == "policy" and self.result.policy in {MOST_MATCHED, "fairest"}:
                continue
            if self.held.whole or kind in LARGE:
                self._kind(kind)
            else:
                self._leave(kind, self.waiting)

    def double(self) -> None:
        """Try a seat kept for one IMG, with another change where a rule is in the way."""
        for kind, trials in DOUBLE.items():
            if not (self.held.whole or kind in UNSOLVED):
                self._leave(kind, self.waiting)
                continue
            for trial in trials(self.held, self.waiting):
                (row,) = trial.rows.tolist()
                unsolved = kind in UNSOLVED and not self._lowest(trial)
                if not (self.held.whole or unsolved):
                    self._leave(kind, trial.rows)
                    continue
                if unsolved:
                    left = self.result.unmatched[self.result.unmatched != row]
                    self.found[row] = self._change(kind, trial, left)
                    continue
                after = self._solved(kind, trial)
                if after is not None and len(after.unmatched) < len(self.result.unmatched):
                    self.found[row] = self._change(kind, trial, after.unmatched)

    def _lowest(self, trial: Trial) -> bool:
        """Say whether a kept pair would lower what "fairest" leaves nobody below."""
        if self.result.policy != "fairest":
            return False
        firsts = self.result.pairs[~self.result.second]
        kept = self.held.scores[self.held.places(trial.rows), trial.column]
        return bool(kept < self.problem.scores_of(firsts).min(initial=FULL))

    def _kind(self, kind: str) -> None:
        """Try every change of a kind, and keep for each IMG the one that costs others least."""
        waiting, best = self.waiting, dict[int, tuple[tuple[int, int, int], Change]]()
        if len(waiting) == 0:
            return
        for place, trial in enumerate(SINGLE[kind](self.held, waiting)):
            after = self._solved(kind, trial)
            if after is None:
                continue
            helped = np.setdiff1d(self.result.unmatched, after.unmatched)
            if kind == SEAT and trial.column is not None:
                self.taken[trial.column] = helped
            if len(after.unmatched) >= len(self.result.unmatched):
                continue
            change = self._change(kind, trial, after.unmatched)
            for row in np.intersect1d(helped, trial.rows).tolist():
                (at,) = self.held.places(np.array([row]))
                suits = 0 if trial.column is None else int(self.held.told[at, trial.column])
                key = (len(change.lost), -suits, place)
                if row not in best or key < best[row][0]:
                    best[row] = key, change
        self.found |= {row: change for row, (_, change) in best.items()}

    def _solved(self, kind: str, trial: Trial) -> Result | None:
        """Solve the round with a change; None, and noted, if it was solved often enough."""
        known = self.solved.get((kind, trial.column))
        if known is not None:
            return known
        purse = kind == SEAT
        if not self.left[purse]:
            self._leave(kind, trial.rows)
            return None
        self.left[purse] -= 1
        heard = standing(self.progress, len(self.found), len(self.result.unmatched))
        if heard:
            heard(0, 0)
        policy = trial.policy or self.result.policy
        after = solve(trial.make(), policy, self.result.lottery, heard)
        if not self.held.whole:
            self.solved[kind, trial.column] = after
        return after

    def _leave(self, kind: str, rows: Ints) -> None:
        """Note that a kind of change was not tried for some."""
        for row in rows.tolist():
            self.untried.setdefault(row, {})[kind] = None

    def _change(self, kind: str, trial: Trial, unmatched: Ints) -> Change:
        problem, column = self.problem, trial.column
        instead = self.taken.get(column, ()) if trial.kept and column is not None else ()
        return Change(
            kind=kind,
            mentor=None if column is None else problem.mentor_ids[column],
            amount=trial.amount,
            kept=trial.kept,
            free=trial.kept and column is not None and bool(self.held.free[column] > 0),
            matched_after=len(problem.img_ids) - len(unmatched),
            lost=self._ids(np.setdiff1d(unmatched, self.result.unmatched)),
            instead=self._ids(instead) if kind == SEAT else (),
        )

    def _ids(self, rows: Ints | tuple[()]) -> tuple[Id, ...]:
        ids, order = self.problem.img_ids, self.problem.imgs.order
        return tuple(ids[i] for i in order[np.isin(order, rows)].tolist())

    def reliefs(self, waiting: Ints) -> dict[Id, Relief]:
        """Return what was found for each of those who wait."""
        ids = self.problem.img_ids
        return {
            ids[row]: Relief(
                img=ids[row],
                change=self.found.get(row),
                untried=tuple(self.untried.get(row, ())),
            )
            for row in waiting.tolist()
        }
