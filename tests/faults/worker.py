"""Real workers with a short lease, each a process of its own, forked from one that is loaded.

To import the service and the engine takes a second of a machine; the fork server does it once.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from mentorship import pulse, worker
from mentorship.app import create_app
from mentorship.config import Settings
from mentorship.matching.warming import warm
from mentorship.rosters import carrying_out
from mentorship.rounds import holding

LEASE = 2.5  # seconds; nobody waits twenty in a test
STARTED = 60  # seconds for a worker to be there, however busy the machine

forking = multiprocessing.get_context("forkserver")
forking.set_forkserver_preload([__name__])


def start_worker(settings: Settings) -> BaseProcess:
    """Start a worker; return when it is about to look for work."""
    here, there = forking.Pipe(duplex=False)
    process = forking.Process(target=work, args=(settings, there), daemon=True)
    process.start()
    there.close()
    with here:
        if not here.poll(STARTED):
            raise TimeoutError("the worker does not start")
        try:
            here.recv()
        except EOFError:
            process.join()
            raise RuntimeError(f"the worker ended with {process.exitcode}") from None
    return process


def work(settings: Settings, ready: Connection) -> None:
    holding.LEASE = dt.timedelta(seconds=LEASE)
    carrying_out.LEASE = dt.timedelta(seconds=LEASE)
    pulse.BEAT, worker.LOOK_ROUND = 0.3, 0.3
    workers = worker.Workers(create_app(settings), threads=1)
    warm()  # as the command does
    ready.send(True)
    ready.close()
    workers.run()
