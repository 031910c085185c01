"""How far it may be told who of a group has somebody, so that no number from one to four is told.

This is for groups by what leaders are not shown of anybody (``SECRET``). They know by name who has
a mentor; of few people that would tell who is in the group. Stage, career level or history they
read beside each name, so there is nothing to keep back but groups of fewer than five.

A group of five people or more is told. But where fewer than five of it have a mentor, or have none,
only that is said: "fewer than 5", nought or not. Where the sum of a table, which is known, would
give such a number away, the next smallest group says nothing either.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence

from mentorship.matching.fairness import FEWEST

FEW = FEWEST - 1
SECRET = frozenset({"region", "country"})  # kinds of group; visa and gender have noise
UNTOLD = (
    "In too few groups it can be told how many have somebody, without naming a number from one to"
    " four; so there is nothing to compare."
)


class Split(enum.Enum):
    """What is told of those who have somebody and those who have not."""

    EXACT = "exact"
    FEW_WITHOUT = "few without"
    FEW_WITH = "few with"
    HIDDEN = "hidden"


def splits(kind: str, groups: Sequence[tuple[int, int]]) -> Sequence[Split]:
    """Return what may be told of each group (people, of them with somebody) of one table."""
    if kind not in SECRET:
        return [Split.EXACT] * len(groups)
    found = [_alone(people, having) for people, having in groups]
    by_size = sorted(range(len(groups)), key=lambda place: groups[place][0])
    while given_away(groups, found):
        exact = [place for place in by_size if found[place] is Split.EXACT]
        if not exact:
            return [Split.HIDDEN] * len(groups)
        found[exact[0]] = Split.HIDDEN
    return found


def _alone(people: int, having: int) -> Split:
    if people < 2 * FEWEST:
        return Split.HIDDEN  # one of the two is few, whichever
    if people - having <= FEW:
        return Split.FEW_WITHOUT
    return Split.FEW_WITH if having <= FEW else Split.EXACT


def given_away(groups: Sequence[tuple[int, int]], told: Sequence[Split]) -> bool:
    """Tell whether the sum of a table leaves one number only for a group of which one is few."""
    hidden = [place for place, split in enumerate(told) if split is not Split.EXACT]
    left = sum(groups[place][1] for place in hidden)
    bounds = {place: bounds_of(groups[place][0], told[place]) for place in hidden}
    lowest, highest = (sum(each[end] for each in bounds.values()) for end in (0, 1))
    for place, (low, high) in bounds.items():
        people, having = groups[place]
        least = max(low, left - (highest - high))
        most = min(high, left - (lowest - low))
        if least == most and 0 < min(having, people - having) < FEWEST:
            return True
    return False


def bounds_of(people: int, split: Split) -> tuple[int, int]:
    """Return how few and how many may have somebody, as far as a reader knows."""
    if split is Split.FEW_WITHOUT:
        return people - FEW, people
    if split is Split.FEW_WITH:
        return 0, FEW
    # one that is told nothing of although neither number is few has five or more of both
    return (0, people) if people < 2 * FEWEST else (FEWEST, people - FEWEST)


def having_words(people: int, having: int, split: Split) -> str:
    """Return how many have somebody, as a cell of a table tells it."""
    match split:
        case Split.EXACT:
            return f"{having}"
        case Split.FEW_WITHOUT:
            return f"{people - FEW} or more"
        case Split.FEW_WITH:
            return f"fewer than {FEWEST}"
    return "not told"
