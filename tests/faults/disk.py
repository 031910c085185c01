"""F9: the disk is full. The database on a small tmpfs that is filled up while the site works."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import chown, which

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.audit import first_bad
from tests.faults.outage import PAGE, set_up
from tests.faults.place import Browser, Place
from tests.faults.server import Server

SIZE = {"sqlite": "12m", "postgresql": "64m"}  # an empty database has four, or twenty
FILLER, FILLER_NAME = 64 * 1024, "filler"
FORMS = {"sqlite": 40, "postgresql": 200}
ROOM = {"sqlite": 1, "postgresql": 60}  # forms that are still kept in pages that were there before


class CannotMount(RuntimeError):
    """This user or container may not mount a disk."""


@contextmanager
def small_disk(folder: Path, size: str = SIZE["sqlite"]) -> Iterator[Path]:
    folder.mkdir()
    command = [which("mount") or "mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        raise CannotMount
    try:
        yield folder
    finally:
        subprocess.run([which("umount") or "umount", "--lazy", str(folder)], check=True)


@contextmanager
def small_tablespace(server: Server, folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield a small disk, and the address of a database of which all tables lie on it."""
    with small_disk(folder, SIZE["postgresql"]) as small:
        (small / "tables").mkdir()
        chown(small / "tables", server.user)
        engine = sa.create_engine(server.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE TABLESPACE small LOCATION '{small}/tables'")
            connection.exec_driver_sql("CREATE DATABASE small TABLESPACE small")
        engine.dispose()
        yield (
            small,
            sa.make_url(server.url).set(database="small").render_as_string(hide_password=False),
        )


def fill(folder: Path) -> Path:
    """Take all the room there is, to the last byte."""
    filler = folder / FILLER_NAME
    with filler.open("wb", buffering=0) as out:
        piece = FILLER
        while piece:
            try:
                if out.write(b"x" * piece) < piece:
                    piece //= 2
            except OSError:
                piece //= 2
    return filler


def write_until_full(place: Place, disk: Path) -> tuple[Counter[int], Counter[int], int]:
    """Fill the disk under a working site; return answers to forms, to pages, and the log's entries.

    Half of the forms are sent while there is room. What was said to be kept is there after each,
    with an entry of the log. Afterwards there is room again, and the site works without a restart.
    """
    person = set_up(place)
    place.web(processes=1)
    browser, forms, pages = Browser(place, person), Counter[int](), Counter[int]()
    (_, before, _), kept = place.asked(first_bad), ""
    url = place.app.config["SETTINGS"].database
    engine = url.get_backend_name()
    for number in range(FORMS[engine]):
        if number == FORMS[engine] // 2:
            if engine == "sqlite":
                _shorten_log(str(url.database))
            filler = fill(disk)
        name = f"Name {number} " + "x" * 60
        status = browser.post(PAGE, {"name": name, "timezone": "Europe/Oslo"})
        forms[status] += 1
        kept = name if status == 303 else kept
        pages[browser.get(PAGE)[0]] += 1
        now = place.asked(lambda s: s.scalar(sa.select(User.name).where(User.id == person.id)))
        if kept and now != kept:
            raise AssertionError(f"said to be kept: {kept!r}; there: {now!r}")
    filler.unlink()
    if not 0 < forms[303] <= FORMS[engine] // 2 + ROOM[engine]:
        raise AssertionError(f"the disk was full too early or too late: {forms}")
    assert browser.post(PAGE, {"name": "Room Again", "timezone": "Europe/Oslo"}) == 303
    bad, entries, _ = place.asked(first_bad)
    assert bad is None
    if engine == "sqlite":
        with closing(sqlite3.connect(str(url.database))) as looked:
            assert looked.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    else:
        place.asked(_read_all)
    if entries != before + forms[303] + 1:
        raise AssertionError(f"{entries - before} entries of {forms[303] + 1} forms")
    return forms, pages, entries


def _shorten_log(path: str) -> None:
    """Empty the log beside the file: in what it once took, many a form would still find room."""
    with closing(sqlite3.connect(path)) as line:
        line.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _read_all(session: Session) -> None:
    """Read each row of each table; PostgreSQL raises where a page is damaged."""
    for table in sa.inspect(session.connection()).get_table_names():
        session.execute(sa.select(sa.text("*")).select_from(sa.table(table))).all()


def may_mount() -> bool:
    return os.geteuid() == 0
