"""F14 at length: a million rows at the command line, and more than ten megabytes to the site."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from mentorship.extensions import transaction
from tests import factories
from tests.faults.place import NO_ANSWER, ROOT, Browser, Place

MENTORS = "email,name,seats\nmo@example.org,Mo Mentor,2\n"
TOO_LARGE = 11 * 1024 * 1024  # bytes


def from_the_command_line(place: Place, rows: int) -> tuple[float, float, int, str]:
    """Import so many rows; return seconds, megabytes held, the exit code, what it said."""
    with place.app.app_context(), transaction() as session:
        factories.section(session, slug="north")
    people, mentors = place.folder / "imgs.csv", place.folder / "mentors.csv"
    mentors.write_text(MENTORS)
    with people.open("w") as out:
        out.write("email,name,stage\n")
        out.writelines(_lines(rows))
    start = time.monotonic()
    said = place.folder / "said"
    with said.open("wb") as told:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "flask", "--app", "wsgi", "roster", "import", "north"),
                *(str(people), str(mentors)),
            ],
            cwd=ROOT,
            env=place.environment,
            stdout=told,
            stderr=subprocess.STDOUT,
        )
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - start
    return seconds, used.ru_maxrss / 1024, process.returncode, _last_line(said)


def _lines(rows: int) -> Iterable[str]:
    return (f"person{number}@example.org,Person Number {number},usce\n" for number in range(rows))


def _last_line(file: Path) -> str:
    return next(reversed(file.read_text().strip().splitlines()), "")


def to_the_site(place: Place) -> tuple[int, float]:
    """Send a file that is too large; return the status of the answer and its seconds."""
    place.web()
    with place.app.app_context(), transaction() as session:
        section = factories.section(session)
        leader = factories.leader(session, section)
        path = f"/sections/{section.slug}/import"
    browser = Browser(place, leader)
    head = b'--x\r\nContent-Disposition: form-data; name="imgs"; filename="imgs.csv"\r\n\r\n'
    body = head + b"a" * TOO_LARGE + b"\r\n--x--\r\n"
    lines = [
        f"POST {path} HTTP/1.1",
        *(f"{name}: {value}" for name, value in browser.headers.items()),
        "Content-Type: multipart/form-data; boundary=x",
        f"Content-Length: {len(body)}",
    ]
    start = time.monotonic()
    with socket.create_connection(("127.0.0.1", place.port), timeout=60) as line:
        line.sendall("\r\n".join([*lines, "", ""]).encode())
        with suppress(OSError):  # the answer may come before all is sent
            line.sendall(body)
        with suppress(OSError):
            answer = line.recv(1024).decode("latin-1")
            return int(answer.split(" ", 2)[1]), time.monotonic() - start
    return NO_ANSWER, time.monotonic() - start
