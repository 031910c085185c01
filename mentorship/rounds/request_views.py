"""Pages where an IMG asks mentors directly while a round is open."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mentorship.access import current_id, members
from mentorship.extensions import db, transaction
from mentorship.rounds import service
from mentorship.rounds.blueprint import bp
from mentorship.rounds.request_pages import request_page
from mentorship.throttle.guard import limited

__all__ = ["bp"]
NOBODY = uuid.UUID(int=0)
REQUEST = "/rounds/<uuid:round_id>/request"


@bp.get(REQUEST)
@members
def requests(round_id: uuid.UUID) -> str:
    return _page(round_id)


@bp.post(REQUEST)
@members
@limited("message")
def send_request(round_id: uuid.UUID) -> Response | tuple[str, int]:
    me, now = current_id(), dt.datetime.now(dt.UTC)
    whom = _named("mentor")
    try:
        with transaction() as session:
            service.ask_next(session, person_id=me, round_id=round_id, whom=whom, now=now)
    except service.CannotAsk as refused:
        return _page(round_id, refused=str(refused)), 409
    flash("Your request is sent. We will write to you when there is an answer.", "success")
    return redirect(url_for(".requests", round_id=round_id), code=303)


@bp.post(f"{REQUEST}/take-back")
@members
def take_back_request(round_id: uuid.UUID) -> Response:
    me, now = current_id(), dt.datetime.now(dt.UTC)
    which = _named("request")
    with transaction() as session:
        done = service.take_back(session, person_id=me, round_id=round_id, which=which, now=now)
    if done:
        flash("Your request is taken back. You may send it again.", "success")
    else:
        flash("That request waits no longer, so there was nothing to take back.", "warning")
    return redirect(url_for(".requests", round_id=round_id), code=303)


def _named(field: str) -> uuid.UUID:
    """Return whom or what the page named; what is no key at all is nobody's.

    A bad key is not refused here: who asks comes first, and strangers find no page.
    """
    try:
        return uuid.UUID(request.form.get(field, ""))
    except ValueError:
        return NOBODY


def _page(round_id: uuid.UUID, refused: str = "") -> str:
    page = request_page(db.session(), current_id(), round_id, now=dt.datetime.now(dt.UTC))
    return render_template("rounds/request.html", page=page, refused=refused)
