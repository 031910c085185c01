"""scipy's ``min_weight_full_bipartite_matching`` on the possible pairs, a column for each seat.

It wants everybody matched: each IMG has one more column, worth nothing, that stands for nobody. All
weights are one more than they are, for zeros would count as no edge.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching
from turns import each_seat, play_matrix


def prepare(scores: Any, seats: Any) -> Any:
    mentor = each_seat(seats)
    n, width = len(scores), len(mentor)
    row, column = np.nonzero(scores[:, mentor] >= 0)
    nobody = np.arange(n)
    weight = np.concatenate([scores[row, mentor[column]] + 1, np.ones(n)])
    where = (np.concatenate([row, nobody]), np.concatenate([column, width + nobody]))
    return mentor, csr_array((weight, where), shape=(n, width + n))


def solve(model: Any) -> Any:
    mentor, table = model
    rows, columns = min_weight_full_bipartite_matching(table, maximize=True)
    made = columns < len(mentor)
    return np.column_stack([rows[made], mentor[columns[made]]])


play_matrix(prepare, solve)
