"""For machines: is the process alive, may it get requests, and the figures."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, current_app, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError

from mentorship.access import public
from mentorship.config import Mode, Settings
from mentorship.environment import LOOPBACK
from mentorship.extensions import db, reading
from mentorship.operations import figures, service
from mentorship.operations.starting import head

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip")  # by a proxy: not from this machine

bp = Blueprint("operations", __name__)


class Probes:
    """Let the two probes in under any host: whoever starts containers asks them by number."""

    PATHS = frozenset({"/healthz", "/readyz"})

    def __init__(self, inner: WSGIApplication, host: str) -> None:
        self._inner, self._host = inner, host

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") in self.PATHS:
            environ["HTTP_HOST"] = self._host
        return self._inner(environ, start)


@bp.get("/healthz")
@public
def healthz() -> Response:
    """Say that the process answers, whatever its database does: restarting it would not help."""
    return Response("alive\n", mimetype="text/plain")


@bp.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """Say whether requests may come: the database answers and is at this code's migration."""
    try:
        revision = service.revision_of(db.session().connection())
    except SQLAlchemyError:
        db.session.rollback()
        return jsonify(database="away", migrations="unknown"), 503
    at_head = revision == head()
    migrations = "at head" if at_head else "not at head"
    return jsonify(database="answers", migrations=migrations), 200 if at_head else 503


@bp.get("/metrics")
@public
def metrics() -> Response:
    """Show the figures to whoever has the token; in development, to this machine."""
    if not _may_see_figures():
        abort(404)
    found = None
    try:
        with reading() as session:
            found = service.figures(session, now=dt.datetime.now(dt.UTC))
    except SQLAlchemyError:
        db.session.rollback()
    return Response(figures.text(found), content_type=CONTENT_TYPE_LATEST)


def _may_see_figures() -> bool:
    settings: Settings = current_app.config["SETTINGS"]
    if settings.metrics_token:
        wanted = f"Bearer {settings.metrics_token}"
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), wanted.encode())
    if settings.mode is Mode.PRODUCTION:
        return False  # a proxy on this machine that adds no header would hand them to everybody
    passed_on = any(name in request.headers for name in FORWARDED)
    return request.remote_addr in LOOPBACK and not passed_on
