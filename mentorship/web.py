"""What every response has in common: security headers, error pages, template filters."""

from __future__ import annotations

import datetime as dt
import logging
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, Response, abort, current_app, flash, g, render_template, request
from flask_login import current_user
from sqlalchemy.exc import NoResultFound, SQLAlchemyError
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    NotFound,
    SecurityError,
)

from mentorship import vocabulary
from mentorship.extensions import SAFE_METHODS, db
from mentorship.hours import Clock, clock_word
from mentorship.prose import whole

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self';"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none';"
    " object-src 'none'; manifest-src 'self'"
)
# What pages may not ask the browser for: all that its permissions policy has names for.
POWERS = (
    *(
        "accelerometer",
        "autoplay",
        "browsing-topics",
        "camera",
    ),
    *("display-capture", "encrypted-media", "fullscreen", "gamepad", "geolocation", "gyroscope"),
    *("hid", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment"),
    *("picture-in-picture", "screen-wake-lock", "serial", "storage-access", "usb"),
    *("window-management", "xr-spatial-tracking"),
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{power}=()" for power in POWERS),
}
REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
ERROR_PAGES = frozenset({400, 403, 404, 405, 409, 410, 413, 429, 500, 503})

log = logging.getLogger("mentorship")


def policy(app: Flask) -> str:
    """Return the site's content security policy: forms may also lead on to a sign-in provider."""
    settings = app.config["SETTINGS"]
    may = " ".join(["form-action 'self'", *(each.origin for each in settings.providers)])
    return CSP.replace("form-action 'self'", may)


def init_app(app: Flask) -> None:
    app.before_request(_name_request)
    app.before_request(_refuse_nul)
    app.before_request(_refuse_other_sites)
    app.after_request(_secure)
    app.register_error_handler(HTTPException, _error_page)
    app.register_error_handler(SecurityError, _unknown_host)
    app.register_error_handler(NoResultFound, lambda _error: _error_page(NotFound()))
    app.register_error_handler(Exception, _crash_page)
    app.jinja_env.filters.update(
        sentence=sentence,
        whole=whole,
        term=vocabulary.name,
        day=_day,
        moment=_moment,
        span=_span,
        hour=_hour,
        isodate=dt.date.isoformat,
    )
    app.jinja_env.globals["clock_words"] = _clock_words


def sentence(words: str) -> str:
    """Begin with a capital letter, and leave the names in it as they are."""
    return words[:1].upper() + words[1:]


def safe_next(target: str | None, fallback: str) -> str:
    """Return ``target`` if it is a path of this site, else ``fallback``.

    Browsers read a backslash as a slash and drop tabs and line ends, so a path with one of these
    may lead away although it does not look so.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return fallback
    return fallback if any(ord(c) <= 32 or c == "\\" for c in target) else target


def reader_zone() -> ZoneInfo:
    """Return the time zone of whoever reads the page; UTC where none is known."""
    name = getattr(current_user, "timezone", None)
    return ZoneInfo(name) if name else ZoneInfo("UTC")


def reader_now() -> dt.datetime:
    """Return this moment by the clock of whoever reads the page: its date is their today."""
    return dt.datetime.now(reader_zone())


def reader_clock() -> Clock:
    """Return the clock of whoever reads the page, at this moment."""
    return Clock(reader_zone().key, dt.datetime.now(dt.UTC))


def _clock_words() -> str:
    """Say by whose clock times are, where a time zone's short name would tell little."""
    known = getattr(current_user, "timezone", None)
    return f"your time, {known.replace('_', ' ')}" if known else "UTC"


def _name_request() -> None:
    """Give the request the name that its log lines, its error page and its answer carry.

    A trusted proxy may have given it one already.
    """
    given = request.headers.get("X-Request-ID", "")
    trusted = current_app.config["SETTINGS"].proxies and REQUEST_ID.fullmatch(given)
    g.request_id = given if trusted else secrets.token_hex(6)


def _refuse_nul() -> None:
    """Find nothing under an address with a NUL in it: PostgreSQL would not even look."""
    if "\0" in request.path:
        abort(404)


def _refuse_other_sites() -> None:
    """Take no form from another site, beside the token that each form carries.

    The browser says where a form comes from. The Referer would be the older way, but pages whose
    address is a key send none.
    """
    if request.method not in SAFE_METHODS and request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(400)


def _secure(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = policy(current_app)
    for header, value in HEADERS.items():
        response.headers.setdefault(header, value)  # a view may only say "no-referrer"
    if current_app.config["SETTINGS"].secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response


def _error_page(error: HTTPException) -> Response | HTTPException | tuple[str, int]:
    if error.code is None or error.code < 400:
        return error  # a redirect in the shape of an exception
    if isinstance(error, SecurityError):
        return error  # for a host that is not ours no page with links can be built
    page = error.code if error.code in ERROR_PAGES else (400 if error.code < 500 else 500)
    response = Response(_error_text(page), status=error.code)
    for header, value in error.get_headers():
        if header.lower() not in {"content-type", "content-length"}:
            response.headers[header] = value
    return response


def _error_text(page: int) -> str:
    """Render an error page; those of our own faults without menus, which may be what failed."""
    request_id = g.get("request_id", "")
    if page < 500:
        return render_template(f"errors/{page}.html", request_id=request_id)
    template = current_app.jinja_env.get_template(f"errors/{page}.html")
    return template.render(
        site_name=current_app.config["SETTINGS"].site_name,
        now_year=dt.datetime.now(dt.UTC).year,
        home_href="/",
        help_href="/help",
        request_id=request_id,
    )


def _unknown_host(_error: SecurityError) -> Response:
    """Refuse a request for a host that is not ours; no page of ours can be built for it."""
    return Response("This site does not answer for that host.\n", 400, mimetype="text/plain")


def _crash_page(error: Exception) -> Any:
    """Show the calm page; the log gets the trace and the request's name, never its contents."""
    if current_app.testing:
        raise error
    with suppress(SQLAlchemyError):  # what the view had begun is not committed with its error page
        db.session.rollback()
    log.error("request %s failed at %s", g.get("request_id", ""), request.endpoint, exc_info=error)
    return _error_page(InternalServerError())


def _day(value: dt.date | dt.datetime | None) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        value = value.astimezone(reader_zone()).date()
    return f"{value:%B} {value.day}, {value.year}"


def _hour(value: dt.datetime) -> str:
    local = value.astimezone(reader_zone())
    return f"{local.hour % 12 or 12}:{local:%M} {'a.m.' if local.hour < 12 else 'p.m.'}"


def _moment(value: dt.datetime | None) -> str:
    if value is None:
        return ""
    return f"{_day(value)}, {_hour(value)} {clock_word(value.astimezone(reader_zone()))}"


def _span(start: dt.datetime, end: dt.datetime) -> str:
    """Say from when to when; what is the same for the reader, a day or a clock, is said once."""
    first, last = start.astimezone(reader_zone()), end.astimezone(reader_zone())
    if first.date() != last.date():
        return f"{_moment(start)} to {_moment(end)}"
    same_clock = clock_word(first) == clock_word(last)
    begins = f"{_day(start)}, {_hour(start)}" if same_clock else _moment(start)
    return f"{begins} to {_hour(end)} {clock_word(last)}"


def flash_undo(text: str, to: str, values: Mapping[str, str]) -> None:
    """Say on the next page what was done, with a button that posts ``values`` to undo it."""
    message = {"text": text, "to": to, "values": dict(values)}
    flash(message, "success")  # type: ignore[arg-type]  # whatever JSON can hold is kept
