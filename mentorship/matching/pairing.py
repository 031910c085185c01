"""What a policy answers: who takes which seat on offer, and the prices that prove it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from mentorship.matching.marks import Ints

Progress: TypeAlias = Callable[[int, int], object]  # (IMGs placed, IMGs in all); may raise to stop


def standing(progress: Progress | None, done: int, of: int) -> Progress | None:
    """Return a progress for a part of some work: it can be stopped, but tells how far the whole is.

    So a long part is not silent, and the figure told does not run back.
    """
    return None if progress is None else lambda _, __: progress(done, of)


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
