"""The least any proof has to do: look at every pair once and hold its score against its prices."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from mentorship.matching import Problem, Result
from mentorship.matching.scores.blocks import each_block


@numba.njit(nogil=True, cache=True)
def _overpriced(block: Any, img_prices: Any, seat_prices: Any) -> int:
    """Count the pairs of a (rows, m) block that are worth more than the prices of both."""
    found = 0
    for i in range(block.shape[0]):
        price = img_prices[i]
        for j in range(block.shape[1]):
            found += block[i, j] > price + seat_prices[j]
    return found


def overpriced(problem: Problem, result: Result) -> int:
    """Count the pairs that are worth more than their prices, on all cores as the engine does."""
    seat_prices, found = result.seat_prices.astype(np.int32), list[int]()

    def count(rows: Any) -> None:
        prices = result.img_prices[rows].astype(np.int32)
        found.append(_overpriced(problem.scores.block(rows), prices, seat_prices))

    each_block(count, np.arange(len(problem.img_ids)), len(seat_prices))
    return sum(found)
