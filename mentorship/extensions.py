"""The Flask extensions, unbound, the base of all models, and the one transaction of an edge."""

from __future__ import annotations

import datetime as dt
import enum
import logging
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from flask import current_app, has_request_context, request
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.orm import DeclarativeBase, Session, registry

BUSY_TIMEOUT = 5000  # milliseconds a SQLite writer waits for another
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

Key = TypeVar("Key")


class UtcDateTime(sa.TypeDecorator[dt.datetime]):
    """An aware instant, kept in UTC. SQLite has no zones, so they are put back on reading."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone must not reach the database")
        in_utc = value.astimezone(dt.UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: Any, _dialect: Dialect) -> dt.datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=dt.UTC)


class Base(DeclarativeBase):
    """Every constraint gets a predictable name, so migrations can alter it later."""

    registry = registry(
        metadata=sa.MetaData(
            naming_convention={
                "ix": "ix_%(column_0_N_label)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={
            dict[str, Any]: sa.JSON().with_variant(JSONB(), "postgresql"),
            dt.datetime: UtcDateTime(),
            uuid.UUID: sa.Uuid(),
        },
    )


def one_of(kind: type[enum.StrEnum], name: str) -> sa.Enum:
    """Make a text column that admits the values of ``kind`` only, by a CHECK called ``name``."""
    return sa.Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        name=name,
        length=20,
        values_callable=lambda members: [member.value for member in members],
    )


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
if TYPE_CHECKING:
    Model = Base  # Flask-SQLAlchemy builds db.Model at run time, where mypy cannot see it
else:
    Model = db.Model
csrf = CSRFProtect()
log = logging.getLogger("mentorship")
migrate = Migrate(compare_type=True, compare_server_default=True)


def rows_hit(session: Session, statement: sa.Update | sa.Delete) -> int:
    """Carry out an UPDATE or DELETE and return how many rows it found."""
    result = session.execute(statement)
    assert isinstance(result, sa.CursorResult)  # noqa: S101  for mypy: such a statement gives one
    return result.rowcount


@contextmanager
def transaction(*, writing: bool = False) -> Iterator[Session]:
    """Commit once when the block succeeds; roll back and re-raise when it does not.

    A page that is fetched only reads; the little that is written all the same (a session that
    begins, say) is written after it, in a transaction of its own that says ``writing``.
    """
    session = db.session()
    try:
        if writing:
            session.rollback()
            session.connection(execution_options={"reading": False})
        yield session
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


@contextmanager
def reading() -> Iterator[Session]:
    """Look at the database without holding up writers, where no request says so (see below)."""
    session = db.session()
    if not session.in_transaction():
        session.connection(execution_options={"reading": True})
    try:
        yield session
    finally:
        session.commit()


def each_on_its_own(
    keys: Iterable[Key], act: Callable[[Key], object], *, told_as: Callable[[Key], str]
) -> Sequence[Key]:
    """Do the same for each key, in transactions of its own; return those for which it failed.

    One that fails holds up no other. ``told_as`` says in the log what it was, and names nobody.
    """
    failed = []
    for key in keys:
        try:
            act(key)
        except Exception:  # whatever it was, also a bug: it must not keep others waiting
            db.session.rollback()
            log.exception("not done: %s", told_as(key))
            failed.append(key)
    return failed


def count_each(
    keys: Iterable[Key], act: Callable[[Session, Key], int], *, told_as: Callable[[Key], str]
) -> int:
    """Do the same for each key, in one transaction each, as above; return the sum of the counts."""
    counts = list[int]()

    def one(key: Key) -> None:
        with transaction() as session:
            count = act(session, key)
        counts.append(count)

    each_on_its_own(keys, one, told_as=told_as)
    return sum(counts)


def let_go_when_frozen(session: Session, after: dt.timedelta) -> None:
    """See to it that a worker frozen in this transaction loses its locks after some time.

    SQLite has no such limit: who freezes in the milliseconds of a write holds up every writer.
    """
    if session.get_bind().dialect.name == "postgresql":
        wait = str(int(after.total_seconds() * 1000))
        name = "idle_in_transaction_session_timeout"
        session.execute(sa.select(sa.func.set_config(name, wait, True)))


def enqueue(task: str, row_id: uuid.UUID) -> None:
    """Hand a row to a worker. If that fails the row still waits, and a worker will find it."""
    try:
        current_app.extensions["queue"].put(task, row_id)
    except Exception:  # whatever it was: the row waits, and is found
        log.exception("the queue cannot be reached")


def sweep() -> None:
    """Leave nothing of deleted rows in the database's files.

    SQLite overwrites what is deleted, but copies remain in its journal and where pages were
    rearranged. PostgreSQL's autovacuum does it in its own time. Never inside of a transaction.
    """
    if db.engine.dialect.name != "sqlite":
        return
    db.session.remove()
    with db.engine.connect() as connection:
        cursor = connection.connection.cursor()  # no BEGIN of ours before it
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.close()


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()


def prepare_engine(engine: sa.Engine) -> None:
    """Make SQLite safe for several workers: WAL, foreign keys, and writers that queue.

    A transaction that reads first and writes later fails at once with "database is locked" when
    another writer came between, however long the busy timeout. So whatever may write begins
    IMMEDIATE, and only pages that are fetched begin plain: readers never wait for writers.

    SQLite's own ``lower`` knows A to Z only; ours lowers every letter, as PostgreSQL's does. Its
    CHECKs hold of the same rows with either; no index may rest on it (a test looks).
    """
    if engine.dialect.name != "sqlite":
        return

    @sa.event.listens_for(engine, "connect")
    def set_up(dbapi_connection: Any, _record: object) -> None:
        dbapi_connection.isolation_level = None  # SQLAlchemy, not the driver, says BEGIN
        cursor = dbapi_connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA secure_delete = ON")  # what is deleted is not in the file any more
        cursor.execute("PRAGMA trusted_schema = ON")  # some builds let CHECKs use no lower of ours
        dbapi_connection.create_function("lower", 1, _lower, deterministic=True)
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        fetching = has_request_context() and request.method in SAFE_METHODS
        plain = connection.get_execution_options().get("reading", fetching)
        connection.exec_driver_sql("BEGIN" if plain else "BEGIN IMMEDIATE")
