"""How a player of a benchmark plays: it holds a round, and solves it each time it is asked.

Players are processes of their own, so that their memory can be told apart and a peer may live in
an environment of its own: standard library and numpy only. They take turns by a line on standard
input, and answer with a line of JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Turn = Callable[[], dict[str, Any]]


def play(make: Callable[[], Turn]) -> None:
    """Make a turn ready, say so, and take one for every line that comes in.

    A turn that fails is told as ``failed``; what else it may print goes to standard error.
    """
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    turn = _say(answers, lambda: (make(), {"ready": True}))
    forget_peak()
    for _ in sys.stdin if turn else ():
        _say(answers, lambda: (None, turn()))


def _say(answers: Any, work: Callable[[], tuple[Any, dict[str, Any]]]) -> Any:
    try:
        made, told = work()
    except Exception as error:  # noqa: BLE001 - however a peer fails, the table says so
        made, told = None, {"failed": f"{type(error).__name__}: {error}"[:200]}
    answers.write(json.dumps({**told, "peak": peak_memory()}) + "\n")
    answers.flush()
    return made


def peak_memory() -> int:
    """Return the most memory this process held since it was ready, in MB.

    Where Linux tells it of the program itself: ``ru_maxrss`` takes over what its parent held.
    """
    status = Path("/proc/self/status")
    for line in status.read_text(encoding="utf-8").splitlines() if status.exists() else ():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def forget_peak() -> None:
    """Let the peak start from what is held now: making a round may have taken more."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")


def play_matrix(
    prepare: Callable[[Any, Any], Any], solve: Callable[[Any], Any], *, file: str | None = None
) -> None:
    """Play with a ready score matrix, from the file named first on the command line.

    ``prepare`` makes a model of (n, m) scores, -1 where a pair must not be made, and (m,) seats;
    ``solve`` makes (p, 2) pairs of the model. Each is timed by itself. Where somebody wants two
    mentors, second ones are found after first ones, as ours does it: both stages count.
    """

    def make() -> Turn:
        with np.load(file or sys.argv[1]) as saved:
            scores, seats, wants = (saved[name] for name in ("scores", "seats", "wants"))
        return lambda: _stages(prepare, solve, scores, seats, wants)

    play(make)


def _stages(prepare: Any, solve: Any, scores: Any, seats: Any, wants: Any) -> dict[str, Any]:
    seconds, firsts = _stage(prepare, solve, scores, seats)
    told = {**seconds, "pairs": firsts.tolist(), "second": [False] * len(firsts)}
    who, mates = firsts[wants[firsts[:, 0]] == 2].T
    if len(who) == 0:
        return told
    others = scores[who].copy()
    others[np.arange(len(who)), mates] = -1
    left = seats - np.bincount(firsts[:, 1], minlength=len(seats))
    later, seconds_found = _stage(prepare, solve, others, left)
    pairs = np.column_stack([who[seconds_found[:, 0]], seconds_found[:, 1]])
    return {
        **{name: told[name] + later[name] for name in later},
        "pairs": told["pairs"] + pairs.tolist(),
        "second": told["second"] + [True] * len(pairs),
    }


def _stage(prepare: Any, solve: Any, scores: Any, seats: Any) -> tuple[dict[str, float], Any]:
    start = time.perf_counter()
    model = prepare(scores, seats)
    ready = time.perf_counter()
    pairs = np.asarray(solve(model), dtype=np.int64).reshape(-1, 2)
    end = time.perf_counter()
    return {"prepare": ready - start, "solve": end - ready}, pairs


def each_seat(seats: Any) -> Any:
    """Return the mentor of each seat, one seat after the other."""
    return np.repeat(np.arange(len(seats)), seats)
