"""Chance that falls the same way in every version of Python."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Draws made of ``random()`` alone: the one method whose sequence Python promises to keep."""

    def __init__(self, seed: int) -> None:
        self._next = random.Random(seed).random  # noqa: S311 - a demo, no secret

    def chance(self, probability: float) -> bool:
        return self._next() < probability

    def between(self, low: int, high: int) -> int:
        return low + int(self._next() * (high - low + 1))

    def one(self, items: Sequence[T]) -> T:
        return items[int(self._next() * len(items))]

    def weighted(self, weights: Mapping[T, float]) -> T:
        left = self._next() * sum(weights.values())
        for item, weight in weights.items():
            left -= weight
            if left < 0:
                return item
        return next(reversed(list(weights)))

    def several(self, weights: Mapping[T, float], count: int) -> list[T]:
        """Draw up to ``count`` different items, the heavy ones more likely to come first."""
        rest = {item: weight for item, weight in weights.items() if weight > 0}
        drawn: list[T] = []
        while rest and len(drawn) < count:
            drawn.append(self.weighted(rest))
            del rest[drawn[-1]]
        return drawn

    def sometimes(self, probability: float, items: Sequence[T]) -> list[T]:
        """Keep each item with the same probability."""
        return [item for item in items if self.chance(probability)]
