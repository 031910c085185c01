"""A person's notices, how they want to hear of them, and the way out of round mail."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import Blueprint, abort, flash, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

from mentorship.access import current_id, members, public
from mentorship.extensions import csrf, db, transaction
from mentorship.inbox import service
from mentorship.inbox.forms import ChoicesForm
from mentorship.inbox.stopping import stop_links

bp = Blueprint("inbox", __name__, url_prefix="/notices")


@bp.get("")
@members
def index() -> str:
    return render_template("inbox/index.html", notices=service.latest(db.session(), current_id()))


@bp.post("/<uuid:notice_id>")
@members
def open_notice(notice_id: uuid.UUID) -> Response:
    with transaction() as session:
        path = service.open_notice(
            session, person_id=current_id(), notice_id=notice_id, now=dt.datetime.now(dt.UTC)
        )
    return redirect(path, code=303)


@bp.post("/read")
@members
def read_all() -> Response:
    with transaction() as session:
        service.read_all(session, person_id=current_id(), now=dt.datetime.now(dt.UTC))
    return redirect(url_for(".index"), code=303)


@bp.get("/choices")
@members
def choices() -> str:
    mine = service.choices_of(db.session(), current_id())
    form = ChoicesForm(data={kind.value: way.value for kind, way in mine.items()})
    return render_template("inbox/choices.html", form=form)


@bp.post("/choices")
@members
def choose() -> Response | tuple[str, int]:
    form = ChoicesForm()
    if not form.validate():
        return render_template("inbox/choices.html", form=form), 422
    with transaction() as session:
        service.choose(session, current_id(), form.ways())
    flash("Saved.", "success")
    return redirect(url_for(".index"), code=303)


@bp.get("/stop/<token>")
@public
def confirm_stop(token: str) -> Response:
    going = service.gets_mail(db.session(), _owner(token))
    return _unlinked(render_template("inbox/stop.html", token=token, going=going))


@bp.post("/stop/<token>")
@csrf.exempt
@public
def stop(token: str) -> Response:
    """End round mail; the key is the proof, and a mail program sends no token (RFC 8058)."""
    with transaction() as session:
        service.stop_mail(session, _owner(token))
    return _unlinked(render_template("inbox/stop.html", token=token, going=False))


def _owner(token: str) -> uuid.UUID:
    return stop_links.read(token) or abort(400)


def _unlinked(page: str) -> Response:
    """Answer without letting the key out through the links of the page."""
    response = make_response(page)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
