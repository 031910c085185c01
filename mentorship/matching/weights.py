"""Scores, pairs and draws in one integer, so that none outweighs the one before."""

from __future__ import annotations

from dataclasses import dataclass

from mentorship.matching.lottery import DRAW_BITS, HIGHEST_DRAW
from mentorship.matching.marks import FULL

NO_DRAW = 64  # a hash shifted by all its bits says nothing


@dataclass(frozen=True, slots=True)
class Weigh:
    """A pair weighs ``step * score + base``, plus its draw unless ``shift`` leaves none of it."""

    step: int
    base: int
    shift: int = NO_DRAW

    @property
    def most_drawn(self) -> int:
        return 0 if self.shift == NO_DRAW else HIGHEST_DRAW


def points_first(rows: int) -> Weigh:
    """Points, then pairs, then draws, for a round of so many IMGs."""
    ties = HIGHEST_DRAW * rows + 1
    return Weigh((rows + 1) * ties, ties, 64 - DRAW_BITS)


def people_first(rows: int) -> Weigh:
    """Pairs, then points, then draws."""
    ties = HIGHEST_DRAW * rows + 1
    return Weigh(ties, (FULL * rows + 1) * ties, 64 - DRAW_BITS)


def points(_: int) -> Weigh:
    """Points alone: what prices are told in."""
    return Weigh(1, 0)


def person(rows: int) -> int:
    """Return the points that stand for one person: more than any difference of prices."""
    return 4 * FULL * (rows + 1)


def people_and_points(rows: int) -> Weigh:
    return Weigh(1, person(rows))
