"""How good pairs are, by one count for everybody: from the pairs and the scores, in blocks.

Nothing a tool says of its own answer is taken over. Numpy only; no code is shared with the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Blocks = Callable[[], Iterable[tuple[slice, NDArray[np.int32]]]]  # rows, and their scores

ABOVE = 20_000  # more than any score
PERSON = 2**40  # what a person counts in a price of (people, points)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What the pairs of one answer are worth.

    Attributes
    ----------
    lowest : the lowest score of a pair; None where there is none
    blocking : IMGs and mentors who would both rather have each other than the worst they have
    faults : pairs that must not be made or are made twice, and people beyond seats or wants
    overpriced : possible pairs worth more than the prices of both, and prices below 0
    gap : by how much all prices exceed what the first mentors' pairs are worth
        With none overpriced and no gap nothing can be worth more. None without prices, both.

    """

    total: int
    matched: int
    lowest: int | None
    blocking: int
    faults: int
    overpriced: int | None
    gap: int | None


@dataclass(frozen=True, slots=True)
class _Stage:
    """First mentors, or second ones."""

    pairs: Ints
    worst_mentor: Ints  # (n,) score an IMG wants to beat
    worst_img: Ints  # (m,) score a mentor wants to beat
    taken: Ints  # pairs out of the question


def judge(  # noqa: PLR0913 - a round, and an answer to it
    blocks: Blocks, seats: Ints, wants: Ints, *, pairs: Any, second: Any, prices: Any = None
) -> Quality:
    """Judge (p, 2) pairs, of which ``second`` are second mentors.

    ``prices`` are those of IMGs and seats for first mentors, in points or (people, points).
    """
    pairs = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    second = np.asarray(second, dtype=np.bool_)
    scores = _scores(blocks, pairs)
    stages = list(_stages(pairs, second, scores, seats, wants))
    blocking, overpriced = 0, 0
    imgs, mentors, person = _levels(prices)
    for rows, block in blocks():
        possible = block >= 0
        for stage in stages:
            would = possible & (block > stage.worst_mentor[rows, None]) & (block > stage.worst_img)
            here = _within(stage.taken, rows)
            would[here[:, 0], here[:, 1]] = False
            blocking += int(would.sum())
        if imgs is not None:
            worth = block.astype(np.int64) + person
            overpriced += int((possible & (worth > imgs[rows, None] + mentors)).sum())
    if imgs is not None:
        overpriced += int((imgs < 0).sum() + (mentors < 0).sum())
        gap = int(imgs.sum() + mentors @ seats - (scores[~second] + person).sum())
    return Quality(
        total=int(scores.sum()),
        matched=len(np.unique(pairs[:, 0])),
        lowest=int(scores.min()) if len(scores) else None,
        blocking=blocking,
        faults=_faults(pairs, scores, seats, wants),
        overpriced=None if imgs is None else overpriced,
        gap=None if imgs is None else gap,
    )


def _scores(blocks: Blocks, pairs: Ints) -> Ints:
    """Return the score of each pair."""
    scores = np.empty(len(pairs), dtype=np.int64)
    for rows, block in blocks():
        here = (pairs[:, 0] >= rows.start) & (pairs[:, 0] < rows.stop)
        scores[here] = block[pairs[here, 0] - rows.start, pairs[here, 1]]
    return scores


def _stages(
    pairs: Ints, second: NDArray[np.bool_], scores: Ints, seats: Ints, wants: Ints
) -> Iterable[_Stage]:
    """Yield who could be better off among first mentors, and among second ones if there are any.

    Seats of second mentors count as free for first ones, for those are found before.
    """
    n, m = len(wants), len(seats)
    left = seats
    for stage in (False, True) if (wants == 2).any() else (False,):
        made, worth = pairs[second == stage], scores[second == stage]
        looking = np.ones(n, dtype=np.bool_)
        if stage:
            looking = (wants == 2) & np.isin(np.arange(n), pairs[~second, 0])
        worst_mentor = np.where(looking, -1, ABOVE)
        worst_mentor[made[:, 0]] = worth
        worst_img = np.full(m, ABOVE)
        np.minimum.at(worst_img, made[:, 1], worth)
        held = np.bincount(made[:, 1], minlength=m)
        worst_img[held < left] = -1
        left = left - held
        yield _Stage(made, worst_mentor, worst_img, pairs if stage else made)


def _within(pairs: Ints, rows: slice) -> Ints:
    """Return the pairs of some rows, counted from the first of them."""
    here = pairs[(pairs[:, 0] >= rows.start) & (pairs[:, 0] < rows.stop)]
    return here - np.array([rows.start, 0])


def _levels(prices: Any) -> tuple[Any, Any, int]:
    """Return prices as one number each, and what a person counts beside points.

    Of (people, points) a person outweighs all points.
    """
    if prices is None or prices[0] is None:
        return None, None, 0
    imgs, mentors = (np.asarray(each, dtype=np.int64) for each in prices)
    if imgs.ndim == 1:
        return imgs, mentors, 0
    one = np.array([PERSON, 1])
    return imgs @ one, mentors @ one, PERSON


def _faults(pairs: Ints, scores: Ints, seats: Ints, wants: Ints) -> int:
    twice = len(pairs) - len(np.unique(pairs, axis=0))
    beyond_wants = np.bincount(pairs[:, 0], minlength=len(wants)) - wants
    beyond_seats = np.bincount(pairs[:, 1], minlength=len(seats)) - seats
    beyond = np.maximum(beyond_wants, 0).sum() + np.maximum(beyond_seats, 0).sum()
    return int((scores < 0).sum() + twice + beyond)
