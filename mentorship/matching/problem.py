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
from mentorship.matching.checking import ids_of, marks_of, matrix, pairs_of, row_of
from mentorship.matching.forbid import marked, ruled_out
from mentorship.matching.locks import check_known, check_locks
from mentorship.matching.lottery import Id, Side
from mentorship.matching.market import Market
from mentorship.matching.marks import Flags, Ints, Marks, Points
from mentorship.matching.pairing import Progress
from mentorship.matching.rules import Rules
from mentorship.matching.scores.blocks import Ready, Scores, blocks
from mentorship.matching.scores.recipe import Recipe, mean_marks_of_many

MOST_IMGS = 100_000  # beyond it sums of weights would leave 64 bits: ``weights`` counts them


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
    means_given : whether the means were handed in, and not worked out from this market
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
    means_given: bool = False
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

    def blocks(self, progress: Progress | None = None) -> Iterator[Ints]:
        """Cut all IMGs into blocks; ``progress`` is told after each, and may raise."""
        n, m = self.shape
        for rows in blocks(np.arange(n), m):
            yield rows
            if progress is not None:
                progress(int(rows[-1]) + 1, n)

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
        out = scoring.all_ruled_out(self.market, self.rules, self.means, rows)
        allowed = np.where(np.logical_or.reduce(list(out.values())), np.int32(-1), table)
        return allowed, allowed

    def recounted_pairs(self, pairs: Ints) -> tuple[Ints, Ints]:
        """Return (p,) scores and the mentors' own of some pairs, as ``recounted``."""
        if self.market is None or self.rules is None or self.means is None:
            return self.scores_of(pairs), _read(self.mentor_scores, pairs)
        table = scoring.parts_table(self.market, self.rules, pairs, means=self.means)
        found = table.sum(axis=1, dtype=np.int64)
        told = found
        if self.rules.minimum_score:
            own = self.rules.open()
            table = scoring.parts_table(self.market, own, pairs, means=self.means)
            told = table.sum(axis=1, dtype=np.int64)
        for some in blocks(np.argsort(pairs[:, 0], kind="stable"), self.shape[1]):
            rows, place = np.unique(pairs[some, 0], return_inverse=True)
            locked = marked(self.locked, rows, self.shape[1])[place, pairs[some, 1]]
            bad = (told[some] < self.rules.minimum_score) & ~locked
            for out in ruled_out(self.market, self.rules, rows).values():
                bad |= out[place, pairs[some, 1]]
            found[some[bad]] = -1
        return found, found

    def recounted_means(self) -> Mapping[str, int] | None:
        """Return the mean marks, worked out anew, or None where there are none to compare with."""
        if self.market is None or self.means_given:
            return None
        return scoring.mean_marks(self.market)

    def ruled_out(self, rows: Ints) -> dict[str, Flags]:
        """Return rule -> (len(rows), m) bool: what makes scores -1; a pair may be out twice."""
        if self.market is None or self.rules is None or self.means is None:
            banned = marked(self.banned, rows, self.shape[1])
            return {"never": (self.scores.block(rows) < 0) & ~banned, "banned": banned}
        return scoring.all_ruled_out(self.market, self.rules, self.means, rows)

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
            The mentors' own view, 0 to 10,000, which only "stable" reads; the same as ``scores`` if
            left out. It ranks IMGs and forbids nothing: -1 only where ``scores`` say -1 too.
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
        open_seats = row_of("seats", seats, None, low=0)
        table = matrix("scores", scores, len(open_seats))
        n, m = table.shape
        if n > MOST_IMGS:
            raise ValueError(f"scores: {n} IMGs; at most {MOST_IMGS} can be matched at once")
        view = table if mentor_scores is None else matrix("mentor_scores", mentor_scores, m, n)
        _check_view(table, view)
        bans = pairs_of("banned", banned, n, m)
        allowed = table.copy() if len(bans) else table
        allowed[tuple(bans.T)] = -1
        problem = cls(
            scores=Ready.of(allowed),
            mentor_scores=Ready.of(view),
            seats=open_seats,
            wants=np.ones(n, np.int64) if wants is None else row_of("wants", wants, n, 1, 2),
            locked=pairs_of("locked", locked, n, m),
            imgs=Side.of(ids_of("img_ids", img_ids, n)),
            mentors=Side.of(ids_of("mentor_ids", mentor_ids, m)),
            banned=bans,
            unbanned=Ready.of(table),
        )
        check_locks(problem)
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
            An IMG wants something else than 1 or 2 mentors, seats are negative, or ``means`` lack a
            criterion; the message starts with what it is about.

        """
        n, m = len(market.imgs), len(market.mentors)
        if n > MOST_IMGS:
            raise ValueError(f"market: {n} IMGs; at most {MOST_IMGS} can be matched at once")
        told = mean_marks_of_many(market) if means is None else means
        told = marks_of("means", told, market.answered)
        recipe = Recipe.of(market, rules, told)
        problem = cls(
            scores=recipe,
            mentor_scores=recipe,
            seats=row_of("seats", [mentor.seats for mentor in market.mentors], m, low=0),
            wants=row_of("wants", [img.mentors_wanted for img in market.imgs], n, 1, 2),
            locked=np.unique(market.places.of(rules.locked), axis=0),
            imgs=market.img_side,
            mentors=market.mentor_side,
            market=market,
            rules=rules,
            means=told,
            means_given=means is not None,
        )
        check_known(problem, rules.locked)
        check_locks(problem)
        return problem


def _check_view(table: Points, view: Points) -> None:
    """Refuse a mentor's -1 for a pair that may be made: only one table says what is impossible."""
    vetoed = (view < 0) & (table >= 0)
    if vetoed.any():
        img, mentor = np.argwhere(vetoed)[0].tolist()
        raise ValueError(
            f"mentor_scores: -1 for the pair ({img}, {mentor}), which scores {table[img, mentor]};"
            " a pair that must never be made is -1 in scores, or banned"
        )


def _read(scores: Scores, pairs: Ints) -> Ints:
    """Return the scores of (p, 2) pairs, block by block."""
    found = np.empty(len(pairs), dtype=np.int64)
    for some in blocks(np.argsort(pairs[:, 0], kind="stable"), scores.shape[1]):
        rows, columns = pairs[some].T
        named, place = np.unique(rows, return_inverse=True)
        found[some] = scores.block(named)[place, columns]
    return found
