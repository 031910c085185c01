"""A whole site for faults: its database, server processes and workers, all of them real."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.app import create_app
from mentorship.config import Mode, Settings
from mentorship.crypto import keyring, new_key
from mentorship.extensions import db, transaction
from mentorship.profiles.service import sync_terms
from tests.page import PageClient

ROOT = Path(__file__).resolve().parent.parent.parent
STARTED = 60.0  # seconds for a server to answer, however busy the machine
T = TypeVar("T")
NOTES = "forms"  # files in which timed.py notes; behind it the process's number
NO_ANSWER = 0  # the status of a request whose connection broke


class Browser:
    """Somebody signed in, over real sockets."""

    def __init__(self, place: Place, person: User) -> None:
        self.port = place.port
        with place.app.app_context():
            client = PageClient(place.app, person)
        cookie = client.client.get_cookie(place.app.config["SESSION_COOKIE_NAME"])
        assert cookie is not None
        self._token = client.token()
        self.headers = {
            "Host": f"localhost:{self.port}",
            "Cookie": f"{cookie.key}={cookie.value}",
        }

    def get(self, path: str) -> tuple[int, Mapping[str, str]]:
        status, headers, _ = self._ask("GET", path, None)
        return status, headers

    def post(self, path: str, values: Mapping[str, str] | None = None) -> int:
        return self.press(path, values)[0]

    def press(self, path: str, values: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Send a form; return the answer's status and text."""
        body = urlencode({"csrf_token": self._token} | dict(values or {}))
        status, _, text = self._ask("POST", path, body)
        return status, text

    def _ask(self, method: str, path: str, body: str | None) -> tuple[int, Mapping[str, str], str]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = dict(self.headers)
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            text = answer.read().decode("utf-8", "replace")
            return answer.status, dict(answer.headers), text
        except (OSError, http.client.HTTPException):
            return NO_ANSWER, {}, ""
        finally:
            line.close()


class Place:
    """A migrated database and the processes that serve it. ``end`` ends them all."""

    def __init__(self, database_url: str, folder: Path, **more: str) -> None:
        self.folder, self.port = folder, free_port()
        secret, keys = uuid.uuid4().hex * 2, f"test:{new_key()}"
        self.app: Flask = create_app(
            Settings(
                secret_key=secret,
                field_keys=keys,
                database_url=database_url,
                base_url=f"http://localhost:{self.port}",
                trusted_hosts=(),
                mode=Mode.TESTING,
                instance=folder,
            )
        )
        self.environment = os.environ | {
            "MENTORSHIP_MODE": "development",
            "INSTANCE_DIR": str(folder),
            "SECRET_KEY": secret,
            "FIELD_KEYS": keys,
            "DATABASE_URL": database_url,
            "PORT": str(self.port),
            "LOG_LEVEL": "error",
            **more,
        }
        self.started: list[subprocess.Popen[bytes]] = []
        with self.app.app_context():
            upgrade()
            with transaction() as session:
                sync_terms(session)

    def web(self, processes: int = 2, app: str = "wsgi:app") -> subprocess.Popen[bytes]:
        """Start the server and wait until it answers."""
        server = self._start(
            *("gunicorn", "--config", "gunicorn.conf.py", "--bind", f"127.0.0.1:{self.port}"),
            *("--workers", str(processes), app),
        )
        self.wait_for(lambda: self.status("/healthz") == 200, server)
        return server

    def worker(self) -> subprocess.Popen[bytes]:
        return self._start("flask", "--app", "wsgi", "worker")

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{words[0]}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *words],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.started.append(process)
        return process

    def status(self, path: str) -> int:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            line.request("GET", path, headers={"Host": f"localhost:{self.port}"})
            return line.getresponse().status
        except (OSError, http.client.HTTPException):
            return NO_ANSWER
        finally:
            line.close()

    def wait_for(
        self,
        done: Callable[[], bool],
        process: subprocess.Popen[bytes] | None = None,
        seconds: float = STARTED,
    ) -> float:
        """Wait until something is so; return for how long."""
        start = time.monotonic()
        while not done():
            assert process is None or process.poll() is None, self.said()
            assert time.monotonic() - start < seconds, f"not within {seconds} s: {self.said()}"
            time.sleep(0.02)
        return time.monotonic() - start

    def said(self) -> str:
        return "\n".join(log.read_text()[-2000:] for log in self.folder.glob("*.log"))

    def children(self, server: subprocess.Popen[bytes]) -> list[int]:
        """Return the process numbers of a server's own server processes."""
        listed = Path(f"/proc/{server.pid}/task/{server.pid}/children")
        return [int(word) for word in listed.read_text().split()]

    def asked(self, what: Callable[[Session], T]) -> T:
        """Look into the database."""
        keyring.load(self.app.config["SETTINGS"].field_keys)
        with self.app.app_context():
            try:
                return what(db.session())
            finally:
                db.session.remove()

    def end(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in self.started:
            try:
                process.wait(timeout=40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()


@contextmanager
def place(database_url: str, folder: Path, **more: str) -> Iterator[Place]:
    made = Place(database_url, folder, **more)
    try:
        yield made
    finally:
        made.end()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
