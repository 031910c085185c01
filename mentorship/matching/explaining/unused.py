"""Why a mentor's seats stayed free: what stands between them and the people who wait."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mentorship.matching.lottery import Id
from mentorship.matching.marks import Ints
from mentorship.matching.pairing import Progress
from mentorship.matching.problem import Problem
from mentorship.matching.result import Result
from mentorship.matching.scores.blocks import blocks

MOST_ASKED = 4_000_000  # pairs of people who wait; beyond it the rules are not counted


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusedSeats:
    """A mentor with free seats.

    Attributes
    ----------
    mentor : id
    seats : how many stayed free
    possible : how many IMGs could be paired with this mentor and are not; all of them are matched
    better : how many of those have a first mentor with whom they score at least as high
    waiting : how many IMGs have no mentor, and cannot have this one
    ruled_out : rule -> how many of those it forbids; one may be forbidden twice
        Empty where there are too many to be looked at.

    """

    mentor: Id
    seats: int
    possible: int
    better: int
    waiting: int
    ruled_out: dict[str, int]


def unused_seats(
    problem: Problem, result: Result, progress: Progress | None = None
) -> tuple[UnusedSeats, ...]:
    """Return why seats are free, mentor by mentor, in the order given.

    ``progress`` is called with (IMGs looked at, IMGs in all); it may raise.
    """
    free = problem.seats - np.bincount(result.pairs[:, 1], minlength=len(problem.seats))
    columns = np.flatnonzero(free > 0)
    if len(columns) == 0:
        return ()
    possible, better = _elsewhere(problem, result, progress)
    ruled_out = _ruled_out(problem, result.unmatched, progress)
    return tuple(
        UnusedSeats(
            mentor=problem.mentor_ids[j],
            seats=int(free[j]),
            possible=int(possible[j]),
            better=int(better[j]),
            waiting=len(result.unmatched),
            ruled_out={rule: int(count[j]) for rule, count in ruled_out.items() if count[j]},
        )
        for j in columns.tolist()
    )


def _elsewhere(problem: Problem, result: Result, progress: Progress | None) -> tuple[Ints, Ints]:
    """Return how many could be paired with each mentor and are not, and fare as well elsewhere."""
    n, m = problem.shape
    firsts = result.pairs[~result.second]
    mates = np.full(n, -1, dtype=np.int64)
    mates[firsts[:, 0]] = firsts[:, 1]
    made = np.bincount(result.pairs[:, 1], minlength=m)
    possible, better = -made, -np.bincount(firsts[:, 1], minlength=m)
    for rows in problem.blocks(progress):
        scores = problem.scores.block(rows)
        own = np.where(mates[rows] >= 0, scores[np.arange(len(rows)), mates[rows]], -1)
        flags = scores >= 0
        possible += flags.sum(axis=0)
        better += (flags & (scores <= own[:, None])).sum(axis=0)
    seconds = result.pairs[result.second]  # a second mentor may suit better than the first
    suits = problem.scores_of(seconds) <= problem.scores_of(
        np.stack([seconds[:, 0], mates[seconds[:, 0]]], axis=1)
    )
    return possible, better - np.bincount(seconds[suits, 1], minlength=m)


def _ruled_out(problem: Problem, waiting: Ints, progress: Progress | None) -> dict[str, Ints]:
    """Return rule -> (m,) how many of those who wait it forbids."""
    m = problem.shape[1]
    counts, done = dict[str, Ints](), 0
    for rows in blocks(waiting, m) if len(waiting) * m <= MOST_ASKED else ():
        for rule, flags in problem.ruled_out(rows).items():
            counts[rule] = counts.get(rule, np.zeros(m, np.int64)) + flags.sum(axis=0)
        done += len(rows)
        if progress is not None:
            progress(done, len(waiting))
    return counts
