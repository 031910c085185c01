"""The same round and lottery give the same pairs in any process; the core stays plain."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

from mentorship import matching
from mentorship.matching import ENGINE_VERSION
from mentorship.matching.lottery import draws

ROOT = Path(__file__).parents[2]

SOLVE = """
from datetime import date
from mentorship import matching
from tests.matching.people import TABLES
imgs = [
    matching.Img(key=f"i{k}", languages=("en", "hi", "ur")[: k % 4], topics=("a", "b")[k % 2 :],
                 states=("NY", "TX")[: k % 3], mentors_wanted=1 + k % 2)
    for k in range(30)
]
mentors = [
    matching.Mentor(key=f"m{k}", languages=("hi", "en")[: k % 3], topics=("b", "a")[: 1 + k % 2],
                    states_licensed=("TX", "FL"), seats=k % 4)
    for k in range(12)
]
market = matching.Market.of(imgs, mentors, TABLES, week=date(2026, 1, 12))
problem = matching.Problem.of(market, matching.Rules())
for policy in matching.POLICIES:
    result = matching.solve(problem, policy, lottery=7)
    prices = None if result.seat_prices is None else result.seat_prices.tolist()
    print(policy, result.total, result.pairs.tolist(), prices)
    print(matching.explain(problem, result).unmatched)
"""


def answer(seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    return subprocess.run(
        [sys.executable, "-c", SOLVE],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_two_hash_seeds_give_the_same_pairs() -> None:
    assert answer("1") == answer("2")


def test_the_draw_is_the_one_it_has_always_been() -> None:
    """Kept runs must be repeatable: a change here needs another ``ENGINE_VERSION``."""

    assert ENGINE_VERSION == "2.2"
    assert draws(["a", "b"], ["x", 7], 42).tolist() == [[878, 692], [1524, 616]]


def test_what_the_matcher_takes_and_gives_cannot_be_changed() -> None:
    values = [getattr(matching, name) for name in matching.__all__]
    classes = [each for each in values if isinstance(each, type) and dataclasses.is_dataclass(each)]
    assert len(classes) > 10
    assert all(each.__dataclass_params__.frozen for each in classes)  # type: ignore[attr-defined]  # not in the type hints
