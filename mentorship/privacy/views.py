"""One's own data: a copy to take away, and the wish to be erased."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import Blueprint, Response, current_app, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from mentorship.access import current_id, current_person, fresh, fresh_file, members
from mentorship.config import Settings
from mentorship.extensions import db, enqueue, transaction
from mentorship.privacy import copying, wishes
from mentorship.privacy.forms import EraseForm
from mentorship.privacy.standing import standing_of

bp = Blueprint("privacy", __name__, url_prefix="/account")


@bp.get("/data")
@members
def data() -> str:
    export = copying.newest(db.session(), current_id(), now=_now())
    return render_template("privacy/data.html", export=export, lives=copying.LIVES)


@bp.post("/data")
@members
@fresh
def ask_for_data() -> Answer:
    me, site = current_id(), _site()
    with transaction() as session:
        export = copying.ask(session, person_id=me, now=_now())
        small = copying.is_small(session, me)
        if small:
            copying.make(session, export_id=export.id, site_name=site, now=_now())
    if small:
        flash("Your copy is ready.", "success")
    else:
        enqueue("make_copy", export.id)
        flash("We are putting your copy together. Come back in a minute.", "info")
    return redirect(url_for(".data"), code=303)


@bp.get("/data/<uuid:export_id>.zip")
@members
@fresh_file
def fetch_data(export_id: uuid.UUID) -> Response:
    archive = copying.fetch(db.session(), person_id=current_id(), export_id=export_id, now=_now())
    answer = Response(archive, mimetype="application/zip")
    answer.headers["Content-Disposition"] = 'attachment; filename="my-data.zip"'
    return answer


@bp.get("/erase")
@members
def erase() -> str:
    return _erase_page(EraseForm())


@bp.post("/erase")
@members
@fresh
def ask_to_erase() -> Answer | tuple[str, int]:
    form = EraseForm()
    if not form.validate():
        return _erase_page(form), 422
    try:
        with transaction() as session:
            wishes.ask(session, person=current_person(), now=_now())
    except wishes.Needed:
        return _erase_page(form), 409
    flash("We noted your wish. You can take it back on this page.", "success")
    return redirect(url_for(".erase"), code=303)


@bp.post("/erase/undo")
@members
def keep_me() -> Answer:
    with transaction() as session:
        kept = wishes.take_back(session, person_id=current_id(), now=_now())
    if kept:
        flash("Your data stays. What you agreed to counts again.", "success")
    else:
        flash("There was no wish to take back.", "info")
    return redirect(url_for(".erase"), code=303)


def _erase_page(form: EraseForm) -> str:
    session, me = db.session(), current_id()
    needed = wishes.alone_in(session, me)
    return render_template(
        "privacy/erase.html",
        form=form,
        wish=wishes.wish_of(session, me),
        needed=needed,
        held=wishes.SITE in needed,
        standing=standing_of(session, me),
        grace=wishes.GRACE,
    )


def _site() -> str:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.site_name


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
