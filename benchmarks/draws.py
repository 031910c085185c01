"""Answers for many made-up people at once, the first of each list far more often than the last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mentorship import vocabulary
from mentorship.matching import Span

SILENT = 0.05  # share of people who leave a question out

Objects: TypeAlias = NDArray[np.object_]


class Draw:
    """Answers for many people at once."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def happens(self, share: float, n: int) -> NDArray[np.bool_]:
        return self.rng.random(n) < share

    def one(self, words: Sequence[Any], n: int, silent: float = SILENT) -> Objects:
        """Draw one word each, the first most often; None for who leaves it out."""
        found = objects(words)[self._codes(len(words), n)]
        found[self.happens(silent, n)] = None
        return found

    def some(
        self, words: Sequence[Any], n: int, count: tuple[int, int], silent: float = SILENT
    ) -> list[Any]:
        """Draw from the least to the most different words each, the first most often."""
        least, most = count
        often = (1 / np.arange(1, len(words) + 1)).astype(np.float32)
        when = self.rng.standard_exponential((n, len(words)), dtype=np.float32) / often
        first = np.argpartition(when, min(most, len(words) - 1), axis=1)[:, :most]
        order = np.argsort(np.take_along_axis(when, first, axis=1), axis=1)
        chosen = objects(words)[np.take_along_axis(first, order, axis=1)].tolist()
        length = self.rng.integers(least, most + 1, n)
        length[self.happens(silent, n)] = 0
        return [tuple(row[:k]) for row, k in zip(chosen, length.tolist(), strict=True)]

    def weeks(self, n: int) -> list[tuple[Span, ...]]:
        """Draw weekly free time: some evenings, and a stretch of most days of the weekend."""
        shape = (n, 7)
        weekend = np.arange(7) >= 5
        free = self.rng.random(shape) < np.where(weekend, 0.7, 0.5)
        start = np.where(weekend, self._between(16, 33, shape), self._between(32, 41, shape))
        length = np.where(weekend, self._between(4, 11, shape), self._between(2, 9, shape))
        end = np.minimum(start + length, 48)
        stretches = np.where(free, _SPANS[np.arange(7), start, end], None).tolist()
        silent = self.happens(SILENT, n).tolist()
        return [
            () if left_out else tuple(filter(None, week))
            for week, left_out in zip(stretches, silent, strict=True)
        ]

    def _between(self, low: int, high: int, shape: tuple[int, int]) -> NDArray[np.int64]:
        return self.rng.integers(low, high, shape)

    def _codes(self, k: int, n: int) -> NDArray[np.int64]:
        often = 1 / np.arange(1, k + 1)
        return np.searchsorted(np.cumsum(often / often.sum()), self.rng.random(n)).clip(max=k - 1)


def objects(words: Sequence[Any]) -> Objects:
    """Return words, or tuples of them, as one row."""
    row = np.empty(len(words), dtype=np.object_)
    row[:] = words
    return row


def _every_span() -> Objects:
    """Return [day, start, end] in half hours: the same few spans are everybody's."""
    spans = np.full((7, 49, 49), None, dtype=np.object_)
    for day in range(7):
        for start in range(16, 48):
            for end in range(start + 1, 49):
                spans[day, start, end] = Span(day, 30 * start, 30 * end)
    return spans


_SPANS = _every_span()


def words_of(name: str) -> tuple[str, ...]:
    return tuple(word for word in vocabulary.LISTS[name] if vocabulary.answer(word))
