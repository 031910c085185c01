"""The outcome of a round as a networkx graph: who is paired, at what price, and who was next.

It is for looking at, explaining and exporting; no pairing is decided here.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import networkx as nx
import numpy as np

from mentorship.matching.lottery import by_id
from mentorship.matching.marks import Flags, Ints
from mentorship.matching.problem import Problem
from mentorship.matching.result import Result

Outcome: TypeAlias = "nx.Graph[int]"


def outcome(problem: Problem, result: Result, *, alternatives: int = 1) -> Outcome:
    """Draw a result, with the next best ``alternatives`` of everybody.

    Returns
    -------
    networkx.Graph
        Nodes are integers: IMG ``i`` is ``i``, mentor ``j`` is ``n + j``. Nodes carry ``side``
        ("img" or "mentor"), ``id`` and ``price`` (of IMG or seat; None where the policy has none),
        mentors also ``seats`` and ``used``. Edges carry ``score``, ``kind`` ("first", "second" or
        "next") and, where the pair was not made, ``next_for``: the nodes for whom it would be the
        next best.

    """
    n, m = problem.scores.shape
    graph: Outcome = nx.Graph()
    used = np.bincount(result.pairs[:, 1], minlength=m)
    for i, (key, price) in enumerate(
        zip(problem.img_ids, _told(result.img_prices, n), strict=True)
    ):
        graph.add_node(i, side="img", id=key, price=price)
    seat_prices = _told(result.seat_prices, m)
    for j, (key, price) in enumerate(zip(problem.mentor_ids, seat_prices, strict=True)):
        seats = {"seats": int(problem.seats[j]), "used": int(used[j])}
        graph.add_node(n + j, side="mentor", id=key, price=price, **seats)
    for (i, j), second in zip(result.pairs.tolist(), result.second.tolist(), strict=True):
        kind = "second" if second else "first"
        graph.add_edge(i, n + j, score=int(problem.scores[i, j]), kind=kind)
    made = np.zeros((n, m), dtype=np.bool_)
    made[tuple(result.pairs.T)] = True
    others = np.where(made | (problem.seats == 0), -1, problem.scores)
    for i, j in _best(others, by_id(problem.mentor_ids), alternatives):
        _add_next(graph, i, n + j, int(others[i, j]), next_for=i)
    for j, i in _best(others.T, by_id(problem.img_ids), alternatives):
        _add_next(graph, i, n + j, int(others[i, j]), next_for=n + j)
    return graph


def next_best(graph: Outcome, node: int) -> list[tuple[int, int]]:
    """Return (node, score) of the partners a person did not get, best first."""
    found = (
        (-edge["score"], other)
        for other, edge in graph[node].items()
        if node in edge.get("next_for", ())
    )
    return [(other, -score) for score, other in sorted(found)]


def _told(prices: Ints | None, count: int) -> list[Any]:
    return [None] * count if prices is None else prices.tolist()


def _best(scores: Ints, columns: Ints, count: int) -> list[tuple[int, int]]:
    """Return (row, column) of the ``count`` best possible columns of each row.

    Among equal ones those that come first in ``columns`` are taken.
    """
    order = columns[np.argsort(-scores[:, columns], axis=1, kind="stable")[:, :count]]
    possible: Flags = np.take_along_axis(scores, order, axis=1) >= 0
    return [(int(row), int(order[row, rank])) for row, rank in np.argwhere(possible)]


def _add_next(graph: Outcome, img: int, mentor: int, score: int, *, next_for: int) -> None:
    if not graph.has_edge(img, mentor):
        graph.add_edge(img, mentor, score=score, kind="next", next_for=())
    graph.edges[img, mentor]["next_for"] += (next_for,)
