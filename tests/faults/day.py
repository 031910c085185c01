"""F17: a long day. People of every role read their pages and save forms; what the site takes stays.

Memory and open files are looked at while nobody asks for anything, after a warm-up and at the end.
Each thread opens a connection to the database when it first needs one, and keeps it. So the
warm-up ends with bursts, until one opens no file more: then like is compared with like.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from mentorship.accounts.models import User
from mentorship.demo.sign_ins import sign_ins
from tests.faults.killing import Fault
from tests.faults.place import ROOT, Browser, Place

TOOLKIT = ("/toolkit/path", "/toolkit/visas", "/toolkit/licensure", "/toolkit/search?q=visa")
PAGES: Mapping[str, tuple[str, ...]] = {  # by role, as sign_ins calls it
    "section leader": (
        *("/home/leader", "/sections/imgs/rounds", "/sections/imgs/members", "/sections/imgs/log"),
        *("/sections/imgs/mentorships", "/sections/imgs/about/events", "/toolkit/residency"),
    ),
    "administrator": (
        "/home/admin",
        "/admin/accounts",
        "/admin/log",
        "/admin/sections",
        "/account",
    ),
    "IMG with a mentor": ("/home/img", "/profile/img/preview", "/notices", "/news", *TOOLKIT),
    "mentor who is asked": (
        "/home/mentor",
        "/profile/mentor",
        "/account/data",
        "/find/imgs",
        *TOOLKIT,
    ),
    "IMG in the next round": (
        "/home/img",
        "/profile/img",
        "/find/mentors",
        "/sections/imgs/about",
        *TOOLKIT,
    ),
}
REST = 0.6  # seconds between an answer and what somebody asks next
VISIT = 600.0  # seconds until they sign in anew
CLOSING = 0.5  # seconds
AT_ONCE = 32  # in a burst: more than the threads of all processes
CALM = 2  # bursts one after the other that open nothing
MOST_BURSTS = 12
MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class Sizes:
    """What a server's own processes take: resident memory in bytes and open files, by process."""

    memory: Mapping[int, int]
    files: Mapping[int, int]

    @classmethod
    def of(cls, processes: list[int]) -> Sizes:
        pages = {pid: Path(f"/proc/{pid}/statm").read_text().split()[1] for pid in processes}
        return cls(
            {pid: int(count) * os.sysconf("SC_PAGE_SIZE") for pid, count in pages.items()},
            {pid: len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in processes},
        )


@dataclass(frozen=True, slots=True)
class Day:
    """How it went: what was answered, and what the processes took after warm-up and at the end."""

    answers: Mapping[int, int]
    before: Sizes
    after: Sizes

    @property
    def grown(self) -> float:
        """How much more memory the process that grew most took, as a share."""
        return max(
            self.after.memory[pid] / self.before.memory[pid] - 1 for pid in self.after.memory
        )

    @property
    def left_open(self) -> int:
        """How many more files the process has open that has most."""
        return max(self.after.files[pid] - self.before.files[pid] for pid in self.after.files)


def lasting(site: Place, *, warm: float, seconds: float) -> Day:
    """Serve the demo's people for ``warm`` and then ``seconds`` seconds.

    Raises KeyError if a server process was replaced meanwhile: it ended, and should not have.
    """
    subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "set-up", "--demo"],
        cwd=ROOT,
        env=site.environment,
        check=True,
        capture_output=True,
    )
    server = site.web()
    answers: Counter[int] = Counter()
    _serve(site, warm, Counter())
    _open_all(site, server)
    before = _resting(site, server)
    _serve(site, seconds, answers)
    return Day(answers, before, _resting(site, server))


def _resting(site: Place, server: subprocess.Popen[bytes]) -> Sizes:
    """Look once the last connections of browsers are closed on both sides."""
    time.sleep(CLOSING)
    return Sizes.of(site.children(server))


def _open_all(site: Place, server: subprocess.Popen[bytes]) -> None:
    """Ask more at once than there are threads, until all of them have what they keep open.

    Raises
    ------
    Fault
        There are more files after each burst: they are not what a thread keeps.

    """
    people = _people(site)
    seen = [_resting(site, server).files]
    for _ in range(MOST_BURSTS):
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda n: _press(site, people, n), range(AT_ONCE)))
        seen.append(_resting(site, server).files)
        if len(seen) > CALM and all(each == seen[-1] for each in seen[-CALM - 1 :]):
            return
    raise Fault(f"open files, burst after burst: {[sum(each.values()) for each in seen]}")


def _press(site: Place, people: Mapping[str, User], number: int) -> None:
    role = sorted(PAGES)[number % len(PAGES)]
    browser = Browser(site, people[role])
    for page in PAGES[role][:2]:
        browser.get(page)


def _people(site: Place) -> Mapping[str, User]:
    return site.asked(
        lambda session: {
            one.role: session.query(User).filter_by(email=one.email).one()
            for one in sign_ins(session)
        }
    )


def _serve(site: Place, seconds: float, answers: Counter[int]) -> None:
    """Let each role visit page after page, and save a form after each round of them."""
    people = _people(site)
    end, lock = time.monotonic() + seconds, threading.Lock()

    def visit(role: str) -> None:
        while time.monotonic() < end:
            browser, leaves = Browser(site, people[role]), time.monotonic() + VISIT
            while time.monotonic() < min(end, leaves):
                for status in _a_round_of_pages(browser, PAGES[role], end):
                    with lock:
                        answers[status] += 1

    threads = [threading.Thread(target=visit, args=[role]) for role in PAGES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _a_round_of_pages(browser: Browser, pages: tuple[str, ...], end: float) -> list[int]:
    answers = []
    for page in pages:
        if time.monotonic() < end:
            answers.append(browser.get(page)[0])
            time.sleep(REST)
    answers.append(browser.post("/account", {"name": "Anna Ode", "timezone": "America/Chicago"}))
    return answers
