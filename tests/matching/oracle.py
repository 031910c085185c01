"""What the best pairing is worth, worked out by other means, in plain integers.

Network flows; all ways there are; and IMGs who ask one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import product
from typing import NamedTuple

import networkx as nx
import numpy as np

from mentorship.matching import Problem, Result
from mentorship.matching.lottery import draws

Weigh = Callable[[int], int]
Pairs = set[tuple[int, int]]
Trade = dict[tuple[int, int], int]


class Stage(NamedTuple):
    """Who looks for which mentor: ``made`` holds the pairs of a result, ``locked`` among them."""

    trade: Trade
    looking: list[int]
    seats: list[int]
    locked: Pairs
    made: Pairs


def stages(problem: Problem, result: Result) -> Iterator[Stage]:
    """Yield the stage of first mentors, and that of second ones with those of ``result`` held."""
    n, m = problem.shape
    possible = {
        (i, j): int(problem.table()[i, j])
        for i in range(n)
        for j in range(m)
        if problem.table()[i, j] >= 0
    }
    firsts = {(i, j) for i, j in result.pairs[~result.second].tolist()}
    seconds = {(i, j) for i, j in result.pairs[result.second].tolist()}
    locked = {(i, j) for i, j in problem.locked.tolist()}
    seats = problem.seats.tolist()
    left = _less(seats, locked - firsts)
    yield Stage(possible, list(range(n)), left, locked & firsts, firsts)
    again = [i for i, _ in firsts if problem.wants[i] == 2]
    others = {pair: score for pair, score in possible.items() if pair not in firsts}
    yield Stage(others, again, _less(seats, firsts), locked - firsts, seconds)


def best(problem: Problem, result: Result, policy: str) -> list[tuple[int, int]]:
    """Return (people, points) of the first and of the second stage, each the best there can be."""
    return [
        _stage(each.trade, each.looking, each.seats, each.locked, policy=policy)
        for each in stages(problem, result)
    ]


def fairness(scores: Iterable[int]) -> tuple[object, ...]:
    """Return what "fairest" makes as large as possible, the first things first."""
    found = list(scores)
    bands = tuple(-sum(score // 100 == band for score in found) for band in range(101))
    return len(found), min(found, default=0), bands, sum(found)


def fairest(stage: Stage) -> tuple[object, ...]:
    """Return the fairness of the fairest of all ways to make pairs beside the locked ones."""
    rows = [i for i in stage.looking if i not in {i for i, _ in stage.locked}]
    seats = _less(stage.seats, stage.locked)
    choices = [[-1, *(j for j in range(len(seats)) if (i, j) in stage.trade)] for i in rows]
    kept = [stage.trade[pair] for pair in stage.locked]
    return max(
        fairness([*kept, *(stage.trade[i, j] for i, j in zip(rows, way, strict=True) if j >= 0)])
        for way in product(*choices)
        if all(way.count(j) <= left for j, left in enumerate(seats))
    )


def stable(problem: Problem, stage: Stage, lottery: int) -> Pairs:
    """Let IMGs ask mentors one after the other, as D. Gale and L. S. Shapley wrote in 1962.

    Draws settle ties; rounds in which they are equal as well are not for this.
    """
    drawn = draws(problem.img_ids, problem.mentor_ids, lottery)
    view = problem.mentor_scores.block(np.arange(len(drawn)))
    seats = _less(stage.seats, stage.locked)
    asking = [i for i in stage.looking if i not in {i for i, _ in stage.locked}]
    wish = {
        i: sorted(
            (j for k, j in stage.trade if k == i), key=lambda j: (stage.trade[i, j], drawn[i, j])
        )
        for i in asking
    }
    held: dict[int, list[int]] = {j: [] for j in range(len(seats))}
    while asking:
        i = asking.pop()
        if not wish[i]:
            continue
        j = wish[i].pop()
        held[j].append(i)
        if len(held[j]) > seats[j]:
            least = min(held[j], key=lambda k: (view[k, j], drawn[k, j]))
            held[j].remove(least)
            asking.append(least)
    return {(i, j) for j, who in held.items() for i in who} | stage.locked


def worth(problem: Problem, result: Result) -> list[tuple[int, int]]:
    """Return (people, points) of the first and the second stage of a result."""
    stages = [result.pairs[~result.second], result.pairs[result.second]]
    return [(len(p), int(problem.table()[p[:, 0], p[:, 1]].sum())) for p in stages]


def _less(seats: list[int], pairs: Iterable[tuple[int, int]]) -> list[int]:
    left = list(seats)
    for _, j in pairs:
        left[j] -= 1
    return left


def _stage(
    possible: Trade,
    looking: Iterable[int],
    seats: list[int],
    locked: Pairs,
    *,
    policy: str,
) -> tuple[int, int]:
    rows = set(looking) - {i for i, _ in locked}
    open_seats = _less(seats, locked)
    trade = {pair: score for pair, score in possible.items() if pair[0] in rows}
    big = 10_000 * (len(rows) + 1) + 1
    weigh: Weigh = {
        "best-total": lambda score: score * (len(rows) + 1) + 1,
        "most-matched": lambda score: big + score,
    }[policy]
    chosen = [*_flow(trade, rows, open_seats, weigh), *locked]
    return len(chosen), sum(possible[pair] for pair in chosen)


def _flow(trade: Trade, rows: set[int], seats: list[int], weigh: Weigh) -> Pairs:
    graph = nx.DiGraph()
    graph.add_node("end", demand=len(rows))
    for i in rows:
        graph.add_node(("img", i), demand=-1)
        graph.add_edge(("img", i), "end", capacity=1, weight=0)
    for (i, j), score in trade.items():
        graph.add_edge(("img", i), ("mentor", j), capacity=1, weight=-weigh(score))
    for j in {j for _, j in trade}:
        graph.add_edge(("mentor", j), "end", capacity=seats[j], weight=0)
    _, flow = nx.network_simplex(graph)
    return {(i, j) for i, j in trade if flow["img", i]["mentor", j]}
