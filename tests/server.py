"""The real server on a port of this machine: two processes with four threads each."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from mentorship.crypto import new_key

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 180  # seconds


@contextmanager
def served(
    new_app: Callable[..., Flask], database: str, instance: Path, **environment: str
) -> Iterator[tuple[Flask, int]]:
    """Yield an application and the port of a server on the same database."""
    secret, keys = uuid.uuid4().hex * 2, f"test:{new_key()}"
    app = new_app(secret_key=secret, field_keys=keys, database_url=database)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    given = os.environ | {
        "MENTORSHIP_MODE": "development",
        "INSTANCE_DIR": str(instance),
        "SECRET_KEY": secret,
        "FIELD_KEYS": keys,
        "DATABASE_URL": database,
        "PORT": str(port),
        "WEB_CONCURRENCY": "2",
        **environment,
    }
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py"]
    process = subprocess.Popen(
        [*gunicorn, "--bind", f"127.0.0.1:{port}", "wsgi:app"], cwd=ROOT, env=given
    )
    try:
        listening(port, process)
        yield app, port
    finally:
        process.terminate()
        process.wait(timeout=30)


def listening(port: int, server: subprocess.Popen[Any]) -> None:
    """Wait until a server listens, however busy the machine."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert server.poll() is None, "the server stopped at its start"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail(f"the server did not listen within {PATIENCE} seconds")
