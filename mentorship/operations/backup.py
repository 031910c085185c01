"""``flask backup`` and ``flask restore``: the whole database as one encrypted file, and back."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from glob import escape
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext

from mentorship import audit
from mentorship.config import Settings
from mentorship.extensions import db, transaction
from mentorship.operations import archive, dumps
from mentorship.operations.roles import grant
from mentorship.operations.standing import NotTheSame, Standing, open_one_of_each
from mentorship.operations.starting import head
from mentorship.operations.updating import alone
from mentorship.privacy.command import erase_them_again, keys_of_erased, read_keys
from mentorship.pulse import utc_now

TROUBLE = (archive.BadArchive, dumps.DumpFailed, NotTheSame, OSError)
ERASED = ".erased"  # put behind the name of a backup: keys of those who must not come back with it
REPLACED = ".before-restore"  # put, with the time, behind the name of the database that was there
REPLACED_FOR = dt.timedelta(days=14)
PEOPLE = ("user", "section")  # where either has a row, the database is somebody's


class NotEmpty(RuntimeError):
    """The database that would be replaced holds people."""


@dataclass(frozen=True, slots=True)
class Restored:
    state: Standing
    opened: int  # sealed columns of which a value was opened
    made_at: str


def back_up(engine: sa.Engine, target: Path, *, now: dt.datetime) -> tuple[Standing, int]:
    """Write the database as it is at this instant; return what it holds, and the file's bytes."""
    with dumps.taken(engine) as (state, content):
        manifest = {
            "made_at": now.isoformat(timespec="seconds"),
            "engine": engine.dialect.name,
            "state": asdict(state),
        }
        return state, archive.write(target, manifest, content)


def restore(engine: sa.Engine, source: Path, *, force: bool = False) -> Restored:
    """Put a backup in the place of an empty database, or of any if forced, and check it.

    The whole archive is read and found authentic before anything is touched.

    Raises
    ------
    NotEmpty
        People are in the database, and nobody said that they may go.
    BadArchive, DumpFailed, NotTheSame
        It is not a backup, it cannot be put back, or it is not what was backed up.

    """
    manifest, content = archive.read(source)
    for _ in content:
        pass
    if manifest["engine"] != engine.dialect.name:
        raise archive.BadArchive(
            f"{source}: a backup of {manifest['engine']}, and this is {engine.dialect.name}"
        )
    if not force and _holds_people(engine):
        raise NotEmpty
    with alone(engine):
        putting = _into_postgresql if engine.dialect.name == "postgresql" else _into_sqlite
        return putting(engine, source, manifest)


def _holds_people(engine: sa.Engine) -> bool:
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        return any(
            connection.scalar(sa.select(sa.literal(1)).select_from(sa.table(name)).limit(1))
            for name in PEOPLE
            if inspector.has_table(name)
        )


def _checked(connection: sa.Connection, manifest: dict[str, Any]) -> Restored:
    state = Standing.of(connection)
    Standing.from_json(manifest["state"]).compare(state)
    return Restored(state, open_one_of_each(connection), manifest["made_at"])


def _into_sqlite(engine: sa.Engine, source: Path, manifest: dict[str, Any]) -> Restored:
    """Check the file beside the database first, then let it take its place."""
    place = Path(str(engine.url.database))
    _, content = archive.read(source)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=place.parent) as folder:
        fresh = Path(folder) / "fresh.db"
        with fresh.open("wb") as out:
            out.writelines(content)
            out.flush()
            os.fsync(out.fileno())
        fresh.chmod(0o600)
        with dumps.standing_alone(fresh) as connection:
            restored = _checked(connection, manifest)
        engine.dispose()
        if place.exists():
            before = place.with_name(f"{place.name}{REPLACED}-{utc_now():%Y%m%d-%H%M%S-%f}")
            dumps.copy_sqlite(place, before)
            before.chmod(0o600)
        for journal in ("-wal", "-shm"):
            place.with_name(place.name + journal).unlink(missing_ok=True)
        fresh.replace(place)
    return restored


def forget_replaced(engine: sa.Engine, *, now: dt.datetime) -> int:
    """Remove the databases that forced restores left aside two weeks ago; return how many."""
    old = [each for each in _replaced(engine) if now - _made_at(each) >= REPLACED_FOR]
    for each in old:
        each.unlink()
    return len(old)


def _replaced(engine: sa.Engine) -> Sequence[Path]:
    if engine.dialect.name != "sqlite":
        return ()
    place = Path(str(engine.url.database))
    return list(place.parent.glob(f"{escape(place.name)}{REPLACED}*"))


def _made_at(file: Path) -> dt.datetime:
    return dt.datetime.fromtimestamp(file.stat().st_mtime, dt.UTC)


def _into_postgresql(engine: sa.Engine, source: Path, manifest: dict[str, Any]) -> Restored:
    _, content = archive.read(source)
    with dumps.replaced_on_postgresql(engine, content) as connection:
        return _checked(connection, manifest)


@contextmanager
def _in_one_line() -> Iterator[None]:
    try:
        yield
    except TROUBLE as problem:
        raise click.ClickException(str(problem)) from None


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def backup_command(file: Path) -> None:
    """Write the database to FILE, encrypted with the first field key, while the site runs."""
    if file.exists():
        raise click.ClickException(f"{file} is there already; a backup replaces nothing")
    with _in_one_line():
        state, size = back_up(db.engine, file, now=dt.datetime.now(dt.UTC))
    click.echo(
        f"{sum(state.rows.values())} rows of {len(state.rows)} tables in {file},"
        f" {size / 1e6:.1f} MB. Head of the log: {state.audit_head}"
    )


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace a database that holds people.")
@with_appcontext
def restore_command(file: Path, *, force: bool) -> None:
    """Bring back what FILE holds, and check it. Stop web and workers first."""
    settings: Settings = current_app.config["SETTINGS"]
    noted = file.with_name(f"{file.name}{ERASED}")
    with _in_one_line():
        gone = _note_erased(noted)
    try:
        with _in_one_line():
            done = restore(db.engine, file, force=force)
    except NotEmpty:
        raise click.ClickException(
            "people are in this database; --force replaces them with the backup"
        ) from None
    with transaction() as session:
        grant(session, settings.app_role)
        audit.record(  # an older log too: the check has read all columns that an entry has
            session,
            action="operations.restore",
            actor_id=None,
            about_id=None,
            now=dt.datetime.now(dt.UTC),
            detail={"made_at": done.made_at},
        )
    click.echo(
        f"{sum(done.state.rows.values())} rows as they were at {done.made_at};"
        f" {done.state.audit_entries} entries of the log are whole;"
        f" {done.opened} kinds of sealed values open"
    )
    if done.state.revision != head():
        click.echo("It is of an older version: run flask --app wsgi set-up --no-demo now")
    _keep_erased(gone, noted, now=done.state.revision == head())


def _note_erased(file: Path) -> Sequence[uuid.UUID]:
    """Return who was erased, as the database knows it that is about to be replaced.

    Their keys are in a file until they are erased again: a restore may be cut off in between.

    Raises
    ------
    ClickException
        The file cannot be written.

    """
    gone = list(keys_of_erased()) if sa.inspect(db.engine).has_table("audit_entry") else []
    if file.exists():
        gone += read_keys(file)
    if gone:
        try:
            file.write_text("".join(f"{key}\n" for key in dict.fromkeys(gone)), encoding="utf-8")
        except OSError as refused:
            raise click.ClickException(
                f"{file} cannot be written ({refused.strerror}), and it keeps who must stay erased:"
                " copy the backup into a folder that can be written, and restore it from there;"
                " nothing was changed"
            ) from None
    return gone


def _keep_erased(gone: Sequence[uuid.UUID], file: Path, *, now: bool) -> None:
    """Erase them again, or say how once the database is at this version."""
    if not gone:
        click.echo("Whoever was erased since is here again: flask --app wsgi erased again KEYS")
    elif now:
        click.echo(f"{erase_them_again(gone)} people who were erased since are erased again")
        file.unlink()
    else:
        click.echo(f"After it: flask --app wsgi erased again {file}")
