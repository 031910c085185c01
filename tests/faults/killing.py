"""Kill the worker of a running round at a random instant, and see that nothing is half or double.

In the suite it is done a few times. At length, on either database: ``script/faults``.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import sqlite3
import time
import uuid
from collections.abc import Sequence
from contextlib import closing
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from flask import Flask

from mentorship.extensions import db, enqueue, reading, transaction
from mentorship.matching.warming import warm
from mentorship.notices.models import Message
from mentorship.rounds.jobs import ask_run
from mentorship.rounds.models import Pair, Run, RunSeat, Unmatched
from mentorship.rounds.offer_models import Offer
from mentorship.rounds.run_models import JobState, RunFairness, RunJob, RunStep
from tests.faults.worker import LEASE, start_worker
from tests.rounds.cast import small_cast

RECOVERED = LEASE + 10  # seconds within which another worker has the run of a dead one
DONE = 60  # seconds for it to be done, however busy the machine


class Fault(AssertionError):
    """Something was half done, lost or doubled."""


class HasApp(Protocol):
    app: Flask


class Stage:
    """A database with one round that can be run, and the means to run it."""

    def __init__(self, app: Flask, *, imgs: int = 60, mentors: int = 20) -> None:
        self.app, self.started = app, list[BaseProcess]()
        warm()  # as ``set-up`` does: compiling is kept for the workers
        with app.app_context(), transaction() as session:
            cast = small_cast(session)
            for number in range(imgs):
                cast.img(f"Img {number}", goals=f"Research, number {number}")
            for number in range(mentors):
                cast.mentor(f"Mentor {number}", seats=2)
            self.imgs, self.mentors = imgs + 3, mentors + 2  # three and two in the small cast
            self.round_id = cast.open().id
            session.execute(sa.delete(Message))

    def ask(self) -> uuid.UUID:
        with self.app.app_context():
            with transaction() as session:
                now = dt.datetime.now(dt.UTC)
                job_id = ask_run(session, round_id=self.round_id, by=None, now=now).id
            enqueue("solve_run", job_id)
        return job_id

    def state(self, job_id: uuid.UUID) -> JobState:
        with self.app.app_context(), reading() as session:
            return session.scalars(sa.select(RunJob.state).where(RunJob.id == job_id)).one()

    def wait(self, job_id: uuid.UUID, state: JobState, seconds: float = 30) -> float:
        """Wait until the job is in a state; return for how long."""
        start = time.monotonic()
        while (found := self.state(job_id)) is not state:
            if time.monotonic() - start > seconds:
                raise Fault(f"{found} and not {state} after {seconds} s: {self.told(job_id)}")
            time.sleep(0.01)
        return time.monotonic() - start

    def attempt(self, job_id: uuid.UUID) -> int:
        with self.app.app_context(), reading() as session:
            return session.scalars(sa.select(RunJob.attempt).where(RunJob.id == job_id)).one()

    def wait_for_attempt(self, job_id: uuid.UUID, number: int, seconds: float = RECOVERED) -> None:
        """Wait until a worker has the run: 1, the first; 2, another after it."""
        start = time.monotonic()
        while self.attempt(job_id) < number:
            if time.monotonic() - start > seconds:
                raise Fault(f"nobody took it within {seconds} s: {self.told(job_id)}")
            time.sleep(0.01)

    def end(self) -> None:
        """End every worker there may be, frozen ones too."""
        for worker in self.started:
            _end(worker)

    def runs(self) -> int:
        with self.app.app_context(), reading():
            return _count(Run.id, sa.true())

    def row(self, job_id: uuid.UUID) -> Sequence[object]:
        """Return all that is kept of a run's work."""
        columns = sa.select(*sa.inspect(RunJob).columns).where(RunJob.id == job_id)
        with self.app.app_context(), reading() as session:
            return tuple(session.execute(columns).one())

    def told(self, job_id: uuid.UUID) -> str:
        with self.app.app_context(), reading() as session:
            job = session.get_one(RunJob, job_id, populate_existing=True)
            return f"attempt {job.attempt}, {job.phase} {job.percent}%, lease {job.lease_until}"

    def check(self, runs: int) -> None:
        """Every run there is is whole, there are as many as were done, and nobody was told."""
        with self.app.app_context(), reading() as session:
            made = session.scalars(sa.select(Run.id)).all()
            done = sa.select(RunJob.run_id).where(RunJob.state == JobState.DONE)
            if len(made) != runs or set(session.scalars(done)) != set(made):
                raise Fault(f"{len(made)} runs where {runs} were done")
            for run_id in made:
                matched = _count(Pair.img_id.distinct(), Pair.run_id == run_id)
                left = _count(Unmatched.img_id, Unmatched.run_id == run_id)
                seats = _count(RunSeat.mentor_id, RunSeat.run_id == run_id)
                told = _count(RunFairness.run_id, RunFairness.run_id == run_id)
                if (matched + left, seats, told) != (self.imgs, self.mentors, 1):
                    raise Fault(f"run {run_id} is not whole")
            steps = _count(RunStep.number, RunStep.round_id == self.round_id)
            if steps != runs:
                raise Fault(f"{steps} steps for {runs} runs")
            if _count(Offer.id, sa.true()) or _count(Message.id, sa.true()):
                raise Fault("somebody was told")

    def worker(self) -> BaseProcess:
        process = start_worker(self.app.config["SETTINGS"])
        self.started.append(process)
        return process


def _count(what: Any, where: sa.ColumnElement[bool]) -> int:
    return db.session.scalars(sa.select(sa.func.count(what)).where(where)).one()


def kill(stage: Stage, times: int, seed: int = 7) -> list[float]:
    """Kill a worker in the middle of a run so many times, at random instants.

    Returns how long it took each time until another had the run. Workers that were done before
    they were killed are looked after as well, and do not count.
    """
    dice, recovered = random.Random(seed), list[float]()  # noqa: S311  instants, no secrets
    takes, runs = 3.0, 0
    worker = stage.worker()
    while len(recovered) < times:
        standby = stage.worker()
        stop_between_writes(stage, standby)
        job_id = stage.ask()
        stage.wait(job_id, JobState.RUNNING)
        time.sleep(dice.uniform(0, takes))
        _end(worker)
        since, done = time.monotonic(), stage.state(job_id) is JobState.DONE
        takes *= 0.8 if done else 1.05
        stage.check(runs + done)
        send(standby, signal.SIGCONT)
        if not done:
            stage.wait_for_attempt(job_id, 2)
            recovered.append(time.monotonic() - since)
        stage.wait(job_id, JobState.DONE, seconds=DONE)
        runs += 1
        stage.check(runs)
        worker = standby
    return recovered


def freeze(stage: Stage) -> None:
    """Stop a worker for longer than its lease; another does the work; the first writes nothing."""
    runs, zombie = stage.runs(), stage.worker()
    job_id = stage.ask()
    stage.wait(job_id, JobState.RUNNING)
    stop_between_writes(stage, zombie)
    stage.worker()
    stage.wait_for_attempt(job_id, 2)
    stage.wait(job_id, JobState.DONE, seconds=DONE)
    before = stage.row(job_id)
    send(zombie, signal.SIGCONT)
    time.sleep(2)
    stage.check(runs + 1)
    if stage.row(job_id) != before:
        raise Fault(f"a worker wrote after its lease: {before}, then {stage.row(job_id)}")


def stop_between_writes(stage: HasApp, worker: BaseProcess) -> None:
    """Stop a worker where it does not hold SQLite's locks, which would stop everybody.

    There are two, the database's and the queue's. Connections of the tests' own would wait a minute
    for them each time, and a worker goes on for a hundredth of a second only.
    """
    with stage.app.app_context():
        url = db.engine.url
    files = [stage.app.config["SETTINGS"].instance / "queue.db"]
    if url.get_backend_name() == "sqlite":
        files.append(Path(url.database or ""))
    while True:
        stop(worker)
        try:
            for file in files:
                _begin(file)
        except sqlite3.OperationalError:
            send(worker, signal.SIGCONT)
            time.sleep(0.01)
        else:
            return


def _begin(file: Path) -> None:
    """Take a lock of SQLite's and give it back."""
    if file.exists():  # no queue beside PostgreSQL
        with closing(sqlite3.connect(file, timeout=0.5, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")


def stop(worker: BaseProcess) -> None:
    """Stop all threads of a worker: one inside the kernel may still take a lock on its way out."""
    send(worker, signal.SIGSTOP)
    threads = Path(f"/proc/{worker.pid}/task")
    while any(_state(each) not in "Tt" for each in threads.glob("*/stat")):
        time.sleep(0.005)


def _state(stat: Path) -> str:
    return stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]


def send(worker: BaseProcess, what: signal.Signals) -> None:
    assert worker.pid is not None
    os.kill(worker.pid, what)


def _end(worker: BaseProcess) -> None:
    worker.kill()
    worker.join()
