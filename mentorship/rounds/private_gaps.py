"""Which of several groups differ by more than chance and mixed-in noise make them differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from statistics import NormalDist

SURE = 0.05  # how often a gap may be spoken of where there is none


@dataclass(frozen=True, slots=True)
class Measured:
    """A mean of a group: the sum, of how many.

    ``noise`` and ``chance`` return variances for the mean that all would have if they fared alike:
    that of this mean by noise, and that of the value of one person by chance.
    """

    sum: float
    count: int
    noise: Callable[[float], float]
    chance: Callable[[float], float]

    @property
    def mean(self) -> float:
        return self.sum / self.count


def clearest(groups: Sequence[Measured]) -> tuple[int, int] | None:
    """Return the places of the two groups that differ most clearly, the better one first.

    None if chance and noise make the widest gap of so many groups as wide in more than a twentieth
    of all cases.
    """
    pairs = list(combinations(range(len(groups)), 2))
    one, other = max(pairs, key=lambda pair: _deviations(groups[pair[0]], groups[pair[1]]))
    enough = NormalDist().inv_cdf(1 - SURE / (2 * len(pairs)))
    if _deviations(groups[one], groups[other]) < enough:
        return None
    return (one, other) if groups[one].mean > groups[other].mean else (other, one)


def _deviations(one: Measured, other: Measured) -> float:
    """Return how many standard deviations two means are apart, if the groups fared alike."""
    mean = (one.sum + other.sum) / (one.count + other.count)
    variance = sum(each.chance(mean) / each.count + each.noise(mean) for each in (one, other))
    return abs(one.mean - other.mean) / sqrt(variance) if variance else 0.0
