"""``flask worker``: the process that solves rounds, and runs errands by the clock."""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from huey.consumer import Consumer, Scheduler

from mentorship.extensions import reading
from mentorship.jobs import Queue, close_due, expire_due, publish_due, utc_now
from mentorship.rosters import uploads
from mentorship.rounds import jobs

LOOK_ROUND = 3.0  # seconds between two looks for work that nobody holds

log = logging.getLogger("mentorship")


class Watch(Scheduler):
    """Look for what is due: deadlines, publications, and runs that nobody works on."""

    def __init__(self, app: Flask, **settings: Any) -> None:
        super().__init__(**settings)
        self._app = app
        self._next_look = 0.0

    def loop(self, now: Any = None) -> None:
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + LOOK_ROUND
            try:
                self._look_round()
            except Exception:
                log.exception("looking for waiting runs failed; the next look comes soon")
        super().loop(now)

    def _look_round(self) -> None:
        with self._app.app_context():
            publish_due()
            close_due()
            expire_due()
        if self.huey.pending_count():
            return
        with self._app.app_context(), reading() as session:
            runs = jobs.due(session, now=utc_now())
            imports = uploads.due_imports(session, now=utc_now())
        for task, waiting in (("solve_run", runs), ("import_roster", imports)):
            for row_id in waiting:
                self._app.extensions["queue"].put(task, row_id)


class Workers(Consumer):
    """Threads of one process, so that they all end with it. The solver holds no lock."""

    def __init__(self, app: Flask, threads: int) -> None:
        queue: Queue = app.extensions["queue"]
        _ = queue.tasks, queue.errands  # known before the first message comes
        self.scheduler_class = partial(Watch, app)
        super().__init__(
            queue.huey,
            workers=threads,
            periodic=True,
            max_delay=0.3,
            health_check_interval=2,
            shutdown_timeout=20,
            graceful_signal="TERM",
        )


@click.command()
@click.option("--threads", default=1, show_default=True, help="Runs worked on at the same time.")
@with_appcontext
def worker(threads: int) -> None:
    """Solve the rounds that wait, poll feeds, check links, post the weekly mail.

    TERM lets the run at hand finish first.
    """
    logging.getLogger("huey").setLevel(logging.WARNING)
    Workers(current_app._get_current_object(), threads).run()  # type: ignore[attr-defined]  # noqa: SLF001
