"""Why somebody has no mentor, who would have been next, and why a seat stayed free.

Three reasons leave somebody without a mentor: no mentor was possible; a group competes for too few
seats (P. Hall, On representatives of subsets, J. London Math. Soc. 10, 1935,
doi:10.1112/jlms/s1-10.37.26); or every possible seat is worth more to somebody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, TypeAlias

import numpy as np

from mentorship.matching.certificate import OUT_OF_REACH, worth_to_others
from mentorship.matching.graph import next_best, outcome
from mentorship.matching.lottery import by_id
from mentorship.matching.marks import Flags, Ints
from mentorship.matching.problem import Id, Problem
from mentorship.matching.result import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class NoPossibleMentor:
    """No mentor with a seat may be paired with this IMG.

    Attributes
    ----------
    img : id
    mentors : how many there are
    without_seat : how many of them have no seat in this round
    ruled_out : rule -> how many of those with a seat it forbids; one may be forbidden twice

    """

    kind: ClassVar[str] = "no_possible_mentor"
    img: Id
    mentors: int
    without_seat: int
    ruled_out: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class TooFewSeats:
    """A group of IMGs can only go to the same mentors, who have fewer seats than they are.

    Attributes
    ----------
    img : id
    imgs : ids of the group, this one among them
    mentors : ids of every mentor possible for any of them
    seats : how many seats these have for them
    held : how many more of their seats are held by locked pairs

    """

    kind: ClassVar[str] = "too_few_seats"
    img: Id
    imgs: tuple[Id, ...]
    mentors: tuple[Id, ...]
    seats: int
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorthMoreElsewhere:
    """Every seat possible for this IMG is worth at least as much to somebody else.

    Attributes
    ----------
    img : id
    mentor : id of the mentor they came nearest to
    score : of the two
    price : what all others together would lose without that seat; the score if it was a tie
        For "stable" score and price are the mentor's own scores of the two IMGs.

    """

    kind: ClassVar[str] = "worth_more_elsewhere"
    img: Id
    mentor: Id
    score: int
    price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NextBest:
    """Who would have been next for the two people of a pair, with the score; None for nobody."""

    img: Id
    mentor: Id
    next_mentor: Id | None
    next_mentor_score: int | None
    next_img: Id | None
    next_img_score: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusedSeats:
    """A mentor with free seats: nobody possible, or all who are possible are placed.

    Attributes
    ----------
    mentor : id
    seats : how many stayed free
    possible : how many IMGs could be paired with this mentor and are not

    """

    mentor: Id
    seats: int
    possible: int


Reason: TypeAlias = NoPossibleMentor | TooFewSeats | WorthMoreElsewhere

REASONS: MappingProxyType[str, type[Reason]] = MappingProxyType(
    {each.kind: each for each in (NoPossibleMentor, TooFewSeats, WorthMoreElsewhere)}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Reasons for a whole result, each list in its order: unmatched, pairs, mentors."""

    unmatched: tuple[Reason, ...]
    pairs: tuple[NextBest, ...]
    unused: tuple[UnusedSeats, ...]


def explain(problem: Problem, result: Result) -> Explanation:
    """Return why everybody unmatched is, who was next for every pair, and why seats are free.

    The order of rows decides only in which order the reasons come, not what they say.
    """
    possible = (problem.scores >= 0) & (problem.seats > 0)
    rivals = _Rivals.of(problem, result, possible)
    return Explanation(
        unmatched=tuple(_why(problem, rivals, int(i)) for i in result.unmatched),
        pairs=_next_best(problem, result),
        unused=_unused(problem, result, possible),
    )


@dataclass(frozen=True, slots=True)
class _Rivals:
    """Who can be moved where: the first mentors' market without what locks hold."""

    possible: Flags  # (n, m)
    mates: Ints  # (n,) column of those who can be moved, -1 for others
    seats: Ints  # (m,) that locks do not hold
    free: Ints  # (m,) of those, free
    waiting: Ints  # (u,) unmatched
    prices: Ints  # (m,) what all others would lose with one seat fewer, or the worst score kept
    kept: bool  # which of the two

    @classmethod
    def of(cls, problem: Problem, result: Result, possible: Flags) -> _Rivals:
        n, m = problem.scores.shape
        firsts = result.pairs[~result.second]
        loose = firsts[~np.isin(firsts[:, 0], problem.locked[:, 0])]
        mates = np.full(n, -1, dtype=np.int64)
        mates[loose[:, 0]] = loose[:, 1]
        seats = problem.seats - np.bincount(problem.locked[:, 1], minlength=m)
        free = seats - np.bincount(loose[:, 1], minlength=m)
        kept = result.policy == "stable"
        if kept:
            prices = _worst_kept(problem, loose, free)
        else:
            prices = worth_to_others(problem.scores, mates, free)
        return cls(possible, mates, seats, free, result.unmatched, prices, kept)

    def group(self, img: int) -> tuple[Flags, Flags] | None:
        """Return IMGs (n,) and mentors (m,) that ``img`` competes with and for.

        Everybody who holds a seat this IMG could take could only move to a seat of the group. None
        if somebody could move to a free seat: then seats are not what is lacking.
        """
        mentors = np.zeros(self.possible.shape[1], dtype=np.bool_)
        rows = np.array([img])
        while len(rows):
            found = np.logical_or.reduce(self.possible[rows], axis=0) & ~mentors
            if (self.free[found] > 0).any():
                return None
            mentors |= found
            rows = np.flatnonzero((self.mates >= 0) & found[self.mates])
        holders = (self.mates >= 0) & mentors[self.mates]
        confined = ~(self.possible[self.waiting] & ~mentors).any(axis=1)
        lost = self.waiting[confined & self.possible[self.waiting].any(axis=1)]
        holders[lost] = True
        return holders, mentors


def _why(problem: Problem, rivals: _Rivals, img: int) -> Reason:
    if not rivals.possible[img].any():
        with_seat = problem.seats > 0
        counts = {rule: int((out[img] & with_seat).sum()) for rule, out in problem.never.items()}
        return NoPossibleMentor(
            img=problem.img_ids[img],
            mentors=len(with_seat),
            without_seat=int((~with_seat).sum()),
            ruled_out={rule: count for rule, count in counts.items() if count},
        )
    group = rivals.group(img)
    if group is not None:
        imgs, mentors = group
        held = problem.seats - rivals.seats
        return TooFewSeats(
            img=problem.img_ids[img],
            imgs=tuple(problem.img_ids[i] for i in by_id(problem.img_ids) if imgs[i]),
            mentors=tuple(problem.mentor_ids[j] for j in by_id(problem.mentor_ids) if mentors[j]),
            seats=int(rivals.seats[mentors].sum()),
            held=int(held[mentors].sum()),
        )
    # Only "best-total" and "stable" come here: where most people count, a chain of moves would
    # have been used. In "stable" the mentors' own view decides.
    scores = problem.mentor_scores if rivals.kept else problem.scores
    short = np.where(rivals.possible[img], rivals.prices - scores[img], OUT_OF_REACH)
    order = by_id(problem.mentor_ids)
    nearest = int(order[short[order].argmin()])
    return WorthMoreElsewhere(
        img=problem.img_ids[img],
        mentor=problem.mentor_ids[nearest],
        score=int(scores[img, nearest]),
        price=int(rivals.prices[nearest]),
    )


def _worst_kept(problem: Problem, loose: Ints, free: Ints) -> Ints:
    """Return how high each mentor without a free seat scores the last one they would give up."""
    worst = np.where(free > 0, np.int64(0), OUT_OF_REACH)
    np.minimum.at(worst, loose[:, 1], problem.mentor_scores[loose[:, 0], loose[:, 1]])
    return worst


def _next_best(problem: Problem, result: Result) -> tuple[NextBest, ...]:
    n = len(problem.img_ids)
    graph = outcome(problem, result)
    found = []
    for i, j in result.pairs.tolist():
        for_img, for_mentor = next_best(graph, i), next_best(graph, n + j)
        mentor, mentor_score = for_img[0] if for_img else (None, None)
        img, img_score = for_mentor[0] if for_mentor else (None, None)
        found.append(
            NextBest(
                img=problem.img_ids[i],
                mentor=problem.mentor_ids[j],
                next_mentor=None if mentor is None else problem.mentor_ids[mentor - n],
                next_mentor_score=mentor_score,
                next_img=None if img is None else problem.img_ids[img],
                next_img_score=img_score,
            )
        )
    return tuple(found)


def _unused(problem: Problem, result: Result, possible: Flags) -> tuple[UnusedSeats, ...]:
    m = len(problem.mentor_ids)
    free = problem.seats - np.bincount(result.pairs[:, 1], minlength=m)
    others = possible.sum(axis=0) - np.bincount(result.pairs[:, 1], minlength=m)
    return tuple(
        UnusedSeats(mentor=problem.mentor_ids[j], seats=int(free[j]), possible=int(others[j]))
        for j in np.flatnonzero(free > 0)
    )
