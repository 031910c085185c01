"""One update at a time: several instances start at once, and each brings the database up to date.

The second waits, says so, and then finds nothing left to do. The lock ends with its process.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import sqlalchemy as sa

LOCK = 0x75706461  # "upda", on PostgreSQL
PATIENCE = 600.0  # seconds; a migration of a large database takes a minute
PAUSE = 0.2

_held: set[str] = set()  # by this process: set-up holds it over the migrations it runs


class StillUpdating(click.ClickException):
    """Another instance has been at it for longer than anybody waits."""


@contextmanager
def alone(engine: sa.Engine, *, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the right to change this database's tables, words and facts.

    Raises
    ------
    StillUpdating
        Another instance holds it for more than ``patience`` seconds.

    """
    name = engine.url.render_as_string()
    if name in _held or engine.url.database in {None, "", ":memory:"}:
        yield
        return
    holding = _on_postgresql if engine.dialect.name == "postgresql" else _on_sqlite
    with holding(engine, patience):
        _held.add(name)
        try:
            yield
        finally:
            _held.discard(name)


@contextmanager
def _on_postgresql(engine: sa.Engine, patience: float) -> Iterator[None]:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:

        def take() -> bool:
            return bool(connection.scalar(sa.select(sa.func.pg_try_advisory_lock(LOCK))))

        _wait(take, patience)
        try:
            yield
        finally:
            connection.execute(sa.select(sa.func.pg_advisory_unlock(LOCK)))


@contextmanager
def _on_sqlite(engine: sa.Engine, patience: float) -> Iterator[None]:
    beside = Path(f"{engine.url.database}.updating")
    beside.parent.mkdir(parents=True, exist_ok=True)
    with beside.open("w") as file:

        def take() -> bool:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        _wait(take, patience)
        yield


def _wait(take: Callable[[], bool], patience: float) -> None:
    end, said = time.monotonic() + patience, False
    while not take():
        if not said:
            click.echo("Another instance is updating the database; waiting for it ...", err=True)
            said = True
        if time.monotonic() > end:
            raise StillUpdating(f"another instance is still updating after {patience:.0f} seconds")
        time.sleep(PAUSE)
