"""What is to be matched: scores, seats, wants, and what must or must not be.

Everything is checked here, so that the solver can trust what it is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mentorship.matching.blocks import Ready, Scores
from mentorship.matching.forbid import marked
from mentorship.matching.market import Market
from mentorship.matching.marks import FULL, Flags, Ints, Marks
from mentorship.matching.rules import Rules
from mentorship.matching.scoring import all_ruled_out, mean_marks, scores

Id: TypeAlias = int | str
MOST_IMGS = 100_000  # beyond it the solver's combined weights would leave 64 bits


class ImpossibleRules(ValueError):
    """Rules that contradict each other: no pairing could keep them all.

    Attributes
    ----------
    rule : the rule in the way ("banned", "never", "wants", "seats", "unknown", or a hard rule)
    img, mentor : ids of those concerned; None where it is not about one IMG or one mentor

    """

    def __init__(self, sentence: str, *, rule: str, img: Id | None, mentor: Id | None) -> None:
        super().__init__(sentence)
        self.rule, self.img, self.mentor = rule, img, mentor


class Round(Protocol):
    """What a solver needs of a round, with or without a table of its scores."""

    @property
    def seats(self) -> Ints: ...
    @property
    def wants(self) -> Ints: ...
    @property
    def locked(self) -> Ints: ...
    @property
    def img_ids(self) -> tuple[Id, ...]: ...
    @property
    def mentor_ids(self) -> tuple[Id, ...]: ...

    def read(self, rows: Ints, columns: Ints) -> tuple[Scores, Scores]:
        """Return scores and the mentors' own, people in the order by id."""

    def scores_of(self, pairs: Ints) -> Ints:
        """Return the scores of (p, 2) pairs."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Problem:
    """One round, ready to solve. Make it with ``Problem.of`` or ``Problem.from_scores``.

    Attributes
    ----------
    scores : (n, m) int32
        0 to 10,000; -1 where the pair must not be made, whatever the reason.
    seats : (m,) int64
    wants : (n,) int64, 1 or 2 mentors
    locked : (k, 2) int64, pairs that must be made, sorted
    mentor_scores : (n, m) int32
        The mentors' own view; ``scores`` where none was given.
    img_ids, mentor_ids : tuples of unique ids
    never : rule -> (n, m) bool, what made a score -1; a pair may be forbidden by several rules
    market, rules, means : what the scores came from, for explaining them; None if from a matrix

    """

    scores: Marks
    seats: Ints
    wants: Ints
    locked: Ints
    mentor_scores: Marks
    img_ids: tuple[Id, ...]
    mentor_ids: tuple[Id, ...]
    never: Mapping[str, Flags]
    market: Market | None = None
    rules: Rules | None = None
    means: Mapping[str, int] | None = None

    def read(self, rows: Ints, columns: Ints) -> tuple[Scores, Scores]:
        """Return scores and the mentors' own, with people in this order."""
        return Ready(self.scores, rows, columns), Ready(self.mentor_scores, rows, columns)

    def scores_of(self, pairs: Ints) -> Ints:
        """Return the scores of (p, 2) pairs."""
        return self.scores[pairs[:, 0], pairs[:, 1]].astype(np.int64)

    @classmethod
    def from_scores(  # noqa: PLR0913, PLR0917 - each is one fact of a round
        cls,
        scores: ArrayLike,
        seats: ArrayLike,
        wants: ArrayLike | None = None,
        locked: Iterable[Sequence[int]] | NDArray[Any] = (),
        banned: Iterable[Sequence[int]] | NDArray[Any] = (),
        mentor_scores: ArrayLike | None = None,
        img_ids: Iterable[object] | None = None,
        mentor_ids: Iterable[object] | None = None,
    ) -> Self:
        """Make a problem from a ready score matrix.

        Parameters
        ----------
        scores : (n, m) int
            0 to 10,000 (1/10,000 of full marks); -1 means that this pair must never be made.
        seats : (m,) int
            0 or more.
        wants : (n,) int, optional
            Mentors wanted, 1 or 2; one each if left out.
        locked, banned : pairs of int (row of an IMG, column of a mentor)
            Pairs that must, and that must not, be in the answer.
        mentor_scores : (n, m) int, optional
            The mentors' own view; the same as ``scores`` if left out.
        img_ids, mentor_ids : n and m unique ids, optional
            They make the answer free of the order of rows; row numbers if left out. Integers
            stay integers, everything else counts as its text.

        Raises
        ------
        ValueError
            An argument has the wrong shape, type or range; the message starts with its name.
        ImpossibleRules
            Locks contradict bans, seats, wants or each other; it names pair, mentor and rule.

        """
        open_seats = check_row("seats", seats, None, low=0)
        table = _matrix("scores", scores, len(open_seats))
        n, m = table.shape
        if n > MOST_IMGS:
            raise ValueError(f"scores: {n} IMGs; at most {MOST_IMGS} can be matched at once")
        view = table if mentor_scores is None else _matrix("mentor_scores", mentor_scores, m, n)
        bans = np.zeros((n, m), dtype=np.bool_)
        bans[tuple(_pairs("banned", banned, n, m).T)] = True
        problem = cls(
            scores=np.where(bans, np.int32(-1), table),
            seats=open_seats,
            wants=np.ones(n, np.int64) if wants is None else check_row("wants", wants, n, 1, 2),
            locked=_pairs("locked", locked, n, m),
            mentor_scores=view,
            img_ids=_ids("img_ids", img_ids, n),
            mentor_ids=_ids("mentor_ids", mentor_ids, m),
            never={"never": table < 0, "banned": bans},
        )
        _check_locks(problem)
        return problem

    @classmethod
    def of(cls, market: Market, rules: Rules, *, means: Mapping[str, int] | None = None) -> Self:
        """Score a market under a round's rules; keys are the ids.

        ``means`` are the marks that stand in where somebody did not answer, by criterion: those
        kept with an earlier run, or worked out from the market if left out.

        Raises
        ------
        ImpossibleRules
            A locked pair is forbidden, not in the market, or there is no seat for it.
        ValueError
            An IMG wants something else than 1 or 2 mentors, or seats are negative.

        """
        means = mean_marks(market) if means is None else means
        table = scores(market, rules, means)
        never = all_ruled_out(market, rules, table)
        forbidden = np.logical_or.reduce(list(never.values()))
        n, m = table.shape
        problem = cls(
            scores=np.where(forbidden, np.int32(-1), table),
            seats=check_row("seats", [mentor.seats for mentor in market.mentors], m, low=0),
            wants=check_row("wants", [img.mentors_wanted for img in market.imgs], n, 1, 2),
            locked=np.argwhere(marked(market, rules.locked)),
            mentor_scores=table,
            img_ids=tuple(img.key for img in market.imgs),
            mentor_ids=tuple(mentor.key for mentor in market.mentors),
            never=never,
            market=market,
            rules=rules,
            means=dict(means),
        )
        check_known(problem, rules)
        _check_locks(problem)
        return problem


def _matrix(argument: str, given: ArrayLike, columns: int, rows: int | None = None) -> Marks:
    """Return a checked (rows, columns) table of scores."""
    table = _whole(argument, given)
    if table.size == 0 and table.ndim < 2:
        table = table.reshape(0, columns)
    if table.ndim != 2 or table.shape[1] != columns or rows not in {None, len(table)}:
        wanted = f"({'n' if rows is None else rows}, {columns})"
        raise ValueError(f"{argument}: shape {table.shape}; want {wanted}")
    if table.size and not (table.min() >= -1 and table.max() <= FULL):
        raise ValueError(f"{argument}: from {table.min()} to {table.max()}; want -1 to {FULL}")
    return table.astype(np.int32)


def check_row(
    argument: str, given: ArrayLike, length: int | None, low: int, high: int | None = None
) -> Ints:
    """Return a checked (length,) row of whole numbers from ``low`` to ``high``."""
    row = _whole(argument, given)
    if row.ndim != 1 or length not in {None, len(row)}:
        raise ValueError(f"{argument}: shape {row.shape}; want ({length or 'm'},)")
    outside = (row < low) | (row > (np.iinfo(np.int64).max if high is None else high))
    if outside.any():
        wanted = f"{low} or more" if high is None else f"{low} to {high}"
        raise ValueError(
            f"{argument}: {row[outside][0]} in place {outside.argmax()}; want {wanted}"
        )
    return row.astype(np.int64)


def _whole(argument: str, given: ArrayLike) -> NDArray[Any]:
    """Return an array of integers; nothing is rounded, and NaN and True are no integers."""
    try:
        array = np.asarray(given)
    except (TypeError, ValueError):
        raise ValueError(f"{argument}: want a table of whole numbers") from None
    if array.size and array.dtype.kind not in "iu":
        raise ValueError(f"{argument}: want whole numbers, not {array.dtype}")
    return array if array.size else array.astype(np.int64)


def _pairs(argument: str, given: Iterable[Sequence[int]] | NDArray[Any], n: int, m: int) -> Ints:
    """Return checked (k, 2) pairs, sorted, each once."""
    listed = given if isinstance(given, np.ndarray) else list(given)
    pairs = _whole(argument, listed)
    if pairs.size == 0:
        return np.empty((0, 2), dtype=np.int64)
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        raise ValueError(f"{argument}: shape {pairs.shape}; want pairs (img, mentor)")
    outside = (pairs < 0).any(axis=1) | (pairs >= (n, m)).any(axis=1)
    if outside.any():
        img, mentor = pairs[outside.argmax()]
        raise ValueError(f"{argument}: there is no pair ({img}, {mentor}) among {n} x {m}")
    return np.unique(pairs.astype(np.int64), axis=0)


def _ids(argument: str, given: Iterable[object] | None, length: int) -> tuple[Id, ...]:
    if given is None:
        return tuple(range(length))
    ids = tuple(int(i) if isinstance(i, (int, np.integer)) else str(i) for i in given)
    if len(ids) != length:
        raise ValueError(f"{argument}: {len(ids)} ids; want {length}")
    if len(set(ids)) != length:
        raise ValueError(f"{argument}: an id occurs twice")
    return ids


def check_known(problem: Round, rules: Rules) -> None:
    """Refuse locks on people who are not in the round."""
    known = {(problem.img_ids[i], problem.mentor_ids[j]) for i, j in problem.locked}
    for img, mentor in sorted(rules.locked - known):
        raise ImpossibleRules(
            f"locked: {img!r} and {mentor!r} are not both in the round",
            rule="unknown",
            img=img,
            mentor=mentor,
        )


def _check_locks(problem: Problem) -> None:
    """Refuse locks that contradict a ban, another lock, what an IMG wants or a mentor's seats."""
    for i, j in problem.locked:
        img, mentor = problem.img_ids[i], problem.mentor_ids[j]
        for rule, out in problem.never.items():
            if out[i, j]:
                message = f"locked: {img!r} and {mentor!r} are forbidden by {rule!r}"
                raise ImpossibleRules(message, rule=rule, img=img, mentor=mentor)
    check_load(problem)


def check_load(problem: Round) -> None:
    """Refuse more locks than an IMG wants mentors or a mentor has seats."""
    n, m = len(problem.img_ids), len(problem.mentor_ids)
    for i in np.flatnonzero(np.bincount(problem.locked[:, 0], minlength=n) > problem.wants):
        img = problem.img_ids[i]
        message = f"locked: {img!r} wants {problem.wants[i]} and is locked to more mentors"
        raise ImpossibleRules(message, rule="wants", img=img, mentor=None)
    for j in np.flatnonzero(np.bincount(problem.locked[:, 1], minlength=m) > problem.seats):
        mentor = problem.mentor_ids[j]
        message = f"locked: {mentor!r} has {problem.seats[j]} seats and is locked to more IMGs"
        raise ImpossibleRules(message, rule="seats", img=None, mentor=mentor)
