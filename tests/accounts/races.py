"""Sending forms at the same moment, each from a browser of its own."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from tests.page import PageClient


def at_once(app: Flask, path: str, forms: Sequence[Mapping[str, str]]) -> list[tuple[int, str]]:
    """Return status and target of each answer, in the order of the forms."""
    start = threading.Barrier(len(forms))

    def send(form: Mapping[str, str]) -> tuple[int, str]:
        visitor = PageClient(app)
        data = {"csrf_token": visitor.token(), **form}
        start.wait()
        answer = visitor.client.post(path, data=data)
        return answer.status_code, answer.headers.get("Location", "")

    with ThreadPoolExecutor(len(forms)) as pool:
        return list(pool.map(send, forms))
