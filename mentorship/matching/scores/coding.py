"""Words as numbers: a word's code is its place among all that occur, sorted; -1 is not answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from scipy.sparse import csr_array

from mentorship.matching.marks import Flags, Ints


class Words:
    """The words of one list that occur in a market, sorted; a word's place is its code."""

    def __init__(self, words: Iterable[str | None]) -> None:
        self.words = tuple(sorted({word for word in words if word is not None}))
        self._code = {word: code for code, word in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.words)

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def codes(self, words: Iterable[str | None]) -> Ints:
        """Return the code of each word; -1 for ``None`` and for a word that nobody listed."""
        return np.array([self._code.get(word or "", -1) for word in words], dtype=np.int64)

    def ranked(self, lists: Sequence[Sequence[str]], length: int) -> Ints:
        """Return (rows, length) codes in rank order, -1 where a list is shorter."""
        codes = np.full((len(lists), length), -1, dtype=np.int64)
        for row, words in enumerate(lists):
            for rank, word in enumerate(words[:length]):
                codes[row, rank] = self._code.get(word, -1)
        return codes

    def hot(self, lists: Sequence[Iterable[str]]) -> Flags:
        """Return (rows, words) bool: which words each list holds."""
        flags = np.zeros((len(lists), len(self.words)), dtype=np.bool_)
        code, width = self._code, len(self.words)
        held = [row * width + code[word] for row, words in enumerate(lists) for word in words]
        flags.reshape(-1)[ints_of(held)] = True
        return flags


def ints_of(values: Iterable[int]) -> Ints:
    told = list(values)
    try:
        return np.array(told, dtype=np.int64)
    except OverflowError:
        raise ValueError(f"{max(told, key=abs)} is beyond 64 bits") from None


def flags_of(rows: Sequence[Sequence[bool]], width: int) -> Flags:
    return np.array(rows, dtype=np.bool_).reshape(len(rows), width)


def sparse_of(columns: Sequence[Ints], values: Sequence[Sequence[int]], width: int) -> csr_array:
    """Return (rows, width) int64 with these values in these columns, which come sorted."""
    start = np.cumsum([0, *map(len, columns)], dtype=np.int64)
    items = np.concatenate([np.zeros(0, dtype=np.int64), *columns])
    known = ints_of(value for row in values for value in row)
    return csr_array((known, items, start), shape=(len(columns), width))
