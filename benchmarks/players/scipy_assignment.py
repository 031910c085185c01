"""scipy's ``linear_sum_assignment`` on a dense matrix with a column for each seat.

It is given 0 for pairs that must not be made, and such pairs are dropped afterwards.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment
from turns import each_seat, play_matrix


def prepare(scores: Any, seats: Any) -> Any:
    mentor = each_seat(seats)
    return scores, mentor, np.maximum(scores, 0)[:, mentor]


def solve(model: Any) -> Any:
    scores, mentor, table = model
    rows, columns = linear_sum_assignment(table, maximize=True)
    pairs = np.column_stack([rows, mentor[columns]])
    return pairs[scores[pairs[:, 0], pairs[:, 1]] >= 0]


play_matrix(prepare, solve)
