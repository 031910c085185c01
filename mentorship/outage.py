"""When the database does not answer: a page is asked for once more, all else hears "in a moment".

A connection may die under a request: the server restarts, or an administrator ends it. Reading
again does no harm, so that is done once. Whoever was writing must look first whether it was kept.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any

from flask import Flask, current_app, g, request
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from werkzeug.exceptions import ServiceUnavailable

from mentorship.extensions import SAFE_METHODS, db

RETRY_AFTER = 5  # seconds
OF_THE_REQUEST = {"request_id", "began", "to_open"}  # what does not hang on the session
OUTAGES = (OperationalError, InterfaceError, NoConnectionLeft)

log = logging.getLogger("mentorship")


def init_app(app: Flask) -> None:
    for kind in OUTAGES:
        app.register_error_handler(kind, _answer)
    app.teardown_appcontext(_let_go)


def _answer(error: Exception) -> Any:
    with suppress(SQLAlchemyError):
        db.session.remove()
    asked_again = g.get("asked_again", False)
    for name in set(g) - OF_THE_REQUEST:  # rows of the session that is gone cannot be read any more
        g.pop(name)
    if request.method in SAFE_METHODS and not asked_again and _is_lost(error):
        g.asked_again = True
        log.warning("the database went away under a page; asking once more")
        return _ask_again()
    log.error("the database does not answer", exc_info=error)
    return current_app.handle_http_exception(ServiceUnavailable(retry_after=RETRY_AFTER))


def _ask_again() -> Any:
    try:
        answer = current_app.preprocess_request()
        return current_app.dispatch_request() if answer is None else answer
    except Exception as error:  # noqa: BLE001  the answer to any is what the first would have got
        return current_app.handle_user_exception(error)


def _let_go(_error: BaseException | None) -> None:
    """End the session before the extension does, which would turn a finished page into an error."""
    try:
        db.session.remove()
    except OUTAGES:
        log.warning("the database went away when the work was done")
        with suppress(SQLAlchemyError):
            db.session().invalidate()
        db.session.registry.clear()


def _is_lost(error: Exception) -> bool:
    """Tell a connection that broke from a database that is full, locked or not there."""
    return bool(getattr(error, "connection_invalidated", False))
