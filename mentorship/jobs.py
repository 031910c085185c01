"""The background tasks, thin: each holds its row, calls a service and owns the transactions.

The queue (huey) only says which row wants work; it keeps no state that anybody relies on.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import ParamSpec

import sqlalchemy as sa
from flask import Flask, current_app
from huey import PostgresHuey, SqliteHuey, crontab
from huey.api import Huey
from huey.serializer import SignedSerializer

from mentorship import audit
from mentorship.config import Settings
from mentorship.extensions import db, each_on_its_own, reading, sweep, transaction
from mentorship.hosts.asking import listed_fetcher
from mentorship.inbox.digest import post_digests as post_daily_digests
from mentorship.news.digest import post_digests as post_weekly_digests
from mentorship.news.polling import poll
from mentorship.notices import delivery
from mentorship.operations.backup import forget_replaced
from mentorship.oversight import heads
from mentorship.privacy import copying, erasing, retention, wishes
from mentorship.pulse import utc_now
from mentorship.rosters import uploads
from mentorship.rosters.work import work_on_import
from mentorship.rounds import averages
from mentorship.rounds.reminding import remind
from mentorship.signins import service as signins
from mentorship.solving import solve_run
from mentorship.throttle import service as throttle
from mentorship.toolkit.link_round import check_links, link_fetcher

# After so long an errand asks no further stranger's server. With the 8 seconds that one may take at
# most, a round that waits behind it is held up for 10 seconds.
PATIENCE = dt.timedelta(seconds=2)
EXPIRES = 50  # seconds after which an errand is dropped: the next one comes anyway

Given = ParamSpec("Given")
log = logging.getLogger("mentorship")


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


def keep_averages() -> None:
    """Keep what stands in for missing answers, round by round, so that no page works it out."""
    with reading() as session:
        waiting = averages.due_averages(session, now=utc_now())
    each_on_its_own(waiting, _keep_averages_of, told_as=lambda key: f"averages of round {key}")


def _keep_averages_of(round_id: uuid.UUID) -> None:
    with reading() as session:
        means = averages.work_out(session, round_id=round_id, now=utc_now())
    if means is not None:
        with transaction() as session:
            averages.keep(session, round_id=round_id, means=means, now=utc_now())


def poll_feeds() -> None:
    poll(listed_fetcher(step=5, whole=8), patience=PATIENCE)


def look_at_links() -> None:
    check_links(link_fetcher(), patience=PATIENCE)


def send_weekly_digests() -> None:
    if post_weekly_digests(now=utc_now()):
        delivery.write_files()


def send_daily_digests() -> None:
    post_daily_digests(now=utc_now())
    delivery.write_files()


def clear_up() -> None:
    """Remove what mattered for a while only: sessions that ended, counts of tries, old files."""

    def clear(clear_old: Callable[..., object]) -> None:
        with transaction() as session:
            clear_old(session, now=utc_now())

    old = (signins.clear_old, throttle.clear_old, uploads.forget_old)
    each_on_its_own(old, clear, told_as=lambda each: each.__module__)


def import_roster(row_id: str) -> None:
    work_on_import(row_id)
    delivery.write_files()


def remind_owing() -> None:
    if remind(now=utc_now()):
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
    each_on_its_own(map(str, waiting), make_copy, told_as=lambda key: f"copy {key}")


def erase_due() -> None:
    """Erase those whose days are over; who could not be erased is tried again in an hour."""
    with reading() as session:
        over = wishes.due(session, now=utc_now())
    failed = each_on_its_own(over, _erase, told_as=lambda key: f"erasure of {audit.key.code(key)}")
    if len(failed) < len(over):
        sweep()
        delivery.write_files()


def _erase(person_id: uuid.UUID) -> None:
    with transaction() as session:
        erasing.erase(session, person_id=person_id, now=utc_now())


def run_retention() -> None:
    """Remove what is past its time."""
    if retention.run(now=utc_now()).rows:
        sweep()
    if count := forget_replaced(db.engine, now=utc_now()):
        log.info("databases that a restore had replaced are removed: %s", count)


def note_head() -> None:
    """Put the head of the log where somebody with the database in hand cannot reach."""
    with transaction() as session:
        number, head = heads.note(session, now=utc_now())
    log.info("the log of who did what ends with entry %s, head %s", number, head)
    delivery.write_files()


TASKS = {"solve_run": solve_run, "import_roster": import_roster, "make_copy": make_copy}
ERRANDS = {  # name -> what is done, and when
    "keep_averages": (keep_averages, crontab(minute="*")),
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
