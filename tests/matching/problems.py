"""Small problems of every kind, for Hypothesis: shortage, plenty, ties, locks, bans, nobody."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from mentorship.matching import Problem

POLICIES = ("best-total", "most-matched", "fairest", "stable")
PRICED = POLICIES[:2]
SCORES = (
    st.integers(-1, 10_000),
    st.sampled_from([-1, 0, 1, 2]),
    st.sampled_from([-1, 5_000]),
    st.just(10_000),
    st.just(-1),
)


@st.composite
def arguments(
    draw: st.DrawFn, *, locks: bool = True, twice: bool = True, most: int = 6
) -> dict[str, Any]:
    """Return arguments of ``Problem.from_scores`` that contradict nothing."""
    n, m = draw(st.integers(0, most)), draw(st.integers(0, 4))
    score = draw(st.sampled_from(SCORES))
    rows = draw(st.lists(st.lists(score, min_size=m, max_size=m), min_size=n, max_size=n))
    scores = np.array(rows, dtype=np.int64).reshape(n, m)
    seats = draw(st.lists(st.integers(0, 3), min_size=m, max_size=m))
    wants = draw(st.lists(st.integers(1, 2 if twice else 1), min_size=n, max_size=n))
    cells = [(i, j) for i in range(n) for j in range(m)]
    banned = draw(st.lists(st.sampled_from(cells), max_size=3)) if cells else []
    given = {"scores": scores, "seats": seats, "wants": wants, "banned": banned}
    possible = [(i, j) for i, j in cells if scores[i, j] >= 0 and (i, j) not in banned]
    wished = draw(st.lists(st.sampled_from(possible), max_size=3)) if locks and possible else []
    return {**given, "locked": _consistent(wished, seats, wants)}


def _consistent(
    wished: list[tuple[int, int]], seats: list[int], wants: list[int]
) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for i, j in dict.fromkeys(wished):
        of_img = sum(1 for k, _ in kept if k == i)
        of_mentor = sum(1 for _, k in kept if k == j)
        if of_img < wants[i] and of_mentor < seats[j]:
            kept.append((i, j))
    return kept


def problems(
    *, locks: bool = True, twice: bool = True, most: int = 6
) -> st.SearchStrategy[Problem]:
    given = arguments(locks=locks, twice=twice, most=most)
    return given.map(lambda arguments: Problem.from_scores(**arguments))


policies = st.sampled_from(POLICIES)
priced = st.sampled_from(PRICED)
lotteries = st.integers(0, 2**40)
