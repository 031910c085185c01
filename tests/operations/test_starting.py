"""What must not be served does not start: one clear line, and exit code 78."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from mentorship.config import EXIT_CONFIG
from mentorship.extensions import db
from mentorship.operations import disks
from mentorship.operations.disks import kind_of_disk
from mentorship.operations.starting import NEW_VALUES, unfitness
from tests import factories
from tests.server import listening
from tests.test_config import GOOD, ROOT

BAD: Mapping[str, tuple[dict[str, str], str]] = {
    "no secret key": ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
    "the one of a development machine": ({"SECRET_KEY": "DEV"}, "default one of a development"),
    "a placeholder": ({"SECRET_KEY": "change-me-" * 5}, "SECRET_KEY is a placeholder"),
    "a short one": ({"SECRET_KEY": "0f3a9c5be1d74628"}, "SECRET_KEY needs at least 32 bytes"),
    "one of words": (
        {"SECRET_KEY": "correct horse battery staple correct horse"},
        "SECRET_KEY is easy to guess, it is made of words",
    ),
    "a low-entropy one": ({"SECRET_KEY": "0123456789abcdef" * 4}, "SECRET_KEY is easy to guess"),
    "a word again and again": (
        {"SECRET_KEY": "mentorshipmentorshipmentorship12"},
        "SECRET_KEY is easy to guess",
    ),
    "an old one that is short": (
        {"SECRET_KEY_FALLBACKS": "dev"},
        "SECRET_KEY_FALLBACKS needs at least 32 bytes",
    ),
    "an old one of a development machine": (
        {"SECRET_KEY_FALLBACKS": "DEV"},
        "SECRET_KEY_FALLBACKS is the default one",
    ),
    "no field keys": ({"FIELD_KEYS": ""}, "FIELD_KEYS is not set"),
    "a field key of the wrong size": ({"FIELD_KEYS": "a:AAAA"}, "FIELD_KEYS: field key 'a' has 3"),
    "a field key of nothing": ({"FIELD_KEYS": f"a:{'A' * 43}="}, "field key 'a' is easy to guess"),
    "debug on": ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG is on"),
    "no base URL": ({"BASE_URL": ""}, "BASE_URL is not set"),
    "a base URL without https": ({"BASE_URL": "http://m.example.org"}, "BASE_URL must be an https"),
    "a base URL without a host": ({"BASE_URL": "https://"}, "BASE_URL names no host"),
    "a base URL that is not answered": (
        {"BASE_URL": "https://elsewhere.example.org"},
        "TRUSTED_HOSTS leaves out the host of BASE_URL",
    ),
    "no trusted hosts": ({"TRUSTED_HOSTS": ""}, "TRUSTED_HOSTS is empty"),
    "mail to files": ({"MAIL_URL": "files"}, "MAIL_URL is not set"),
    "a mail server nobody can read": ({"MAIL_URL": "imap://m"}, "MAIL_URL wants"),
    "a database nobody can read": ({"DATABASE_URL": "the usual"}, "DATABASE_URL cannot be read"),
    **{
        f"an unsafe way to the database, {way}": (
            {"DATABASE_URL": f"postgresql+psycopg://m:pw@{way}"},
            "DATABASE_URL goes to another machine and does not say how",
        )
        for way in (
            "db.example.org/m",
            "db.example.org/m?sslmode=allow",
            "db.example.org/m?sslmode=prefer",
            "db.example.org/m?sslmode=require",
            "/m?host=db.example.org",
            "/m?host=localhost,db.example.org",
            "localhost/m?hostaddr=10.0.0.7",
        )
    },
    "no key of the log": ({"AUDIT_KEY": ""}, "AUDIT_KEY is not set"),
    "a short one of the log": ({"AUDIT_KEY": "short"}, "AUDIT_KEY needs at least 32 bytes"),
    "an easy one of the log": ({"AUDIT_KEY": "a" * 64}, "AUDIT_KEY is easy to guess"),
    "a short token": ({"METRICS_TOKEN": "abc"}, "METRICS_TOKEN needs at least 32 bytes"),
    "a wrong level": ({"LOG_LEVEL": "loud"}, "LOG_LEVEL is 'loud'"),
    "no second factor for anybody": ({"REQUIRE_MFA": "off"}, "REQUIRE_MFA is off"),
    "demo people": ({"DATABASE_URL": "DEMO"}, "demo people are in this database"),
    "migrations behind": ({"DATABASE_URL": "BEHIND"}, "the database is at migration"),
    "an empty database": ({"DATABASE_URL": "EMPTY"}, "the database is empty"),
}
DEV_KEY = "7d1c9be0a4f2536871ee0c9d2b3f4a58"


@pytest.fixture(scope="module")
def databases(new_app: Callable[..., Flask], new_database: Callable[[], str]) -> Mapping[str, str]:
    demo, behind = new_app(), new_database()
    with demo.app_context():
        factories.person(db.session(), demo=True)
        db.session.commit()
    engine = sa.create_engine(behind)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        connection.execute(sa.text("INSERT INTO alembic_version VALUES ('0001')"))
    engine.dispose()
    return {
        "GOOD": new_app().config["SETTINGS"].database_url,
        "DEMO": demo.config["SETTINGS"].database_url,
        "BEHIND": behind,
        "EMPTY": new_database(),
    }


@pytest.fixture(scope="module")
def starts(
    databases: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, tuple[int, str]]:
    """Start the service once under every configuration."""
    instance = tmp_path_factory.mktemp("instance")
    (instance / "secret_key.dev").write_text(DEV_KEY)
    place = {"PATH": os.environ["PATH"], "INSTANCE_DIR": str(instance)}
    place |= {"DATABASE_URL": databases["GOOD"]}
    words = dict(databases) | {"DEV": DEV_KEY}
    environments = {
        name: GOOD | place | {key: words.get(value, value) for key, value in change.items()}
        for name, (change, _) in {**BAD, "a good one": ({}, "")}.items()
    }
    ended = subprocess.run(
        [sys.executable, "-m", "tests.operations.starting"],
        input=json.dumps(list(environments.values())),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(zip(environments, json.loads(ended.stdout), strict=True))


@pytest.mark.parametrize("name", BAD)
def test_a_bad_one_is_refused_in_one_line(starts: Mapping[str, tuple[int, str]], name: str) -> None:
    code, said = starts[name]
    _, reason = BAD[name]
    assert code == EXIT_CONFIG, said
    assert said.startswith("The service does not start: ")
    assert reason in said
    assert said.count("\n") == 1
    assert not any(secret in said for secret in (GOOD["SECRET_KEY"], DEV_KEY, ":pw@"))


def test_a_good_one_starts(starts: Mapping[str, tuple[int, str]]) -> None:
    assert tuple(starts["a good one"]) == (0, "")


MOUNTED = """\
/dev/sda1 / ext4 rw 0 0
tmpfs /srv tmpfs rw 0 0
files:/home /srv/shared\\040disk nfs4 rw 0 0
"""


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/srv/shared disk/a/site.db", "nfs4"),
        ("/srv/site.db", "tmpfs"),
        ("/srv/shared/site.db", "tmpfs"),
        ("/var/lib/site.db", "ext4"),
    ],
)
def test_the_disk_of_a_file_is_found(tmp_path: Path, place: str, kind: str) -> None:
    (tmp_path / "mounts").write_text(MOUNTED)
    assert kind_of_disk(Path(place), tmp_path / "mounts") == kind
    assert kind_of_disk(Path(place), tmp_path / "nowhere") == ""


def test_sqlite_on_a_networks_disk_is_refused(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if app.config["SETTINGS"].database.get_backend_name() != "sqlite":
        pytest.skip("a server of its own has its own disk")
    (tmp_path / "mounts").write_text("files:/all / nfs4 rw 0 0\n")
    monkeypatch.setattr(disks, "MOUNTS", tmp_path / "mounts")
    assert "network's disk (nfs4)" in (unfitness(app) or "")


TOKEN = "b81c0e57d2f94a63c7e5108f6b3d29a4"  # of no consequence


def environment_of(database: str, instance: Path, **more: str) -> dict[str, str]:
    place = {"PATH": os.environ["PATH"], "INSTANCE_DIR": str(instance), "DATABASE_URL": database}
    return GOOD | place | more


def test_gunicorn_and_the_worker_end_with_the_same_code(
    databases: Mapping[str, str], tmp_path: Path
) -> None:
    bad = environment_of(databases["BEHIND"], tmp_path)
    gunicorn = ["gunicorn", "--config", "gunicorn.conf.py", "--bind", "127.0.0.1:0", "wsgi:app"]
    for command in (gunicorn, ["flask", "--app", "wsgi", "worker"]):
        ended = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=bad,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert ended.returncode == EXIT_CONFIG
        assert "The service does not start: the database is at migration 0001" in ended.stderr
        assert "Traceback" not in ended.stderr + ended.stdout


def test_what_is_loaded_is_kept_out_of_garbage_collection(
    databases: Mapping[str, str], tmp_path: Path
) -> None:
    code = (
        "import gc, sys; sys.argv = ['gunicorn']; import wsgi;"
        "print(gc.get_freeze_count(), *gc.get_threshold())"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment_of(databases["GOOD"], tmp_path),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    frozen, *often = map(int, said.stdout.split())
    assert frozen > 100_000
    assert often == [NEW_VALUES, 10, 10]


@pytest.fixture(scope="module")
def served(
    databases: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[int, Path]]:
    """A production server on this machine, and the file of its log."""
    tmp_path = tmp_path_factory.mktemp("served")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    out = tmp_path / "log"
    with out.open("w") as log:
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py"),
                *("--bind", f"127.0.0.1:{port}", "wsgi:app"),
            ],
            cwd=ROOT,
            env=environment_of(databases["GOOD"], tmp_path, METRICS_TOKEN=TOKEN),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    listening(port, server)
    yield port, out
    server.send_signal(signal.SIGTERM)
    assert server.wait(timeout=30) == 0


def test_a_production_server_answers_counts_and_logs_in_json(served: tuple[int, Path]) -> None:
    """Two processes: the figures of both stand in what either of them tells."""
    port, out = served
    base = f"http://127.0.0.1:{port}"

    def get(path: str, host: str) -> tuple[int, str]:
        headers = {"Host": host, "Authorization": f"Bearer {TOKEN}"}
        asked = urllib.request.Request(base + path, headers=headers)  # noqa: S310  http
        with urllib.request.urlopen(asked) as answer:  # noqa: S310  http
            return answer.status, answer.read().decode()

    host = "mentors.example.org"
    for _ in range(20):
        assert get("/help?who=canary@example.org", host)[0] == 200
    assert get("/healthz", "10.0.0.7:8000") == (200, "alive\n")
    assert json.loads(get("/readyz", "10.0.0.7:8000")[1])["database"] == "answers"
    told = get("/metrics", host)[1]
    line = 'mentorship_requests_total{method="GET",route="/help",status="200"} 20.0'
    assert line in told
    assert "mentorship_mails_waiting 0.0" in told
    for _ in range(100):  # a line may follow its answer
        lines = [json.loads(line) for line in out.read_text().splitlines()]
        pages = [line for line in lines if line.get("route") == "/help"]
        if len(pages) == 20:
            break
        time.sleep(0.1)
    assert len(pages) == 20
    assert {line["network"] for line in pages} == {"127.0.0.0/24"}
    assert all(line["time"].endswith("+00:00") for line in lines)
    assert "canary" not in out.read_text()


# Each could be read in two ways, by a proxy and by the server behind it.
TWO_ENDS = (
    "Content-Length: 6\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nContent-Length: 6",
    "Content-Length: 6\r\nContent-Length: 5",
    "Content-Length: +6",
    "Content-Length: 6, 6",
    "Transfer-Encoding: chunked, identity",
    "Transfer-Encoding : chunked",
    "Transfer-Encoding: xchunked",
)


def test_where_a_request_ends_is_never_guessed(served: tuple[int, Path]) -> None:
    """Such requests are refused, so none hides behind another."""
    port, out = served
    before = out.read_text().count('"/help"')
    hidden = "0\r\n\r\nGET /help HTTP/1.1\r\nHost: mentors.example.org\r\n\r\n"
    for head in TWO_ENDS:
        sent = f"POST /login HTTP/1.1\r\nHost: mentors.example.org\r\n{head}\r\n\r\n{hidden}"
        answers = b""
        with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
            line.sendall(sent.encode())
            with suppress(ConnectionResetError):
                while part := line.recv(65536):
                    answers += part
        assert answers.count(b"HTTP/1.1 ") == 1, head
        assert re.match(rb"HTTP/1.1 (400|501) ", answers), (head, answers[:80])
    assert out.read_text().count('"/help"') == before
