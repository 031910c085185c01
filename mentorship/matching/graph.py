"""The outcome of a round as a networkx graph: who is paired, at what price, and who was next.

It is for looking at, explaining and exporting; no pairing is decided here.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import networkx as nx
import numpy as np

from mentorship.matching.criteria import CRITERIA
from mentorship.matching.marks import Ints
from mentorship.matching.pairing import Progress
from mentorship.matching.problem import Problem
from mentorship.matching.result import Result
from mentorship.matching.scores.blocks import blocks
from mentorship.matching.scoring import parts_table

Outcome: TypeAlias = "nx.Graph[int]"
_Next: TypeAlias = tuple[int, int, int]  # row, column, score


def outcome(
    problem: Problem,
    result: Result,
    *,
    alternatives: int = 1,
    progress: Progress | None = None,
) -> Outcome:
    """Draw a result, with the next best ``alternatives`` of everybody.

    ``progress`` is called with (IMGs looked at, IMGs in all); it may raise.

    Returns
    -------
    networkx.Graph
        Nodes are integers: IMG ``i`` is ``i``, mentor ``j`` is ``n + j``. Nodes carry ``side``
        ("img" or "mentor"), ``id`` and ``price`` (of IMG or seat; None where the policy has none),
        IMGs also ``wants``, mentors ``seats`` and ``used``. Edges carry ``score`` and ``kind``
        ("first", "second" or "next"); pairs that were made ``locked``, others ``next_for``: the
        nodes for whom it would be the next best.

    """
    n, m = problem.shape
    graph: Outcome = nx.Graph()
    used = np.bincount(result.pairs[:, 1], minlength=m)
    for i, (key, price) in enumerate(
        zip(problem.img_ids, _prices(result.img_prices, n), strict=True)
    ):
        graph.add_node(i, side="img", id=key, price=price, wants=int(problem.wants[i]))
    seat_prices = _prices(result.seat_prices, m)
    for j, (key, price) in enumerate(zip(problem.mentor_ids, seat_prices, strict=True)):
        seats = {"seats": int(problem.seats[j]), "used": int(used[j])}
        graph.add_node(n + j, side="mentor", id=key, price=price, **seats)
    scores = problem.scores_of(result.pairs)
    locked = set(map(tuple, problem.locked.tolist()))
    made = zip(result.pairs.tolist(), scores.tolist(), result.second.tolist(), strict=True)
    for (i, j), score, second in made:
        kind = "second" if second else "first"
        graph.add_edge(i, n + j, score=score, kind=kind, locked=(i, j) in locked)
    for_imgs, for_mentors = _next(problem, result, alternatives, progress)
    for i, j, score in for_imgs:
        _add_next(graph, i, n + j, score, next_for=i)
    for i, j, score in for_mentors:
        _add_next(graph, i, n + j, score, next_for=n + j)
    return graph


def add_parts(graph: Outcome, problem: Problem) -> None:
    """Put ``part_topics`` and so on on all edges, alternatives too: the points of each criterion.

    Sensitive criteria are left out; what is missing up to ``score`` tells their sum. A problem from
    a matrix has no parts.
    """
    if problem.market is None or problem.rules is None:
        return
    n = problem.shape[0]
    edges = [(min(edge), max(edge)) for edge in graph.edges]
    pairs = [(img, mentor - n) for img, mentor in edges]
    table = parts_table(problem.market, problem.rules, pairs, means=problem.means)
    for edge, points in zip(edges, table.tolist(), strict=True):
        for (key, criterion), part in zip(CRITERIA.items(), points, strict=True):
            if not criterion.sensitive:
                graph.edges[edge][f"part_{key}"] = part


def next_best(graph: Outcome, node: int) -> list[tuple[int, int]]:
    """Return (node, score) of the partners a person did not get, best first."""
    found = (
        (-edge["score"], other)
        for other, edge in graph[node].items()
        if node in edge.get("next_for", ())
    )
    return [(other, -score) for score, other in sorted(found)]


def _prices(prices: Ints | None, count: int) -> list[Any]:
    return [None] * count if prices is None else prices.tolist()


def _next(
    problem: Problem, result: Result, count: int, progress: Progress | None
) -> tuple[list[_Next], list[_Next]]:
    """Return (row, column, score) of the best pairs not made of everybody, IMGs and mentors.

    Among equal ones those whose ids come first are taken.
    """
    n, m = problem.shape
    columns = problem.mentors.order[problem.seats[problem.mentors.order] > 0]
    scores = problem.scores.take(problem.imgs.order, columns)
    row_of, column_of = np.argsort(problem.imgs.order), np.full(m, -1)
    column_of[columns] = np.arange(len(columns))
    made_row, made_column = row_of[result.pairs[:, 0]], column_of[result.pairs[:, 1]]
    for_imgs: list[_Next] = []
    best, best_row = np.full((2, min(count, n), len(columns)), -1)
    for rows in blocks(np.arange(n), len(columns)):
        block = scores.block(rows).astype(np.int64)
        here = (made_row >= rows[0]) & (made_row <= rows[-1])
        block[made_row[here] - rows[0], made_column[here]] = -1
        found = _highest(block, count)
        for_imgs += _told(problem.imgs.order[rows], columns, block, found)
        both = np.concatenate([best, block])
        which = np.concatenate([best_row, np.broadcast_to(rows[:, None], block.shape)])
        keep = _highest(both.T, len(best)).T
        best, best_row = (np.take_along_axis(each, keep, axis=0) for each in (both, which))
        if progress is not None:
            progress(int(rows[-1]) + 1, n)
    for_mentors = [
        (int(problem.imgs.order[best_row[rank, j]]), int(columns[j]), int(best[rank, j]))
        for j in range(len(columns))
        for rank in range(len(best))
        if best[rank, j] >= 0
    ]
    return for_imgs, for_mentors


def _highest(scores: Ints, count: int) -> Ints:
    """Return the columns of the highest scores of each row, the first of equal ones."""
    if count == 1 and scores.shape[1]:
        return scores.argmax(axis=1)[:, None]
    return np.argsort(-scores, axis=1, kind="stable")[:, :count]


def _told(rows: Ints, columns: Ints, block: Ints, found: Ints) -> list[_Next]:
    scores = np.take_along_axis(block, found, axis=1)
    return [
        (int(rows[place]), int(columns[found[place, rank]]), int(scores[place, rank]))
        for place, rank in np.argwhere(scores >= 0).tolist()
    ]


def _add_next(graph: Outcome, img: int, mentor: int, score: int, *, next_for: int) -> None:
    if not graph.has_edge(img, mentor):
        graph.add_edge(img, mentor, score=score, kind="next", next_for=())
    graph.edges[img, mentor]["next_for"] += (next_for,)
