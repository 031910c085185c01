"""Pages of administrators about what is sealed and what is past its time."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from mentorship.access import administrators, current_id, fresh
from mentorship.accounts import service as accounts
from mentorship.extensions import db, transaction
from mentorship.oversight import glass
from mentorship.oversight.forms import GlassForm
from mentorship.privacy import retention

bp = Blueprint("glass", __name__, url_prefix="/admin")


@bp.get("/sealed")
@administrators
def ask() -> str:
    return render_template("oversight/glass.html", form=GlassForm())


@bp.post("/sealed")
@administrators
@fresh
def break_glass() -> Response | tuple[str, int]:
    form = GlassForm()
    if form.validate():
        with transaction() as session:
            person = accounts.find_by_email(session, form.email.data)
            if person is None or person.id == current_id():
                form.email.errors = ["Nobody else has this address here"]
            else:
                opening = glass.open_glass(
                    session, by=current_id(), person=person, reason=form.reason.data, now=_now()
                )
                return redirect(url_for(".show", opening_id=opening.id), code=303)
    return render_template("oversight/glass.html", form=form), 422


@bp.get("/sealed/<uuid:opening_id>")
@administrators
@fresh
def show(opening_id: uuid.UUID) -> str:
    found = glass.opened(db.session(), by=current_id(), opening_id=opening_id, now=_now())
    return render_template("oversight/opened.html", found=found)


@bp.get("/retention")
@administrators
def limits() -> str:
    findings = retention.report(db.session(), now=_now())
    return render_template("oversight/retention.html", findings=findings)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
