"""Sealed answers that nothing else uses, looked for in every file that the service leaves.

The profile is saved, run, published, answered and mailed on a database of its own; then the bytes
of the database and its journal, on PostgreSQL all that its server keeps, a dump, the queue, the
mails and the log are searched.
"""

from __future__ import annotations

import dataclasses
import logging
import shutil
import sqlite3
import subprocess
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from psycopg import sql

from mentorship import vocabulary
from mentorship.consents.service import SHARE_GENDER, SHARE_VISA, give
from mentorship.extensions import db, transaction
from mentorship.notices import delivery
from mentorship.profiles import values
from mentorship.profiles.models import Profile
from mentorship.rounds.answering import accept_offer, confirm_match
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast, small_cast

CANARY, PATH, GENDER, PHONE = "zqvisacanaryzq", "zqpathcanaryzq", "zqgendercanaryzq", "2155550173"
SEALED = (CANARY, PATH, GENDER, PHONE)
PLAIN = "zqplaincanaryzq"


@pytest.fixture
def place(new_app: Callable[..., Flask], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """A service of its own, where one more of each sealed answer is known, to the code only."""
    app = new_app(instance=tmp_path)
    known = dict(vocabulary.LISTS)
    for name, word in (("visa", CANARY), ("visa_path", PATH), ("gender", GENDER)):
        like = next(iter(known[name].values()))
        more = dataclasses.replace(like, id=word, name=f"{word} name")
        known[name] = MappingProxyType({**known[name], word: more})
    monkeypatch.setattr(vocabulary, "LISTS", MappingProxyType(known))
    monkeypatch.setattr(values, "_places", values._places.__wrapped__)  # noqa: SLF001  a cache
    return app


def _live(app: Flask) -> None:
    """Save by the service and by the page, then go from an open round to a match."""
    with app.app_context():
        with transaction() as session:
            cast = small_cast(session)
            sana = cast.img("Sana", visa=CANARY, gender=GENDER, topics=("research",))
            mia = cast.mentor("Mia", topics=("research",), visas=(PATH,), gender=GENDER, seats=1)
            mia.phone = f"+1{PHONE}"
            for person in (sana, mia):
                for purpose in (SHARE_VISA, SHARE_GENDER):
                    give(session, person.id, purpose, NOW)
        client = PageClient(app, sana)
        client.submit("/profile/img/topics", {"goals": "Research"})
        client.submit("/profile/img/confidence")
        offer = _match(cast)
        to_mia = PageClient(app, mia).get(f"/offers/{offer}").text
        to_sana = PageClient(app, sana).get(f"/matches/{offer}").text
        assert CANARY in to_mia  # they are there, and shown to whom they are for
        assert PATH in to_sana
        assert PHONE in "".join(filter(str.isdigit, to_sana))
        assert GENDER in to_mia
        assert GENDER in to_sana
        delivery.write_files()


def _match(cast: Cast) -> uuid.UUID:
    with transaction():
        cast.published()
        offer = cast.offer("Sana", "Mia")
        who = cast.people["Mia"].id, cast.people["Sana"].id
        accept_offer(cast.session, person_id=who[0], offer_id=offer.id, now=NOW)
        confirm_match(cast.session, person_id=who[1], offer_id=offer.id, now=NOW)
        return offer.id


def _dump(app: Flask, folder: Path) -> str:
    """Return everything that the database hands out, as text."""
    with app.app_context():
        url = db.engine.url
    if url.get_backend_name() == "sqlite":
        with sqlite3.connect(str(url.database)) as connection:
            return "\n".join(connection.iterdump())
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return _copied(address) + _dumped(address, folder / "dump.sql")


def _copied(address: str) -> str:
    """Return each row of each table as the server copies it out: what a dump is made of."""
    found = bytearray()
    with psycopg.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE tableowner = CURRENT_USER"
        )
        tables = cursor.fetchall()
        assert len(tables) > 50
        for table in tables:
            name = sql.Identifier(*table)
            with cursor.copy(sql.SQL("COPY {} TO STDOUT").format(name)) as rows:
                found += b"".join(rows)
    return found.decode()


def _dumped(address: str, out: Path) -> str:
    """Return what pg_dump writes; nothing where there is none that knows this server."""
    program = shutil.which("pg_dump")
    if program is None:
        return ""
    done = subprocess.run(
        [program, "--inserts", "--file", str(out), address],
        capture_output=True,
        text=True,
        check=False,
    )
    if "server version mismatch" in done.stderr:
        return ""
    assert done.returncode == 0, done.stderr
    return out.read_text(encoding="utf-8")


def _is_in(text: str, words: tuple[str, ...] = SEALED) -> bool:
    """Look for the words as they are, and as bytes are written in a dump."""
    lower = text.lower()
    return any(word in text or word.encode().hex() in lower for word in words)


def _files(app: Flask, folder: Path) -> list[Path]:
    found = [path for path in folder.rglob("*") if path.is_file()]
    with app.app_context():
        url = db.engine.url
    if url.get_backend_name() == "sqlite":
        database = Path(str(url.database))
        found += list(database.parent.glob(f"{database.name}*"))  # with -wal and -shm
    elif url.host in {None, "", "localhost", "127.0.0.1"}:
        found += _kept_by_server(url.set(drivername="postgresql").render_as_string(False))
    return found


def _kept_by_server(address: str) -> list[Path]:
    """Return the tables, the journal and the log of a PostgreSQL server on this machine."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CHECKPOINT")  # what it holds in memory is in its files then
        row = connection.execute(
            "SELECT current_setting('data_directory'), oid FROM pg_database"
            " WHERE datname = current_database()"
        ).fetchone()
    assert row
    home = Path(row[0])
    tables = [path for path in (home / "base" / str(row[1])).iterdir() if path.is_file()]
    assert len(tables) > 100
    journal = [path for path in (home / "pg_wal").iterdir() if path.is_file()]
    logs = [path for path in home.rglob("*log") if path.is_file()]
    return tables + journal + logs


def _holding(files: list[Path], words: tuple[str, ...]) -> list[str]:
    found = []
    for path in files:
        with suppress(FileNotFoundError):  # a journal that was put away meanwhile
            held = path.read_bytes()
            found += [path.name for word in words if word.encode() in held]
    return found


def test_the_visa_is_in_no_file(
    place: Flask, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        _live(place)
    files = _files(place, tmp_path)
    assert _holding(files, SEALED) == []
    assert any(path.suffix == ".eml" for path in files)
    dump = _dump(place, tmp_path)
    assert "Sana" in dump  # the dump holds the people
    assert not _is_in(dump)
    assert not _is_in(caplog.text)


def test_the_search_would_find_it(place: Flask, tmp_path: Path) -> None:
    """The same word in a field that is not sealed is in the database file and in the dump."""
    with place.app_context(), transaction() as session:
        small_cast(session)
        goals = sa.update(Profile).where(Profile.kind == "img").values(goals=PLAIN)
        session.execute(goals)
    assert _is_in(_dump(place, tmp_path), (PLAIN,))
    assert _holding(_files(place, tmp_path), (PLAIN,))
