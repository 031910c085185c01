"""The engine's goals, each with its figure and whether it is met: ``python -m benchmarks.goals``.

"Whole round" is from profiles as arrays and rules, with the means of unanswered questions given,
to pairs with prices, every pair priced. What it is compared with runs in the same process, turn
about; only the ratios say something. ``--only lsa pass`` measures some of the goals, and
``--largest 10000x4000`` leaves out what is larger.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numba
import numpy as np
from scipy.optimize import linear_sum_assignment

from benchmarks.clock import machine, timed, turn_about
from benchmarks.engine import lists_of, problem_of, score_blocks, score_matrix
from benchmarks.look import overpriced
from benchmarks.people import SHAPES, WEEK, people
from benchmarks.player import Player
from benchmarks.quality import judge
from mentorship import vocabulary
from mentorship.matching import POLICIES, Market, Problem, Rules, compare, solve, warm

Fits: TypeAlias = Callable[[str], bool]  # whether a size may be measured


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. ``goal`` and ``stretch`` are None where a figure is only told."""

    what: str
    figure: float
    unit: str = ""
    goal: float | None = None
    stretch: float | None = None
    at_least: bool = True

    def line(self) -> str:
        told = f"{self.figure:.3g}{self.unit}"
        return f"| {self.what} | {told} | {self._wanted()} | {self._met()} |"

    def _wanted(self) -> str:
        if self.goal is None:
            return ""
        sign = "at least" if self.at_least else "at most"
        stretch = "" if self.stretch is None else f" ({self.stretch:g})"
        return f"{sign} {self.goal:g}{stretch}{self.unit}"

    def _met(self) -> str:
        if self.goal is None:
            return ""
        if not self._reaches(self.goal):
            return "NOT MET"
        if self.stretch is not None and self._reaches(self.stretch):
            return "stretch met"
        return "met"

    def _reaches(self, goal: float) -> bool:
        return self.figure >= goal if self.at_least else self.figure <= goal


class Round:
    """A market with the means of its unanswered questions: what a whole round starts from."""

    def __init__(self, shape: str, size: str) -> None:
        n, m = map(int, size.split("x"))
        self.people_seconds, made = timed(lambda: people(shape, n, m))
        self.market_seconds, self.market = timed(
            lambda: Market.of(*made, vocabulary.tables(), week=WEEK)
        )
        self.means_seconds, problem = timed(lambda: problem_of(self.market, Rules()))
        self.means = problem.means

    def problem(self) -> Any:
        return problem_of(self.market, Rules(), means=self.means)

    def solve(self) -> Any:
        return solve(self.problem())


def beside_scipy(shape: str, size: str, times: int) -> tuple[float, float]:
    """Return seconds of the whole round, and of scipy on the ready matrix, a column a seat."""
    round_ = Round(shape, size)
    matrix, seats = score_matrix(round_.problem()), round_.problem().seats
    each_seat = np.maximum(matrix, 0)[:, np.repeat(np.arange(len(seats)), seats)]

    def scipy() -> int:
        rows, columns = linear_sum_assignment(each_seat, maximize=True)
        return int(each_seat[rows, columns].sum())

    totals: dict[str, int] = {}
    works = {
        "ours": lambda: totals.update(ours=round_.solve().total),
        "scipy": lambda: totals.update(scipy=scipy()),
    }
    seconds = turn_about(works, times)
    if totals["ours"] != totals["scipy"]:
        raise AssertionError(f"{shape} {size}: best totals differ: {totals}")
    return seconds["ours"], seconds["scipy"]


def lsa(times: int, fits: Fits) -> Iterator[Figure]:
    """Compare with scipy's ``linear_sum_assignment``."""
    goals = {"1000x400": (7, 10), "5000x2000": (35, 60), "10000x4000": (55, 100)}
    for size, (goal, stretch) in goals.items():
        if fits(size):
            ours, scipy = beside_scipy("balanced", size, times)
            what = f"scipy {scipy:.3f} s / whole round {ours:.4f} s, {size}"
            yield Figure(what, scipy / ours, goal=goal, stretch=stretch)


def similar(times: int, fits: Fits) -> Iterator[Figure]:
    """Compare with scipy where people are alike, in all but their free time and altogether."""
    size = "5000x2000" if fits("5000x2000") else "1000x400"
    goals = {"own-week": (5, 15), "20-own-week": (10, 30), "one-profile": (5, 15)}
    for shape, (goal, stretch) in (goals | {"20-profiles": (10, 30)}).items():
        ours, scipy = beside_scipy(shape, size, times)
        what = f"{shape}: scipy {scipy:.3f} s / whole round {ours:.4f} s, {size}"
        yield Figure(what, scipy / ours, goal=goal, stretch=stretch)


def one_pass(times: int, fits: Fits) -> Iterator[Figure]:
    """Compare with a single look at every pair: no proof can do with less."""
    size = "20000x8000" if fits("20000x8000") else "5000x2000"
    round_ = Round("balanced", size)
    result = round_.solve()
    problem = round_.problem()
    above = []

    def look() -> None:
        above.append(
            sum(
                overpriced(block, result.img_prices[rows], result.seat_prices)
                for rows, block in score_blocks(problem)
            )
        )

    look()  # compiles
    seconds = turn_about({"round": round_.solve, "pass": look, "prepare": round_.problem}, times)
    what = f"whole round {seconds['round']:.3f} s / one pass {seconds['pass']:.3f} s, {size}"
    ratio = seconds["round"] / seconds["pass"]
    yield Figure(what, ratio, goal=7, stretch=4, at_least=False)
    yield Figure(f"of the round: preparing the problem, {size}", seconds["prepare"], " s")
    yield Figure(f"before it: Market.of, {size}", round_.market_seconds, " s")
    means = max(0.0, round_.means_seconds - seconds["prepare"])
    yield Figure(f"before it: means of unanswered questions, {size}", means, " s")
    yield Figure(f"pairs above their prices, {size}", max(above), goal=0, at_least=False)


def largest(times: int, fits: Fits) -> Iterator[Figure]:
    """Measure the largest round in a process of its own."""
    size = "40000x16000" if fits("40000x16000") else "5000x2000"
    module = [sys.executable, "-m", "benchmarks.players.ours"]
    with Player([*module, "best-total", "balanced", size, "1"]) as player:
        player.wait_until_ready()
        turns = [player.turn(600) for _ in range(times)]
    seconds = statistics.median(turn["prepare"] + turn["solve"] for turn in turns)
    yield Figure(f"whole round, {size}", seconds, " s", goal=3, stretch=1.8, at_least=False)
    peak = turns[-1]["peak"] / 1000
    yield Figure(f"peak memory with people and market, {size}", peak, " GB", 1, at_least=False)


def faults(_: int, fits: Fits) -> Iterator[Figure]:
    """Count what must not be, over all shapes and policies."""
    size = "1000x400" if fits("1000x400") else "200x80"
    for policy in POLICIES:
        found = 0
        for shape in SHAPES:
            problem, _ = tied_or_not(shape, size)
            result = solve(problem, policy)
            quality = judge(
                lambda problem=problem: score_blocks(problem),
                problem.seats,
                problem.wants,
                pairs=result.pairs,
                second=result.second,
                prices=(result.img_prices, result.seat_prices),
            )
            found += quality.faults + (quality.overpriced or 0)
            found += quality.blocking if policy == "stable" else 0
        counted = "blocking pairs" if policy == "stable" else "faults and pairs above their prices"
        what = f"{policy}: {counted}, {len(SHAPES)} shapes, {size}"
        yield Figure(what, found, goal=0, at_least=False)


def changes(_: int, fits: Fits) -> Iterator[Figure]:
    """Count people whose mentor changes with what must not matter."""
    size = "5000x2000" if fits("5000x2000") else "1000x400"
    shapes = ("balanced", "20-profiles", "coarse", "second-mentors")
    for shape in shapes:
        problem, shuffled = tied_or_not(shape, size)
        usual = mentors_of(problem)
        found = {"rows shuffled": changed(usual, mentors_of(shuffled))}
        threads = numba.get_num_threads()
        numba.set_num_threads(1)
        found["one thread"] = changed(usual, mentors_of(problem))
        numba.set_num_threads(threads)
        for length in (16, 200):
            with lists_of(length):
                found[f"lists of {length}"] = changed(usual, mentors_of(problem))
        told = ", ".join(f"{what} {count}" for what, count in found.items())
        what = f"{shape}: people whose mentor changes, {size} ({told})"
        yield Figure(what, sum(found.values()), goal=0, at_least=False)


def tied_or_not(shape: str, size: str) -> tuple[Any, Any]:
    """Return a problem of a shape, and the same with people in another order."""
    n, m = map(int, size.split("x"))
    imgs, mentors = people(shape, n, m)
    rng = np.random.default_rng(2)
    rows, columns = rng.permutation(n), rng.permutation(m)
    one = Market.of(imgs, mentors, vocabulary.tables(), week=WEEK)
    if (step := SHAPES[shape].step) > 1:
        ready = problem_of(one, Rules())
        scores = score_matrix(ready)
        scores = np.where(scores >= 0, scores // step * step, -1)
        ids = np.array(ready.img_ids), np.array(ready.mentor_ids)
        return Problem.from_scores(
            scores, ready.seats, img_ids=ids[0], mentor_ids=ids[1]
        ), Problem.from_scores(
            scores[rows][:, columns],
            ready.seats[columns],
            img_ids=ids[0][rows],
            mentor_ids=ids[1][columns],
        )
    other = Market.of(
        [imgs[row] for row in rows],
        [mentors[column] for column in columns],
        vocabulary.tables(),
        week=WEEK,
    )
    return problem_of(one, Rules()), problem_of(other, Rules())


def mentors_of(problem: Any) -> dict[Any, set[Any]]:
    """Return IMG -> mentors, by id, for the best total."""
    found: dict[Any, set[Any]] = {key: set() for key in problem.img_ids}
    for i, j in solve(problem).pairs.tolist():
        found[problem.img_ids[i]].add(problem.mentor_ids[j])
    return found


def changed(one: dict[Any, set[Any]], other: dict[Any, set[Any]]) -> int:
    return sum(one[key] != other[key] for key in one)


def small(times: int, _: Fits) -> Iterator[Figure]:
    """Time what a leader waits for in a round of usual size."""
    round_ = Round("balanced", "300x300")
    works: dict[str, Callable[[], Any]] = {
        policy: lambda policy=policy: solve(round_.problem(), policy) for policy in POLICIES
    }
    works["compare all four"] = lambda: compare(
        Problem.of(round_.market, Rules(), means=round_.means)
    )
    for name, seconds in turn_about(works, times).items():
        yield Figure(f"{name}, whole round after warm(), 300x300", seconds, " s")


GOALS = {
    "lsa": lsa,
    "pass": one_pass,
    "largest": largest,
    "similar": similar,
    "faults": faults,
    "changes": changes,
    "small": small,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=GOALS, default=list(GOALS))
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--largest", default="40000x16000", metavar="NxM")
    asked = parser.parse_args()
    most = imgs_of(asked.largest)
    warm()
    print(f"{machine()}; medians of {asked.times}\n")
    print("| what | figure | goal (stretch) | |\n|---|---|---|---|")
    for name in asked.only:
        for figure in GOALS[name](asked.times, lambda size: imgs_of(size) <= most):
            print(figure.line(), flush=True)


def imgs_of(size: str) -> int:
    return int(size.split("x", maxsplit=1)[0])


if __name__ == "__main__":
    main()
