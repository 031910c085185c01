"""Pages where leaders keep the facts true: what to look at, one fact, and its history.

The toolkit is the same for all sections, so the leaders of each may correct it; the history says
who did what. To everybody else these pages do not exist.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mentorship.access import current_id, current_person, members
from mentorship.extensions import db, transaction
from mentorship.toolkit import links, reports, truth
from mentorship.toolkit.freshness import HARM_NAMES, REASON_NAMES, freshness, resting_on
from mentorship.toolkit.kinds import KINDS
from mentorship.toolkit.truth_forms import FactForm, FreshnessFilter, fact_form, values_of
from mentorship.toolkit.versions import versions_led_by
from mentorship.toolkit.where import shown_at, title_of
from mentorship.toolkit.workload import workload
from mentorship.web import reader_zone, safe_next

bp = Blueprint("facts", __name__, url_prefix="/toolkit/facts")


@bp.before_request
def leaders_only() -> None:
    person = current_person()
    if not person.is_authenticated:
        return  # the view's own mark asks to sign in
    if not truth.may_keep_facts(db.session(), person):
        abort(404)


@bp.get("")
@members
def report() -> str:
    form = FreshnessFilter(request.args)
    found = freshness(
        db.session(),
        today=_today(),
        wanted=form.wanted(),
        page=request.args.get("page", 1, type=int),
    )
    return render_template(
        "toolkit/facts.html",
        form=form,
        found=found,
        load=workload(db.session(), today=_today()) if found.page == 1 else None,
        reasons=REASON_NAMES,
        harms=HARM_NAMES,
        title_of=title_of,
        here=request.full_path,
    )


@bp.post("/checked")
@members
def check_all() -> Response:
    """Note that the ticked facts, or all that rest on one page, were compared with their source."""
    source = request.form.get("source", "") if request.form.get("every") else ""
    with transaction() as session:
        ticked = {tuple(key.split("/", 1)) for key in request.form.getlist("fact") if "/" in key}
        keys = resting_on(session, source) if source else ticked
        count = truth.check_all(session, keys, signed=_signed())
    if count:
        word = "fact" if count == 1 else "facts"
        flash(f"Noted: {count} {word} checked today. Each can be undone on its page.", "success")
    else:
        flash("Nothing was ticked, so nothing was noted.", "info")
    return redirect(safe_next(request.form.get("next"), url_for(".report")), code=303)


@bp.get("/<kind>/<fact_id>")
@members
def show(kind: str, fact_id: str) -> str:
    row = _fact(kind, fact_id)
    changes = truth.history(db.session(), kind, fact_id)
    form = fact_form(kind)(obj=row, seen=truth.newest(changes))
    form.seen.data = truth.newest(changes)
    return _page(kind, row, form, changes)


@bp.post("/<kind>/<fact_id>")
@members
def correct(kind: str, fact_id: str) -> Response | tuple[str, int]:
    row = _fact(kind, fact_id)
    form = fact_form(kind)(obj=row)
    if not form.validate():
        return _page(kind, row, form, truth.history(db.session(), kind, fact_id)), 422
    values = values_of(form, KINDS[kind])
    try:
        with transaction() as session:
            truth.correct(
                session,
                kind,
                fact_id,
                values,
                why=form.why.data or "",
                signed=_signed(),
                seen=form.seen.data or "",
            )
    except truth.NothingChanged:
        flash("Nothing was changed: the fact says this already.", "info")
    except truth.ChangedMeanwhile:
        flash("Somebody else changed this fact just now. Look at it again.", "warning")
    else:
        flash("Corrected. A load of the files will not take it back.", "success")
    return redirect(url_for(".show", kind=kind, fact_id=fact_id), code=303)


@bp.post("/<kind>/<fact_id>/check")
@members
def check(kind: str, fact_id: str) -> Response:
    _fact(kind, fact_id)
    try:
        with transaction() as session:
            truth.check(session, kind, fact_id, signed=_signed())
    except truth.NoSuchFact:
        abort(404)
    flash("Noted: checked today. You can undo it below.", "success")
    return redirect(url_for(".show", kind=kind, fact_id=fact_id), code=303)


@bp.post("/<kind>/<fact_id>/changes/<uuid:change_id>/undo")
@members
def put_back(kind: str, fact_id: str, change_id: uuid.UUID) -> Response:
    _fact(kind, fact_id)
    try:
        with transaction() as session:
            truth.put_back(session, kind, fact_id, change_id, signed=_signed())
    except truth.NoSuchFact:
        abort(404)
    flash("Put back to what it was before that change.", "success")
    return redirect(url_for(".show", kind=kind, fact_id=fact_id), code=303)


def _fact(kind: str, fact_id: str) -> Any:
    try:
        return truth.fact(db.session(), kind, fact_id)
    except truth.NoSuchFact:
        abort(404)


def _page(kind: str, row: Any, form: FactForm, changes: Any) -> str:
    known = KINDS[kind]
    address = getattr(row, known.address or known.linked, None)
    return render_template(
        "toolkit/fact.html",
        kind=known,
        row=row,
        address=address,
        looked=links.check_of(db.session(), address),
        unasked=links.unasked(db.session(), address),
        reports=reports.reports_on(db.session(), row.id) if kind == "resource" else (),
        versions=versions_led_by(db.session(), row.id, current_id()) if kind == "resource" else (),
        title=title_of(known, str(row.id), known.label(row)),
        href=shown_at(kind, row),
        form=form,
        changes=changes,
    )


def _signed() -> truth.Signed:
    return truth.Signed(by=current_id(), now=dt.datetime.now(dt.UTC), today=_today())


def _today() -> dt.date:
    return dt.datetime.now(reader_zone()).date()
