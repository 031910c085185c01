"""Whether a round served everybody alike: groups of IMGs side by side, and the mentors' load.

Groups of fewer than five people are never told by themselves, nor may one be worked out from sums:
``to_show`` puts them together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from mentorship.matching.people import Img
from mentorship.matching.problem import Problem
from mentorship.matching.result import Result

FEWEST = 5
NO_ANSWER = "not_answered"
OTHERS = "others"
# what a report may tell groups by; sensitive answers (visa, gender) are not among them
GROUPS: Mapping[str, Callable[[Img], str | None]] = MappingProxyType(
    {
        "stage": lambda img: img.stage,
        "specialty": lambda img: img.specialties[0] if img.specialties else None,
        "state": lambda img: img.state,
        "country": lambda img: img.school_country,
    }
)


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
    problem: Problem,
    result: Result,
    group: Callable[[Img], str | None],
    counted: Collection[str] | None = None,
) -> dict[str | None, Group]:
    """Return groups by answer, None for who did not answer; ``counted``: keys of these IMGs only.

    Raises
    ------
    ValueError
        The problem was made from a matrix: nothing is known of its people.

    """
    if problem.market is None:
        raise ValueError("problem: a matrix says nothing of people")
    answers = {
        place: group(img)
        for place, img in enumerate(problem.market.imgs)
        if counted is None or img.key in counted
    }
    scores: dict[str | None, list[int]] = {answer: [] for answer in answers.values()}
    found = problem.scores_of(result.pairs).tolist()
    for img, score in zip(result.pairs[:, 0].tolist(), found, strict=True):
        if img in answers:
            scores[answers[img]].append(score)
    there = np.unique(result.pairs[:, 0]).tolist()
    matched = Counter(answers[place] for place in there if place in answers)
    return {
        answer: Group(
            imgs=count,
            matched=matched[answer],
            mean=round(sum(scores[answer]) / len(scores[answer])) if scores[answer] else None,
            lowest=min(scores[answer], default=None),
        )
        for answer, count in Counter(answers.values()).items()
    }


def to_show(groups: Mapping[str | None, Group]) -> dict[str, Group]:
    """Return groups that may be told, the largest first.

    Small ones are put together as ``OTHERS``; while that is small too, the next smallest joins, so
    that nothing is left to be worked out from sums. Of fewer than five people nothing is told.
    """
    named = sorted(
        ((key or NO_ANSWER, group) for key, group in groups.items()),
        key=lambda each: (each[1].imgs, each[0]),
    )
    hidden = [group for _, group in named if group.imgs < FEWEST]
    shown = named[len(hidden) :]
    while hidden and shown and sum(group.imgs for group in hidden) < FEWEST:
        hidden.append(shown.pop(0)[1])
    others = _together(hidden)
    return {**dict(reversed(shown)), **({OTHERS: others} if others.imgs >= FEWEST else {})}


def _together(groups: Iterable[Group]) -> Group:
    """Return several groups as one; means count by those who are matched."""
    found = list(groups)
    means = [(group.matched, group.mean) for group in found if group.mean is not None]
    count = sum(matched for matched, _ in means)
    return Group(
        imgs=sum(group.imgs for group in found),
        matched=sum(group.matched for group in found),
        mean=round(sum(matched * mean for matched, mean in means) / count) if count else None,
        lowest=min((group.lowest for group in found if group.lowest is not None), default=None),
    )


def load(problem: Problem, result: Result) -> dict[int, int]:
    """Return how many mentors with a seat got no IMG, one, two, ...: IMGs -> mentors."""
    taken = np.bincount(result.pairs[:, 1], minlength=len(problem.seats))
    return dict(sorted(Counter(taken[problem.seats > 0].tolist()).items()))
