"""The background tasks, thin: each holds its row, calls a service and owns the transactions.

The queue (huey) only says which row wants work; it keeps no state that anybody relies on.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from functools import cached_property
from types import TracebackType
from typing import ParamSpec, Self

import sqlalchemy as sa
from flask import Flask, current_app
from huey import PostgresHuey, SqliteHuey, crontab
from huey.api import Huey
from huey.serializer import SignedSerializer
from sqlalchemy.exc import OperationalError

from mentorship.config import Settings
from mentorship.extensions import reading, sweep, transaction
from mentorship.fetching import Fetcher
from mentorship.inbox.digest import post_digests as post_daily_digests
from mentorship.news.digest import post_digests as post_weekly_digests
from mentorship.news.polling import poll
from mentorship.notices import delivery
from mentorship.oversight import heads
from mentorship.privacy import copying, erasing, retention
from mentorship.rosters.work import work_on_import
from mentorship.rounds import closing, expiring, jobs, planning
from mentorship.rounds.lifecycle import RoundChanged
from mentorship.rounds.publishing import NothingToPublish, RunOutOfDate
from mentorship.rounds.reminding import remind
from mentorship.rounds.run_models import Phase
from mentorship.rounds.running import solved
from mentorship.signins import service as signins
from mentorship.throttle import service as throttle
from mentorship.toolkit.link_round import check_links, link_fetcher

# After so long an errand asks no further stranger's server. With the 8 seconds that one may take at
# most, a round that waits behind it is held up for 10 seconds.
PATIENCE = dt.timedelta(seconds=2)
EXPIRES = 50  # seconds after which an errand is dropped: the next one comes anyway
BEAT = 1.0  # seconds between two signs of life
GLANCE = 0.2  # seconds until a worker that is told to end gives its run back
SHARES = {  # phase -> per cent at which it begins, and how much it takes
    Phase.GATHERING: (0, 10),
    Phase.SOLVING: (10, 50),
    Phase.CHECKING: (60, 10),
    Phase.EXPLAINING: (70, 25),
    Phase.KEEPING: (95, 5),
}

Given = ParamSpec("Given")
log = logging.getLogger("mentorship")
ending = threading.Event()  # this process is told to end: no run is begun, those at hand go back


class Queue:
    """Where web processes leave work and workers find it. Opened when first used.

    With SQLite it is a file of its own, so that it never waits for the database's one writer.
    Messages are signed: whoever can write the queue cannot make a worker run what they like.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app

    @cached_property
    def huey(self) -> Huey:
        settings: Settings = self._app.config["SETTINGS"]
        given = {
            "results": False,
            "serializer": SignedSerializer(secret=settings.secret_key, salt="queue"),
        }
        url = sa.make_url(settings.database_url)
        if url.get_backend_name() == "postgresql":
            dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
            return PostgresHuey("mentorship", dsn=dsn, create_tables=False, **given)
        return SqliteHuey("mentorship", filename=str(settings.instance / "queue.db"), **given)

    @cached_property
    def tasks(self) -> Mapping[str, Callable[[str], object]]:
        return {name: self.huey.task(name=name)(self._inside(TASKS[name])) for name in TASKS}

    @cached_property
    def errands(self) -> Mapping[str, Callable[[], object]]:
        """Return what workers do by the clock. Several workers share it: services claim rows."""
        return {
            name: self.huey.periodic_task(when, name=name, expires=EXPIRES)(self._inside(errand))
            for name, (errand, when) in ERRANDS.items()
        }

    def put(self, task: str, row_id: uuid.UUID) -> None:
        try:
            self.tasks[task](str(row_id))
        finally:
            self.huey.storage.close()  # leaders run rounds rarely: no connection is kept for it

    def _inside(self, task: Callable[Given, None]) -> Callable[Given, None]:
        def run(*args: Given.args, **kwargs: Given.kwargs) -> None:
            with self._app.app_context():
                task(*args, **kwargs)

        return run


def init_app(app: Flask) -> None:
    app.extensions["queue"] = Queue(app)


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Heart:
    """Signs of life of a worker, in a thread of their own, while it solves.

    Once the job is cancelled or taken over, the next word of progress raises ``NotMine``. When the
    process is told to end, the job goes back at once, whatever the solver is at.
    """

    def __init__(self, held: jobs.Held) -> None:
        self._held = held
        self._phase, self._percent = Phase.GATHERING, 0
        self._stop, self._lost = threading.Event(), threading.Event()
        self._app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
        self._thread = threading.Thread(target=self._beat, name="heart", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def enter(self, phase: Phase) -> None:
        self._check()
        self._phase, self._percent = phase, SHARES[phase][0]

    def progress(self, placed: int, of: int) -> None:
        """Hear from the engine. A policy of several steps counts from the start in each."""
        self._check()
        start, share = SHARES[self._phase]
        self._percent = max(self._percent, start + share * placed // max(of, 1))

    def _check(self) -> None:
        if self._lost.is_set():
            raise jobs.NotMine

    def _beat(self) -> None:
        next_beat = time.monotonic() + BEAT
        while not self._stop.wait(GLANCE):
            if ending.is_set():
                self._give_back()
                return
            if time.monotonic() < next_beat:
                continue
            next_beat = time.monotonic() + BEAT
            try:
                with self._app.app_context(), transaction() as session:
                    jobs.beat(
                        session,
                        self._held,
                        phase=self._phase,
                        percent=self._percent,
                        now=utc_now(),
                    )
            except jobs.NotMine:
                self._lost.set()
                return
            except OperationalError:
                log.warning("a sign of life did not get through; the lease still holds")

    def _give_back(self) -> None:
        self._lost.set()
        try:
            with self._app.app_context(), transaction() as session:
                released = jobs.release(session, self._held, now=utc_now())
            if released:
                self._app.extensions["queue"].put("solve_run", self._held.job_id)
        except Exception:
            log.exception("a run could not be given back; its lease will end")


def solve_run(row_id: str, heart: Callable[[jobs.Held], Heart] = Heart) -> None:
    """Work on one run that was asked for, if nobody else does."""
    if ending.is_set():
        current_app.extensions["queue"].put("solve_run", uuid.UUID(row_id))  # for another worker
        return
    with transaction() as session:
        held = jobs.claim(session, uuid.UUID(row_id), now=utc_now())
    if held is None:
        return
    try:
        with heart(held) as alive:
            with reading() as session:
                inputs = jobs.inputs_of(session, held, now=utc_now())
            made = solved(inputs, progress=alive.progress, enter=alive.enter)
        with transaction() as session:
            jobs.finish(session, held, made, now=utc_now())
    except jobs.NotMine:
        log.info("run %s is no longer this worker's", row_id)
    except OperationalError:
        log.warning("run %s lost its database; a worker takes it over after its lease", row_id)
    except Exception as refused:
        if type(refused) not in jobs.REFUSALS:
            log.exception("run %s failed", row_id)
        with transaction() as session:
            jobs.fail(session, held, failure=jobs.failure_of(refused), now=utc_now())


def publish_due() -> None:
    """Let the publications go out whose time has come; each in a transaction of its own."""
    with reading() as session:
        waiting = planning.due_publications(session, now=utc_now())
    for round_id in waiting:
        try:
            with transaction() as session:
                planning.send_out(session, round_id=round_id, now=utc_now())
        except (RunOutOfDate, NothingToPublish, RoundChanged):
            with transaction() as session:
                planning.hold_up(session, round_id=round_id, now=utc_now())
    if waiting:
        delivery.write_files()


def close_due() -> None:
    """Close the enrolment of rounds whose deadline has come; each in a transaction of its own."""
    with reading() as session:
        waiting = closing.due_closings(session, now=utc_now())
    for round_id in waiting:
        with transaction() as session:
            closing.close_if_due(session, round_id=round_id, now=utc_now())


def expire_due() -> None:
    """Close what was not answered by its day; each round in a transaction of its own."""
    with reading() as session:
        answers = expiring.due_expiries(session, now=utc_now())
        requests = expiring.due_requests(session, now=utc_now())
    for round_id in answers:
        with transaction() as session:
            expiring.expire_answers(session, round_id=round_id, now=utc_now())
    for round_id in requests:
        with transaction() as session:
            expiring.expire_requests(session, round_id=round_id, now=utc_now())
    if answers or requests:
        delivery.write_files()


def poll_feeds() -> None:
    poll(Fetcher(step=5, whole=8), patience=PATIENCE)


def look_at_links() -> None:
    check_links(link_fetcher(), patience=PATIENCE)


def send_weekly_digests() -> None:
    with transaction() as session:
        posted = post_weekly_digests(session, now=utc_now())
    if posted:
        delivery.write_files()


def send_daily_digests() -> None:
    with transaction() as session:
        post_daily_digests(session, now=utc_now())
    delivery.write_files()


def clear_up() -> None:
    """Remove what mattered for a while only: sessions that ended, counts of tries."""
    for clear_old in (signins.clear_old, throttle.clear_old):
        with transaction() as session:
            clear_old(session, now=utc_now())


def import_roster(row_id: str) -> None:
    work_on_import(row_id, utc_now)
    delivery.write_files()


def remind_owing() -> None:
    with transaction() as session:
        written = remind(session, now=utc_now())
    if written:
        delivery.write_files()


def make_copy(row_id: str) -> None:
    """Put together a copy of somebody's data that is too large to wait for."""
    settings: Settings = current_app.config["SETTINGS"]
    with transaction() as session:
        copying.make(
            session, export_id=uuid.UUID(row_id), site_name=settings.site_name, now=utc_now()
        )


def make_copies() -> None:
    """Make the copies that the queue has lost."""
    with reading() as session:
        waiting = copying.waiting(session)
    for export_id in waiting:
        make_copy(str(export_id))


def erase_due() -> None:
    """Erase those whose days are over; each in a transaction of its own."""
    with reading() as session:
        over = erasing.due(session, now=utc_now())
    for person_id in over:
        with transaction() as session:
            erasing.erase(session, person_id=person_id, now=utc_now())
    if over:
        sweep()
        delivery.write_files()


def run_retention() -> None:
    """Remove what is past its time."""
    with transaction() as session:
        done = retention.run(session, now=utc_now())
    if done:
        sweep()


def note_head() -> None:
    """Put the head of the log where somebody with the database in hand cannot reach."""
    with transaction() as session:
        number, head = heads.note(session, now=utc_now())
    log.info("the log of who did what ends with entry %s, head %s", number, head)
    delivery.write_files()


TASKS = {"solve_run": solve_run, "import_roster": import_roster, "make_copy": make_copy}
ERRANDS = {  # name -> what is done, and when
    "poll_feeds": (poll_feeds, crontab(minute="*")),
    "look_at_links": (look_at_links, crontab(minute="*")),
    "clear_up": (clear_up, crontab(minute="20")),
    "remind_owing": (remind_owing, crontab(minute="10")),
    "send_weekly_digests": (send_weekly_digests, crontab(minute="5")),
    "make_copies": (make_copies, crontab(minute="*")),
    "erase_due": (erase_due, crontab(minute="20")),
    "run_retention": (run_retention, crontab(minute="30", hour="3")),
    "note_head": (note_head, crontab(minute="45", hour="3")),
    "send_daily_digests": (send_daily_digests, crontab(minute="0", hour="12")),  # UTC
}
