"""Whether this database may be served: an unfit one stops the start with one clear line.

The settings are checked when they are read (``config.py``); this is what only the database knows.
And what a process that goes on does last before it begins.
"""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import click
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy.exc import OperationalError

from mentorship.config import EXIT_CONFIG, ROOT, Settings
from mentorship.extensions import db, reading
from mentorship.operations.disks import on_a_network
from mentorship.operations.service import has_demo_people, revision_of

MIGRATE = "run: flask --app wsgi set-up --no-demo"
SERVING = frozenset({"run"})  # commands of flask that serve pages; workers ask for themselves
NEW_VALUES = 50_000  # between two looks of the garbage collector at those that are new

log = logging.getLogger("mentorship")


@cache
def head() -> str:
    """Return the migration that this code needs."""
    return str(ScriptDirectory(str(ROOT / "migrations")).get_current_head())


def is_served_by(words: Sequence[str]) -> bool:
    """Tell whether a process with this command line serves pages, or runs a command of flask."""
    program = Path(words[0])
    if program.stem != "flask" and (program.stem, program.parent.name) != ("__main__", "flask"):
        return True
    return bool(SERVING & set(words[1:]))


def unfitness(app: Flask) -> str | None:
    """Say why the database must not be served; None if it may.

    A database that does not answer may come back: the site starts, and ``/readyz`` says so.
    """
    settings: Settings = app.config["SETTINGS"]
    file = settings.database.database if settings.database.get_backend_name() == "sqlite" else None
    if file and (kind := on_a_network(Path(file))):
        return f"the SQLite database is on a network's disk ({kind}): use a local one or PostgreSQL"
    with app.app_context():
        try:
            with db.engine.connect() as connection:
                revision = revision_of(connection)
            if revision is None:
                return f"the database is empty; {MIGRATE}"
            if revision != head():
                return f"the database is at migration {revision}, this code at {head()}; {MIGRATE}"
            with reading() as session:
                if not settings.demo_allowed and has_demo_people(session):
                    return "demo people are in this database; production needs one of its own"
        except OperationalError:
            log.warning("the database does not answer yet; the site starts without it")
        finally:
            db.session.remove()
            db.engine.dispose()  # the server forks after this, and connections do not survive that
    return None


def refuse_unfit(app: Flask) -> None:
    """End a process that would serve what it must not (status 78)."""
    reason = unfitness(app)
    if reason:
        click.echo(f"The service does not start: {reason}", err=True)
        sys.exit(EXIT_CONFIG)


def settle() -> None:
    """Keep all that is loaded by now out of the garbage collector's rounds: it stays to the end.

    A page about thousands of people makes some hundred thousand values. As Python comes, the
    collector looks 160 times at new ones meanwhile, and once or twice through every library that
    is loaded, for garbage that is not there: half of the time of such a page.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_VALUES, 10, 10)
