"""How long a leader waits: a large roster imported on the site, a round run, reviewed, published.

Everything goes through the real pages and the real worker's tasks, on a SQLite database of its own.
``python -m benchmarks.leaders 5000x2000`` prints a table for ``docs/performance.md``.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import io
import statistics
import tempfile
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

from benchmarks.clock import machine
from benchmarks.people import market
from mentorship.accounts.models import User
from mentorship.app import create_app
from mentorship.config import Mfa, Mode, Settings
from mentorship.crypto import new_key
from mentorship.extensions import db
from mentorship.jobs import TASKS
from mentorship.matching import CRITERIA
from mentorship.profiles.service import sync_terms
from mentorship.rosters.format import write_imgs, write_mentors
from mentorship.rosters.import_models import RosterImport
from mentorship.rosters.rows import ImgRow, MentorRow
from mentorship.rounds.models import Round
from mentorship.rounds.offer_models import Offer
from mentorship.rounds.run_models import RunJob
from mentorship.sections.leading import appoint_leader
from mentorship.sections.models import Section
from mentorship.sections.service import create_section
from mentorship.signins.service import new_token, open_session

SECRET = "benchmark"  # noqa: S105  of a database that is thrown away
TIMES = 5  # a page is opened so often, after once to warm up


class Leader:
    """A signed-in leader, with a count of statements and a clock."""

    def __init__(self, app: Flask, person: User) -> None:
        self.app, self.lines = app, list[str]()
        self.client: FlaskClient = app.test_client()
        token, now = new_token(), dt.datetime.now(dt.UTC)
        with app.app_context():
            who = db.session.get_one(User, person.id)
            open_session(db.session(), who, token=token, browser="Benchmark", now=now)
            db.session.commit()
        with self.client.session_transaction() as cookie:
            cookie |= {"csrf_token": SECRET, "_user_id": token, "_fresh": True, "fs_cc": "set"}
            cookie |= {"fs_paa": time.time()}

    def post(self, path: str, data: Mapping[str, Any] | None = None) -> str:
        signer = URLSafeTimedSerializer(str(self.app.secret_key), salt="wtf-csrf-token")
        token = str(signer.dumps(SECRET))
        answer = self.client.post(path, data={"csrf_token": token} | dict(data or {}))
        if answer.status_code != 303:
            raise SystemExit(f"POST {path}: {answer.status_code}\n{answer.text[:2000]}")
        return answer.location or ""

    def page(self, what: str, path: str) -> str:
        """Open a page, once to warm up and then against the clock."""
        with counted(self.app) as statements:
            text = self._get(path)
        seconds = statistics.median(timed(lambda: self._get(path)) for _ in range(TIMES))
        self.tell(what, seconds, f"{len(statements)} statements, {len(text) // 1024} kB")
        return text

    def _get(self, path: str) -> str:
        answer = self.client.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"GET {path}: {answer.status_code}")
        return answer.text

    def act(self, what: str, act: Callable[[], object]) -> None:
        self.tell(what, timed(act), "")

    def tell(self, what: str, seconds: float, more: str) -> None:
        self.lines.append(f"| {what} | {seconds:.2f} s | {more} |")
        print(self.lines[-1], flush=True)


def timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_c: object, _u: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    yield statements
    sa.event.remove(engine, "before_cursor_execute", note)


def rosters(imgs: int, mentors: int) -> tuple[bytes, bytes]:
    """Return both files of a made-up section."""
    people = market("balanced", imgs, mentors)
    first, second = io.StringIO(newline=""), io.StringIO(newline="")
    emails = {p.key: f"p{k}@example.org" for k, p in enumerate([*people.imgs, *people.mentors])}

    def known(keys: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(emails[key] for key in keys if key in emails)

    write_imgs(
        first,
        [
            ImgRow(
                email=emails[img.key],
                name=f"Img {number}",
                consents=("matching",),
                profile=dataclasses.replace(
                    img, key=emails[img.key], requests=known(img.requests), avoid=known(img.avoid)
                ),
            )
            for number, img in enumerate(people.imgs)
        ],
    )
    write_mentors(
        second,
        [
            MentorRow(
                email=emails[mentor.key],
                name=f"Mentor {number}",
                consents=("matching",),
                profile=dataclasses.replace(
                    mentor,
                    key=emails[mentor.key],
                    welcomes=known(mentor.welcomes),
                    exclude=known(mentor.exclude),
                ),
            )
            for number, mentor in enumerate(people.mentors)
        ],
    )
    return first.getvalue().encode(), second.getvalue().encode()


def application(folder: Path, database_url: str | None) -> tuple[Flask, User]:
    """Return an application on a new database, and the leader of its one section."""
    settings: dict[str, Any] = {
        "secret_key": uuid.uuid4().hex * 2,
        "field_keys": f"bench:{new_key()}",
        "database_url": database_url or f"sqlite:///{folder / 'bench.db'}",
        "base_url": "http://localhost",
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
    return app, leader


def work(app: Flask, task: str, kind: type[RosterImport | RunJob]) -> None:
    """Do as the worker would, with whatever waits."""
    with app.app_context():
        waiting = db.session.scalars(sa.select(kind.id)).all()
        for row_id in waiting:
            TASKS[task](str(row_id))


def walk(app: Flask, leader: Leader, files: tuple[bytes, bytes]) -> None:
    """Go the way of a round, from the files to the offers."""
    sent = {
        side: (io.BytesIO(data), f"{side}s.csv")
        for side, data in zip(("img", "mentor"), files, strict=True)
    }
    where = [""]
    leader.act(
        f"upload ({sum(map(len, files)) / 1e6:.1f} MB)",
        lambda: where.append(leader.post("/sections/large/import", sent)),
    )
    here = where[-1]
    page = leader.page("columns", here)
    with app.app_context():
        mapping = db.session.scalars(sa.select(RosterImport.mapping)).one()
    fields = {f"{side}_{at}": name for side, own in mapping.items() for at, name in own.items()}
    assert "img_0" in page  # noqa: S101  the page has the fields that are sent
    leader.post(f"{here}/columns", fields)
    leader.act("worker: the try", lambda: work(app, "import_roster", RosterImport))
    leader.page("report of the try", here)
    leader.post(f"{here}/write")
    leader.act("worker: the import", lambda: work(app, "import_roster", RosterImport))
    leader.page("members", "/sections/large/members")
    set_up = leader.client.get("/sections/large/rounds/new").text
    assert "What is the best result" in set_up  # noqa: S101
    leader.post("/sections/large/rounds/new", set_up_fields())
    with app.app_context():
        round_id = db.session.scalars(sa.select(Round.id)).one()
    home = f"/sections/large/rounds/{round_id}"
    leader.act("open the round", lambda: leader.post(f"{home}/open"))
    leader.page("people", f"{home}/people")
    leader.page("people, filtered", f"{home}/people?specialty=neurology&q=1")
    leader.post(f"{home}/run")
    leader.act("worker: the run", lambda: work(app, "solve_run", RunJob))
    for what, path in (
        ("overview", home),
        ("review", f"{home}/review"),
        ("review, weakest first, page 50", f"{home}/review?sort=weakest&page=50"),
        ("review, a name", f"{home}/review?q=mentor+19"),
        ("picture", f"{home}/review/picture"),
        ("without a mentor", f"{home}/unmatched"),
        ("fairness", f"{home}/review/fairness"),
        ("before publishing", f"{home}/publish"),
    ):
        leader.page(what, path)
    with app.app_context():
        run_id = db.session.scalars(sa.select(RunJob.run_id)).one()
    leader.act("publish", lambda: leader.post(f"{home}/publish", {"run": str(run_id)}))
    leader.act("send it now", lambda: leader.post(f"{home}/publish/now"))
    with app.app_context():
        offers = db.session.scalar(sa.select(sa.func.count()).select_from(Offer))
    leader.page("answers", f"{home}/answers")
    leader.page("without, after publishing", f"{home}/answers?show=without")
    leader.page("home of the leader", "/home/leader")
    print(f"\n{offers} offers are out.")


def set_up_fields() -> dict[str, str]:
    weights = {f"weight_{key}": str(each.weight) for key, each in CRITERIA.items()}
    plain = {"name": "Large", "policy": "most-matched", "answer_days": "14", "minimum": "0"}
    plain |= {"requests": "optimum", "request_days": "7"}
    rest = {"respect_institutions": "y", "respect_selection": "y", "browsing": ""}
    return weights | plain | rest | {"two_mentors": "y", "reminder_days": "5, 1"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", nargs="?", default="5000x2000", help="IMGs x mentors")
    parser.add_argument("--database", help="an address of a database that is thrown away")
    asked = parser.parse_args()
    imgs, mentors = map(int, asked.size.split("x"))
    print(f"{asked.size}, {machine()}\n\n| step | time | |\n|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        app, person = application(Path(folder), asked.database)
        walk(app, Leader(app, person), rosters(imgs, mentors))


if __name__ == "__main__":
    main()
