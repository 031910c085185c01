"""Who is paired with whom: a policy in two stages, first mentors and second ones."""

from __future__ import annotations

from dataclasses import dataclass
from operator import index

import numpy as np

from mentorship.matching.lottery import Hashes
from mentorship.matching.marks import FULL, Flags, Ints
from mentorship.matching.pairing import Pairing, Progress
from mentorship.matching.policies import POLICIES, Policy
from mentorship.matching.problem import Problem
from mentorship.matching.result import Result
from mentorship.matching.scores.blocks import Offer, blocks
from mentorship.matching.weights import Weigh


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    """One mentor for everybody who looks for one."""

    looking: Flags  # (n,)
    locked: Ints  # (n,) column, -1 for none
    taken: Ints  # (n,) column each IMG must not be given, -1 for none
    seats: Ints  # (m,) those of locked pairs among them


def solve(
    problem: Problem,
    policy: str = "best-total",
    lottery: int = 0,
    progress: Progress | None = None,
) -> Result:
    """Pair IMGs with mentors as well as the policy allows, exactly, with proof.

    First mentors are found first; then, with those held, second mentors for whoever wants two, on
    the seats that are left and never the same mentor. Among answers of equal worth the lottery
    decides: the one with the largest sum of draws; under "stable" draws tell equal scores apart
    instead. People are sorted by id before anything else,
    so the order of rows never changes who is paired with whom.

    Parameters
    ----------
    problem : Problem
        Checked scores, seats, wants and locks.
    policy : str
        A key of ``POLICIES``: "best-total" (the largest sum of scores, and among equal sums more
        pairs), "most-matched" (as many IMGs with a mentor as possible, then the largest sum),
        "fairest" (as many, then the lowest scores as high as possible) or "stable" (no IMG and
        mentor would both rather have each other). Each holds for first mentors, and then for second
        ones on the seats that are left, not for both together.
    lottery : int
        The number that settles ties.
    progress : callable, optional
        Called now and then with (IMGs placed, IMGs in all), from the start again in every step of a
        policy and in the second stage. It may raise to stop; nothing is left half done.

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
    if not isinstance(policy, str) or policy not in POLICIES:
        raise ValueError(f"policy: there is no {policy!r}; choose from {', '.join(POLICIES)}")
    try:
        number = index(lottery)
    except TypeError:
        raise ValueError(f"lottery: want a whole number, not {lottery!r}") from None
    best = POLICIES[policy]
    hashes = Hashes.of(problem.imgs, problem.mentors, number)
    first, second_locks = _first_stage(problem)
    firsts = _pair(problem, first, best, hashes, progress)
    stages = [firsts]
    second = _second_stage(problem, firsts, second_locks)
    if second.looking.any():
        stages.append(_pair(problem, second, best, hashes, progress))

    pairs = np.concatenate([_made(stage.mates) for stage in stages])
    sort = np.lexsort((pairs[:, 1], pairs[:, 0]))
    return Result(
        policy=policy,
        lottery=number,
        pairs=pairs[sort],
        second=sort >= len(_made(firsts.mates)),
        total=sum(int(stage.scores.sum()) for stage in stages),
        unmatched=np.flatnonzero(firsts.mates < 0),
        img_prices=firsts.imgs,
        seat_prices=firsts.seats,
        second_img_prices=stages[-1].imgs if len(stages) > 1 else None,
        second_seat_prices=stages[-1].seats if len(stages) > 1 else None,
    )


def _first_stage(problem: Problem) -> tuple[_Stage, Ints]:
    """Return the stage in which everybody looks, and the (n,) locks of the second.

    Seats that locks hold for second mentors are not on offer.
    """
    n, m = problem.shape
    first, second = _locks(problem)
    stage = _Stage(
        looking=np.ones(n, dtype=np.bool_),
        locked=first,
        taken=np.full(n, -1),
        seats=problem.seats - _load(second, m),
    )
    return stage, second


def _second_stage(problem: Problem, firsts: Pairing, locks: Ints) -> _Stage:
    """Those with a first mentor who want two look for another, on the seats that are left."""
    return _Stage(
        looking=(problem.wants == 2) & (firsts.mates >= 0),
        locked=locks,
        taken=firsts.mates,
        seats=problem.seats - _load(firsts.mates, problem.shape[1]),
    )


def _locks(problem: Problem) -> tuple[Ints, Ints]:
    """Return locked columns for the first and the second stage, -1 for none.

    Of two locks the one with the higher score is the first mentor, then the one whose id is first.
    """
    first, second = np.full((2, problem.shape[0]), -1)
    place = np.argsort(problem.mentors.order)[problem.locked[:, 1]]
    order = np.lexsort((place, -problem.scores_of(problem.locked)))
    for i, j in problem.locked[order].tolist():
        (first if first[i] < 0 else second)[i] = j
    return first, second


def _pair(
    problem: Problem, stage: _Stage, policy: Policy, hashes: Hashes, progress: Progress | None
) -> Pairing:
    """Return the best pairing of a stage, for all n IMGs; who does not look has no mate.

    Two ways of counting people meet here: the round's, rows and columns as given; and the offer's,
    only those who look and mentors with a seat, sorted by id so that the order given decides
    nothing. ``free`` and ``open_`` lead from the offer to the round, ``place`` back.
    """
    n, m = problem.shape
    fixed = stage.looking & (stage.locked >= 0)
    seats = stage.seats - _load(np.where(fixed, stage.locked, -1), m)
    kept = problem.scores_of(_made(np.where(fixed, stage.locked, -1)))
    free = _only(problem.imgs.order, stage.looking & ~fixed)
    open_ = _only(problem.mentors.order, seats > 0)
    place = np.full(m + 1, -1)  # one more, so that -1 stays -1
    place[open_] = np.arange(len(open_))
    offer = Offer(
        all_scores=problem.scores.take(free, open_),
        mentor_scores=problem.mentor_scores.take(free, open_),
        taken=place[stage.taken[free]],
        # More than everybody cannot be taken, and sums must not run over.
        seats=np.minimum(seats[open_], len(free) + 1),
        hashes=hashes.take(free, open_),
        locked=int(kept.min(initial=FULL)),
    )
    found = policy.pair(offer, progress)
    mates, scores = np.where(fixed, stage.locked, -1), np.zeros(n, dtype=np.int64)
    mates[free] = np.append(open_, -1)[found.mates]
    scores[free] = found.scores
    scores[fixed] = kept
    told = policy.told(len(free)) if policy.told else None
    if told is None or found.imgs is None or found.seats is None:
        return Pairing(mates, scores, None, None)
    img_prices, seat_prices = np.zeros(n, np.int64), np.zeros(m, np.int64)
    img_prices[free], seat_prices[open_] = found.imgs, found.seats
    # Mentors without a seat were not on offer, but one more seat there has a price as well.
    closed = np.flatnonzero(seats == 0)
    seat_prices[closed] = _outside(problem, closed, free, stage.taken[free], found.imgs, told)
    img_prices[fixed] = told.of(scores[fixed]) - seat_prices[mates[fixed]]
    return Pairing(mates, scores, *(told.split(prices) for prices in (img_prices, seat_prices)))


def _outside(  # noqa: PLR0913, PLR0917 - a mentor without a seat, and who could have had one
    problem: Problem, closed: Ints, rows: Ints, taken: Ints, prices: Ints, told: Weigh
) -> Ints:
    """Return what one seat would be worth at each mentor who has none to give: (closed,)."""
    worth = np.zeros(len(closed), dtype=np.int64)
    if len(closed) == 0:
        return worth
    scores = problem.scores.take(rows, closed)
    for some in blocks(np.arange(len(rows)), len(closed)):
        block = scores.block(some).astype(np.int64)
        block[taken[some][:, None] == closed] = -1
        left = np.where(block >= 0, told.of(block) - prices[some, None], 0)
        np.maximum(worth, left.max(axis=0), out=worth)
    return worth


def _only(order: Ints, wanted: Flags) -> Ints:
    """Return the places in ``order`` that are wanted."""
    return order[wanted[order]]


def _load(mates: Ints, columns: int) -> Ints:
    """Return how many IMGs hold a seat at each column."""
    return np.bincount(mates[mates >= 0], minlength=columns)


def _made(mates: Ints) -> Ints:
    """Return (p, 2) pairs of row and column."""
    rows = np.flatnonzero(mates >= 0)
    return np.stack([rows, mates[rows]], axis=1)
