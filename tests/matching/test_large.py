"""What makes large rounds quick changes nothing: lists, blocks, threads and compiled scoring."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentorship.matching import POLICIES, Market, Problem, Result, Rules, compiled, solve
from mentorship.matching.marks import Ints
from mentorship.matching.scores import blocks
from mentorship.matching.scoring import mean_marks
from mentorship.matching.solver import candidates, fairest, heaviest, stable
from tests.matching.problems import problems
from tests.matching.strategies import markets

unhurried = settings(deadline=None)


LENGTHS = (  # of lists, wherever one is made
    (candidates, "FEWEST"),
    (heaviest, "ROUGH"),
    (heaviest, "TAKEN"),
    (heaviest, "FREE"),
    (stable, "LISTED"),
)


@contextmanager
def lists_of(listed: int, block: int = 2**20) -> Iterator[None]:
    """List so many candidates of everybody, and score so many pairs at once."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name in LENGTHS:
            patch.setattr(module, name, listed)
        for module in (heaviest, fairest):
            patch.setattr(module, "ADDED", max(1, listed // 2))
        patch.setattr(blocks, "PAIRS", block)
        yield


def assert_same(one: Result, other: Result) -> None:
    assert one.pairs.tolist() == other.pairs.tolist()
    assert one.total == other.total
    for name in ("seat_prices", "img_prices", "second_seat_prices", "second_img_prices"):
        mine, theirs = getattr(one, name), getattr(other, name)
        assert (mine is None) == (theirs is None), name
        assert mine is None or np.array_equal(mine, theirs), name


@unhurried
@given(
    problems(most=8), st.sampled_from(list(POLICIES)), st.integers(0, 9), st.integers(1, 3),
    st.integers(1, 20),
)  # fmt: skip
def test_neither_the_length_of_lists_nor_the_size_of_blocks_changes_anything(
    problem: Problem, policy: str, lottery: int, listed: int, block: int
) -> None:
    usual = solve(problem, policy, lottery)
    with lists_of(listed, block):
        assert_same(usual, solve(problem, policy, lottery))


KINDS: dict[str, Callable[[np.random.Generator, int, int], Ints]] = {
    "all different": lambda rng, n, m: rng.integers(0, 10_001, (n, m)),
    "coarse": lambda rng, n, m: rng.integers(0, 4, (n, m)) * 2_500,
    "all alike": lambda rng, n, m: rng.integers(0, 9_000, m) + rng.integers(0, 2, (n, m)),
    "all equal": lambda _, n, m: np.full((n, m), 5_000),
}


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_length_of_lists_changes_nothing(kind: str, policy: str) -> None:
    rng = np.random.default_rng(3)
    scores = KINDS[kind](rng, 150, 60)
    scores[rng.random(scores.shape) < 0.4] = -1
    problem = Problem.from_scores(scores, rng.integers(0, 4, 60), rng.integers(1, 3, 150))
    with lists_of(1):
        shortest = solve(problem, policy, 7)
    for listed in (3, 10, 60):
        with lists_of(listed, 500):
            assert_same(shortest, solve(problem, policy, 7))


@pytest.mark.parametrize("policy", POLICIES)
def test_the_number_of_threads_changes_nothing(
    policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(5)
    scores = np.maximum(rng.integers(-1, 5, (200, 80)) * 2_000, -1)
    problem = Problem.from_scores(scores, rng.integers(1, 3, 80))
    monkeypatch.setattr(blocks, "WORTH", 1)  # or so few pairs would not be worth a thread
    pools = list[int]()

    class Counted(ThreadPoolExecutor):
        def __init__(self, threads: int) -> None:
            pools.append(threads)
            super().__init__(threads)

    monkeypatch.setattr(blocks, "ThreadPoolExecutor", Counted)
    with lists_of(8, 1_000):
        monkeypatch.setattr(blocks, "THREADS", 1)
        alone = solve(problem, policy, 7)
        assert not pools
        monkeypatch.setattr(blocks, "THREADS", 4)
        assert_same(alone, solve(problem, policy, 7))
    assert set(pools) == {4}


RULES = st.builds(
    Rules,
    must_share_language=st.booleans(),
    must_cover_first_topic=st.booleans(),
    respect_institutions=st.booleans(),
    respect_selection=st.booleans(),
    minimum_score=st.sampled_from([0, 4_000]),
    banned=st.sampled_from([(), (("i3", "m0"),)]),
)


@unhurried
@given(markets(), RULES)
def test_compiled_scores_are_those_of_the_criteria(market: Market, rules: Rules) -> None:
    problem = Problem.of(market, rules)
    assert problem.means == mean_marks(market)
    n, m = problem.shape
    counted, _ = problem.recounted(np.arange(n))
    assert problem.table().tolist() == counted.tolist()
    rng = np.random.default_rng(n + 7 * m)
    rows, columns = rng.permutation(n), rng.permutation(m)[: m - m // 3]
    some = problem.scores.take(rows, columns)
    assert some.block(np.arange(n)).tolist() == counted[np.ix_(rows, columns)].tolist()
    width = len(columns) // 2
    assert (
        some.block(np.arange(n), width).tolist() == counted[np.ix_(rows, columns[:width])].tolist()
    )


@unhurried
@given(markets(), RULES, st.sampled_from(list(POLICIES)))
def test_a_market_has_the_answer_of_its_matrix(market: Market, rules: Rules, policy: str) -> None:
    problem = Problem.of(market, rules)
    matrix = Problem.from_scores(
        problem.table(),
        problem.seats,
        problem.wants,
        img_ids=problem.img_ids,
        mentor_ids=problem.mentor_ids,
    )
    assert_same(solve(problem, policy, 5), solve(matrix, policy, 5))


def test_neither_the_matcher_nor_the_site_loads_the_compiler() -> None:
    code = "import mentorship.matching, mentorship.app, sys; assert 'numba' not in sys.modules"
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)


NOTHING_MORE = """
import numpy as np
from mentorship.matching import POLICIES, Problem, Rules, solve, warm
from mentorship.matching.compiled import kernels
from tests.matching.people import hours, img, market, mentor

def compiled():
    modules = [getattr(kernels(), name) for name in kernels().__all__]
    found = [each for module in modules for each in vars(module).values()]
    return sum(len(each.signatures) for each in found if hasattr(each, "signatures"))

warm()
before = compiled()
week = {"timezone": "UTC", "availability": (hours(1, 9, 12),)}
shared = {"languages": ("en", "es"), "topics": ("a", "b"), "specialties": ("psychiatry",), **week}
imgs = [
    img(f"i{k}", **shared, requests=("m1",), goals="research in cardiology", states=("NY",))
    for k in range(130)
]
mentors = [
    mentor(f"m{k}", **shared, seats=1, welcomes=("i1",), about="cardiology", state="NY")
    for k in range(100)
]
problem = Problem.of(market(imgs, mentors), Rules(minimum_score=1))
scores = np.random.default_rng(1).integers(-1, 10_000, (300, 120))
for each in (problem, Problem.from_scores(scores, [2] * 120, [2] * 300)):
    for policy in POLICIES:
        solve(each, policy)
assert compiled() == before, (before, compiled())
"""


def test_nothing_is_compiled_while_somebody_waits() -> None:
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", NOTHING_MORE], check=True, cwd=root)


@pytest.mark.parametrize("changed", ["kernels/heap.py", "marks.py", "scores/ingredients.py"])
def test_loops_compiled_for_an_older_engine_are_not_used(changed: str, tmp_path: Path) -> None:
    newer = tmp_path / "matching"
    shutil.copytree(compiled.ENGINE, newer)
    assert compiled.form(newer) == compiled.form()
    (newer / changed).write_text("FULL = 20_000\n")
    assert compiled.form(newer) != compiled.form()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are counted in /proc")
def test_numpy_starts_no_threads_that_wait_for_each_other() -> None:
    code = "import mentorship.app, os; assert len(os.listdir('/proc/self/task')) == 1"
    root = Path(__file__).parents[2]
    usual = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root, env=usual)
