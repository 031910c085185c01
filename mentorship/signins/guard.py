"""Sessions at the edge of every request: who is signed in, and what the answer changes about it.

The cookie holds a token; its session is read together with the person, in one statement. What a
request does to a session (sign-in, sign-out, a fresh proof of identity) is written when its
answer is ready, and when the person was last seen is written once the answer is out.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from functools import partial

from flask import Flask, Response, current_app, g, request, session
from flask_login import current_user, user_logged_in, user_logged_out
from flask_security.utils import set_request_attr
from sqlalchemy.exc import OperationalError

from mentorship.accounts.adapters import may_be_here, utc_now
from mentorship.accounts.models import User
from mentorship.accounts.trying import remember
from mentorship.extensions import SAFE_METHODS, db, transaction
from mentorship.signins import service
from mentorship.signins.browsers import in_words
from mentorship.signins.models import UserSession
from mentorship.signins.service import Over

TOKEN = "_user_id"  # noqa: S105  where Flask-Login looks for who is signed in
PROVEN = "fs_paa"  # where Flask-Security notes when the person last showed who they are
WARN = dt.timedelta(minutes=4)  # how long before its end a page asks whether to stay signed in
SAID = {
    Over.IDLE: "You were signed out, because you had opened no page for a while.",
    Over.OLD: "You were signed out, because you had been signed in for long.",
    Over.RANK: "Your role on this site has changed. Please sign in again.",
    Over.ENDED: "This session was ended. Please sign in again.",
}

log = logging.getLogger("mentorship")


def init_app(app: Flask) -> None:
    """Put sessions in the table in the place of Flask-Login's, which know no end."""
    manager = app.extensions["security"].login_manager
    manager.user_loader(_person_of)
    manager.session_protection = None  # it would put a fingerprint of the browser in the cookie
    user_logged_in.connect(_signed_in, app)
    user_logged_out.connect(_signed_out, app)
    app.after_request(_write_down)
    app.context_processor(_end)


def held() -> UserSession | None:
    """Return the session of this request, once somebody has asked who is signed in."""
    found: UserSession | None = g.get("user_session")
    return found


def _person_of(token: str) -> User | None:
    found = service.find(db.session(), token, now=utc_now())
    if found is None or not may_be_here(found.person):
        g.signed_out_because = SAID[Over.ENDED]
        return None
    if found.over is not None:
        g.signed_out_because, g.session_of = SAID[found.over], found.person.id
        return None
    g.erased_on = found.erased_on
    g.user_session, g.proven_before = found.row, session.get(PROVEN)
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", session.get(PROVEN, 0))
    return found.person


def _signed_in(_app: Flask, user: User) -> None:
    session.pop("_id", None)  # a fingerprint of browser and address, made unasked
    if user.id not in {g.get("session_of"), getattr(held(), "person_id", None)}:
        _forget_form_token()
    session[TOKEN] = service.new_token()
    remember(user.email)
    g.to_open = user


def _forget_form_token() -> None:
    """Let pages get another token for their forms: whoever was here before may know this one.

    Not when it is the same person whose time was over: their forms stand open in other tabs.
    """
    session.pop("csrf_token", None)
    g.pop("csrf_token", None)  # where it is kept for the rest of this request


def _signed_out(_app: Flask, user: User | None) -> None:  # noqa: ARG001  the signal's way
    g.pop("to_open", None)
    g.to_end = True


def _write_down(response: Response) -> Response:
    """Keep what this request has changed about sessions; after a fault of ours nobody is in."""
    row, person = held(), g.pop("to_open", None)
    if person is not None and response.status_code >= 500:
        session.pop(TOKEN, None)
    elif person is not None:
        _open(person, before=row)
    elif row is not None and g.pop("to_end", False):
        _end_one(row)
    elif row is not None and session.get(PROVEN) != g.proven_before:
        _renew(row)
    elif row is not None and _is_activity() and utc_now() - row.seen_at >= service.SEEN_EVERY:
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  the proxy's own way
        response.call_on_close(partial(_note_seen, app, row.id, utc_now()))
    return response


def _open(person: User, *, before: UserSession | None) -> None:
    browser = in_words(request.user_agent.string)
    with transaction(writing=True) as database:
        if before is not None:
            service.sign_out(database, before, now=utc_now())
        g.user_session = service.open_session(
            database, person, token=session[TOKEN], browser=browser, now=utc_now()
        )


def _end_one(row: UserSession) -> None:
    with transaction(writing=True) as database:
        service.sign_out(database, row, now=utc_now())


def _renew(row: UserSession) -> None:
    session[TOKEN] = service.new_token()
    with transaction(writing=True) as database:
        service.renew(database, row, token=session[TOKEN])


def _is_activity() -> bool:
    """Tell a person from a page that asks by itself, which may not keep a session alive."""
    by_itself = request.headers.get("Sec-Fetch-Dest") == "empty"
    return not (by_itself and request.method in SAFE_METHODS)


def _note_seen(app: Flask, session_id: uuid.UUID, now: dt.datetime) -> None:
    """Write when the answer is out: nobody waits for it, and a page was never the worse for it."""
    try:
        with app.app_context(), transaction() as database:
            service.note_seen(database, session_id, now=now)
    except OperationalError:
        log.warning("a session's last use was not noted; the next page does it")


def _end() -> dict[str, object]:
    """Tell pages when the session ends, as far as anybody is signed in."""
    row = held() if current_user.is_authenticated else None
    if row is None:
        return {"session_end": None}
    now = utc_now()
    if now - row.seen_at >= service.SEEN_EVERY and _is_activity():
        limit = service.LIMITS[row.rank]
        end = min(now + limit.idle, row.opened_at + limit.absolute)
    else:
        end = service.ends_at(row)
    return {
        "session_end": end,
        "session_left": int((end - now).total_seconds()),
        "session_warn": int(WARN.total_seconds()),
    }
