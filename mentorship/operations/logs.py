"""Logs as lines of JSON on the output: what happened, when, in which request, by which key.

No line holds a body, the value of a query, an e-mail address or the words of an error, which may
repeat what somebody typed: an error is its type and where it came from.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import logging
import re
import traceback
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import g, has_request_context

from mentorship import audit

ROOT = Path(__file__).resolve().parent.parent.parent
QUERY = re.compile(r"\?[^\s\"']+")
ADDRESS = re.compile(r"(?<=request )/\S*|(?<= on )/\S*")  # of a page: keys and tokens stand in it
MAIL = re.compile(r"[^\s@<>\"'(]+@[^\s@<>\"')]+")
KEEPS_OF_ADDRESS = {4: 24, 6: 48}  # bits of an IP address that are kept
MOST_FRAMES = 12


class JsonLines(logging.Formatter):
    """One record, one line. ``extra={"facts": {...}}`` adds fields of its own."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(
                timespec="milliseconds"
            ),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_particulars(record.getMessage()),
            "process": record.process,
        }
        if has_request_context():
            line |= {"request": g.get("request_id"), "person": whose_request()}
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = described(record.exc_info[1])
        return json.dumps(line, default=str)


def without_particulars(words: str) -> str:
    """Take out what other people's libraries may have put in: addresses and queries."""
    return MAIL.sub("(address)", QUERY.sub("?(query)", ADDRESS.sub("(page)", words)))


def described(error: BaseException) -> list[dict[str, Any]]:
    """Return type and place of an error and of those behind it, without their words."""
    chain: list[dict[str, Any]] = []
    link: BaseException | None = error
    while link is not None and len(chain) < 5:
        frames = traceback.extract_tb(link.__traceback__)[-MOST_FRAMES:]
        where = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
        chain.append({"type": type(link).__qualname__, "where": where})
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return chain


def _short(file: str) -> str:
    path = Path(file)
    if path.is_relative_to(ROOT / "mentorship"):
        return str(path.relative_to(ROOT))
    return "/".join(path.parts[-2:])


def whose_request() -> str | None:
    """Return the code of whoever is signed in, without asking the database for them.

    It is the one that the log of who did what shows, and no part of their key: keys stand in
    addresses, and whoever reads these lines need not know whose they are.
    """
    person = g.get("_login_user")
    state = sa.inspect(person, raiseerr=False) if person is not None else None
    identity = getattr(state, "identity", None)
    return audit.key.code(identity[0]) if identity else None


def shortened(address: str | None) -> str | None:
    """Return the network of an IP address: enough to see an attack, too little to find a home."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return None
    kept = KEEPS_OF_ADDRESS[found.version]
    return str(ipaddress.ip_network(f"{found}/{kept}", strict=False))


def configuration(level: str) -> dict[str, Any]:
    """Return the ``logging`` configuration of a production process; gunicorn takes it too."""
    output = {"handlers": ["output"], "level": level.upper(), "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "mentorship.operations.logs.JsonLines"}},
        "handlers": {
            "output": {
                "class": "logging.StreamHandler",
                "formatter": "json",
                "stream": "ext://sys.stdout",
            }
        },
        "root": {"handlers": ["output"], "level": level.upper()},
        "loggers": {
            "gunicorn.error": output,
            "gunicorn.access": output | {"handlers": []},  # requests.py writes those lines
            "huey": output | {"level": "WARNING"},
            "httpx": output | {"level": "WARNING"},
        },
    }
