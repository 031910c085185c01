"""A reproducible draw for every pair, that settles ties between answers of equal worth.

It depends on the two ids and the lottery number alone: not on the order of rows, the machine or
``PYTHONHASHSEED``. Whoever publishes the lottery number lets everybody check the draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mentorship.matching.marks import Ints

Id: TypeAlias = int | str

DRAW_BITS = 11
FINE_BITS = 20  # of a second draw, among answers that the first one leaves equal
HIGHEST_DRAW = 2**DRAW_BITS - 1


class Side(NamedTuple):
    """Everybody on one side of a round: their ids, the order these put them in, and fingerprints.

    ``order`` are the places that sort people by id; ``prints`` are 64 bits of each id.
    """

    ids: tuple[Id, ...]
    order: Ints
    prints: NDArray[np.uint64]

    @classmethod
    def of(cls, ids: Sequence[Id]) -> Side:
        """Sort ids and hash each once with BLAKE2b."""
        texts = (f"{type(each).__name__}|{each}".encode() for each in ids)
        digests = b"".join(blake2b(text, digest_size=8).digest() for text in texts)
        return cls(tuple(ids), by_id(ids), np.frombuffer(digests, dtype=">u8").astype(np.uint64))


class Hashes(NamedTuple):
    """What the draws of all pairs are made of: hashes of IMGs, and mixed ones of mentors."""

    imgs: NDArray[np.uint64]
    mentors: NDArray[np.uint64]

    @classmethod
    def of(cls, imgs: Side, mentors: Side, lottery: int) -> Hashes:
        """Hash a lottery number into both sides."""
        first, second = (
            np.frombuffer(blake2b(f"{lottery}|{side}".encode(), digest_size=8).digest(), ">u8")
            for side in ("img", "mentor")
        )
        return cls(
            _mix(imgs.prints + first.astype(np.uint64)),
            _mix(mentors.prints + second.astype(np.uint64)),
        )

    def take(self, rows: Ints, columns: Ints) -> Hashes:
        """Return the hashes of some of the people."""
        return Hashes(self.imgs[rows], self.mentors[columns])


def draws(img_ids: Sequence[Id], mentor_ids: Sequence[Id], lottery: int) -> Ints:
    """Return (n, m) int, 0 to ``HIGHEST_DRAW``, evenly spread and unrelated to each other.

    Hashes of an IMG and a mentor are mixed by the finalizer of SplitMix64: G. L. Steele, D. Lea,
    C. H. Flood, Fast splittable pseudorandom number generators, OOPSLA 2014,
    doi:10.1145/2660193.2660195.
    """
    hashes = Hashes.of(Side.of(img_ids), Side.of(mentor_ids), lottery)
    mixed = _mix(hashes.imgs[:, None] + hashes.mentors[None, :])
    return (mixed >> np.uint64(64 - DRAW_BITS)).astype(np.int64)


def by_id(ids: Sequence[Id]) -> Ints:
    """Return the order of rows that sorts them by id: numbers first, then words."""
    places = sorted(range(len(ids)), key=lambda row: (isinstance(ids[row], str), ids[row]))
    return np.array(places, dtype=np.int64)


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mixed = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
