"""Pairs left out are priced, and those that outweigh their prices most are listed."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mentorship.matching.compiled import kernels


@given(st.integers(0, 2**32), st.integers(1, 5), st.integers(1, 12), st.integers(1, 4))
def test_pairs_that_outweigh_their_prices_are_listed_heaviest_first(
    seed: int, n: int, m: int, most: int
) -> None:
    rng = np.random.default_rng(seed)
    block = rng.integers(-1, 30, (n, m)).astype(np.int16)
    u, price, order = rng.integers(0, 9, n), rng.integers(0, 9, m), rng.permutation(m)
    hashes = np.zeros(n, np.uint64), np.zeros(m, np.uint64)
    nothing_listed = np.zeros(n + 1, np.int64), np.zeros(0, np.int32)
    columns, scores = np.zeros((2, n, most), np.int32)
    length, over = np.zeros((2, n), np.int64)
    kernels().pricing.underpriced(
        block, np.arange(n), u, price, order, 1, 0, *hashes, 64, *nothing_listed,
        columns, scores, length, over,
    )  # fmt: skip
    place = np.argsort(order)
    for i in range(n):
        excess = block[i].astype(np.int64) - u[i] - price
        wanted = sorted(excess[(block[i] >= 0) & (excess > 0)].tolist(), reverse=True)[:most]
        listed = place[columns[i, : length[i]]]
        assert excess[listed].tolist() == wanted
        assert scores[i, : length[i]].tolist() == block[i, listed].tolist()
        assert over[i] == max(wanted, default=0)
