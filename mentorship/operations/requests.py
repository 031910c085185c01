"""What is noted of every request: a line in the log, a count, and its number in the answer."""

from __future__ import annotations

import logging
import time

from flask import Flask, Response, g, request

from mentorship.operations import figures
from mentorship.operations.logs import shortened

QUIET = frozenset({"static", "operations.healthz", "operations.readyz", "operations.metrics"})
REFUSED = frozenset({400, 403, 413, 415, 429})  # attempts at what is not meant to be done
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})

log = logging.getLogger("mentorship.requests")


def init_app(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.began = time.perf_counter()


def _end(response: Response) -> Response:
    """Note the route, not the address: keys of people and tokens stand in addresses."""
    seconds = time.perf_counter() - g.get("began", time.perf_counter())
    route = request.url_rule.rule if request.url_rule else None
    method = request.method if request.method in METHODS else "OTHER"
    figures.count(method=method, route=route, status=response.status_code, seconds=seconds)
    if "request_id" in g:
        response.headers["X-Request-ID"] = g.request_id
    if request.endpoint not in QUIET or response.status_code >= 500:
        facts = {
            "method": method,
            "route": route,
            "status": response.status_code,
            "ms": round(seconds * 1000, 1),
            "network": shortened(request.remote_addr),
        }
        # A page that is there, asked for by whom it is not for, looks like one that is not.
        not_theirs = response.status_code == 404 and route is not None
        if response.status_code in REFUSED or not_theirs:
            log.warning("refused", extra={"facts": facts})
        else:
            log.info("answered", extra={"facts": facts})
    return response
