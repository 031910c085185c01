"""``@limited("export")`` on a view, or ``spend`` inside one: no more than ``LIMITS`` says."""

from __future__ import annotations

import datetime as dt
import ipaddress
import math
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial, wraps
from typing import ParamSpec, TypeVar

from flask import Flask, after_this_request, current_app, g, request
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from mentorship.audit import TOLD
from mentorship.config import Settings
from mentorship.extensions import SAFE_METHODS, db, transaction
from mentorship.throttle import service
from mentorship.throttle.limits import LIMITS, Per
from mentorship.throttle.service import Count, TooOften

P = ParamSpec("P")
R = TypeVar("R")


def init_app(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    service.keys.load(settings.secret_key)
    app.register_error_handler(TooOften, _too_often)


def limited(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a view be used only so often, as ``LIMITS[name]`` says.

    It stands under the mark that says whom the view admits. Forms are counted when they are sent.
    A page that is fetched is counted once it is out, since fetching writes nothing: of many fetches
    at one moment a few too many may pass. Where people share a limit (that of a round, say), the
    view calls :func:`spend` once it knows that the thing is theirs, lest strangers use it up.
    """
    if name not in LIMITS:
        raise LookupError(f"no limit is called {name!r}")

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if request.method in SAFE_METHODS:
                _spend_afterwards(name)
            else:
                spend(name)
            return view(*args, **kwargs)

        return guarded

    return decorate


def spend(
    name: str,
    *,
    account: str | None = None,
    thing: str | None = None,
    person: uuid.UUID | None = None,
) -> Sequence[Count]:
    """Count one more, in a transaction of its own: it counts also when the view then fails.

    ``person`` is who is meant where nobody is signed in yet (the second step of a sign-in).

    Raises
    ------
    TooOften
        There were too many. Nothing is counted then.

    """
    asked = service.counts(name, _subjects(account, thing, person))
    with _counting() as session:
        service.take(session, asked, now=_now())
    return asked


def give_back(asked: Sequence[Count]) -> None:
    """Take back what was counted for something that is not to count, like a right password."""
    with _counting() as session:
        service.give_back(session, asked)


@contextmanager
def _counting() -> Iterator[Session]:
    """Own a transaction that the log of who did what need not tell of."""
    with transaction(writing=True) as session:
        session.info[TOLD] = True
        yield session


def _spend_afterwards(name: str) -> None:
    asked = service.counts(name, _subjects(None, None, None))
    service.check(db.session(), asked, now=_now())
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  the proxy's own way

    @after_this_request
    def count(response: Response) -> Response:
        if response.status_code < 400:
            response.call_on_close(partial(_count, app, asked, _now()))
        return response


def _count(app: Flask, asked: Sequence[Count], now: dt.datetime) -> None:
    with app.app_context():
        try:
            with transaction() as session:
                service.take(session, asked, now=now)
        except TooOften:
            return  # the next one is refused; this one is out already


def _subjects(account: str | None, thing: str | None, person: uuid.UUID | None) -> dict[Per, str]:
    address = _network(request.remote_addr or "")
    subjects = {Per.ADDRESS: address}
    if account is not None:
        subjects |= {Per.ACCOUNT: account, Per.PAIR: f"{account} {address}", Per.DEVICE: account}
    if thing is not None:
        subjects[Per.THING] = thing
    if person is None and current_user.is_authenticated:
        person = current_user.id
    if person is not None:
        subjects[Per.PERSON] = str(person)
    return subjects


def _network(address: str) -> str:
    """Return what stands for an address: one household has a whole /64 of IPv6."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        return str(ipaddress.ip_network(f"{ip}/64", strict=False))
    return str(ip)


def _too_often(error: TooOften) -> Response:
    """Answer with the page for it, which says how long to wait."""
    seconds = max(1, math.ceil(error.wait.total_seconds()))
    g.wait = _in_words(seconds)
    handle = current_app.handle_http_exception
    return current_app.make_response(handle(TooManyRequests(retry_after=seconds)))


def _in_words(seconds: int) -> str:
    if seconds < 90:
        return "about a minute"
    minutes = -(-seconds // 60)
    return f"{minutes} minutes" if minutes < 90 else f"{-(-minutes // 60)} hours"


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
