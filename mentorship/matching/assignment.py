"""Who is paired with whom: the policies, in two stages, with ties drawn by lottery."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import index
from types import MappingProxyType

import numpy as np

from mentorship.matching.certificate import Prices, people_prices, points_prices
from mentorship.matching.lottery import HIGHEST_DRAW, by_id, draws
from mentorship.matching.marks import FULL, Flags, Ints, Marks
from mentorship.matching.paths import FORBIDDEN, Progress, heaviest
from mentorship.matching.problem import Problem
from mentorship.matching.result import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What "best" means.

    Attributes
    ----------
    key, label, sentence : for a form
    weigh : possible scores (k, m) and draws (k, m) to weights whose largest sum is the best pairing
    prices : the prices that prove it

    """

    key: str
    label: str
    sentence: str
    weigh: Callable[[Marks, Ints], Ints]
    prices: Callable[[Marks, Ints, Flags], Prices]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    """One mentor for everybody who looks for one, people sorted by id."""

    scores: Marks  # (n, m), -1 where impossible
    draws: Ints  # (n, m)
    seats: Ints  # (m,), those of locked pairs among them
    locked: Ints  # (n,) column, -1 for none
    looking: Flags  # (n,)


def solve(
    problem: Problem,
    policy: str = "best-total",
    lottery: int = 0,
    progress: Progress | None = None,
) -> Result:
    """Pair IMGs with mentors as well as the policy allows, exactly, with proof.

    First mentors are found first; then, with those held, second mentors for whoever wants two, on
    the seats that are left and never the same mentor. Among answers of equal worth the lottery
    decides: the one with the largest sum of draws. People are sorted by id before anything else,
    so the order of rows never changes who is paired with whom.

    Parameters
    ----------
    problem : Problem
        Checked scores, seats, wants and locks.
    policy : str
        "best-total" (the largest sum of scores, and among equal sums more pairs) or
        "most-matched" (as many IMGs with a mentor as possible, then the largest sum).
    lottery : int
        The number that settles ties.
    progress : callable, optional
        Called after each IMG with (IMGs placed, IMGs in all). It may raise to stop.

    Returns
    -------
    Result
        With the prices that prove it best.

    Raises
    ------
    ValueError
        There is no such policy, or the lottery is not a whole number. Never because somebody
        cannot be matched: they are ``unmatched``.

    """
    if policy not in POLICIES:
        raise ValueError(f"policy: there is no {policy!r}; choose from {', '.join(POLICIES)}")
    try:
        number = index(lottery)
    except TypeError:
        raise ValueError(f"lottery: want a whole number, not {lottery!r}") from None
    best = POLICIES[policy]
    rows, columns = by_id(problem.img_ids), by_id(problem.mentor_ids)
    draw = draws(
        [problem.img_ids[row] for row in rows],
        [problem.mentor_ids[column] for column in columns],
        number,
    )
    first = _first_stage(problem, rows, columns, draw)
    firsts = _pair(first, best, progress)
    second = _second_stage(problem, rows, columns, first, firsts)
    seconds = _pair(second, best, None)

    pairs = [_as_given(rows, columns, mates) for mates in (firsts, seconds)]
    both = np.concatenate(pairs)
    sort = np.lexsort((both[:, 1], both[:, 0]))
    both = both[sort]
    prices = _prices(first, firsts, best, rows, columns)
    later = _prices(second, seconds, best, rows, columns) if second.looking.any() else None
    return Result(
        policy=policy,
        lottery=number,
        pairs=both,
        second=(np.arange(len(both)) >= len(pairs[0]))[sort],
        total=int(problem.scores[both[:, 0], both[:, 1]].sum(dtype=np.int64)),
        unmatched=np.setdiff1d(np.arange(len(rows)), both[:, 0]),
        img_prices=prices.imgs,
        seat_prices=prices.seats,
        second_img_prices=later.imgs if later else None,
        second_seat_prices=later.seats if later else None,
    )


def _first_stage(problem: Problem, rows: Ints, columns: Ints, draw: Ints) -> _Stage:
    """Everybody looks; seats that locks hold for second mentors are not on offer."""
    scores = problem.scores[np.ix_(rows, columns)]
    first, second = _locks(problem, scores, rows, columns)
    return _Stage(
        scores=scores,
        draws=draw,
        seats=problem.seats[columns] - _load(second, len(columns)),
        locked=first,
        looking=np.ones(len(rows), dtype=np.bool_),
    )


def _second_stage(
    problem: Problem, rows: Ints, columns: Ints, first: _Stage, firsts: Ints
) -> _Stage:
    """Those with a first mentor who want two look for another, on the seats that are left."""
    scores = first.scores.copy()
    matched = np.flatnonzero(firsts >= 0)
    scores[matched, firsts[matched]] = -1
    return _Stage(
        scores=scores,
        draws=first.draws,
        seats=problem.seats[columns] - _load(firsts, len(columns)),
        locked=_locks(problem, first.scores, rows, columns)[1],
        looking=(problem.wants[rows] == 2) & (firsts >= 0),
    )


def _locks(problem: Problem, scores: Marks, rows: Ints, columns: Ints) -> tuple[Ints, Ints]:
    """Return the locked column of each IMG for the first and the second stage, -1 for none.

    Of two locks the one with the higher score is the first mentor.
    """
    first, second = np.full((2, len(rows)), -1, dtype=np.int64)
    place_of_row, place_of_column = np.argsort(rows), np.argsort(columns)
    locked = [(int(place_of_row[i]), int(place_of_column[j])) for i, j in problem.locked]
    for i, j in sorted(locked, key=lambda pair: (-int(scores[pair]), pair)):
        (first if first[i] < 0 else second)[i] = j
    return first, second


def _pair(stage: _Stage, policy: Policy, progress: Progress | None) -> Ints:
    """Return the column of each IMG, -1 for none: the best pairing of a stage."""
    mates = np.where(stage.looking, stage.locked, -1)
    free = stage.looking & (stage.locked < 0)
    scores = stage.scores[free]
    weights = np.where(scores >= 0, policy.weigh(scores, stage.draws[free]), FORBIDDEN)
    seats = stage.seats - _load(mates, len(stage.seats))
    mates[free] = heaviest(weights, seats, progress)
    return mates


def _load(mates: Ints, columns: int) -> Ints:
    """Return how many IMGs hold a seat at each column."""
    return np.bincount(mates[mates >= 0], minlength=columns)


def _prices(stage: _Stage, mates: Ints, policy: Policy, rows: Ints, columns: Ints) -> Prices:
    """Return the prices that prove a stage best, in the order people were given."""
    fixed = (stage.locked >= 0) | ~stage.looking
    prices = policy.prices(stage.scores, mates, fixed)
    return Prices(prices.imgs[np.argsort(rows)], prices.seats[np.argsort(columns)])


def _as_given(rows: Ints, columns: Ints, mates: Ints) -> Ints:
    """Return (p, 2) pairs of row and column as given."""
    matched = np.flatnonzero(mates >= 0)
    return np.stack([rows[matched], columns[mates[matched]]], axis=1)


def _points_first(scores: Marks, draw: Ints) -> Ints:
    """Weigh points, then pairs, then draws, none of which can outweigh the one before."""
    ties = HIGHEST_DRAW * len(scores) + 1
    return (scores.astype(np.int64) * (len(scores) + 1) + 1) * ties + draw


def _people_first(scores: Marks, draw: Ints) -> Ints:
    """Weigh pairs, then points, then draws, none of which can outweigh the one before."""
    ties = HIGHEST_DRAW * len(scores) + 1
    return (FULL * len(scores) + 1 + scores.astype(np.int64)) * ties + draw


_ALL = (
    Policy(
        key="best-total",
        label="Best total",
        sentence="The largest sum of scores, even if somebody stays without a mentor for it.",
        weigh=_points_first,
        prices=points_prices,
    ),
    Policy(
        key="most-matched",
        label="Most people matched",
        sentence="As many IMGs with a mentor as possible, and among those ways the largest sum.",
        weigh=_people_first,
        prices=people_prices,
    ),
)

POLICIES: Mapping[str, Policy] = MappingProxyType({each.key: each for each in _ALL})
