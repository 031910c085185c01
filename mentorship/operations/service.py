"""How the service stands: its migrations, its workers, and what waits for them."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.news.feeds import ILL_AFTER
from mentorship.news.models import Feed
from mentorship.notices.models import Message
from mentorship.notices.service import MAX_TRIES, is_given_up
from mentorship.operations.models import WorkerProcess
from mentorship.rounds.run_models import JobState, RunJob
from mentorship.sections.models import Section

FORGOTTEN = dt.timedelta(days=1)  # a worker that was killed cannot sign off


@dataclass(frozen=True, slots=True)
class Figures:
    """What the operator watches. Counts and seconds; nobody can be told from them."""

    mails_waiting: int
    mails_given_up: int
    oldest_mail_seconds: float  # how long the oldest mail that is due has waited
    jobs_waiting: int
    jobs_running: int
    feeds_failing: int
    workers: int
    heartbeat_age_seconds: float | None  # since the last sign of life of any worker; None: never


def figures(session: Session, *, now: dt.datetime) -> Figures:
    """Count all of it in one statement."""
    unsent = sa.and_(Message.sent_at.is_(None), Message.attempts < MAX_TRIES)
    lively = now - dt.timedelta(minutes=1)
    row = session.execute(
        sa.select(
            _count(Message, unsent),
            _count(Message, is_given_up()),
            sa.select(sa.func.min(Message.next_try_at)).where(unsent).scalar_subquery(),
            _count(RunJob, RunJob.state == JobState.WAITING),
            _count(RunJob, RunJob.state == JobState.RUNNING),
            _count(Feed, Feed.failures >= ILL_AFTER, Feed.paused.is_(False)),
            _count(WorkerProcess, WorkerProcess.beat_at > lively),
            sa.select(sa.func.max(WorkerProcess.beat_at)).scalar_subquery(),
        )
    ).one()
    waiting, given_up, oldest, asked, at_hand, feeds, workers, beat = row
    late = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
    age = (now - beat).total_seconds() if beat else None
    return Figures(waiting, given_up, late, asked, at_hand, feeds, workers, age)


def _count(table: type, *which: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).select_from(table).where(*which).scalar_subquery()


def revision_of(connection: sa.Connection) -> str | None:
    """Return the migration that the database stands at; None for an empty database."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(sa.text("SELECT version_num FROM alembic_version"))


def has_demo_people(session: Session) -> bool:
    return bool(session.scalar(sa.select(sa.exists().where(User.demo))))


def is_empty(session: Session) -> bool:
    """Return whether nobody is here and nothing was set up yet."""
    people, sections = (sa.exists(each).select() for each in (User, Section))
    return not (session.scalar(people) or session.scalar(sections))


def sign_on(session: Session, *, host: str, now: dt.datetime) -> uuid.UUID:
    """Say that a worker has begun, and forget those that have long been silent."""
    session.execute(sa.delete(WorkerProcess).where(WorkerProcess.beat_at < now - FORGOTTEN))
    process = WorkerProcess(host=host[:100], started_at=now, beat_at=now)
    session.add(process)
    session.flush()
    return process.id


def still_here(session: Session, process_id: uuid.UUID, *, now: dt.datetime) -> None:
    mine = sa.update(WorkerProcess).where(WorkerProcess.id == process_id)
    session.execute(mine.values(beat_at=now))


def sign_off(session: Session, process_id: uuid.UUID) -> None:
    session.execute(sa.delete(WorkerProcess).where(WorkerProcess.id == process_id))
