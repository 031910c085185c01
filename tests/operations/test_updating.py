"""Several instances start at once: one brings the database up to date, the others wait for it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from mentorship.extensions import db
from mentorship.operations.updating import StillUpdating, alone
from tests.operations.test_starting import environment_of
from tests.test_config import ROOT


def test_a_second_instance_waits_says_so_and_gives_up(
    new_database: Callable[[], str], capsys: pytest.CaptureFixture[str]
) -> None:
    address = new_database()
    first, second = sa.create_engine(address), sa.create_engine(address)
    held = alone(first)
    held.__enter__()
    from mentorship.operations import updating  # noqa: PLC0415  its own memory of what it holds

    updating._held.clear()  # noqa: SLF001  as another process would see it
    with pytest.raises(StillUpdating, match="another instance is still updating"):
        alone(second, patience=0.3).__enter__()
    assert "Another instance is updating the database" in capsys.readouterr().err
    held.__exit__(None, None, None)
    with alone(second, patience=0.3):
        pass
    first.dispose()
    second.dispose()


def test_two_instances_that_set_up_an_empty_database_at_once_both_succeed(
    new_database: Callable[[], str], new_app: Callable[..., Flask], tmp_path: Path
) -> None:
    address = new_database()
    starting = [
        subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"],
            cwd=ROOT,
            env=environment_of(address, tmp_path),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120)[0] for process in starting]
    assert [process.returncode for process in starting] == [0, 0], said
    engine = sa.create_engine(address)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM alembic_version")) == 1
    engine.dispose()


def test_a_step_that_finds_a_table_locked_gives_up_and_has_done_nothing(
    new_database: Callable[[], str], tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    if pytestconfig.getoption("--database") == "sqlite":
        pytest.skip("SQLite locks no tables")
    address = new_database()

    def moved(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", *words]
        environment = environment_of(address, tmp_path)
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )

    assert moved("upgrade").returncode == 0
    assert moved("downgrade").returncode == 0
    engine = sa.create_engine(address)
    version = sa.text("SELECT version_num FROM alembic_version")
    with engine.connect() as busy:
        before = busy.scalar(version)
        tables = sorted({*sa.inspect(busy).get_table_names()} - {"alembic_version"})
        listed = ", ".join(f'"{table}"' for table in tables)
        busy.execute(sa.text(f"LOCK TABLE {listed} IN ACCESS EXCLUSIVE MODE"))
        refused = moved("upgrade")  # comes to an end although the lock does not
        assert refused.returncode != 0
        assert "lock timeout" in refused.stderr
        assert busy.scalar(version) == before
    assert moved("upgrade").returncode == 0
    engine.dispose()


def test_it_may_be_held_over_the_migrations_it_is_held_for(app: Flask) -> None:
    with app.app_context(), alone(db.engine), alone(db.engine, patience=0.1):
        pass
