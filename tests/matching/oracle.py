"""What the best pairing is worth, worked out by other means: network flows in plain integers."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import networkx as nx

from mentorship.matching import Problem, Result

Weigh = Callable[[int], int]
Pairs = set[tuple[int, int]]


def best(problem: Problem, result: Result, policy: str) -> list[tuple[int, int]]:
    """Return (people, points) of the first and of the second stage, each the best there can be.

    The second stage is what is best with the first mentors of ``result`` held.
    """
    n, m = problem.shape
    possible = {
        (i, j): int(problem.table()[i, j])
        for i in range(n)
        for j in range(m)
        if problem.table()[i, j] >= 0
    }
    firsts = {(i, j) for i, j in result.pairs[~result.second].tolist()}
    locked = {(i, j) for i, j in problem.locked.tolist()}
    seats = problem.seats.tolist()
    one = _stage(possible, range(n), _less(seats, locked - firsts), locked & firsts, policy=policy)
    again = [i for i, _ in firsts if problem.wants[i] == 2]
    others = {pair: score for pair, score in possible.items() if pair not in firsts}
    two = _stage(others, again, _less(seats, firsts), locked - firsts, policy=policy)
    return [one, two]


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
    possible: dict[tuple[int, int], int],
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


def _flow(
    trade: dict[tuple[int, int], int], rows: set[int], seats: list[int], weigh: Weigh
) -> Pairs:
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
