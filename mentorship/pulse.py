"""Signs of life of a worker, in a thread of their own, while it works on what it holds.

Whoever holds a row says so again and again. Once the row is cancelled or taken over, the next look
at the pulse raises ``NotMine``. When the process is told to end, the row goes back at once.
"""

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
from sqlalchemy.orm import Session

from mentorship.extensions import transaction

log = logging.getLogger("mentorship")
BEAT = 1.0  # seconds between two signs of life
GLANCE = 0.2  # seconds until a worker that is told to end gives back what it holds
ending = (
    threading.Event()
)  # this process is told to end: nothing is begun, what is at hand goes back


class NotMine(RuntimeError):
    """The work is cancelled, or another worker has taken it over."""


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Pulse:
    """Beats while the block under it runs.

    ``beat`` says in a transaction of its own that the worker lives; it raises ``NotMine`` if the
    row is not its own. ``give_back`` lets others have it, whatever this process is at, and tells
    whether it was its own; another worker is then called to the ``task``.
    """

    def __init__(
        self,
        beat: Callable[[Session], None],
        give_back: Callable[[Session], bool],
        task: tuple[str, uuid.UUID],
    ) -> None:
        self._say, self._return, self._task = beat, give_back, task
        self._stop, self._lost = threading.Event(), threading.Event()
        self._app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  the proxy's own way
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def check(self) -> None:
        if self._lost.is_set():
            raise NotMine

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
                    self._say(session)
            except NotMine:
                self._lost.set()
                return
            except OperationalError:
                log.warning("a sign of life did not get through; the lease still holds")

    def _give_back(self) -> None:
        self._lost.set()
        try:
            with self._app.app_context(), transaction() as session:
                given_back = self._return(session)
            if given_back:
                self._app.extensions["queue"].put(*self._task)
        except Exception:  # in the last second of a process: the lease does what this could not
            log.exception("what was at hand could not be given back; its lease will end")
