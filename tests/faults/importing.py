"""Kill or freeze the worker that writes an import: everybody is there once, or nobody yet.

In the suite it is done a few times. At length, on either database: ``script/faults``.
"""

from __future__ import annotations

import datetime as dt
import random
import signal
import time
import uuid
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess

import sqlalchemy as sa
from flask import Flask

from mentorship.accounts.models import User
from mentorship.extensions import db, enqueue, reading, transaction
from mentorship.matching.warming import warm
from mentorship.rosters import uploads
from mentorship.rosters.import_models import ImportState, RosterImport
from mentorship.sections.models import Membership, SectionRole
from tests import factories
from tests.faults.killing import DONE, Fault, send, stop_between_writes
from tests.faults.worker import start_worker

ROWS = 150
QUIET = 1.5  # seconds in which a worker that was frozen would do harm


@dataclass
class Importing:
    """Sections, each with a file of people that is to be written, and workers that write it."""

    app: Flask
    started: list[BaseProcess] = field(default_factory=list)

    def worker(self) -> BaseProcess:
        process = start_worker(self.app.config["SETTINGS"])
        self.started.append(process)
        return process

    def asked(self) -> tuple[uuid.UUID, uuid.UUID]:
        """Return a section, and its import that a leader has asked to write."""
        word = uuid.uuid4().hex[:8]
        lines = [f"{n}.{word}@example.org,Img {n},neurology" for n in range(ROWS)]
        data = "\n".join(["email,name,specialties", *lines]).encode()
        now = dt.datetime.now(dt.UTC)
        with self.app.app_context():
            with transaction() as session:
                section = factories.section(session)
                files = {SectionRole.IMG: ("imgs.csv", data)}
                by = factories.leader(session, section).id
                found = uploads.begin(session, section_id=section.id, by=by, files=files, now=now)
                found.state = ImportState.CHECKED  # tried before
                session.flush()
                said = {"skip_bad": False, "invite": False}
                tried = uploads.the_try(found)
                uploads.write(session, found, tried=tried, by=by, choices=said)
                ids = section.id, found.id
            enqueue("import_roster", ids[1])
        return ids

    def held(self, import_id: uuid.UUID) -> uuid.UUID | None:
        with self.app.app_context(), reading() as session:
            return session.scalars(
                sa.select(RosterImport.hold).where(RosterImport.id == import_id)
            ).one()

    def wait_for_another(
        self, import_id: uuid.UUID, than: uuid.UUID | None, seconds: float
    ) -> float:
        """Wait until a worker holds it who is another ``than`` that one; return for how long."""
        start = time.monotonic()
        while self.held(import_id) == than:
            if time.monotonic() - start > seconds:
                raise Fault(f"nobody took the import within {seconds} s")
            time.sleep(0.01)
        return time.monotonic() - start

    def check(self, section_id: uuid.UUID, import_id: uuid.UUID) -> bool:
        """Tell whether it is done; raise ``Fault`` if some are there, or somebody twice."""
        with self.app.app_context(), reading() as session:
            if db.engine.dialect.name == "postgresql":  # all counts as of one moment
                session.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            state = session.scalars(
                sa.select(RosterImport.state).where(RosterImport.id == import_id)
            ).one()
            imgs = Membership.section_id == section_id, Membership.role == SectionRole.IMG
            count = sa.select(sa.func.count()).select_from(Membership).where(*imgs)
            members = session.scalars(count).one()
            people = session.scalars(
                sa.select(sa.func.count(User.id.distinct()))
                .join(Membership, Membership.person_id == User.id)
                .where(*imgs)
            ).one()
        whole = {ImportState.WRITING: 0, ImportState.DONE: ROWS}.get(state)
        if whole is None or not members == people == whole:
            raise Fault(f"the import is {state} with {members} members, {people} people")
        return state is ImportState.DONE

    def wait(self, section_id: uuid.UUID, import_id: uuid.UUID) -> None:
        start = time.monotonic()
        while not self.check(section_id, import_id):
            if time.monotonic() - start > DONE:
                raise Fault(f"nobody ended the import within {DONE} s")
            time.sleep(0.02)

    def end(self) -> None:
        for worker in self.started:
            worker.kill()
            worker.join()


def kill_importers(app: Flask, times: int, seed: int = 13) -> list[float]:
    """Kill a worker that often while it writes; return the seconds until another had the import."""
    dice, taken = random.Random(seed), []  # noqa: S311  instants, no secrets
    warm()
    importing, takes = Importing(app), 0.6
    try:
        worker = importing.worker()
        for _ in range(times):
            ids = importing.asked()
            importing.wait_for_another(ids[1], None, DONE)
            time.sleep(dice.uniform(0, takes))
            worker.kill()
            worker.join()
            first, done = importing.held(ids[1]), importing.check(*ids)
            takes *= 0.8 if done else 1.05
            since = time.monotonic()
            worker = importing.worker()
            if not done:
                importing.wait_for_another(ids[1], first, DONE)
                taken.append(time.monotonic() - since)
            importing.wait(*ids)
    finally:
        importing.end()
    return taken


def freeze_importer(app: Flask, times: int) -> None:
    """Stop a worker for longer than its lease; another does the work; the first writes nothing."""
    importing = Importing(app)
    try:
        for _ in range(times):
            zombie = importing.worker()
            ids = importing.asked()
            importing.wait_for_another(ids[1], None, DONE)
            stop_between_writes(importing, zombie)
            importing.worker()
            importing.wait(*ids)
            send(zombie, signal.SIGCONT)
            time.sleep(QUIET)
            if not importing.check(*ids):
                raise Fault("what was written is gone")
            importing.end()
    finally:
        importing.end()
