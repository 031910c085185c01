"""``flask worker``: solves rounds, sends mail, and runs errands by the clock."""

from __future__ import annotations

import logging
import socket
import threading
import time
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from huey.consumer import Consumer, Scheduler
from sqlalchemy.exc import SQLAlchemyError

from mentorship.deadlines import close_due, expire_due, part_due, publish_due
from mentorship.extensions import reading, transaction
from mentorship.jobs import Queue
from mentorship.matching.warming import warm
from mentorship.notices import delivery
from mentorship.notices.service import is_any_due
from mentorship.notices.transports import transport_of
from mentorship.operations import service as operations
from mentorship.operations.starting import refuse_unfit, settle
from mentorship.pulse import ending, utc_now
from mentorship.rosters import carrying_out
from mentorship.rounds import holding

LOOK_ROUND = 3.0  # seconds between two looks for work that nobody holds
SIGN_OF_LIFE = 10.0  # seconds between two
POST_ROUND = 5.0  # seconds between two looks into the outbox
LAST_MAIL = 10.0  # seconds that the mail at hand may take when the process is told to end

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
            except Exception:  # whatever it was: a worker that ends looks for nothing any more
                log.exception("looking for waiting runs failed; the next look comes soon")
        super().loop(now)

    def _look_round(self) -> None:
        with self._app.app_context():
            publish_due()
            close_due()
            expire_due()
            part_due()
        if self.huey.pending_count():
            return
        with self._app.app_context(), reading() as session:
            runs = holding.due(session, now=utc_now())
            imports = carrying_out.due_imports(session, now=utc_now())
        for task, waiting in (("solve_run", runs), ("import_roster", imports)):
            for row_id in waiting:
                self._app.extensions["queue"].put(task, row_id)


class Beside(threading.Thread):
    """Do one thing again and again beside the solving, which must not wait for a mail server."""

    def __init__(self, app: Flask, name: str, every: float, what: Callable[[], object]) -> None:
        super().__init__(name=name, daemon=True)
        self._app, self._every, self._what = app, every, what

    def run(self) -> None:
        while True:
            try:
                with self._app.app_context():
                    self._what()
            except Exception:  # whatever it was: the thread is there for the next time too
                log.exception("%s failed; the next time comes soon", self.name)
            if ending.wait(self._every):
                return


class SignsOfLife:
    """The row of this process; written on the first beat, since the database may be away."""

    def __init__(self) -> None:
        self._id: uuid.UUID | None = None

    def beat(self) -> None:
        with transaction() as session:
            if self._id is None:
                self._id = operations.sign_on(session, host=socket.gethostname(), now=utc_now())
            else:
                operations.still_here(session, self._id, now=utc_now())

    def end(self) -> None:
        if self._id is not None:
            with transaction() as session:
                operations.sign_off(session, self._id)


def send_mail() -> None:
    """Send what is due, until the process is told to end."""
    with reading() as session:
        if not is_any_due(session, now=utc_now()):
            return
    settings = current_app.config["SETTINGS"]
    delivery.deliver(transport_of(settings), go_on=lambda: not ending.is_set())


class Workers(Consumer):
    """Threads of one process, so that they all end with it. The solver holds no lock."""

    def __init__(self, app: Flask, threads: int) -> None:
        self._app, self._alive = app, SignsOfLife()
        self._mailer = Beside(app, "sending mail", POST_ROUND, send_mail)
        self._beating = Beside(app, "the sign of life", SIGN_OF_LIFE, self._alive.beat)
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

    def start(self) -> None:
        super().start()
        self._mailer.start()
        self._beating.start()

    def stop(self, graceful: bool = False) -> None:  # noqa: FBT001, FBT002  as huey calls it
        """Give the run at hand back at once, then wait for the threads to notice."""
        ending.set()
        super().stop(graceful)
        self._mailer.join(LAST_MAIL)
        self._beating.join(LAST_MAIL)
        try:
            with self._app.app_context():
                self._alive.end()
        except SQLAlchemyError:
            log.warning("could not sign off; the row of this worker grows old and goes")


@click.command()
@click.option("--threads", default=1, show_default=True, help="Runs worked on at the same time.")
@with_appcontext
def worker(threads: int) -> None:
    """Solve the rounds that wait, send mail, remind, poll feeds, check links, post digests.

    TERM gives the run at hand to another worker.
    """
    logging.getLogger("huey").setLevel(logging.WARNING)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  the proxy's own way
    refuse_unfit(app)
    warm()  # or the first round would wait for the compiler, and begin again if this process ends
    settle()
    Workers(app, threads).run()
