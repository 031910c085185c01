"""networkx ``network_simplex`` on the possible pairs; seats are capacities, costs are integers."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
from turns import play_matrix


def prepare(scores: Any, seats: Any) -> Any:
    n, m = scores.shape
    row, column = np.nonzero(scores >= 0)
    end = n + m
    graph = nx.DiGraph()
    graph.add_nodes_from(range(n), demand=-1)
    graph.add_node(end, demand=n)
    graph.add_edges_from((n + j, end, {"capacity": int(seats[j])}) for j in range(m))
    graph.add_edges_from((i, end, {"capacity": 1}) for i in range(n))
    graph.add_edges_from(
        (i, n + j, {"capacity": 1, "weight": -score})
        for i, j, score in zip(
            row.tolist(), column.tolist(), scores[row, column].tolist(), strict=True
        )
    )
    return graph, n, end


def solve(model: Any) -> Any:
    graph, n, end = model
    _, flow = nx.network_simplex(graph)
    return [(i, node - n) for i in range(n) for node, one in flow[i].items() if one and node != end]


play_matrix(prepare, solve)
