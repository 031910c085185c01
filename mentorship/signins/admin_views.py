"""Pages where administrators look an account up, end its sessions, and switch it off or on."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from mentorship.access import administrators, current_id, fresh
from mentorship.accounts.adapters import utc_now
from mentorship.consents.staying import alone_on_site
from mentorship.extensions import db, transaction
from mentorship.signins import people, service
from mentorship.sought import MARK, keep, sought

bp = Blueprint("accounts_desk", __name__, url_prefix="/admin/accounts")
PLACE = "accounts"


@bp.get("")
@administrators
def index() -> str:
    words = sought(session, PLACE, request.args.get(MARK))
    found = people.search(db.session(), words)
    return render_template(
        "signins/accounts.html", words=words, found=found, at_most=people.AT_MOST
    )


@bp.post("")
@administrators
def look() -> Response:
    named: dict[str, Any] = {MARK: keep(session, PLACE, request.form.get("q", "")[:120])}
    return redirect(url_for(".index", **named), code=303)


@bp.get("/<uuid:person_id>")
@administrators
def show(person_id: uuid.UUID) -> str:
    person = people.person_at(db.session(), person_id)
    theirs = service.sessions_of(db.session(), person, now=utc_now())
    return render_template(
        "signins/account.html",
        person=person,
        sessions=theirs,
        mine=person_id == current_id(),
        needed=alone_on_site(db.session(), person_id),
    )


@bp.post("/<uuid:person_id>/end-sessions")
@administrators
@fresh
def end_sessions(person_id: uuid.UUID) -> Response:
    with transaction() as database:
        person = people.person_at(database, person_id)
        service.end_sessions(database, person_id=person.id, by=current_id(), now=utc_now())
    flash(f"{person.name} is signed out everywhere.", "success")
    return redirect(url_for(".show", person_id=person_id), code=303)


@bp.post("/<uuid:person_id>/switch-off")
@administrators
@fresh
def switch_off(person_id: uuid.UUID) -> Response:
    try:
        with transaction() as database:
            person = people.person_at(database, person_id)
            people.switch_off(database, person, by=current_id(), now=utc_now())
    except people.Oneself:
        flash("Nobody switches off their own account. Ask another administrator.", "error")
    except people.LastAdministrator:
        flash("Nobody else stays to administer the site. It needs one more first.", "error")
    else:
        flash(f"The account of {person.name} is switched off. Nothing of it is lost.", "success")
    return redirect(url_for(".show", person_id=person_id), code=303)


@bp.post("/<uuid:person_id>/switch-on")
@administrators
@fresh
def switch_on(person_id: uuid.UUID) -> Response:
    with transaction() as database:
        person = people.person_at(database, person_id)
        people.switch_on(database, person, by=current_id(), now=utc_now())
    flash(f"{person.name} can sign in again.", "success")
    return redirect(url_for(".show", person_id=person_id), code=303)
