"""One resource, and what a member does with it."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mentorship.access import current_id, current_person, members
from mentorship.extensions import db, transaction
from mentorship.toolkit import catalog, links, shelf
from mentorship.toolkit.shelf_forms import ReportForm
from mentorship.toolkit.shelf_models import MarkKind, Trouble
from mentorship.toolkit.truth import may_keep_facts
from mentorship.web import safe_next

bp = Blueprint("shelf", __name__, url_prefix="/toolkit/resources")
SAID = {
    (MarkKind.SAVED, True): "is saved",
    (MarkKind.SAVED, False): "is no longer saved",
    (MarkKind.SEEN, True): "is marked as seen",
    (MarkKind.SEEN, False): "is marked as not seen",
    (MarkKind.USEFUL, True): "is marked as useful. Thank you",
    (MarkKind.USEFUL, False): "is no longer marked as useful",
}


@bp.get("/<resource_id>")
@members
def show(resource_id: str) -> str | Response:
    if (shown := _as_shown(resource_id)) != resource_id:
        return redirect(url_for(".show", resource_id=shown))
    card = catalog.resource_shown_to(db.session(), current_id(), resource_id)
    looked = links.check_of(db.session(), card.url)
    return render_template(
        "toolkit/resource.html",
        card=card,
        dead=looked is not None and looked.failures >= links.DEAD_AFTER,
        fix=may_keep_facts(db.session(), current_person()),
    )


@bp.post("/<resource_id>/mark")
@members
def mark(resource_id: str) -> Response:
    word, on = request.form.get("kind", ""), request.form.get("on") == "yes"
    now = dt.datetime.now(dt.UTC)
    with transaction() as session:
        resource_id = _as_shown(resource_id)
        card = catalog.resource_shown_to(session, current_id(), resource_id)
        if word not in {kind.value for kind in MarkKind}:
            abort(400)
        kind = MarkKind(word)
        shelf.set_mark(
            session, person_id=current_id(), resource_id=resource_id, kind=kind, on=on, now=now
        )
    flash(f"“{card.title}” {SAID[kind, on]}.", "success")
    back = safe_next(request.form.get("next"), url_for(".show", resource_id=resource_id))
    return redirect(back, code=303)


@bp.get("/<resource_id>/report")
@members
def report(resource_id: str) -> str | Response:
    if (shown := _as_shown(resource_id)) != resource_id:
        return redirect(url_for(".report", resource_id=shown))
    card = catalog.resource_shown_to(db.session(), current_id(), resource_id)
    return render_template("toolkit/report.html", card=card, form=ReportForm())


@bp.post("/<resource_id>/report")
@members
def send_report(resource_id: str) -> Response | tuple[str, int]:
    form = ReportForm()
    with transaction() as session:
        resource_id = _as_shown(resource_id)
        card = catalog.resource_shown_to(session, current_id(), resource_id)
        if not form.validate():
            return render_template("toolkit/report.html", card=card, form=form), 422
        shelf.report(
            session,
            person_id=current_id(),
            resource_id=resource_id,
            trouble=Trouble(form.trouble.data),
            words=form.words.data,
            now=dt.datetime.now(dt.UTC),
        )
    flash("Thank you. The leaders of your section will look at it.", "success")
    return redirect(url_for(".show", resource_id=resource_id), code=303)


def _as_shown(resource_id: str) -> str:
    """Return the key of what the reader's section shows in its place, or the same.

    So that links kept from before, and pages still open, do not end in nothing.
    """
    return catalog.version_for(db.session(), current_id(), resource_id) or resource_id
