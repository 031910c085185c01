"""Locks: pairs that must be made, refused where they contradict a rule or each other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from mentorship.matching.lottery import Id
from mentorship.matching.scores.blocks import blocks

if TYPE_CHECKING:
    from mentorship.matching.problem import Problem


class ImpossibleRules(ValueError):
    """Rules that contradict each other: no pairing could keep them all.

    Attributes
    ----------
    rule : the rule in the way ("banned", "never", "wants", "seats", "unknown", or a hard rule)
    img, mentor : ids of those concerned; None where it is not about one IMG or one mentor

    """

    def __init__(self, sentence: str, *, rule: str, img: Id | None, mentor: Id | None) -> None:
        super().__init__(sentence)
        self.rule, self.img, self.mentor = rule, img, mentor


def check_known(problem: Problem, wanted: Iterable[tuple[Id, Id]]) -> None:
    """Refuse locks on people who are not in the round."""
    known = {(problem.img_ids[i], problem.mentor_ids[j]) for i, j in problem.locked.tolist()}
    for img, mentor in sorted(set(wanted) - known):
        raise ImpossibleRules(
            f"locked: {img!r} and {mentor!r} are not both in the round",
            rule="unknown",
            img=img,
            mentor=mentor,
        )


def check_locks(problem: Problem) -> None:
    """Refuse locks that contradict a ban, another lock, what an IMG wants or a mentor's seats."""
    n, m = problem.shape
    for some in blocks(problem.locked, m):
        rows, place = np.unique(some[:, 0], return_inverse=True)
        ruled_out = problem.ruled_out(rows)
        for (i, j), at in zip(some.tolist(), place.tolist(), strict=True):
            for rule, out in ruled_out.items():
                if out[at, j]:
                    img, mentor = problem.img_ids[i], problem.mentor_ids[j]
                    message = f"locked: {img!r} and {mentor!r} are forbidden by {rule!r}"
                    raise ImpossibleRules(message, rule=rule, img=img, mentor=mentor)
    for i in np.flatnonzero(np.bincount(problem.locked[:, 0], minlength=n) > problem.wants):
        img = problem.img_ids[i]
        message = f"locked: {img!r} wants {problem.wants[i]} and is locked to more mentors"
        raise ImpossibleRules(message, rule="wants", img=img, mentor=None)
    for j in np.flatnonzero(np.bincount(problem.locked[:, 1], minlength=m) > problem.seats):
        mentor = problem.mentor_ids[j]
        message = f"locked: {mentor!r} has {problem.seats[j]} seats and is locked to more IMGs"
        raise ImpossibleRules(message, rule="seats", img=None, mentor=mentor)
