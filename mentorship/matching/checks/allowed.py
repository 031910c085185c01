"""The first half of verifying: whether a result is whole and keeps every rule of its problem."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mentorship.matching.marks import Ints
from mentorship.matching.problem import Problem
from mentorship.matching.result import Result

BELIEVABLE = 2**40  # no honest price comes near; two dishonest ones must not run over together
# policy -> numbers that make up one price; 0 where a policy is not proved by prices
LEVELS = {"best-total": 1, "most-matched": 2, "fairest": 0, "stable": 0}


def faults_of_form(problem: Problem, result: object) -> Iterator[str]:
    """Yield what makes a result no result, in plain sentences.

    Nothing is known of the result yet, not even that its attributes are of their types.
    """
    n, m = problem.shape
    if not isinstance(result, Result):
        yield f"want a result, not {type(result).__name__}"
        return
    if not isinstance(result.policy, str) or result.policy not in LEVELS:
        yield f"nothing is known of the policy {result.policy!r}"
        return
    pairs = result.pairs
    if not _is_table(pairs, "i") or pairs.ndim != 2 or pairs.shape[1] != 2:
        yield "the pairs are no (p, 2) table of whole numbers"
        return
    if (pairs < 0).any() or (pairs >= (n, m)).any():
        yield "a pair names somebody who is not there"
    if not np.array_equal(pairs, np.unique(pairs, axis=0)):
        yield "the pairs are not sorted, each once"
    if not _is_table(result.second, "b") or result.second.shape != (len(pairs),):
        yield "second mentors are not marked pair by pair"
    if not _is_table(result.unmatched, "i") or result.unmatched.ndim != 1:
        yield "the unmatched are no row of whole numbers"
    total: object = result.total
    if not isinstance(total, (int, np.integer)):
        yield "the total is no whole number"
    yield from _of_prices(problem, result)


def faults_of_means(problem: Problem) -> Iterator[str]:
    """Yield criteria whose mean, which stands in for silence, is not that of the market."""
    means = problem.means or {}
    for key, mean in (problem.recounted_means() or {}).items():
        if means[key] != mean:
            yield f"the mean of {key!r} is {mean}, not {means[key]}"


def _of_prices(problem: Problem, result: Result) -> Iterator[str]:
    n, m = problem.shape
    levels = LEVELS[result.policy]
    prices: dict[str, Ints | None] = {"img": result.img_prices, "seat": result.seat_prices}
    seconds = {"second img": result.second_img_prices, "second seat": result.second_seat_prices}
    if any(given is not None for given in seconds.values()):
        if not (problem.wants == 2).any():
            yield "there are second prices where nobody wants a second mentor"
        prices |= seconds
    for name, given in prices.items():
        rows = n if name.endswith("img") else m
        shape = (rows,) if levels == 1 else (rows, levels)
        if levels == 0:
            if given is not None:
                yield f"there are {name} prices where the policy has none"
            continue
        if given is None or not _is_table(given, "i") or given.shape != shape:
            yield f"the {name} prices are no {shape} table of whole numbers"
        elif (given > BELIEVABLE).any() or (given < -BELIEVABLE).any():
            yield f"the {name} prices are beyond belief"


def _is_table(given: object, kind: str) -> bool:
    return isinstance(given, np.ndarray) and given.dtype.kind == kind


def faults_of_rules(problem: Problem, result: Result, scores: Ints) -> Iterator[str]:
    """Yield rules that a result breaks; ``scores`` are those of its (p,) pairs."""
    n, m = problem.shape
    imgs, mentors = result.pairs.T
    firsts = np.bincount(imgs[~result.second], minlength=n)
    seconds = np.bincount(imgs[result.second], minlength=n)
    if (scores < 0).any():
        yield "a pair must not be made"
    if (firsts > 1).any() or (seconds > firsts).any() or (firsts + seconds > problem.wants).any():
        yield "an IMG has more mentors than wanted, or a second one and no first"
    if (np.bincount(mentors, minlength=m) > problem.seats).any():
        yield "a mentor has more IMGs than seats"
    if (
        LEVELS[result.policy]
        and result.second_img_prices is None
        and ((problem.wants == 2) & (firsts == 1)).any()
    ):
        yield "second mentors have no prices"
    yield from _of_locks(problem, result)
    if result.total != int(scores.sum()):
        yield "the total is not the sum of the scores"
    if not np.array_equal(result.unmatched, np.flatnonzero(firsts + seconds == 0)):
        yield "the unmatched are not those without a mentor"


def _of_locks(problem: Problem, result: Result) -> Iterator[str]:
    locked = {(i, j) for i, j in problem.locked.tolist()}
    firsts = {(i, j) for i, j in result.pairs[~result.second].tolist()}
    seconds = {(i, j) for i, j in result.pairs[result.second].tolist()}
    if not locked <= firsts | seconds:
        yield "a locked pair is not made"
    if {i for i, _ in locked} - {i for i, _ in locked & firsts}:
        yield "an IMG with a lock has somebody else as first mentor"
