"""Alive, ready and the figures; and what a site says whose database does not answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from mentorship.config import Mode
from mentorship.extensions import db
from mentorship.operations import service
from mentorship.pulse import utc_now
from tests import factories
from tests.page import PageClient

TOKEN = "4e1d7c90b2aa48f6913c5d0e8f7b6a21"


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Collect the SQL of a block."""
    seen: list[str] = []
    with app.app_context():
        engine = db.engine

    def note(*given: object) -> None:
        seen.append(str(given[2]))

    sa.event.listen(engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(engine, "before_cursor_execute", note)


def test_alive_asks_no_database_and_ready_does(app: Flask) -> None:
    client = app.test_client()
    with statements(app) as seen:
        assert client.get("/healthz").status_code == 200
    assert seen == []
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"database": "answers", "migrations": "at head"}


@pytest.fixture
def cut_off(new_app: Callable[..., Flask]) -> Flask:
    """An application in development mode whose database is gone."""
    app = new_app(mode=Mode.DEVELOPMENT)
    with app.app_context():
        db.engine.dispose()

        @sa.event.listens_for(db.engine, "do_connect")
        def refuse(*_: object) -> None:
            raise OperationalError("connect", {}, ConnectionRefusedError("secret place"))

    return app


def test_without_its_database_it_is_alive_and_not_ready(cut_off: Flask) -> None:
    client = cut_off.test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"database": "away", "migrations": "unknown"}
    told = client.get("/metrics").text
    assert "mentorship_database_up 0.0" in told
    assert "mentorship_workers" not in told


def test_a_page_then_says_come_again_in_a_moment(cut_off: Flask) -> None:
    client = cut_off.test_client()
    assert client.get("/help").status_code == 200
    answer = client.get("/login")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.headers["X-Request-ID"] in answer.text
    assert "secret place" not in answer.text


def test_a_database_of_another_migration_is_not_ready(new_app: Callable[..., Flask]) -> None:
    app = new_app()
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json) == (
        503,
        {"database": "answers", "migrations": "not at head"},
    )


def test_a_page_whose_connection_breaks_is_made_once_more(
    new_app: Callable[..., Flask],
) -> None:
    app = new_app(mode=Mode.DEVELOPMENT)
    failures = [2]

    def breaking() -> str:
        if failures[0]:
            failures[0] -= 1
            gone = ConnectionError("gone")
            raise OperationalError("SELECT 1", {}, gone, connection_invalidated=True)
        return "here"

    app.view_functions["pages.help_page"] = breaking
    assert app.test_client().get("/help").status_code == 503  # twice is an outage
    failures[0] = 1
    answer = app.test_client().get("/help")
    assert (answer.status_code, answer.text) == (200, "here")


@pytest.mark.parametrize(
    ("settings", "headers", "status"),
    [
        ({}, {}, 200),
        ({}, {"X-Forwarded-For": "127.0.0.1"}, 404),
        ({"metrics_token": TOKEN}, {}, 404),
        ({"metrics_token": TOKEN}, {"Authorization": f"Bearer {TOKEN[::-1]}"}, 404),
        ({"metrics_token": TOKEN}, {"Authorization": f"Bearer {TOKEN}"}, 200),
    ],
)
def test_the_figures_are_not_for_everybody(
    new_app: Callable[..., Flask],
    app: Flask,
    settings: dict[str, str],
    headers: dict[str, str],
    status: int,
) -> None:
    database = app.config["SETTINGS"].database_url
    here = new_app(database_url=database, migrated=True, **settings)
    assert here.test_client().get("/metrics", headers=headers).status_code == status
    there = here.test_client().get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert there.status_code == 404


def test_the_figures_tell_of_workers_and_of_nobody(session: Session, client: PageClient) -> None:
    person = factories.person(session, "Canary Person")
    worker = service.sign_on(session, host="h", now=utc_now())
    found = service.figures(session, now=utc_now())
    assert (found.workers, found.mails_waiting, found.jobs_waiting) == (1, 0, 0)
    assert found.heartbeat_age_seconds is not None
    assert 0 <= found.heartbeat_age_seconds < 60
    told = client.client.get("/metrics").text
    assert "mentorship_workers 1.0" in told
    assert not any(word in told for word in ("Canary", person.email, str(person.id)))
    service.sign_off(session, worker)
    assert service.figures(session, now=utc_now()).workers == 0
