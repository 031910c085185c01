"""A visa situation that nothing else uses, looked for in every file that the service leaves.

The profile is saved, run, published, answered and mailed on a database of its own; then the bytes
of the database and its journal, a dump, the queue, the mails and the log are searched.
"""

from __future__ import annotations

import dataclasses
import logging
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from psycopg import sql

from mentorship import vocabulary
from mentorship.consents.service import SHARE_VISA, give
from mentorship.extensions import db, transaction
from mentorship.notices import delivery
from mentorship.profiles.models import Profile
from mentorship.rounds.answering import accept_offer, confirm_match
from tests.factories import NOW
from tests.page import PageClient
from tests.rounds.cast import Cast, small_cast

CANARY = "zqvisacanaryzq"


@pytest.fixture
def place(new_app: Callable[..., Flask], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """A service of its own, where one more visa situation is known, to the code only."""
    app = new_app(instance=tmp_path)
    visas = dict(vocabulary.LISTS["visa"])
    visas[CANARY] = dataclasses.replace(visas["e3"], id=CANARY, name=f"{CANARY} name")
    known = {**vocabulary.LISTS, "visa": MappingProxyType(visas)}
    monkeypatch.setattr(vocabulary, "LISTS", MappingProxyType(known))
    return app


def _live(app: Flask) -> None:
    """Save by the service and by the page, then go from an open round to a match."""
    with app.app_context():
        with transaction() as session:
            cast = small_cast(session)
            cast.people["Sana"] = cast.img("Sana", visa=CANARY, topics=("research",))
            cast.mentor("Mia", topics=("research",), visas=("e3_visa",), seats=1)
            give(session, cast.people["Sana"].id, SHARE_VISA, NOW)
        sana, mia = cast.people["Sana"], cast.people["Mia"]
        client = PageClient(app, sana)
        client.submit("/profile/img/topics", {"goals": "Research"})
        client.submit("/profile/img/confidence")
        _match(cast)
        page = PageClient(app, mia).get(f"/offers/{cast.offer('Sana').id}")
        assert CANARY in page.text  # it is there, and shown to whom it is for
        delivery.write_files()


def _match(cast: Cast) -> None:
    with transaction():
        cast.published()
        offer = cast.offer("Sana", "Mia")
        who = cast.people["Mia"].id, cast.people["Sana"].id
        accept_offer(cast.session, person_id=who[0], offer_id=offer.id, now=NOW)
        confirm_match(cast.session, person_id=who[1], offer_id=offer.id, now=NOW)


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


def _is_in(text: str) -> bool:
    """Look for the word as it is, and as bytes are written in a dump."""
    return CANARY in text or CANARY.encode().hex() in text.lower()


def _files(app: Flask, folder: Path) -> list[Path]:
    found = [path for path in folder.rglob("*") if path.is_file()]
    with app.app_context():
        url = db.engine.url
    if url.get_backend_name() == "sqlite":
        database = Path(str(url.database))
        found += list(database.parent.glob(f"{database.name}*"))  # with -wal and -shm
    return found


def test_the_visa_is_in_no_file(
    place: Flask, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        _live(place)
    files = _files(place, tmp_path)
    assert [path.name for path in files if CANARY.encode() in path.read_bytes()] == []
    assert any(path.suffix == ".eml" for path in files)
    dump = _dump(place, tmp_path)
    assert "Sana" in dump  # the dump holds the people
    assert not _is_in(dump)
    assert not _is_in(caplog.text)


def test_the_search_would_find_it(place: Flask, tmp_path: Path) -> None:
    """The same word in a field that is not sealed is in the database file and in the dump."""
    with place.app_context(), transaction() as session:
        small_cast(session)
        goals = sa.update(Profile).where(Profile.kind == "img").values(goals=CANARY)
        session.execute(goals)
    assert _is_in(_dump(place, tmp_path))
    with place.app_context():
        url = db.engine.url
    if url.get_backend_name() == "sqlite":
        assert any(CANARY.encode() in path.read_bytes() for path in _files(place, tmp_path))
