"""networkx ``minimum_weight_full_matching`` on a graph with a node for each seat.

It wants everybody matched: each IMG has one more node, worth nothing, that stands for nobody.
Nodes are integers and costs one less than they are, so that none is 0.
"""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
from turns import each_seat, play_matrix


def prepare(scores: Any, seats: Any) -> Any:
    mentor = each_seat(seats)
    n, width = len(scores), len(mentor)
    row, column = np.nonzero(scores[:, mentor] >= 0)
    costs = -(scores[row, mentor[column]] + 1)
    graph = nx.Graph()
    graph.add_nodes_from(range(n))
    graph.add_weighted_edges_from(
        zip(row.tolist(), (n + column).tolist(), costs.tolist(), strict=True)
    )
    graph.add_weighted_edges_from((i, n + width + i, -1) for i in range(n))
    return graph, mentor, n


def solve(model: Any) -> Any:
    graph, mentor, n = model
    found = nx.bipartite.minimum_weight_full_matching(graph, top_nodes=range(n))
    seats = ((i, found[i] - n) for i in range(n))
    return [(i, mentor[seat]) for i, seat in seats if seat < len(mentor)]


play_matrix(prepare, solve)
