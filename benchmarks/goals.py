"""The engine's goals, each with its figure and whether it is met: ``python -m benchmarks.goals``.

"Whole round" is from profiles as arrays and rules, with the means of unanswered questions given,
to pairs with prices, every pair priced. What it is compared with runs in the same process, turn
about; only the ratios say something. ``--only lsa pass`` measures some of the goals, and
``--largest 10000x4000`` leaves out what is larger.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from benchmarks.clock import machine, timed, turn_about
from benchmarks.engine import problem_of, score_matrix
from benchmarks.people import market
from mentorship.matching import Rules, solve, warm


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
        self.market_seconds, self.market = timed(lambda: market(shape, n, m))
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

    if round_.solve().total != scipy():
        raise AssertionError(f"{shape} {size}: two best totals differ")
    seconds = turn_about({"ours": round_.solve, "scipy": scipy}, times)
    return seconds["ours"], seconds["scipy"]


def lsa(times: int, sizes: Callable[[str], bool]) -> Iterator[Figure]:
    """Compare with scipy's ``linear_sum_assignment``."""
    goals = {"1000x400": (7, 10), "5000x2000": (35, 60), "10000x4000": (55, 100)}
    for size, (goal, stretch) in goals.items():
        if sizes(size):
            ours, scipy = beside_scipy("balanced", size, times)
            what = f"scipy {scipy:.3f} s / whole round {ours:.4f} s, {size}"
            yield Figure(what, scipy / ours, goal=goal, stretch=stretch)


GOALS = {"lsa": lsa}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=GOALS, default=list(GOALS))
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--largest", default="40000x16000")
    asked = parser.parse_args()

    def small_enough(size: str) -> bool:
        return _people(size) <= _people(asked.largest)

    warm()
    print(f"{machine()}; medians of {asked.times}\n")
    print("| what | figure | goal (stretch) | |\n|---|---|---|---|")
    for name in asked.only:
        for figure in GOALS[name](asked.times, small_enough):
            print(figure.line(), flush=True)


def _people(size: str) -> int:
    return int(size.split("x", maxsplit=1)[0])


if __name__ == "__main__":
    main()
