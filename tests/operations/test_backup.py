"""The rehearsal: back up, lose everything, restore, and find all of it; on both databases."""

from __future__ import annotations

import datetime as dt
import io
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_security import hash_password

from mentorship.accounts.models import User
from mentorship.audit import AuditEntry, record
from mentorship.crypto import keyring, new_key
from mentorship.extensions import db, transaction
from mentorship.operations import archive, backup
from mentorship.operations.backup import (
    REPLACED,
    REPLACED_FOR,
    back_up,
    forget_replaced,
    restore,
)
from mentorship.operations.dumps import DumpFailed
from mentorship.operations.standing import NotTheSame, Standing
from mentorship.privacy import erasing
from mentorship.profiles.models import Profile
from mentorship.pulse import utc_now
from tests import factories
from tests.page import PageClient
from tests.postgres import tools
from tests.rounds.cast import small_cast

CANARY = "visa-canary"
WORDS = "trombone kettle orchard"


@pytest.fixture(autouse=True)
def _tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tools that came with the server be found."""
    monkeypatch.setenv("PATH", f"{tools()}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def lived_in(new_app: Callable[..., Flask]) -> Flask:
    """A site with people, sealed values, a log and a round."""
    app = new_app()
    with app.app_context(), transaction() as session:
        cast = small_cast(session)
        person = cast.img("Canary Person", goals=CANARY)
        person.email, person.password = "canary@example.org", hash_password(WORDS)
        cast.open()
        for _ in range(3):
            record(session, action="x", actor_id=None, about_id=None, now=utc_now())
    return app


def people(app: Flask) -> set[str]:
    with app.app_context():
        found = set(db.session.scalars(sa.select(User.email)))
        db.session.remove()
        return found


def test_the_rehearsal(lived_in: Flask, new_app: Callable[..., Flask], tmp_path: Path) -> None:
    file, before = tmp_path / "site.backup", people(lived_in)
    runner = lived_in.test_cli_runner()
    done = runner.invoke(args=["backup", str(file)])
    assert done.exit_code == 0, done.output
    assert file.stat().st_mode & 0o777 == 0o600
    assert CANARY.encode() not in file.read_bytes()
    again = runner.invoke(args=["backup", str(file)])
    assert "replaces nothing" in again.output

    settings = lived_in.config["SETTINGS"]
    new = new_app(field_keys=settings.field_keys, secret_key=settings.secret_key)  # a new machine
    back = new.test_cli_runner().invoke(args=["restore", str(file)])
    assert back.exit_code == 0, back.output
    assert "3 entries of the log are whole" in back.output
    assert "kinds of sealed values open" in back.output
    assert people(new) == before
    with new.app_context():
        goals = db.session.scalars(sa.select(Profile)).all()
        assert CANARY in {profile.goals for profile in goals}
        db.session.remove()
        with transaction() as session:  # it lives on: the chain goes on where it ended
            entry = record(session, action="y", actor_id=None, about_id=None, now=utc_now())
            assert entry.number == 5
            said = session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.number)).all()
            assert said == ["x", "x", "x", "operations.restore", "y"]
    assert new.test_client().get("/readyz").status_code == 200
    known = {"email": "canary@example.org", "password": WORDS}
    assert PageClient(new).submit("/login", known).location == "/"


def test_people_are_replaced_only_when_that_is_said(lived_in: Flask, tmp_path: Path) -> None:
    file = tmp_path / "site.backup"
    with lived_in.app_context():
        back_up(db.engine, file, now=utc_now())
        before = people(lived_in)
        with transaction() as session:
            factories.person(session, email="later@example.org")
        refused = lived_in.test_cli_runner().invoke(args=["restore", str(file)])
        assert refused.exit_code == 1
        assert "--force replaces them" in refused.output
        assert "later@example.org" in people(lived_in)
        restore(db.engine, file, force=True)
        restore(db.engine, file, force=True)
        assert people(lived_in) == before
        place = Path(str(db.engine.url.database))
        aside = sorted(place.parent.glob(f"{place.name}{REPLACED}*"))
        kept = 2 if db.engine.dialect.name == "sqlite" else 0
        assert len(aside) == kept, "one for each restore"
        if kept:
            with closing(sqlite3.connect(aside[0])) as first:
                there = {email for (email,) in first.execute('SELECT email FROM "user"')}
            assert there == before | {"later@example.org"}
        now, soon = utc_now(), dt.timedelta(minutes=1)
        assert not forget_replaced(db.engine, now=now + REPLACED_FOR - soon)
        assert forget_replaced(db.engine, now=now + REPLACED_FOR + soon) == kept
        assert not any(each.exists() for each in aside)


def test_who_was_erased_since_stays_erased(
    lived_in: Flask, new_app: Callable[..., Flask], tmp_path: Path
) -> None:
    """From the database that is replaced; and where that is lost, from the keys noted before."""
    file, keys, runner = tmp_path / "site.backup", tmp_path / "keys", lived_in.test_cli_runner()
    noted = tmp_path / "site.backup.erased"
    runner.invoke(args=["backup", str(file)])
    with lived_in.app_context(), transaction() as session:
        who = session.scalars(sa.select(User).where(User.name == "Canary Person")).one()
        address = who.email
        assert erasing.erase_again(session, person_id=who.id, now=utc_now())
    keys.write_text(runner.invoke(args=["erased", "list"]).output)
    done = runner.invoke(args=["restore", "--force", str(file)])
    assert "1 people who were erased since are erased again" in done.output, done.output
    assert not noted.exists()
    assert address not in people(lived_in)
    assert _cut_off(lived_in, file) == 1
    assert noted.read_text() == keys.read_text()
    settings = lived_in.config["SETTINGS"]
    new = new_app(field_keys=settings.field_keys, secret_key=settings.secret_key)
    taken_up = new.test_cli_runner().invoke(args=["restore", "--force", str(file)])
    assert "1 people who were erased since" in taken_up.output, "by what the first one left"
    assert address not in people(new)
    new = new_app(field_keys=settings.field_keys, secret_key=settings.secret_key)
    back = new.test_cli_runner().invoke(args=["restore", "--force", str(file)])
    assert "erased again KEYS" in back.output
    assert address in people(new)
    again = new.test_cli_runner().invoke(args=["erased", "again", str(keys)])
    assert "1 of 1 were here" in again.output, again.output
    assert address not in people(new)
    keys.write_text("no key")
    assert new.test_cli_runner().invoke(args=["erased", "again", str(keys)]).exit_code == 1


def test_the_only_administrator_of_then_stays_erased(lived_in: Flask, tmp_path: Path) -> None:
    file, runner = tmp_path / "site.backup", lived_in.test_cli_runner()
    with lived_in.app_context(), transaction() as session:
        admin = factories.administrator(session)
        key, address = admin.id, admin.email
    runner.invoke(args=["backup", str(file)])
    with lived_in.app_context(), transaction() as session:
        factories.administrator(session)
        assert erasing.erase_again(session, person_id=key, now=utc_now())
    done = runner.invoke(args=["restore", "--force", str(file)])
    assert done.exit_code == 0, done.output
    assert "1 people who were erased since are erased again" in done.output
    assert "Nobody administers the site now: run flask --app wsgi create-admin" in done.output
    assert address not in people(lived_in)


def test_a_folder_that_cannot_be_written_is_said_with_the_way_out(
    lived_in: Flask, tmp_path: Path
) -> None:
    """A place of its own for the keys is taken here: root writes on what is read-only."""
    file, runner = tmp_path / "site.backup", lived_in.test_cli_runner()
    runner.invoke(args=["backup", str(file)])
    with lived_in.app_context(), transaction() as session:
        who = session.scalars(sa.select(User).where(User.name == "Canary Person")).one()
        assert erasing.erase_again(session, person_id=who.id, now=utc_now())
    before = _whole(lived_in)
    (tmp_path / "site.backup.erased").symlink_to(tmp_path / "no such folder" / "keys")
    done = runner.invoke(args=["restore", "--force", str(file)])
    assert done.exit_code == 1
    assert "copy the backup into a folder that can be written" in done.output
    assert _whole(lived_in) == before


def test_a_restore_of_an_older_version_is_in_the_log_too(lived_in: Flask, tmp_path: Path) -> None:
    file, runner = tmp_path / "site.backup", lived_in.test_cli_runner()
    with lived_in.app_context(), transaction() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '0059'"))
    runner.invoke(args=["backup", str(file)])
    done = runner.invoke(args=["restore", "--force", str(file)])
    assert "It is of an older version" in done.output, done.output
    with lived_in.app_context():
        newest = sa.select(AuditEntry.action).order_by(AuditEntry.number.desc())
        assert db.session.scalars(newest.limit(1)).one() == "operations.restore"
        db.session.remove()


def test_what_the_server_refuses_is_said_in_one_line(lived_in: Flask, tmp_path: Path) -> None:
    """Here that a table goes which somebody else reads; nothing waits for them without end."""
    file, runner = tmp_path / "site.backup", lived_in.test_cli_runner()
    with lived_in.app_context():
        if db.engine.dialect.name == "sqlite":
            pytest.skip("SQLite checks a file beside the database")
        back_up(db.engine, file, now=utc_now())
        before, name = _whole(lived_in), db.engine.url.database
        with db.engine.begin() as connection:
            connection.execute(sa.text(f'ALTER DATABASE "{name}" SET lock_timeout = 100'))
        db.engine.dispose()
        with db.engine.begin() as reader:
            reader.execute(sa.select(sa.func.count(User.id)))
            done = runner.invoke(args=["restore", "--force", str(file)])
        assert isinstance(done.exception, SystemExit), done.exception
        said = "the server refuses it: canceling statement due to lock timeout; nothing was changed"
        assert said in done.output
        assert _whole(lived_in) == before


def _cut_off(app: Flask, file: Path) -> int:
    """Restore, and fail after the database is replaced; return how the command ended."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backup, "grant", lambda *_: 1 / 0)
        return app.test_cli_runner().invoke(args=["restore", "--force", str(file)]).exit_code


def test_a_damaged_archive_changes_nothing(lived_in: Flask, tmp_path: Path) -> None:
    file = tmp_path / "site.backup"
    with lived_in.app_context():
        back_up(db.engine, file, now=utc_now())
        whole, before = file.read_bytes(), people(lived_in)
        damages = {
            "a bit": whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:],
            "its end": whole[: len(whole) - 40],
            "a frame": whole + whole[-100:],
            "its head": whole.replace(b'"salt": "', b'"salt": "00', 1),
            "all": b"PK\x03\x04" + whole,
            "nothing": b"",
        }
        for name, damaged in damages.items():
            file.write_bytes(damaged)
            with pytest.raises(archive.BadArchive):
                restore(db.engine, file, force=True)
            assert people(lived_in) == before, name
        file.write_bytes(whole)
        keys = lived_in.config["SETTINGS"].field_keys
        keyring.load(f"other:{new_key()}")
        with pytest.raises(archive.BadArchive, match="is not configured"):
            restore(db.engine, file, force=True)
        keyring.load(keys)


def test_a_backup_is_of_one_instant_while_the_site_writes(lived_in: Flask, tmp_path: Path) -> None:
    """Counts and content belong together: restoring compares them."""
    stop, written = threading.Event(), list[str]()

    def write() -> None:
        with lived_in.app_context():
            while not stop.is_set():
                with transaction() as session:
                    written.append(factories.person(session).email)

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    try:
        with lived_in.app_context():
            for number in range(3):
                back_up(db.engine, tmp_path / f"{number}.backup", now=utc_now())
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    with lived_in.app_context():
        before = people(lived_in)
        restore(db.engine, tmp_path / "2.backup", force=True)
        assert people(lived_in) <= before
    assert written


def test_a_dump_whose_rows_are_not_those_noted_is_refused(
    lived_in: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "site.backup"
    real = archive.write

    def lying(target: Path, manifest: dict[str, dict[str, dict[str, int]]], content: object) -> int:
        manifest["state"]["rows"]["user"] += 1
        return real(target, manifest, content)  # type: ignore[arg-type]  # passed through

    monkeypatch.setattr(archive, "write", lying)
    with lived_in.app_context():
        back_up(db.engine, file, now=utc_now())
        before = _whole(lived_in)
        with pytest.raises(NotTheSame, match="user has"):
            restore(db.engine, file, force=True)
        assert _whole(lived_in) == before


@pytest.mark.parametrize("kept", [0.0, 0.5, 0.99])
def test_a_dump_that_ends_early_changes_nothing(
    lived_in: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: float
) -> None:
    """The archive is as it was written; the database's own tool had not written all."""
    file, real = tmp_path / "site.backup", archive.write

    def cut(target: Path, manifest: object, content: Iterable[bytes]) -> int:
        whole = b"".join(content)
        return real(target, manifest, archive.pieces(io.BytesIO(whole[: int(kept * len(whole))])))

    monkeypatch.setattr(archive, "write", cut)
    with lived_in.app_context():
        back_up(db.engine, file, now=utc_now())
        before = _whole(lived_in)
        with pytest.raises((DumpFailed, NotTheSame)):
            restore(db.engine, file, force=True)
        assert _whole(lived_in) == before


def _whole(app: Flask) -> dict[str, int]:
    """Return the rows of each table; the log must be whole."""
    with app.app_context(), db.engine.connect() as connection:
        return Standing.of(connection).rows


def test_rows_come_back_whatever_characters_they_hold(lived_in: Flask, tmp_path: Path) -> None:
    """What ends a column, a row or all rows in a dump, and what begins a statement there."""
    file = tmp_path / "site.backup"
    words = ["\\.", "\\", "a\tb", "\n\\.\n", "\\N", "COPY x FROM stdin;", "\r\n", "é\u2028;'"]
    with lived_in.app_context():
        with transaction() as session:
            for number, word in enumerate(words):
                factories.person(session, f"{word}", email=f"odd{number}@example.org")
        back_up(db.engine, file, now=utc_now())
        with transaction() as session:
            session.execute(sa.update(User).values(name="Lost"))
        restore(db.engine, file, force=True)
        odd = sa.select(User.name).where(User.email.startswith("odd")).order_by(User.email)
        assert list(db.session.scalars(odd)) == words
        db.session.remove()


def test_a_missing_tool_is_said_in_one_line(
    lived_in: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lived_in.app_context():
        if db.engine.dialect.name == "sqlite":
            pytest.skip("SQLite needs no tool")
        file, path = tmp_path / "site.backup", os.environ["PATH"]
        back_up(db.engine, file, now=utc_now())
        before = _whole(lived_in)
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(DumpFailed, match="install the PostgreSQL client"):
            back_up(db.engine, tmp_path / "x", now=utc_now())
        ended = lived_in.test_cli_runner().invoke(args=["restore", "--force", str(file)])
        assert (ended.exit_code, "pg_restore is not on this machine" in ended.output) == (1, True)
        assert _whole(lived_in) == before
        monkeypatch.setenv("PATH", path)
        restore(db.engine, file, force=True)
        assert _whole(lived_in) == before
