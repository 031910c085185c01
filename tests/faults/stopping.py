"""F16: the server and a worker are told to end (TERM) while they are at work."""

from __future__ import annotations

import signal
import time
from collections import Counter

from flask import Flask

from mentorship.rounds.run_models import JobState
from tests.faults.killing import DONE, Fault, Stage, send, stop_between_writes
from tests.faults.outage import under_load
from tests.faults.place import Place

TRIES = 5  # on a machine that holds the test up, a worker may be done before it is told anything


def stop_web(place: Place, *, reloads: int) -> tuple[Counter[int], float]:
    """Reload the server under load, then end it; return bad answers and seconds to its end.

    A reload (HUP) replaces every process: whoever asks meanwhile must not notice.
    """
    server = place.web()
    with under_load(place, readers=4, writers=1) as load:
        time.sleep(0.5)
        for _ in range(reloads):
            before = set(place.children(server))
            server.send_signal(signal.SIGHUP)
            place.wait_for(lambda b=before: not b & set(place.children(server)))  # type: ignore[misc]  # mypy does not see a lambda's defaults
    bad = Counter(
        {
            status: count
            for status, count in (load.reads + load.writes).items()
            if status not in {200, 303}
        }
    )
    start = time.monotonic()
    server.send_signal(signal.SIGTERM)
    server.wait(timeout=40)
    return bad, time.monotonic() - start


def stop_worker(app: Flask) -> float:
    """End a worker in the middle of a run; return the seconds until another has the run."""
    stage = Stage(app, imgs=300, mentors=100)  # at work for seconds
    try:
        for runs in range(1, TRIES + 1):
            took = _hand_over(stage)
            stage.check(runs)
            if took is not None:
                return took
    finally:
        stage.end()
    raise Fault(f"{TRIES} workers ended their run before they could be told to end")


def _hand_over(stage: Stage) -> float | None:
    """See a run through whose worker is told to end; None: it was done before it heard of it."""
    worker, standby = stage.worker(), stage.worker()
    stop_between_writes(stage, standby)  # so that it is the first that takes the run
    job_id = stage.ask()
    stage.wait_for_attempt(job_id, 1, seconds=DONE)
    worker.terminate()
    start = time.monotonic()
    send(standby, signal.SIGCONT)
    worker.join(40)
    if stage.state(job_id) is JobState.DONE and stage.attempt(job_id) == 1:
        took = None
    else:
        stage.wait_for_attempt(job_id, 2)
        took = time.monotonic() - start
    stage.wait(job_id, JobState.DONE, seconds=DONE)
    standby.kill()
    standby.join()
    return took
