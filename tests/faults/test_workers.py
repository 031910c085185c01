"""Real workers, killed and frozen in the middle of a run, a publication and an import."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from tests.faults.importing import freeze_importer, kill_importers
from tests.faults.killing import RECOVERED, Stage, freeze, kill
from tests.faults.sending import SENT, freeze_sender, kill_senders

TIMES = 1  # a hundred in script/faults


def test_a_killed_or_frozen_worker_leaves_nothing_half_done(new_app: Callable[..., Flask]) -> None:
    stage = Stage(new_app())
    try:
        assert all(seconds < RECOVERED for seconds in kill(stage, TIMES))
        stage.end()
        freeze(stage)
    finally:
        stage.end()


def test_a_publication_is_out_as_a_whole_or_not_at_all_whoever_is_killed(
    new_app: Callable[..., Flask],
) -> None:
    app = new_app()
    _, longest = kill_senders(app, TIMES)
    assert longest < SENT
    freeze_sender(app, TIMES)


def test_an_import_is_written_as_a_whole_or_not_at_all_whoever_is_killed(
    new_app: Callable[..., Flask],
) -> None:
    app = new_app()
    assert all(seconds < RECOVERED for seconds in kill_importers(app, TIMES))
    freeze_importer(app, TIMES)
