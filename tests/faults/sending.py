"""Kill the worker that sends a publication out at a random instant: all of it is out, or nothing.

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
from typing import Any

import sqlalchemy as sa
from flask import Flask

from mentorship.accounts.models import User
from mentorship.extensions import db, reading, transaction
from mentorship.inbox.models import Notice
from mentorship.matching.warming import warm
from mentorship.notices.models import Message
from mentorship.rounds.models import Pair, Round, RoundState, RunSeat
from mentorship.rounds.offer_models import Offer, Publication, SeatCount
from mentorship.rounds.planning import UNDO, plan_publication
from mentorship.rounds.run_models import PublishPlan
from tests.faults.killing import Fault, send, stop, stop_between_writes
from tests.faults.worker import start_worker
from tests.rounds.cast import small_cast

IMGS, MENTORS = 90, 40
SENT = 60  # seconds until another worker has sent it out, however busy the machine
QUIET = 1.5  # seconds in which a worker that was frozen would do harm


@dataclass(frozen=True, slots=True)
class Out:
    """How much of a publication is out: what is to be there once, and never in part."""

    plans: int
    publications: int
    offers: int
    seats: int
    mails: int
    notices: int


MOST_TRIES = 5  # for each worker that is to be stopped while it sends
HELD = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND state = 'idle in transaction' AND query ILIKE 'insert into%'"
)


@dataclass
class Sending:
    """Sections, each with a run that is to go out, and workers that send it."""

    app: Flask
    started: list[BaseProcess] = field(default_factory=list)
    leader: uuid.UUID = field(default_factory=uuid.uuid4)  # of the section at hand

    def worker(self) -> BaseProcess:
        process = start_worker(self.app.config["SETTINGS"])
        self.started.append(process)
        return process

    def reviewed(self) -> tuple[uuid.UUID, uuid.UUID]:
        """Return a round of people of its own, and its run."""
        with self.app.app_context(), transaction() as session:
            cast = small_cast(session)
            for number in range(IMGS):
                cast.img(f"Img {number}", goals=f"Research, number {number}")
            for number in range(MENTORS):
                cast.mentor(f"Mentor {number}", seats=2)
            self.leader = cast.leader.id
            round_, run = cast.reviewed()
            return round_.id, run.id

    def plan(self, round_id: uuid.UUID, run_id: uuid.UUID) -> None:
        """Have the run go out at once: a leader asked for it half an hour ago."""
        then = dt.datetime.now(dt.UTC) - UNDO
        with self.app.app_context(), transaction() as session:
            plan_publication(session, round_id=round_id, run_id=run_id, by=self.leader, now=then)

    def out(self, round_id: uuid.UUID) -> Out:
        with self.app.app_context(), reading() as session:
            if db.engine.dialect.name == "postgresql":  # all counts as of one moment
                session.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            section = sa.select(Round.section_id).where(Round.id == round_id).scalar_subquery()
            people = sa.select(User.id).where(_member(section)).scalar_subquery()
            emails = sa.select(User.email).where(_member(section)).scalar_subquery()
            state = session.scalars(sa.select(Round.state).where(Round.id == round_id)).one()
            found = Out(
                plans=_count(PublishPlan.round_id, PublishPlan.round_id == round_id),
                publications=_count(Publication.round_id, Publication.round_id == round_id),
                offers=_count(Offer.id, Offer.round_id == round_id),
                seats=_count(SeatCount.mentor_id, SeatCount.round_id == round_id),
                mails=_count(Message.id, Message.recipient.in_(emails)),
                notices=_count(Notice.id, Notice.person_id.in_(people)),
            )
            told = RoundState.ANSWERING if found.publications else RoundState.PUBLISHED
            if state is not told:
                raise Fault(f"the round is {state} with {found}")
            return found

    def whole(self, run_id: uuid.UUID) -> Out:
        """Return what is there once all of it is out: each is told once, mentors by mail too."""
        with self.app.app_context(), reading():
            mentors = _count(Pair.mentor_id.distinct(), Pair.run_id == run_id)
            return Out(
                plans=0,
                publications=1,
                offers=_count(Pair.id, Pair.run_id == run_id),
                seats=_count(RunSeat.mentor_id, RunSeat.run_id == run_id),
                mails=mentors,
                notices=mentors + IMGS + 3,
            )

    def check(self, round_id: uuid.UUID, run_id: uuid.UUID) -> bool:
        """Tell whether it is out; raise ``Fault`` if only some of it is."""
        found, whole = self.out(round_id), self.whole(run_id)
        if found not in {whole, Out(1, 0, 0, 0, 0, 0)}:
            raise Fault(f"half published: {found} of {whole}")
        return found == whole

    def wait(self, round_id: uuid.UUID, run_id: uuid.UUID) -> float:
        start = time.monotonic()
        while not self.check(round_id, run_id):
            if time.monotonic() - start > SENT:
                raise Fault(f"nobody sent it out within {SENT} s")
            time.sleep(0.02)
        return time.monotonic() - start

    def end(self) -> None:
        for worker in self.started:
            worker.kill()
            worker.join()


def _member(section: sa.ScalarSelect[Any]) -> sa.ColumnElement[bool]:
    own = sa.table("membership", sa.column("person_id"), sa.column("section_id"))
    return User.id.in_(sa.select(own.c.person_id).where(own.c.section_id == section))


def _count(what: Any, where: sa.ColumnElement[bool]) -> int:
    return db.session.scalars(sa.select(sa.func.count(what)).where(where)).one()


def kill_senders(app: Flask, times: int, seed: int = 11) -> tuple[int, float]:
    """Kill a worker that often while it sends out.

    Returns how often it had not sent yet, and the longest time until another one had.
    """
    dice, late, takes, longest = random.Random(seed), 0, 1.5, 0.0  # noqa: S311  instants, no secrets
    warm()
    sending = Sending(app)
    try:
        worker = sending.worker()
        for _ in range(times):
            ids = sending.reviewed()
            sending.plan(*ids)
            time.sleep(dice.uniform(0, takes))
            worker.kill()
            worker.join()
            done = sending.check(*ids)
            takes *= 0.8 if done else 1.05
            late += not done
            worker = sending.worker()
            longest = max(longest, sending.wait(*ids))
            time.sleep(0.3)  # for whoever would send it twice
            sending.check(*ids)
    finally:
        sending.end()
    return late, longest


def freeze_sender(app: Flask, times: int, seed: int = 12) -> None:
    """Stop a worker about to send out; another one does; the first then changes nothing.

    On PostgreSQL it is stopped with the locks of the publication, which are taken from it.
    """
    dice = random.Random(seed)  # noqa: S311  instants, no secrets
    sending, frozen = Sending(app), 0
    try:
        for _ in range(MOST_TRIES * times):
            ids = sending.reviewed()
            zombie = sending.worker()
            sending.plan(*ids)
            if not _stopped(sending, zombie, ids, dice.uniform(0, 0.4)):
                sending.end()
                continue
            sending.worker()
            sending.wait(*ids)
            send(zombie, signal.SIGCONT)
            time.sleep(QUIET)
            if not sending.check(*ids):
                raise Fault("what was out is gone")
            sending.end()
            frozen += 1
            if frozen == times:
                return
        raise Fault("no worker could be stopped while it sent")
    finally:
        sending.end()


def _stopped(
    sending: Sending, worker: BaseProcess, ids: tuple[uuid.UUID, uuid.UUID], after: float
) -> bool:
    """Stop a worker; say False if it had sent all before it could be stopped while it sends."""
    with sending.app.app_context():
        if db.engine.dialect.name != "postgresql":
            time.sleep(after)
            stop_between_writes(sending, worker)
            return True
    while not sending.check(*ids):
        stop(worker)
        with sending.app.app_context(), reading() as session:
            if session.scalar(HELD):
                return True
        send(worker, signal.SIGCONT)
        time.sleep(0.002)
    return False
