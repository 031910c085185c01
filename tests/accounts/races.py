"""Sending forms at the same moment, each from a browser of its own."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from tests.page import PageClient


def at_once(app: Flask, path: str, forms: Sequence[Mapping[str, str]]) -> list[tuple[int, str]]:
    """Return status and target of each answer, in the order of the forms."""
    return _race([(PageClient(app), path, form) for form in forms])


def at_once_by(
    visitors: Sequence[PageClient], path: str, form: Mapping[str, str]
) -> list[tuple[int, str]]:
    """Let visitors who have come some way send the same form."""
    return _race([(visitor, path, form) for visitor in visitors])


def _race(sent: Sequence[tuple[PageClient, str, Mapping[str, str]]]) -> list[tuple[int, str]]:
    start = threading.Barrier(len(sent))

    def send(one: tuple[PageClient, str, Mapping[str, str]]) -> tuple[int, str]:
        visitor, path, form = one
        data = {"csrf_token": visitor.token(), **form}
        start.wait()
        answer = visitor.client.post(path, data=data)
        return answer.status_code, answer.headers.get("Location", "")

    with ThreadPoolExecutor(len(sent)) as pool:
        return list(pool.map(send, sent))
