"""Whole rounds beside scipy on a ready score matrix: ``python benchmarks/rounds.py 1000x400``.

Sizes may be given (``1000x400``). Ours starts from profiles as arrays and ends with proved pairs;
scipy is given the finished matrix, a column a seat. Both run in one process, turn about.
"""

from __future__ import annotations

import datetime as dt
import resource
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from mentorship import vocabulary
from mentorship.matching import Img, LargeProblem, Market, Mentor, Rules, Span, solve, warm

SIZES = ("300x300", "1000x400")
TIMES = 3
ZONES = ("America/New_York", "America/Chicago", "America/Los_Angeles", "Asia/Kolkata", "UTC")
WEEK = dt.date(2027, 1, 4)


def people(n: int, m: int, seed: int = 1) -> Market:
    """Return made-up people with common answers far more frequent than rare ones."""
    rng = np.random.default_rng(seed)

    def some(name: str, least: int, most: int) -> tuple[str, ...]:
        words = list(vocabulary.LISTS[name])
        often = 1 / np.arange(1, len(words) + 1)
        count = int(rng.integers(least, most + 1))
        return tuple(rng.choice(words, count, replace=False, p=often / often.sum()).tolist())

    def shared() -> dict[str, Any]:
        days = zip(rng.choice(7, 4, replace=False), rng.integers(30, 42, 4), strict=True)
        return {
            "languages": tuple(dict.fromkeys(("en", *some("language", 0, 2)))),
            "school_country": some("country", 1, 1)[0],
            "state": some("state", 1, 1)[0],
            "timezone": ZONES[int(rng.integers(len(ZONES)))],
            "availability": tuple(Span(int(d), int(s) * 30, int(s) * 30 + 120) for d, s in days),
            "channels": some("channel", 1, 3),
            "formats": some("format", 1, 3),
            "meetings_a_month": int(rng.integers(1, 5)),
        }

    imgs = [
        Img(
            key=f"i{k:06d}",
            stage=some("stage", 1, 1)[0],
            visa=some("visa", 1, 1)[0],
            specialties=some("specialty", 1, 3),
            topics=some("topic", 2, 5),
            states=some("state", 0, 3),
            **shared(),
        )
        for k in range(n)
    ]
    mentors = [
        Mentor(
            key=f"m{k:06d}",
            career_level=some("career_level", 1, 1)[0],
            specialties=some("specialty", 1, 2),
            topics=some("topic", 3, 9),
            stages=some("stage", 2, 6),
            visas=some("visa_path", 0, 2),
            states_licensed=some("state", 1, 3),
            accepts_specialties=some("specialty", 6, 15) if rng.random() < 0.3 else (),
            seats=int(rng.choice([1, 2, 3, 4, 5], p=[0.3, 0.25, 0.2, 0.15, 0.1])),
            **shared(),
        )
        for k in range(m)
    ]
    return Market.of(imgs, mentors, vocabulary.tables(), week=WEEK)


def timed(work: Callable[[], int]) -> tuple[float, int]:
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def measure(size: str) -> None:
    n, m = map(int, size.split("x"))
    market = people(n, m)
    ready = LargeProblem.of(market, Rules())
    matrix = ready.recipe.block(np.arange(n))
    each_seat = np.maximum(matrix, 0)[:, np.repeat(np.arange(m), ready.seats)]

    def ours() -> int:
        return solve(LargeProblem.of(market, Rules(), means=ready.means)).total

    def scipy() -> int:
        rows, columns = linear_sum_assignment(each_seat, maximize=True)
        return int(each_seat[rows, columns].sum())

    turns = [(timed(ours), timed(scipy)) for _ in range(TIMES)]
    totals = {total for turn in turns for _, total in turn}
    one, other = (statistics.median(turn[side][0] for turn in turns) for side in (0, 1))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    same = "same total" if len(totals) == 1 else f"TOTALS DIFFER: {sorted(totals)}"
    print(f"| {size} | {one:.3f} | {other:.3f} | {other / one:.1f} | {same} | {memory} |")


def main() -> None:
    warm()
    print("| IMGs x mentors | ours, whole round (s) | scipy, solve only (s) | ratio | | peak MB |")
    print("|---|---|---|---|---|---|")
    for size in sys.argv[1:] or SIZES:
        measure(size)


main()
