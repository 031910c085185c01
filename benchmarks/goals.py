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
from typing import Any, TypeAlias

from benchmarks.alike import changed, mentors_of, two_orders
from benchmarks.clock import machine, turn_about
from benchmarks.engine import lists_of, score_blocks
from benchmarks.figures import Figure, Round, beside_scipy
from benchmarks.look import overpriced
from benchmarks.people import SHAPES
from benchmarks.player import Player
from benchmarks.quality import Quality, judge
from mentorship.matching import POLICIES, Problem, Rules, compare, solve, warm
from mentorship.matching.scores import blocks

Fits: TypeAlias = Callable[[str], bool]  # whether a size may be measured


def lsa(times: int, fits: Fits) -> Iterator[Figure]:
    """Compare with scipy's ``linear_sum_assignment``."""
    goals = (
        ("spare", "1000x400", 7, 10),
        ("spare", "5000x2000", 35, 60),
        ("plenty", "10000x4000", 55, 100),
        ("balanced", "1000x400", None, None),
        ("balanced", "5000x2000", None, None),
    )
    for shape, size, goal, stretch in goals:
        if fits(size):
            ours, scipy = beside_scipy(shape, size, times)
            what = f"{shape}: scipy {scipy:.3f} s / whole round {ours:.4f} s, {size}"
            yield Figure(what, scipy / ours, goal=goal, stretch=stretch)


def similar(times: int, fits: Fits) -> Iterator[Figure]:
    """Compare with scipy where people are alike, in all but their free time and altogether."""
    size = "5000x2000" if fits("5000x2000") else "1000x400"
    goals = {"own-week": (5, 15), "20-own-week": (10, 30)} if size == "5000x2000" else {}
    for shape in ("own-week", "20-own-week", "one-profile", "20-profiles"):
        goal, stretch = goals.get(shape, (None, None))
        ours, scipy = beside_scipy(shape, size, times)
        what = f"{shape}: scipy {scipy:.3f} s / whole round {ours:.4f} s, {size}"
        yield Figure(what, scipy / ours, goal=goal, stretch=stretch)


def one_pass(times: int, fits: Fits) -> Iterator[Figure]:
    """Compare with a single look at every pair: no proof can do with less."""
    size = "20000x8000" if fits("20000x8000") else "5000x2000"
    round_ = Round("spare", size)
    result = round_.solve()
    problem = round_.problem()
    above = []

    def look() -> None:
        above.append(overpriced(problem, result))

    look()  # compiles
    seconds = turn_about({"round": round_.solve, "pass": look, "prepare": round_.problem}, times)
    what = f"whole round {seconds['round']:.3f} s / one pass {seconds['pass']:.3f} s, {size}"
    wanted = {"goal": 7, "stretch": 4} if size == "20000x8000" else {}
    yield Figure(what, seconds["round"] / seconds["pass"], at_least=False, **wanted)
    yield Figure(f"of the round: preparing the problem, {size}", seconds["prepare"], " s")
    yield Figure(f"before it: Market.of, {size}", round_.market_seconds, " s")
    means = max(0.0, round_.means_seconds - seconds["prepare"])
    yield Figure(f"before it: means of unanswered questions, {size}", means, " s")
    yield Figure(f"pairs above their prices, {size}", max(above), goal=0, at_least=False)


def largest(times: int, fits: Fits) -> Iterator[Figure]:
    """Measure the largest rounds in processes of their own."""
    size = "40000x16000" if fits("40000x16000") else "5000x2000"
    there = size == "40000x16000"
    for shape in ("spare", "plenty", "balanced"):
        wanted = shape == "spare" and there
        module = [sys.executable, "-m", "benchmarks.players.ours"]
        with Player([*module, "best-total", shape, size, "1"]) as player:
            player.wait_until_ready()
            turns = [player.turn(600) for _ in range(times)]
        found = judged(Round(shape, size).problem(), **turns[-1])
        seconds = statistics.median(turn["prepare"] + turn["solve"] for turn in turns)
        goal, stretch = (3, 1.8) if wanted else (None, None)
        what = f"{shape}: whole round, {size}"
        yield Figure(what, seconds, " s", goal, stretch, at_least=False)
        peak, most = turns[-1]["peak"] / 1000, 1 if there else None
        what = f"{shape}: peak memory with people and market, {size}"
        yield Figure(what, peak, " GB", most, at_least=False)
        wrong = found.faults + (found.overpriced or 0) + abs(found.gap or 0)
        what = f"{shape}: faults, pairs above their prices, gap, {size}"
        yield Figure(what, wrong, goal=0, at_least=False)


def faults(_: int, fits: Fits) -> Iterator[Figure]:
    """Count what must not be, over all shapes and policies."""
    size = "1000x400" if fits("1000x400") else "200x80"
    for policy in POLICIES:
        found = 0
        for shape in SHAPES:
            problem, _ = two_orders(shape, size)
            result = solve(problem, policy)
            prices = result.img_prices, result.seat_prices
            quality = judged(problem, pairs=result.pairs, second=result.second, prices=prices)
            found += quality.faults + (quality.overpriced or 0) + abs(quality.gap or 0)
            found += quality.blocking if policy == "stable" else 0
        counted = "blocking pairs" if policy == "stable" else "faults, pairs above prices, gap"
        what = f"{policy}: {counted}, {len(SHAPES)} shapes, {size}"
        yield Figure(what, found, goal=0, at_least=False)


def judged(problem: Any, *, pairs: Any, second: Any, prices: Any, **_: Any) -> Quality:
    """Judge an answer to a problem by the scores of every pair."""
    seats, wants = problem.seats, problem.wants
    answer = {"pairs": pairs, "second": second, "prices": prices}
    return judge(lambda: score_blocks(problem), seats, wants, **answer)


def changes(_: int, fits: Fits) -> Iterator[Figure]:
    """Count people whose mentor changes with what must not matter."""
    size = "5000x2000" if fits("5000x2000") else "1000x400"
    shapes = ("balanced", "20-profiles", "coarse", "second-mentors")
    for shape in shapes:
        problem, shuffled = two_orders(shape, size)
        usual = mentors_of(problem)
        found = {"rows shuffled": changed(usual, mentors_of(shuffled))}
        threads, blocks.THREADS = blocks.THREADS, 1
        found["one thread"] = changed(usual, mentors_of(problem))
        blocks.THREADS = threads
        for length in (16, 200):
            with lists_of(length):
                found[f"lists of {length}"] = changed(usual, mentors_of(problem))
        told = ", ".join(f"{what} {count}" for what, count in found.items())
        what = f"{shape}: people whose mentor changes, {size} ({told})"
        yield Figure(what, sum(found.values()), goal=0, at_least=False)


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
