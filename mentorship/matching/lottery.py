"""A reproducible draw for every pair, that settles ties between answers of equal worth.

It depends on the two ids and the lottery number alone: not on the order of rows, the machine or
``PYTHONHASHSEED``. Whoever publishes the lottery number lets everybody check the draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentorship.matching.marks import Ints

DRAW_BITS = 12
HIGHEST_DRAW = 2**DRAW_BITS - 1


class Hashes(NamedTuple):
    """What the draws of all pairs are made of: hashes of IMGs, and mixed ones of mentors."""

    imgs: NDArray[np.uint64]
    mentors: NDArray[np.uint64]

    @classmethod
    def of(
        cls, img_ids: Sequence[int | str], mentor_ids: Sequence[int | str], lottery: int
    ) -> Hashes:
        mentors = _mix(_hashed("mentor", mentor_ids, lottery))
        return cls(_hashed("img", img_ids, lottery), mentors)

    def of_rows(self, rows: Ints) -> Hashes:
        """Return the hashes for some of the IMGs."""
        return Hashes(self.imgs[rows], self.mentors)

    def draws(self, rows: Ints | slice = slice(None)) -> Ints:
        """Return the draws of some IMGs with all mentors."""
        mixed = _mix(self.imgs[rows, None] + self.mentors[None, :])
        return (mixed >> np.uint64(64 - DRAW_BITS)).astype(np.int64)


def draws(img_ids: Sequence[int | str], mentor_ids: Sequence[int | str], lottery: int) -> Ints:
    """Return (n, m) int, 0 to ``HIGHEST_DRAW``, evenly spread and unrelated to each other.

    Each id is hashed once with BLAKE2b; pairs are mixed by the finalizer of SplitMix64: G. L.
    Steele, D. Lea, C. H. Flood, Fast splittable pseudorandom number generators, OOPSLA 2014,
    doi:10.1145/2660193.2660195.
    """
    return Hashes.of(img_ids, mentor_ids, lottery).draws()


def by_id(ids: Sequence[int | str]) -> Ints:
    """Return the order of rows that sorts them by id: numbers first, then words."""
    places = sorted(range(len(ids)), key=lambda row: (isinstance(ids[row], str), ids[row]))
    return np.array(places, dtype=np.int64)


def _hashed(side: str, ids: Sequence[int | str], lottery: int) -> NDArray[np.uint64]:
    texts = (f"{lottery}|{side}|{type(each).__name__}|{each}" for each in ids)
    digests = [blake2b(text.encode(), digest_size=8).digest() for text in texts]
    return np.array([int.from_bytes(digest, "big") for digest in digests], dtype=np.uint64)


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mixed = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
