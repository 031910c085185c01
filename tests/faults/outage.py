"""F8: the database's connections are cut under load, and its server stops for ten seconds."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa

from mentorship.accounts.models import User
from mentorship.extensions import db, transaction
from tests import factories
from tests.faults.place import Browser, Place
from tests.faults.server import Server

READERS, WRITERS = 6, 2
PAGE = "/account"


@dataclass
class Load:
    """What the clients of a site were answered."""

    reads: Counter[int] = field(default_factory=Counter)
    writes: Counter[int] = field(default_factory=Counter)
    without_retry_after: int = 0
    last_trouble: float = 0.0  # when the last answer came that was not a good one


def set_up(place: Place) -> User:
    with place.app.app_context(), transaction() as session:
        return factories.person(session)


@contextmanager
def under_load(place: Place, *, readers: int = READERS, writers: int = WRITERS) -> Iterator[Load]:
    """Have clients read and write as long as the block lasts."""
    person = set_up(place)
    load, stop, lock = Load(), threading.Event(), threading.Lock()

    def read(browser: Browser) -> None:
        while not stop.is_set():
            status, headers = browser.get(PAGE)
            with lock:
                load.reads[status] += 1
                load.without_retry_after += status == 503 and "Retry-After" not in headers
                if status != 200:
                    load.last_trouble = time.monotonic()

    def write(browser: Browser) -> None:
        while not stop.is_set():
            status = browser.post(PAGE, {"name": "Anna Ode", "timezone": "America/Chicago"})
            with lock:
                load.writes[status] += 1
                if status not in {200, 302, 303}:
                    load.last_trouble = time.monotonic()

    threads = [threading.Thread(target=read, args=[Browser(place, person)]) for _ in range(readers)]
    threads += [
        threading.Thread(target=write, args=[Browser(place, person)]) for _ in range(writers)
    ]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def cut_connections(place: Place) -> None:
    with place.app.app_context(), db.engine.connect() as connection:
        connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        )
        connection.rollback()
    with place.app.app_context():
        db.engine.dispose()


def stop_and_start(place: Place, server: Server, seconds: float) -> float:
    """Stop the server for a while; return how long after its return the site was ready again."""
    server.stop()
    place.wait_for(lambda: place.status("/readyz") == 503)
    assert place.status("/healthz") == 200
    time.sleep(seconds)
    server.start()
    with place.app.app_context():
        db.engine.dispose()
    return place.wait_for(lambda: place.status("/readyz") == 200)
