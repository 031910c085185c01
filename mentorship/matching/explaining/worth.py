"""What one more seat would be worth, by the kind of mentor it is with: whom to look for next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from mentorship.matching.market import Market
from mentorship.matching.marks import Ints
from mentorship.matching.people import Mentor
from mentorship.matching.problem import Problem
from mentorship.matching.result import Result

Group: TypeAlias = Callable[[Mentor], Iterable[str]]

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "specialty": lambda mentor: mentor.specialties,
        "topic": lambda mentor: mentor.topics,
        "state": lambda mentor: () if mentor.state is None else (mentor.state,),
        "visa": lambda mentor: mentor.visas,
    }
)
# Visa paths are told in confidence: a group of few would give somebody away.
FEWEST: Mapping[str, int] = MappingProxyType({"visa": 5})


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What one more seat adds at the mentors of a group.

    Attributes
    ----------
    mentors, seats : how many they are, and their seats in the round
    best, mean : of the prices of their seats
        Points, or (people, points) for "most-matched"; the mean of each by itself, to 2 places.

    """

    mentors: int
    seats: int
    best: int | tuple[int, int]
    mean: float | tuple[float, float]


def worth_by_group(problem: Problem, result: Result, group: Group) -> dict[str, Worth]:
    """Return group -> what one more seat with one of its mentors would add, groups sorted.

    A mentor may be of several groups, or of none.

    Raises
    ------
    ValueError
        The policy has no prices, or the problem comes from a matrix and knows no mentors.

    """
    if problem.market is None:
        raise ValueError("problem: made from a matrix, so nothing is known of its mentors")
    if result.seat_prices is None:
        raise ValueError(f"result: {result.policy!r} has no prices")
    return {
        name: _worth(problem.seats[columns], result.seat_prices[columns])
        for name, columns in members(problem.market, group).items()
    }


def members(market: Market, group: Group) -> dict[str, list[int]]:
    """Return group -> columns of its mentors, groups sorted."""
    found: dict[str, list[int]] = {}
    for column, mentor in enumerate(market.mentors):
        for name in set(group(mentor)):
            found.setdefault(name, []).append(column)
    return dict(sorted(found.items()))


def worth_to_show(problem: Problem, result: Result) -> dict[str, dict[str, Worth]]:
    """Return kind of group -> group -> worth, without groups too small to be shown."""
    return {
        kind: {
            name: worth
            for name, worth in worth_by_group(problem, result, group).items()
            if worth.mentors >= FEWEST.get(kind, 1)
        }
        for kind, group in GROUPS.items()
    }


def _worth(seats: Ints, prices: Ints) -> Worth:
    mean = np.round(prices.mean(axis=0), 2).tolist()
    best = max(prices.tolist())  # of (people, points) people count first
    return Worth(
        mentors=len(seats),
        seats=int(seats.sum()),
        best=best if prices.ndim == 1 else (best[0], best[1]),
        mean=mean if prices.ndim == 1 else (mean[0], mean[1]),
    )
