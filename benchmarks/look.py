"""The least any proof has to do: look at every pair once and hold its score against its prices."""

from __future__ import annotations

from typing import Any

import numba


@numba.njit(parallel=True, cache=True)
def overpriced(block: Any, img_prices: Any, seat_prices: Any) -> int:
    """Count the pairs of a (rows, m) block that are worth more than the prices of both."""
    found = 0
    for i in numba.prange(block.shape[0]):
        price = img_prices[i]
        for j in range(block.shape[1]):
            found += block[i, j] > price + seat_prices[j]
    return found
