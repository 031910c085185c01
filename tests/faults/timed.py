"""The site, noting how long it takes over each form: from having a thread to having the answer."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults.place import NOTES
from wsgi import app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_inner = app.wsgi_app


def _timed(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start = time.perf_counter()
    answer = _inner(environ, start_response)
    if environ["REQUEST_METHOD"] == "POST":
        notes = Path(os.environ["INSTANCE_DIR"]) / f"{NOTES}.{os.getpid()}"
        with notes.open("a") as out:
            out.write(f"{time.perf_counter() - start}\n")
    return answer


app.wsgi_app = _timed  # type: ignore[method-assign]  # Flask's own way to wrap
