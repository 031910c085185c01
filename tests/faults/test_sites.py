"""Faults of a whole site, in short; ``script/faults`` does the same at length."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask

from tests.faults import answers, crowd, day, disk, outage, publishing, stopping
from tests.faults.place import NO_ANSWER, Place, place
from tests.faults.server import Server, own_server

CLIENTS = outage.READERS + outage.WRITERS


@pytest.fixture
def here(migrated_database: Callable[[], str], tmp_path: Path) -> Iterator[Place]:
    with place(migrated_database(), tmp_path) as made:
        yield made


def test_f3_a_killed_server_process_leaves_no_half_answer(here: Place) -> None:
    told = answers.kill_while_answering(here, offers=6, kills=3)
    assert set(told) <= {303, NO_ANSWER}, told
    assert told[NO_ANSWER] <= 3 * 4  # what one process had in its hands, each time


def test_f3_a_killed_server_process_publishes_a_round_or_not(here: Place) -> None:
    told = publishing.kill_while_publishing(here, kills=2)
    assert set(told) <= {303, 409, NO_ANSWER}


def test_f15_nobody_hears_that_the_database_is_locked(here: Place) -> None:
    here.web()
    found = crowd.crowd(here, seconds=3)
    assert found.bad == []
    assert found.writes
    assert found.reads


def test_f16_nobody_notices_a_reload_and_the_server_ends(here: Place) -> None:
    bad, seconds = stopping.stop_web(here, reloads=1)
    assert bad == Counter()
    assert seconds < 30


def test_f16_a_worker_that_is_told_to_end_gives_its_run_back(new_app: Callable[..., Flask]) -> None:
    assert stopping.stop_worker(new_app()) < 20  # without it, the lease would have to end


def test_f17_the_day_of_five_people_leaves_nothing_open(here: Place) -> None:
    held = day.lasting(here, warm=4, seconds=4)
    assert set(held.answers) == {200, 303}
    assert held.left_open <= 0


def test_f9_a_full_disk_loses_nothing(
    migrated_database: Callable[[], str], tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """On PostgreSQL it is the disk of the tables, of a server of its own."""
    try:
        with ExitStack() as stack:
            if pytestconfig.getoption("--database") == "sqlite":
                small = stack.enter_context(disk.small_disk(tmp_path / "disk"))
                url = f"sqlite:///{small}/site.db"
            else:
                tmp_path.chmod(0o755)
                server = stack.enter_context(own_server(tmp_path))
                tables = disk.small_tablespace(server, tmp_path / "disk")
                small, url = stack.enter_context(tables)
            site = stack.enter_context(place(url, tmp_path))
            forms, pages, _ = disk.write_until_full(site, small)
    except disk.CannotMount:
        pytest.skip("mounting a small disk is not allowed here")
    assert set(pages) == {200}, "pages can still be read"
    assert set(forms) <= {303, 503}
    assert forms[503], "the disk was never full"


@pytest.fixture
def apart(pytestconfig: pytest.Config, tmp_path: Path) -> Iterator[tuple[Place, Server]]:
    """A site on a PostgreSQL of its own."""
    if pytestconfig.getoption("--database") != "postgresql":
        pytest.skip("SQLite has no connections to cut")
    with own_server(tmp_path) as server, place(server.url, tmp_path) as made:
        yield made, server


def test_f8_cut_connections_cost_no_page(
    migrated_database: Callable[[], str], apart: tuple[Place, Server]
) -> None:
    site, server = apart
    site.web()
    cuts = 3
    with outage.under_load(site) as load:
        for _ in range(cuts):
            time.sleep(1)
            outage.cut_connections(site)
        time.sleep(0.5)
    assert set(load.reads) == {200}
    assert set(load.writes) <= {303, 503}
    assert load.writes[503] <= cuts * outage.WRITERS
    with outage.under_load(site) as load:
        time.sleep(0.5)
        back = outage.stop_and_start(site, server, seconds=1)
        time.sleep(0.5)
    assert set(load.reads) <= {200, 503}
    assert set(load.writes) <= {303, 503}
    assert load.without_retry_after == 0
    assert back <= 5
    assert site.status("/readyz") == 200


def test_a_process_that_is_gone_is_replaced(here: Place) -> None:
    server = here.web()
    os.kill(here.children(server)[0], signal.SIGKILL)
    here.wait_for(lambda: len(here.children(server)) == 2, server)
    assert here.status("/readyz") == 200
