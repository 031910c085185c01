"""The content of a backup: SQLite by its own online copy, PostgreSQL by ``pg_dump``."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import IO

import psycopg
import sqlalchemy as sa

from mentorship.operations.archive import PIECE, pieces
from mentorship.operations.replaying import replay
from mentorship.operations.standing import NotTheSame, Standing

ENVIRONMENT = {"host": "PGHOST", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
MAY_REPLACE = """
SELECT has_schema_privilege('public', 'CREATE') AND NOT EXISTS (
    SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    AND NOT pg_has_role(relowner, 'USAGE'))
"""


class DumpFailed(RuntimeError):
    """The database's own tool is missing or refuses; the message says which and why."""


@contextmanager
def taken(engine: sa.Engine) -> Iterator[tuple[Standing, Iterable[bytes]]]:
    """Yield the state of the database at one instant, and its content at that instant."""
    taking = _from_postgresql if engine.dialect.name == "postgresql" else _from_sqlite
    with taking(engine) as both:
        yield both


@contextmanager
def _from_sqlite(engine: sa.Engine) -> Iterator[tuple[Standing, Iterable[bytes]]]:
    source = Path(str(engine.url.database))
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=source.parent) as folder:
        copy = Path(folder) / "copy.db"
        copy_sqlite(source, copy)
        with standing_alone(copy) as connection:
            state = Standing.of(connection)
        with copy.open("rb") as file:
            yield state, pieces(file)


@contextmanager
def _from_postgresql(engine: sa.Engine) -> Iterator[tuple[Standing, Iterable[bytes]]]:
    """Count and dump in one snapshot, while the site writes on."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        state = Standing.of(connection)
        snapshot = connection.scalar(sa.select(sa.func.pg_export_snapshot()))
        command = [*_tool("pg_dump"), "--format=custom", f"--snapshot={snapshot}"]
        yield state, _output(command, engine.url)


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database that may be in use, journal included."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


@contextmanager
def standing_alone(file: Path) -> Iterator[sa.Connection]:
    """Open a SQLite file apart from the site's own; raise if it is not whole."""
    engine = sa.create_engine(f"sqlite:///{file}")
    try:
        with engine.connect() as connection:
            found = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
            if found != "ok":
                raise NotTheSame(f"SQLite finds the file damaged: {found}")
            yield connection
    except sa.exc.DatabaseError as damage:
        raise NotTheSame(f"SQLite cannot read the file: {damage.orig}") from None
    finally:
        engine.dispose()


@contextmanager
def replaced_on_postgresql(engine: sa.Engine, content: Iterable[bytes]) -> Iterator[sa.Connection]:
    """Put a dump in the place of what is there, in one transaction, and yield it to be checked.

    Until the block ends well nothing is changed, whatever fails or is killed meanwhile.

    Raises
    ------
    DumpFailed
        The tool or the server refuses, also what the block asks of it.

    """
    command = [*_tool("pg_restore"), "--no-owner", "--no-privileges", "--file=-"]
    with _refused(), engine.begin() as connection:
        if not connection.exec_driver_sql(MAY_REPLACE).scalar():
            raise DumpFailed(
                f"{engine.url.username} does not own the tables: restore with the DATABASE_URL of"
                " their owner, and DATABASE_APP_ROLE for the role that serves; nothing was changed"
            )
        _empty(connection)
        with closing(_as_sql(command, content)) as script:
            replay(connection, script)
        yield connection


@contextmanager
def _refused() -> Iterator[None]:
    """Say in one line what the server refuses, whoever asked it: the driver or SQLAlchemy."""
    try:
        yield
    except (psycopg.Error, sa.exc.DBAPIError) as error:
        refused = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        said = refused.diag.message_primary if isinstance(refused, psycopg.Error) else None
        reason = said or type(refused).__name__
        raise DumpFailed(f"the server refuses it: {reason}; nothing was changed") from None


def _as_sql(command: list[str], content: Iterable[bytes]) -> Generator[bytes]:
    """Yield the lines of a dump as SQL, while another thread hands it in."""
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(  # noqa: S603  the command is ours
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said
        ) as process:
            assert process.stdin is not None  # noqa: S101  asked for above
            assert process.stdout is not None  # noqa: S101  asked for above
            feeder = Thread(target=_hand_in, args=(process.stdin, content))
            feeder.start()
            try:
                yield from process.stdout
            except BaseException:  # whoever reads has given up
                process.kill()
                raise
            finally:
                feeder.join()
        _check(process.returncode, "pg_restore", said)


def _hand_in(pipe: IO[bytes], content: Iterable[bytes]) -> None:
    with suppress(BrokenPipeError), pipe:  # it gave up; its words follow
        for piece in content:
            pipe.write(piece)


def _empty(connection: sa.Connection) -> None:
    preparer = connection.dialect.identifier_preparer
    for name in sa.inspect(connection).get_table_names():
        connection.exec_driver_sql(f"DROP TABLE {preparer.quote(name)} CASCADE")
    functions = (
        "SELECT p.oid::regprocedure::text FROM pg_proc p"
        " WHERE p.pronamespace = 'public'::regnamespace AND p.prokind = 'f'"
        " AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
    )
    for function in connection.exec_driver_sql(functions).scalars().all():
        connection.exec_driver_sql(f"DROP FUNCTION {function} CASCADE")


def _output(command: list[str], url: sa.URL) -> Iterator[bytes]:
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(  # noqa: S603  the command is ours
            command, env=_environment(url), stdout=subprocess.PIPE, stderr=said
        ) as process:
            assert process.stdout is not None  # noqa: S101  asked for above
            while piece := process.stdout.read(PIECE):
                yield piece
        _check(process.returncode, "pg_dump", said)


def _check(code: int, tool: str, said: object) -> None:
    if code:
        said.seek(0)  # type: ignore[attr-defined]  # a temporary file of this function
        lines = said.read().decode("utf-8", "replace").split("\n")  # type: ignore[attr-defined]  # a temporary file of this function
        raise DumpFailed("; ".join(line.strip() for line in lines[:3] if line) or f"{tool}: {code}")


def _tool(name: str) -> list[str]:
    found = shutil.which(name)
    if found is None:
        raise DumpFailed(
            f"{name} is not on this machine; install the PostgreSQL client of the server's version"
        )
    return [found]


def _environment(url: sa.URL) -> dict[str, str]:
    """Tell the tools where to go; the password never stands in a command line."""
    given = {
        "PGHOST": url.host,
        "PGPORT": str(url.port) if url.port else None,
        "PGUSER": url.username,
        "PGPASSWORD": str(url.password) if url.password else None,
        "PGDATABASE": url.database,
    }
    given |= {
        ENVIRONMENT[name]: str(value) for name, value in url.query.items() if name in ENVIRONMENT
    }
    return os.environ | {name: value for name, value in given.items() if value}
