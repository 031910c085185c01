"""Who competes with whom for seats: where everybody who holds one could move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mentorship.matching.marks import Flags, Ints
from mentorship.matching.pairing import Progress
from mentorship.matching.problem import Problem
from mentorship.matching.result import Result

Bits: TypeAlias = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Rivals:
    """Who can be moved where: the first mentors' market without what locks hold.

    Sets of mentors are bits, so that all of them fit: (m, m / 8) bytes.
    """

    mates: Ints  # (n,) column of those who can be moved, -1 for others
    seats: Ints  # (m,) that locks do not hold
    free: Ints  # (m,) of those, free
    waiting: tuple[int, ...]  # (u,) unmatched
    wanted: Bits  # (u, m / 8) mentors possible for each of them
    onward: Bits  # (m, m / 8) mentors to whom the holders of a seat could move

    @classmethod
    def of(cls, problem: Problem, result: Result, progress: Progress | None = None) -> Rivals:
        n, m = problem.shape
        firsts = result.pairs[~result.second]
        loose = firsts[~np.isin(firsts[:, 0], problem.locked[:, 0])]
        mates = np.full(n, -1, dtype=np.int64)
        mates[loose[:, 0]] = loose[:, 1]
        seats = problem.seats - np.bincount(problem.locked[:, 1], minlength=m)
        waiting = np.zeros(n, dtype=np.bool_)
        waiting[result.unmatched] = True
        wanted, onward = [np.zeros((0, -(-m // 8)), np.uint8)], np.zeros((m, -(-m // 8)), np.uint8)
        for rows in problem.blocks(progress):
            flags = (problem.scores.block(rows) >= 0) & (problem.seats > 0)
            bits = np.packbits(flags, axis=1)
            wanted.append(bits[waiting[rows]])
            moving = mates[rows] >= 0
            np.bitwise_or.at(onward, mates[rows[moving]], bits[moving])
        return cls(
            mates=mates,
            seats=seats,
            free=seats - np.bincount(loose[:, 1], minlength=m),
            waiting=tuple(result.unmatched.tolist()),
            wanted=np.concatenate(wanted),
            onward=onward,
        )

    def reached(self, place: int) -> Bits | None:
        """Return the mentors whose seats become free by moves, for one of those ``waiting``.

        Everybody who holds a seat this IMG could take could only move to a seat among them. None
        if somebody could move to a free seat: then seats are not what is lacking.
        """
        mentors = self.wanted[place]
        fresh = mentors
        while fresh.any():
            columns = self._columns(fresh)
            if (self.free[columns] > 0).any():
                return None
            reached = np.bitwise_or.reduce(self.onward[columns], axis=0)
            fresh = reached & ~mentors
            mentors = mentors | reached
        return mentors

    def group(self, mentors: Bits) -> tuple[Flags, Flags]:
        """Return IMGs (n,) and mentors (m,) of the group that competes for these mentors only."""
        flags = self._columns(mentors)
        imgs = (self.mates >= 0) & flags[self.mates]
        lost = ~(self.wanted & ~mentors).any(axis=1) & self.wanted.any(axis=1)
        imgs[np.array(self.waiting)[lost]] = True
        return imgs, flags

    def _columns(self, bits: Bits) -> Flags:
        return np.unpackbits(bits, count=len(self.seats)).astype(np.bool_)
