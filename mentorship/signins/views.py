"""Where people see in which browsers they are signed in, end sessions, and stay signed in."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, jsonify, redirect, render_template, url_for
from flask_security import logout_user
from werkzeug.wrappers import Response

from mentorship.access import current_id, current_person, fresh, members
from mentorship.accounts.adapters import utc_now
from mentorship.extensions import db, transaction
from mentorship.signins import guard, service

bp = Blueprint("signins", __name__, url_prefix="/account/sessions")


@bp.get("")
@members
def index() -> str:
    mine = service.sessions_of(db.session(), current_person(), now=utc_now())
    return render_template("signins/index.html", sessions=mine, here=guard.held())


@bp.post("/<uuid:session_id>/end")
@members
@fresh
def end(session_id: uuid.UUID) -> Response:
    with transaction() as session:
        service.end_session(session, person_id=current_id(), session_id=session_id, now=utc_now())
    flash("That session is ended.", "success")
    return redirect(url_for(".index"), code=303)


@bp.post("/end-others")
@members
@fresh
def end_others() -> Response:
    with transaction() as session:
        here = guard.held()
        count = service.end_sessions(
            session,
            person_id=current_id(),
            by=current_id(),
            but=here.id if here else None,
            now=utc_now(),
        )
    flash(f"Done. {_sessions(count)} ended; you are signed in only here.", "success")
    return redirect(url_for(".index"), code=303)


@bp.post("/end-all")
@members
@fresh
def end_all() -> Response:
    with transaction() as session:
        service.end_sessions(session, person_id=current_id(), by=current_id(), now=utc_now())
    logout_user()
    flash("You are signed out everywhere, here too.", "success")
    answer = redirect(url_for("security.login"), code=303)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@bp.get("/left")
@members
def left() -> Response:
    """Tell a page for how many seconds its session still lasts. Asking does not prolong it."""
    return jsonify(_left())


@bp.post("/stay")
@members
def stay() -> Response:
    with transaction() as session:
        row = guard.held()
        if row is not None:
            service.stay(session, row, now=utc_now())
    return jsonify(_left())


def _left() -> dict[str, object]:
    """Say the seconds until the end, and whether staying can no longer move it."""
    row = guard.held()
    if row is None:
        return {"left": 0, "longest": False}
    left = service.ends_at(row) - utc_now()
    return {"left": int(left.total_seconds()), "longest": service.is_longest(row)}


def _sessions(count: int) -> str:
    return "1 other session is" if count == 1 else f"{count} other sessions are"
