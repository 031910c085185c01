"""Whether a round served everybody alike: groups of IMGs side by side, and the mentors' load."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mentorship.matching.people import Img
from mentorship.matching.problem import Problem
from mentorship.matching.result import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """IMGs who gave one answer: how many there are, are matched, and how well they fared.

    ``mean`` (to the nearest point) and ``lowest`` are of their pairs; None where there is none.
    """

    imgs: int
    matched: int
    mean: int | None
    lowest: int | None


def by_group(
    problem: Problem, result: Result, group: Callable[[Img], str | None]
) -> dict[str | None, Group]:
    """Return groups by answer, None for who did not answer.

    Raises
    ------
    ValueError
        The problem was made from a matrix: nothing is known of its people.

    """
    if problem.market is None:
        raise ValueError("problem: a matrix says nothing of people")
    answers = [group(img) for img in problem.market.imgs]
    scores: dict[str | None, list[int]] = {answer: [] for answer in answers}
    found = problem.scores_of(result.pairs).tolist()
    for img, score in zip(result.pairs[:, 0].tolist(), found, strict=True):
        scores[answers[img]].append(score)
    matched = Counter(answers[i] for i in np.unique(result.pairs[:, 0]).tolist())
    return {
        answer: Group(
            imgs=count,
            matched=matched[answer],
            mean=round(sum(scores[answer]) / len(scores[answer])) if scores[answer] else None,
            lowest=min(scores[answer], default=None),
        )
        for answer, count in Counter(answers).items()
    }


def load(problem: Problem, result: Result) -> dict[int, int]:
    """Return how many mentors with a seat got no IMG, one, two, ...: IMGs -> mentors."""
    taken = np.bincount(result.pairs[:, 1], minlength=len(problem.seats))
    return dict(sorted(Counter(taken[problem.seats > 0].tolist()).items()))
