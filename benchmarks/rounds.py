"""Our policies and others' tools on made-up rounds, in one table: ``python -m benchmarks.rounds``.

Every method is a process of its own, and all of a round take turns. Ours is timed over the whole
round: from profiles as arrays, with the means of unanswered questions given, to pairs with prices,
every pair priced. Others are given the finished scores, and the time is that of solving alone; what
they take to build their model is told beside it. Coarse scores are a matrix for us as well.
How good the pairs are is counted here, by one code for all.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.clock import machine
from benchmarks.engine import problem_of, score_blocks, score_matrix
from benchmarks.peers import PEERS, NotInstalled, command
from benchmarks.people import SHAPES, market
from benchmarks.player import Failed, Player
from benchmarks.quality import Quality, judge
from mentorship.matching import POLICIES, Problem, Rules

SIZES = ("200x80", "1000x400", "5000x2000", "10000x4000", "20000x8000", "40000x16000")
LIMIT = 120.0  # seconds for one turn
ONCE = 45.0  # a turn that takes longer is not repeated
LARGEST_MATRIX = 10_000  # IMGs up to which scores are kept as a matrix
TITLES = (
    "shape", "size", "method", "seconds", "/ ours", "model (s)", "peak MB", "total", "matched",
    "lowest", "blocking", "faults", "overpriced", "gap", "runs",
)  # fmt: skip


class Round:
    """One made-up round, and the file from which peers read it."""

    def __init__(self, shape: str, size: str, seed: int, folder: Path) -> None:
        self.shape, self.size, self.seed = shape, size, seed
        self.n, self.m = map(int, size.split("x"))
        self.problem: Any = problem_of(market(shape, self.n, self.m, seed), Rules())
        self.file = folder / f"{shape}-{size}.npz"
        if self.n > LARGEST_MATRIX:
            return
        scores, step = score_matrix(self.problem), SHAPES[shape].step
        scores = np.where(scores >= 0, scores // step * step, -1).astype(np.int32)
        seats, wants = self.problem.seats, self.problem.wants
        np.savez(self.file, scores=scores, seats=seats, wants=wants)
        if step > 1:
            self.problem = Problem.from_scores(scores, seats, wants)

    def command(self, method: str) -> list[str]:
        """Return how to start a method; raise ``Failed`` if it does not take this round."""
        coarse = SHAPES[self.shape].step > 1
        if method in PEERS and self.n > PEERS[method].largest:
            raise Failed(f"not tried with more than {PEERS[method].largest} IMGs")
        if (method in PEERS or coarse) and not self.file.exists():
            raise Failed(f"no matrix of more than {LARGEST_MATRIX} IMGs")
        if method in POLICIES:
            module = [sys.executable, "-m", "benchmarks.players.ours", method]
            given = [str(self.file)] if coarse else []
            return [*module, self.shape, self.size, str(self.seed), *given]
        try:
            return command(PEERS[method], self.file)
        except NotInstalled as error:
            raise Failed(f"not installed: {error}") from None

    def judge(self, told: dict[str, Any]) -> Quality:
        return judge(
            lambda: score_blocks(self.problem),
            self.problem.seats,
            self.problem.wants,
            pairs=told["pairs"],
            second=told["second"],
            prices=told.get("prices"),
        )


def race(round_: Round, methods: list[str], times: int, limit: float) -> dict[str, Any]:
    """Return method -> what its turns told, or why there are none."""
    turns: dict[str, Any] = {method: [] for method in methods}
    with ExitStack() as stack:
        players = {}
        for method in methods:
            try:
                players[method] = stack.enter_context(Player(round_.command(method)))
            except Failed as error:
                turns[method] = str(error)
        for turn in range(-1, times):
            for method, player in list(players.items()):
                try:
                    if turn < 0:
                        player.wait_until_ready()
                        continue
                    told = player.turn(limit)
                except Failed as error:
                    turns[method] = str(error)
                    del players[method]
                    continue
                turns[method].append(told)
                if told["prepare"] + told["solve"] > ONCE:
                    del players[method]
    return turns


def lines(round_: Round, turns: dict[str, Any]) -> Iterator[str]:
    """Yield a line of the table for each method."""
    seconds = {method: _seconds(method, told) for method, told in turns.items()}
    for method, told in turns.items():
        policy = method if method in POLICIES else PEERS[method].beside
        name = f"ours, {method}" if method in POLICIES else f"{method} ({policy})"
        start = f"| {round_.shape} | {round_.size} | {name} |"
        if isinstance(told, str):
            yield f"{start} {told.replace('|', '/')} |" + " |" * (len(TITLES) - 4)
            continue
        ours = seconds.get(policy)
        ratio = "" if ours is None or method in POLICIES else f"{seconds[method] / ours:.2f}"
        model = "" if method in POLICIES else f"{_median(told, 'prepare'):.3f}"
        found = round_.judge(told[-1])
        proof = " | ".join("" if x is None else f"{x}" for x in (found.overpriced, found.gap))
        yield (
            f"{start} {seconds[method]:.4f} | {ratio} | {model} | {told[-1]['peak']} | "
            f"{found.total} | {found.matched} | {found.lowest} | {found.blocking} | "
            f"{found.faults} | {proof} | {len(told)} |"
        )


def _seconds(method: str, told: Any) -> float | None:
    """Return the seconds that count: the whole of ours, others' solving."""
    if isinstance(told, str):
        return None
    if method in POLICIES:
        return statistics.median(turn["prepare"] + turn["solve"] for turn in told)
    return _median(told, "solve")


def _median(told: list[dict[str, Any]], key: str) -> float:
    return statistics.median(turn[key] for turn in told)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shapes", nargs="+", choices=SHAPES, default=["balanced"])
    parser.add_argument("--sizes", nargs="+", default=["200x80", "1000x400"], metavar="NxM")
    parser.add_argument("--policies", nargs="*", choices=POLICIES, default=list(POLICIES))
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS))
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--limit", type=float, default=LIMIT, help="seconds for one turn")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print(f"{machine()}; medians of up to {asked.times}\n")
    print(f"| {' | '.join(TITLES)} |\n|{'---|' * len(TITLES)}")
    for shape in asked.shapes:
        for size in asked.sizes:
            with tempfile.TemporaryDirectory() as folder:
                round_ = Round(shape, size, asked.seed, Path(folder))
                methods = [*asked.policies, *asked.peers]
                turns = race(round_, methods, asked.times, asked.limit)
                print("\n".join(lines(round_, turns)), flush=True)


if __name__ == "__main__":
    main()
