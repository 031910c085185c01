"""PostgreSQL: the role that serves can do no more than serving needs."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError, ProgrammingError

from mentorship.accounts.models import User
from mentorship.audit import AuditEntry, record
from mentorship.extensions import db, enqueue, transaction
from mentorship.notices.models import Message
from mentorship.notices.service import post
from mentorship.operations.roles import grant
from mentorship.pulse import utc_now
from tests import factories
from tests.page import PageClient
from tests.postgres import tools
from tests.test_config import ROOT

PASSWORD = "of-no-consequence"
ROLES = ("mentorship_owner", "mentorship_app")


@pytest.fixture
def both(
    new_database: Callable[[], str], new_app: Callable[..., Flask]
) -> Iterator[tuple[Flask, Flask]]:
    """An application with the role that owns the tables, and one that serves with the other."""
    administrator = sa.make_url(new_database())
    if administrator.get_backend_name() != "postgresql":
        pytest.skip("SQLite has no roles")
    engine = sa.create_engine(administrator, isolation_level="AUTOCOMMIT")
    plain = administrator.set(drivername="postgresql").render_as_string(hide_password=False)
    subprocess.run(
        [
            *(
                f"{tools()}/psql",
                "--quiet",
                "--dbname",
                plain,
                "--file",
                str(ROOT / "deploy" / "roles.sql"),
            ),
            *("-v", f"owner_password={PASSWORD}", "-v", f"app_password={PASSWORD}"),
        ],
        check=True,
        capture_output=True,
    )
    owner, app_role = (
        administrator.set(username=role, password=PASSWORD).render_as_string(hide_password=False)
        for role in ROLES
    )
    migrating = new_app(database_url=owner, app_role=ROLES[1])
    with migrating.app_context(), transaction() as session:
        grant(session, ROLES[1])
    serving = new_app(
        database_url=app_role,
        field_keys=migrating.config["SETTINGS"].field_keys,
        migrated=True,
    )
    yield migrating, serving
    for app in (serving, migrating):
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
    with engine.connect() as connection:
        for role in ROLES:
            connection.exec_driver_sql(f"REASSIGN OWNED BY {role} TO CURRENT_USER")
            connection.exec_driver_sql(f"DROP OWNED BY {role}")
            connection.exec_driver_sql(f"DROP ROLE {role}")
    engine.dispose()


@pytest.fixture
def serving(both: tuple[Flask, Flask]) -> Flask:
    return both[1]


FORBIDDEN = [
    "CREATE TABLE another (id integer)",
    "ALTER TABLE section ADD COLUMN another integer",
    "DROP TABLE section",
    "TRUNCATE section CASCADE",
    "TRUNCATE audit_entry",
    "UPDATE audit_entry SET action = 'x'",
    "DELETE FROM audit_entry",
    "ALTER TABLE audit_entry DISABLE TRIGGER audit_kept",
    "UPDATE alembic_version SET version_num = '0001'",
    "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "CREATE ROLE another",
]


def test_the_serving_role_serves_and_does_nothing_else(serving: Flask) -> None:
    with serving.app_context():
        with transaction() as session:
            person = factories.person(session)
            entry = record(session, action="x", actor_id=person.id, about_id=None, now=utc_now())
            assert entry.number == 1
        PageClient(serving, person).get("/", status=303)
        enqueue("solve_run", person.id)
        assert serving.extensions["queue"].huey.pending_count() == 1
        for statement in FORBIDDEN:
            refused = pytest.raises(ProgrammingError, match=r"permission denied|must be owner")
            with refused, db.engine.connect() as connection:
                connection.exec_driver_sql(statement)


def test_what_is_past_its_time_goes_by_the_serving_role(serving: Flask) -> None:
    """Seven years on: old entries go, young ones cannot, and no rule waits for another."""
    now = utc_now()
    run = serving.test_cli_runner().invoke
    with serving.app_context():
        with transaction() as session:
            for years in (7, 7, 1):
                at = now - dt.timedelta(days=366 * years)
                record(session, action="x", actor_id=None, about_id=None, now=at)
            old = now - dt.timedelta(days=900)
            post(
                session,
                person_id=None,
                recipient="a@example.org",
                subject="Hello",
                body="",
                now=old,
            )
        done = run(args=["retention", "run"])
        assert (done.exit_code, done.output.splitlines()[-1]) == (0, "Removed: 3")
        assert db.session.scalars(sa.select(Message)).all() == []
        numbers = db.session.scalars(sa.select(AuditEntry.number).order_by(AuditEntry.number))
        assert numbers.first() == 3
        db.session.rollback()
        assert run(args=["audit", "verify"]).exit_code == 0
        too_young = pytest.raises(IntegrityError, match="only added to")
        with too_young, db.engine.connect() as connection:
            connection.exec_driver_sql("SELECT forget_old_entries(1000000)")


def test_a_backup_comes_back_by_the_owner_only(
    both: tuple[Flask, Flask], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, serving = both
    monkeypatch.setenv("PATH", f"{tools()}{os.pathsep}{os.environ['PATH']}")
    file, run = tmp_path / "site.backup", serving.test_cli_runner().invoke
    with serving.app_context():
        with transaction() as session:
            person = factories.person(session)
        assert run(args=["backup", str(file)]).exit_code == 0
        refused = run(args=["restore", "--force", str(file)])
        assert refused.exit_code == 1
        assert refused.output.startswith("Error: mentorship_app does not own the tables")
        assert refused.output.count("\n") == 1
        assert db.session.scalars(sa.select(User.id)).all() == [person.id]
        db.session.remove()
        db.engine.dispose()
    done = owner.test_cli_runner().invoke(args=["restore", "--force", str(file)])
    assert done.exit_code == 0, done.output
    with serving.app_context():
        with transaction() as session:
            record(session, action="x", actor_id=person.id, about_id=None, now=utc_now())
        assert run(args=["retention", "run"]).exit_code == 0
        refused_still = pytest.raises(ProgrammingError, match="permission denied")
        with refused_still, db.engine.connect() as connection:
            connection.exec_driver_sql("DELETE FROM audit_entry")
