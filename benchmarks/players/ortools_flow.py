"""OR-tools ``SimpleMinCostFlow`` on the possible pairs; seats are capacities.

An IMG sends one unit through a mentor, or to the end for nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow
from turns import play_matrix


def prepare(scores: Any, seats: Any) -> Any:
    n, m = scores.shape
    row, column = np.nonzero(scores >= 0)
    imgs, mentors, end = np.arange(n), np.arange(n, n + m), n + m
    flow = SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([row, imgs, mentors]).astype(np.int32),
        np.concatenate([column + n, np.full(n + m, end)]).astype(np.int32),
        np.concatenate([np.ones(len(row) + n, np.int64), seats]),
        np.concatenate([-scores[row, column].astype(np.int64), np.zeros(n + m, np.int64)]),
    )
    supply = np.concatenate([np.ones(n, np.int64), np.zeros(m, np.int64), [-n]])
    flow.set_nodes_supplies(np.arange(n + m + 1).astype(np.int32), supply)
    return flow, arcs[: len(row)], row, column


def solve(model: Any) -> Any:
    flow, arcs, row, column = model
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"status {status}")
    used = flow.flows(arcs) > 0
    return np.column_stack([row[used], column[used]])


play_matrix(prepare, solve)
