"""A measured figure beside its goal, and the rounds that figures are measured on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from benchmarks.clock import timed, turn_about
from benchmarks.engine import problem_of, score_matrix
from benchmarks.people import WEEK, people
from mentorship import vocabulary
from mentorship.matching import Market, Rules, solve


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
    works["ours"]()  # whatever is only done once in a process
    seconds = turn_about(works, times)
    if totals["ours"] != totals["scipy"]:
        raise AssertionError(f"{shape} {size}: best totals differ: {totals}")
    return seconds["ours"], seconds["scipy"]
