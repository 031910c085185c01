"""A site of its own to measure, and a leader who clicks through it against a clock.

The goal for statements is the design's: at most twelve a page, whatever the size of a section. In
seconds it sets none; those of a page and of a click are ours, after Nielsen (Usability Engineering,
1993, chapter 5): 1 s keeps a train of thought, 10 s attention.
"""

from __future__ import annotations

import datetime as dt
import html
import re
import statistics
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from mentorship.accounts.models import User
from mentorship.app import create_app
from mentorship.config import Mfa, Mode, Settings
from mentorship.crypto import new_key
from mentorship.extensions import db
from mentorship.operations.starting import settle
from mentorship.profiles.service import sync_terms
from mentorship.sections.leading import appoint_leader
from mentorship.sections.models import Section
from mentorship.sections.service import create_section
from mentorship.signins.service import new_token, open_session

SECRET = "benchmark"  # noqa: S105  of a database that is thrown away
TIMES = 5  # a page is opened so often, after once to warm up
PAGE, CLICK = 1.0, 10.0  # seconds
STATEMENTS = 12  # a page
HEADER = (
    "| step | time | processor | goal (ours) | statements | goal | size |\n"
    "|---|---|---|---|---|---|---|"
)


class Leader:
    """A signed-in leader, with a count of statements and a clock."""

    def __init__(self, app: Flask, person: User) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        token, now = new_token(), dt.datetime.now(dt.UTC)
        with app.app_context():
            who = db.session.get_one(User, person.id)
            open_session(db.session(), who, token=token, browser="Benchmark", now=now)
            db.session.commit()
        with self.client.session_transaction() as cookie:
            cookie |= {"csrf_token": SECRET, "_user_id": token, "_fresh": True, "fs_cc": "set"}

    def post(self, path: str, data: Mapping[str, Any] | None = None, status: int = 303) -> str:
        """Send a form; return where the answer leads."""
        answer = self._post(path, data)
        if answer.status_code != status:
            raise SystemExit(f"POST {path}: {answer.status_code}\n{answer.text[:2000]}")
        return answer.location or ""

    def _post(self, path: str, data: Mapping[str, Any] | None) -> TestResponse:
        signer = URLSafeTimedSerializer(str(self.app.secret_key), salt="wtf-csrf-token")
        token = str(signer.dumps(SECRET))
        with self.client.session_transaction() as cookie:  # the password was given just now
            cookie |= {"fs_paa": time.time()}
        return self.client.post(path, data={"csrf_token": token} | dict(data or {}))

    def file(self, path: str, data: Mapping[str, Any]) -> None:
        """Take a file out."""
        answer = self._post(path, data)
        if answer.status_code != 200 or answer.mimetype == "text/html":
            raise SystemExit(f"POST {path}: {answer.status_code}, no file")

    def page(self, what: str, path: str) -> str:
        """Open a page, once to warm up and then against the clock."""
        with counted(self.app) as statements:
            text = self.get(path)
        start = time.process_time()
        seconds = statistics.median(timed(lambda: self.get(path)) for _ in range(TIMES))
        busy = (time.process_time() - start) / TIMES
        used, size = len(statements), f"{len(text) // 1024} kB"
        told = verdict(used, STATEMENTS, "{}")
        row(what, seconds, f"{busy:.2f} s", verdict(seconds, PAGE), str(used), told, size)
        return text

    def get(self, path: str) -> str:
        answer = self.client.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"GET {path}: {answer.status_code}")
        return answer.text

    def click(self, what: str, act: Callable[[], object]) -> None:
        """Do something that the leader waits for."""
        seconds = timed(act)
        row(what, seconds, "", verdict(seconds, CLICK))

    def behind(self, what: str, seconds: float) -> None:
        """Tell of a worker's task: it has no goal, as a page shows how far it is."""
        row(f"worker: {what}", seconds, "", "none set")


def verdict(figure: float, goal: float, shown: str = "{:.0f} s") -> str:
    return f"{shown.format(goal)}, {'met' if figure <= goal else 'NOT MET'}"


def row(what: str, seconds: float, *more: str) -> None:
    cells = [what, f"{seconds:.2f} s", *more, *[""] * (5 - len(more))]
    print(f"| {' | '.join(cells)} |", flush=True)


def timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_c: object, _u: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            statements.append(statement)

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    yield statements
    sa.event.remove(engine, "before_cursor_execute", note)


def application(folder: Path, database_url: str | None) -> tuple[Flask, User]:
    """Return an application on a new database, and the leader of its one section."""
    settings: dict[str, Any] = {
        "secret_key": uuid.uuid4().hex * 2,
        "field_keys": f"bench:{new_key()}",
        "database_url": database_url or f"sqlite:///{folder / 'bench.db'}",
        "base_url": "http://localhost",
        "mail_url": "smtp://localhost:1025",  # mails wait for a worker, as they do in production
        "trusted_hosts": (),
        "mode": Mode.TESTING,
        "require_mfa": Mfa.OFF,
        "instance": folder,
    }
    app, now = create_app(Settings(**settings)), dt.datetime.now(dt.UTC)
    with app.app_context():
        upgrade()
        sync_terms(db.session())
        leader = User(
            email="leader@example.org",
            name="Leader",
            fs_uniquifier=uuid.uuid4().hex,
            created_at=now,
            confirmed_at=now,
            active=True,
        )
        db.session.add(leader)
        made = {"name": "Large", "slug": "large", "about": "", "approve_imgs": False, "now": now}
        section: Section = create_section(db.session(), **made)
        db.session.flush()
        appoint_leader(db.session(), section_id=section.id, person_id=leader.id, by=None, now=now)
        db.session.commit()
        db.session.refresh(leader)
        db.session.expunge(leader)
    settle()  # as the web server and the worker do
    return app, leader


def hidden(page: str, name: str) -> str:
    """Return what a hidden field of a page holds."""
    for tag in re.findall(r"<input[^>]*>", page):
        if f'name="{name}"' in tag:
            found = re.search(r'value="([^"]*)"', tag)
            return html.unescape(found[1]) if found else ""
    raise SystemExit(f"no field {name} on the page")
