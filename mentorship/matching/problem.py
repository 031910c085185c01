"""What is to be matched: scores, seats, wants, and what must or must not be.

Everything is checked here, so that the solver can trust what it is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mentorship.matching import scoring
from mentorship.matching.blocks import Ready, Scores, blocks
from mentorship.matching.forbid import marked, ruled_out
from mentorship.matching.lottery import Id, Side
from mentorship.matching.market import Market
from mentorship.matching.marks import FULL, Flags, Ints, Marks, Points
from mentorship.matching.recipe import Recipe, mean_marks_of_many
from mentorship.matching.rules import Rules

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


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Problem:
    """One round, ready to solve. Make it with ``Problem.of`` or ``Problem.from_scores``.

    Attributes
    ----------
    scores : of all n x m pairs, in blocks when asked
        0 to 10,000; -1 where the pair must not be made, whatever the reason.
    mentor_scores : the mentors' own view; ``scores`` where none was given
    seats : (m,) int64
    wants : (n,) int64, 1 or 2 mentors
    locked : (k, 2) int64, pairs that must be made, sorted
    imgs, mentors : everybody on the two sides, with unique ids
    market, rules, means : what the scores come from, for explaining them; None if from a matrix
    banned : (k, 2) int64, pairs that a problem from a matrix forbids besides
    unbanned : the scores of such a problem without these bans; None if from a market

    """

    scores: Scores
    mentor_scores: Scores
    seats: Ints
    wants: Ints
    locked: Ints
    imgs: Side
    mentors: Side
    market: Market | None = None
    rules: Rules | None = None
    means: Mapping[str, int] | None = None
    banned: Ints = field(default_factory=lambda: np.empty((0, 2), dtype=np.int64))
    unbanned: Scores | None = None

    @property
    def shape(self) -> tuple[int, int]:
        return self.scores.shape

    @property
    def img_ids(self) -> tuple[Id, ...]:
        return self.imgs.ids

    @property
    def mentor_ids(self) -> tuple[Id, ...]:
        return self.mentors.ids

    def blocks(self) -> Iterator[Ints]:
        """Cut all IMGs into blocks."""
        return blocks(np.arange(len(self.imgs.ids)), len(self.mentors.ids))

    def table(self) -> Points:
        """Return all (n, m) scores: for rounds small enough to be looked at whole."""
        return self.scores.block(np.arange(len(self.imgs.ids)))

    def scores_of(self, pairs: Ints) -> Ints:
        """Return the scores of (p, 2) pairs, -1 where a pair must not be made."""
        return _read(self.scores, pairs)

    def recounted(self, rows: Ints) -> tuple[Marks, Marks]:
        """Return (len(rows), m) scores and the mentors' own, by nothing the solver has used.

        Scores of a market are worked out anew, criterion by criterion.
        """
        if self.market is None or self.rules is None or self.means is None:
            found, own = (each.block(rows) for each in (self.scores, self.mentor_scores))
            return found.astype(np.int32), own.astype(np.int32)
        table = scoring.scores(self.market, self.rules, self.means, rows)
        out = scoring.all_ruled_out(self.market, self.rules, table, rows)
        allowed = np.where(np.logical_or.reduce(list(out.values())), np.int32(-1), table)
        return allowed, allowed

    def recounted_pairs(self, pairs: Ints) -> tuple[Ints, Ints]:
        """Return (p,) scores and the mentors' own of some pairs, as ``recounted``."""
        if self.market is None or self.rules is None or self.means is None:
            return self.scores_of(pairs), _read(self.mentor_scores, pairs)
        table = scoring.parts_table(self.market, self.rules, pairs, means=self.means)
        found = table.sum(axis=1, dtype=np.int64)
        for some in blocks(np.argsort(pairs[:, 0], kind="stable"), self.shape[1]):
            rows, place = np.unique(pairs[some, 0], return_inverse=True)
            locked = marked(self.locked, rows, self.shape[1])[place, pairs[some, 1]]
            bad = (found[some] < self.rules.minimum_score) & ~locked
            for out in ruled_out(self.market, self.rules, rows).values():
                bad |= out[place, pairs[some, 1]]
            found[some[bad]] = -1
        return found, found

    def ruled_out(self, rows: Ints) -> dict[str, Flags]:
        """Return rule -> (len(rows), m) bool: what makes scores -1; a pair may be out twice."""
        if self.market is None or self.rules is None or self.means is None:
            banned = marked(self.banned, rows, self.shape[1])
            return {"never": (self.scores.block(rows) < 0) & ~banned, "banned": banned}
        table = scoring.scores(self.market, self.rules, self.means, rows)
        return scoring.all_ruled_out(self.market, self.rules, table, rows)

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
        bans = _pairs("banned", banned, n, m)
        allowed = table.copy() if len(bans) else table
        allowed[tuple(bans.T)] = -1
        problem = cls(
            scores=Ready.of(allowed),
            mentor_scores=Ready.of(view),
            seats=open_seats,
            wants=np.ones(n, np.int64) if wants is None else check_row("wants", wants, n, 1, 2),
            locked=_pairs("locked", locked, n, m),
            imgs=Side.of(_ids("img_ids", img_ids, n)),
            mentors=Side.of(_ids("mentor_ids", mentor_ids, m)),
            banned=bans,
            unbanned=Ready.of(table),
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
        n, m = len(market.imgs), len(market.mentors)
        means = mean_marks_of_many(market) if means is None else means
        recipe = Recipe.of(market, rules, means)
        problem = cls(
            scores=recipe,
            mentor_scores=recipe,
            seats=check_row("seats", [mentor.seats for mentor in market.mentors], m, low=0),
            wants=check_row("wants", [img.mentors_wanted for img in market.imgs], n, 1, 2),
            locked=np.unique(market.places.of(rules.locked), axis=0),
            imgs=market.img_side,
            mentors=market.mentor_side,
            market=market,
            rules=rules,
            means=dict(means),
        )
        _check_known(problem, rules)
        _check_locks(problem)
        return problem


def _read(scores: Scores, pairs: Ints) -> Ints:
    """Return the scores of (p, 2) pairs, block by block."""
    found = np.empty(len(pairs), dtype=np.int64)
    for some in blocks(np.argsort(pairs[:, 0], kind="stable"), scores.shape[1]):
        rows, columns = pairs[some].T
        named, place = np.unique(rows, return_inverse=True)
        found[some] = scores.block(named)[place, columns]
    return found


def _matrix(argument: str, given: ArrayLike, columns: int, rows: int | None = None) -> Points:
    """Return a checked (rows, columns) table of scores."""
    table = _whole(argument, given)
    if table.size == 0 and table.ndim < 2:
        table = table.reshape(0, columns)
    if table.ndim != 2 or table.shape[1] != columns or rows not in {None, len(table)}:
        wanted = f"({'n' if rows is None else rows}, {columns})"
        raise ValueError(f"{argument}: shape {table.shape}; want {wanted}")
    if table.size and not (table.min() >= -1 and table.max() <= FULL):
        raise ValueError(f"{argument}: from {table.min()} to {table.max()}; want -1 to {FULL}")
    return table.astype(np.int16)


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


def _check_known(problem: Problem, rules: Rules) -> None:
    """Refuse locks on people who are not in the round."""
    known = {(problem.img_ids[i], problem.mentor_ids[j]) for i, j in problem.locked.tolist()}
    for img, mentor in sorted(rules.locked - known):
        raise ImpossibleRules(
            f"locked: {img!r} and {mentor!r} are not both in the round",
            rule="unknown",
            img=img,
            mentor=mentor,
        )


def _check_locks(problem: Problem) -> None:
    """Refuse locks that contradict a ban, another lock, what an IMG wants or a mentor's seats."""
    for i, j in problem.locked.tolist():
        for rule, out in problem.ruled_out(np.array([i])).items():
            if out[0, j]:
                img, mentor = problem.img_ids[i], problem.mentor_ids[j]
                message = f"locked: {img!r} and {mentor!r} are forbidden by {rule!r}"
                raise ImpossibleRules(message, rule=rule, img=img, mentor=mentor)
    n, m = problem.shape
    for i in np.flatnonzero(np.bincount(problem.locked[:, 0], minlength=n) > problem.wants):
        img = problem.img_ids[i]
        message = f"locked: {img!r} wants {problem.wants[i]} and is locked to more mentors"
        raise ImpossibleRules(message, rule="wants", img=img, mentor=None)
    for j in np.flatnonzero(np.bincount(problem.locked[:, 1], minlength=m) > problem.seats):
        mentor = problem.mentor_ids[j]
        message = f"locked: {mentor!r} has {problem.seats[j]} seats and is locked to more IMGs"
        raise ImpossibleRules(message, rule="seats", img=None, mentor=mentor)
