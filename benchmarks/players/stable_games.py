"""The ``matching`` library's ``HospitalResident`` or ``StudentAllocation``, named after the file.

Everybody ranks all possible partners by score, equal scores by number; who has none, and mentors
without a seat, are left out, as the library asks. For ``StudentAllocation`` each mentor is the
supervisor of one project with all seats. To prepare is to make the game, which checks itself and
copies all players by a recursion that Python's usual limit is too low for: it is raised here.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from matching.games import HospitalResident, StudentAllocation
from turns import play_matrix

sys.setrecursionlimit(100_000_000)


def ranked(scores: Any) -> dict[int, list[int]]:
    """Return row -> possible columns, best first."""
    order = np.argsort(-scores, axis=1, kind="stable").tolist()
    many = (scores >= 0).sum(axis=1).tolist()
    return {row: best[:count] for row, (best, count) in enumerate(zip(order, many, strict=True))}


def prepare(scores: Any, seats: Any) -> Any:
    open_ = np.where(seats > 0, scores, -1)
    imgs = {i: best for i, best in ranked(open_).items() if best}
    mentors = {j: best for j, best in ranked(open_.T).items() if best}
    room = {j: int(seats[j]) for j in mentors}
    if sys.argv[2] == "hospital-resident":
        return HospitalResident.create_from_dictionaries(imgs, mentors, room)
    return StudentAllocation.create_from_dictionaries(
        imgs, mentors, {j: j for j in mentors}, room, room
    )


def solve(game: Any) -> Any:
    return [(img.name, mentor.name) for mentor, imgs in game.solve().items() for img in imgs]


play_matrix(prepare, solve)
