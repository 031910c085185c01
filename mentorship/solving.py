"""A run solved in the background: its worker shows signs of life, and ends when it is told to."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import Self

from flask import Flask, current_app
from sqlalchemy.exc import OperationalError

from mentorship.extensions import reading, transaction
from mentorship.rounds import holding
from mentorship.rounds.run_models import Phase
from mentorship.rounds.running import solved

log = logging.getLogger("mentorship")
BEAT = 1.0  # seconds between two signs of life
GLANCE = 0.2  # seconds until a worker that is told to end gives its run back
SHARES = {  # phase -> per cent at which it begins, and how much it takes
    Phase.GATHERING: (0, 10),
    Phase.SOLVING: (10, 50),
    Phase.CHECKING: (60, 10),
    Phase.EXPLAINING: (70, 25),
    Phase.KEEPING: (95, 5),
}
ending = threading.Event()  # this process is told to end: no run is begun, those at hand go back


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Heart:
    """Signs of life of a worker, in a thread of their own, while it solves.

    Once the job is cancelled or taken over, the next word of progress raises ``NotMine``. When the
    process is told to end, the job goes back at once, whatever the solver is at.
    """

    def __init__(self, held: holding.Held) -> None:
        self._held = held
        self._phase, self._percent = Phase.GATHERING, 0
        self._stop, self._lost = threading.Event(), threading.Event()
        self._app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  the proxy's own way
        self._thread = threading.Thread(target=self._beat, name="heart", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def enter(self, phase: Phase) -> None:
        self._check()
        self._phase, self._percent = phase, SHARES[phase][0]

    def progress(self, placed: int, of: int) -> None:
        """Hear from the engine. A policy of several steps counts from the start in each."""
        self._check()
        start, share = SHARES[self._phase]
        self._percent = max(self._percent, start + share * placed // max(of, 1))

    def _check(self) -> None:
        if self._lost.is_set():
            raise holding.NotMine

    def _beat(self) -> None:
        next_beat = time.monotonic() + BEAT
        while not self._stop.wait(GLANCE):
            if ending.is_set():
                self._give_back()
                return
            if time.monotonic() < next_beat:
                continue
            next_beat = time.monotonic() + BEAT
            try:
                with self._app.app_context(), transaction() as session:
                    holding.beat(
                        session,
                        self._held,
                        phase=self._phase,
                        percent=self._percent,
                        now=utc_now(),
                    )
            except holding.NotMine:
                self._lost.set()
                return
            except OperationalError:
                log.warning("a sign of life did not get through; the lease still holds")

    def _give_back(self) -> None:
        self._lost.set()
        try:
            with self._app.app_context(), transaction() as session:
                released = holding.release(session, self._held, now=utc_now())
            if released:
                self._app.extensions["queue"].put("solve_run", self._held.job_id)
        except Exception:  # in the last second of a process: the lease does what this could not
            log.exception("a run could not be given back; its lease will end")


def solve_run(row_id: str, heart: Callable[[holding.Held], Heart] = Heart) -> None:
    """Work on one run that was asked for, if nobody else does."""
    if ending.is_set():
        current_app.extensions["queue"].put("solve_run", uuid.UUID(row_id))  # for another worker
        return
    with transaction() as session:
        held = holding.claim(session, uuid.UUID(row_id), now=utc_now())
    if held is None:
        return
    try:
        with heart(held) as alive:
            with reading() as session:
                inputs = holding.inputs_of(session, held, now=utc_now())
            made = solved(inputs, progress=alive.progress, enter=alive.enter)
        with transaction() as session:
            holding.finish(session, held, made, now=utc_now())
    except holding.NotMine:
        log.info("run %s is no longer this worker's", row_id)
    except OperationalError:
        log.warning("run %s lost its database; a worker takes it over after its lease", row_id)
    except Exception as refused:  # any, also of a bug: a run must end, and its row say why
        if type(refused) not in holding.REFUSALS:
            log.exception("run %s failed", row_id)
        with transaction() as session:
            holding.fail(session, held, failure=holding.failure_of(refused), now=utc_now())
