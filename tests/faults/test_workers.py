"""Real workers, killed and frozen in the middle of a run."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from tests.faults.killing import RECOVERED, Stage, freeze, kill

TIMES = 1  # a hundred in script/faults


def test_a_killed_or_frozen_worker_leaves_nothing_half_done(new_app: Callable[..., Flask]) -> None:
    stage = Stage(new_app())
    try:
        assert all(seconds < RECOVERED for seconds in kill(stage, TIMES))
        stage.end()
        freeze(stage, TIMES)
    finally:
        stage.end()
