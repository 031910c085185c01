"""F15: eight writers and 32 readers on one database; and how long a write takes then."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from mentorship.accounts.models import User
from mentorship.extensions import transaction
from tests import factories
from tests.faults.place import NOTES, Browser, Place

WRITERS, READERS = 8, 32


@dataclass
class Crowd:
    writes: list[float] = field(default_factory=list)  # seconds each
    reads: int = 0
    bad: list[int] = field(default_factory=list)  # statuses of those that failed

    def p99(self) -> float:
        return _p99(self.writes)


def _p99(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.99)]


def p99_in_the_server(place: Place) -> float:
    """Return what the site itself took over a form: without the time that it waited for a thread.

    Forty browsers that ask again at once share eight threads, so most of what they wait is a queue.
    """
    notes = [file.read_text().split() for file in place.folder.glob(f"{NOTES}.*")]
    return _p99([float(each) for some in notes for each in some])


def crowd(place: Place, seconds: float) -> Crowd:
    """Let everybody read and write for some seconds."""
    with place.app.app_context(), transaction() as session:
        people: list[User] = [factories.person(session) for _ in range(WRITERS)]
    found, stop, lock = Crowd(), threading.Event(), threading.Lock()

    def write(browser: Browser) -> None:
        while not stop.is_set():
            start = time.perf_counter()
            status = browser.post("/account", {"name": "Anna Ode", "timezone": "Europe/Oslo"})
            with lock:
                found.writes.append(time.perf_counter() - start)
                if status != 303:
                    found.bad.append(status)

    def read(browser: Browser) -> None:
        while not stop.is_set():
            status, _ = browser.get("/account")
            with lock:
                found.reads += 1
                if status != 200:
                    found.bad.append(status)

    threads = [threading.Thread(target=write, args=[Browser(place, who)]) for who in people]
    threads += [
        threading.Thread(target=read, args=[Browser(place, people[number % WRITERS])])
        for number in range(READERS)
    ]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    return found
