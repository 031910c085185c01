"""What a policy answers: who takes which seat on offer, and the prices that prove it."""

from __future__ import annotations

from typing import NamedTuple

from mentorship.matching.marks import Ints


class Pairing(NamedTuple):
    """One stage of an answer.

    Attributes
    ----------
    mates : (k,) column of each IMG who looks, -1 for none
    scores : (k,) of those pairs; 0 for none
    imgs, seats : prices (k,) or (k, 2), (m,) or (m, 2); None where the policy has none

    """

    mates: Ints
    scores: Ints
    imgs: Ints | None
    seats: Ints | None
