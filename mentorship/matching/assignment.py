"""Who is paired with whom: a policy in two stages, first mentors and second ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import index

import numpy as np

from mentorship.matching.blocks import Offer, Rows, Scores
from mentorship.matching.lottery import Hashes, by_id
from mentorship.matching.marks import Flags, Ints
from mentorship.matching.pairing import Pairing
from mentorship.matching.paths import Progress
from mentorship.matching.policies import POLICIES, Policy
from mentorship.matching.problem import Round
from mentorship.matching.result import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    """One mentor for everybody who looks for one, people sorted by id."""

    scores: Scores
    mentor_scores: Scores
    hashes: Hashes
    seats: Ints  # (m,), those of locked pairs among them
    locked: Ints  # (n,) column, -1 for none
    worth: Ints  # (n,) score of the locked pair
    looking: Flags  # (n,)
    taken: Ints  # (n,) column each IMG must not be given, -1 for none


def solve(
    problem: Round,
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
    problem : Problem or LargeProblem
        Checked scores, seats, wants and locks.
    policy : str
        A key of ``POLICIES``: "best-total" (the largest sum of scores, and among equal sums more
        pairs), "most-matched" (as many IMGs with a mentor as possible, then the largest sum),
        "fairest" (as many, then the lowest scores as high as possible) or "stable" (no IMG and
        mentor would both rather have each other).
    lottery : int
        The number that settles ties.
    progress : callable, optional
        Called now and then with (IMGs placed, IMGs in all). It may raise to stop.

    Returns
    -------
    Result
        With the prices that prove it best, where the policy has prices.

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
    first, later = _stages(problem, rows, columns, number)
    firsts = _pair(first, best, progress)
    second = _second_stage(problem, rows, first, firsts, later)
    seconds = _pair(second, best, None)

    pairs = [_as_given(rows, columns, found.mates) for found in (firsts, seconds)]
    both = np.concatenate(pairs)
    sort = np.lexsort((both[:, 1], both[:, 0]))
    both = both[sort]
    prices = _prices_as_given(firsts, rows, columns)
    wanted = second.looking.any()
    second_prices = _prices_as_given(seconds, rows, columns) if wanted else (None, None)
    return Result(
        policy=policy,
        lottery=number,
        pairs=both,
        second=(np.arange(len(both)) >= len(pairs[0]))[sort],
        total=int(firsts.scores.sum() + seconds.scores.sum()),
        unmatched=np.setdiff1d(np.arange(len(rows)), both[:, 0]),
        img_prices=prices[0],
        seat_prices=prices[1],
        second_img_prices=second_prices[0],
        second_seat_prices=second_prices[1],
    )


def _stages(
    problem: Round, rows: Ints, columns: Ints, lottery: int
) -> tuple[_Stage, tuple[Ints, Ints]]:
    """Return the first stage, where everybody looks, and the locks of the second.

    Seats that locks hold for second mentors are not on offer.
    """
    (first, worth), second = _locks(problem, rows, columns)
    scores, mentor_scores = problem.read(rows, columns)
    hashes = Hashes.of(
        [problem.img_ids[row] for row in rows],
        [problem.mentor_ids[column] for column in columns],
        lottery,
    )
    stage = _Stage(
        scores=scores,
        mentor_scores=mentor_scores,
        hashes=hashes,
        seats=problem.seats[columns] - _load(second[0], len(columns)),
        locked=first,
        worth=worth,
        looking=np.ones(len(rows), dtype=np.bool_),
        taken=np.full(len(rows), -1),
    )
    return stage, second


def _second_stage(
    problem: Round, rows: Ints, first: _Stage, firsts: Pairing, locks: tuple[Ints, Ints]
) -> _Stage:
    """Those with a first mentor who want two look for another, on the seats that are left."""
    held = _load(locks[0], len(first.seats))
    return replace(
        first,
        seats=first.seats + held - _load(firsts.mates, len(first.seats)),
        locked=locks[0],
        worth=locks[1],
        looking=(problem.wants[rows] == 2) & (firsts.mates >= 0),
        taken=firsts.mates,
    )


def _locks(
    problem: Round, rows: Ints, columns: Ints
) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
    """Return locked columns and their scores for the first and the second stage; -1 for none.

    Of two locks the one with the higher score is the first mentor.
    """
    locks, scores = np.full((2, len(rows)), -1), np.zeros((2, len(rows)), dtype=np.int64)
    place_of_row, place_of_column = np.argsort(rows), np.argsort(columns)
    worth = problem.scores_of(problem.locked).tolist()
    locked = [
        (-score, int(place_of_row[i]), int(place_of_column[j]))
        for (i, j), score in zip(problem.locked.tolist(), worth, strict=True)
    ]
    for loss, i, j in sorted(locked):
        stage = 0 if locks[0, i] < 0 else 1
        locks[stage, i], scores[stage, i] = j, -loss
    return (locks[0], scores[0]), (locks[1], scores[1])


def _pair(stage: _Stage, policy: Policy, progress: Progress | None) -> Pairing:
    """Return the best pairing of a stage, for all n IMGs; who does not look has no mate."""
    locked = stage.looking & (stage.locked >= 0)
    free = np.flatnonzero(stage.looking & ~locked)
    offer = Offer(
        all_scores=Rows(stage.scores, free, stage.taken[free]),
        mentor_scores=Rows(stage.mentor_scores, free, stage.taken[free]),
        seats=stage.seats - _load(np.where(locked, stage.locked, -1), len(stage.seats)),
        hashes=stage.hashes.of_rows(free),
    )
    found = policy.pair(offer, progress)
    mates, scores = np.where(locked, stage.locked, -1), np.where(locked, stage.worth, 0)
    mates[free], scores[free] = found.mates, found.scores
    if found.imgs is None or found.seats is None:
        return Pairing(mates, scores, None, None)
    imgs = np.zeros((len(mates), *found.imgs.shape[1:]), dtype=np.int64)
    imgs[free] = found.imgs
    own = scores[locked]
    worth = own if imgs.ndim == 1 else np.stack([np.ones_like(own), own], axis=1)
    imgs[locked] = worth - found.seats[mates[locked]]
    return Pairing(mates, scores, imgs, found.seats)


def _load(mates: Ints, columns: int) -> Ints:
    """Return how many IMGs hold a seat at each column."""
    return np.bincount(mates[mates >= 0], minlength=columns)


def _prices_as_given(
    found: Pairing, rows: Ints, columns: Ints
) -> tuple[Ints, Ints] | tuple[None, None]:
    """Return the prices of IMGs and seats in the order people were given."""
    if found.imgs is None or found.seats is None:
        return None, None
    return found.imgs[np.argsort(rows)], found.seats[np.argsort(columns)]


def _as_given(rows: Ints, columns: Ints, mates: Ints) -> Ints:
    """Return (p, 2) pairs of row and column as given."""
    matched = np.flatnonzero(mates >= 0)
    return np.stack([rows[matched], columns[mates[matched]]], axis=1)
