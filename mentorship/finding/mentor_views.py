"""Pages where a mentor looks for IMGs. To whoever is no mentor in a section they do not exist."""

from __future__ import annotations

import uuid

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mentorship.access import current_id, members
from mentorship.extensions import db, transaction
from mentorship.finding import service
from mentorship.finding.both_views import (
    keep_avoided,
    keep_mark,
    list_page,
    listing,
    must_be,
    utc_now,
)
from mentorship.finding.forms import WelcomeForm
from mentorship.profiles.models import ProfileKind
from mentorship.throttle.guard import limited
from mentorship.web import safe_next

A_MENTOR = ProfileKind.MENTOR
FULL = f"you have marked {service.MOST_WELCOMES} IMGs, the most there can be. Unmark one first."
bp = Blueprint("finding_imgs", __name__, url_prefix="/find/imgs")


@bp.get("")
@members
def imgs() -> str:
    return list_page("finding/imgs.html", A_MENTOR)


@bp.get("/<uuid:profile_id>")
@members
def img(profile_id: uuid.UUID) -> str:
    return render_template("finding/img.html", one=listing(A_MENTOR).one(profile_id))


@bp.post("/<uuid:profile_id>/mark")
@members
def mark(profile_id: uuid.UUID) -> Response:
    return keep_mark(A_MENTOR, profile_id, url_for(".imgs"))


@bp.post("/<uuid:profile_id>/welcome")
@members
@limited("message")
def welcome(profile_id: uuid.UUID) -> Response:
    found, form = listing(A_MENTOR).one(profile_id), WelcomeForm()
    if not form.validate():
        abort(400)
    gladly, name = form.gladly.data == "yes", found.card.name
    try:
        with transaction() as session:
            service.welcome(
                session, person_id=current_id(), profile_id=profile_id, gladly=gladly, now=utc_now()
            )
    except service.TooMany:
        flash(f"{name} is not marked: {FULL}", "warning")
    else:
        told = "They read it only if they are offered to you, and once you have said yes."
        noted = f"Noted: you would gladly take {name}. {told}"
        flash(noted if gladly else f"{name} is no longer marked.", "success")
    return redirect(safe_next(request.form.get("next"), url_for(".imgs")), code=303)


@bp.get("/<uuid:profile_id>/avoid")
@members
def confirm_avoid(profile_id: uuid.UUID) -> str:
    return render_template("finding/avoid_img.html", one=listing(A_MENTOR).one(profile_id))


@bp.post("/<uuid:profile_id>/avoid")
@members
def avoid(profile_id: uuid.UUID) -> Response:
    undo = "under “Whom I leave out”"
    return keep_avoided(A_MENTOR, profile_id, url_for(".imgs"), undo=undo)


@bp.get("/avoided")
@members
def avoided() -> str:
    must_be(A_MENTOR)
    people = service.avoided_by_mentor(db.session(), current_id())
    return render_template("finding/avoided.html", people=people)


@bp.post("/<uuid:profile_id>/allow")
@members
def allow(profile_id: uuid.UUID) -> Response:
    must_be(A_MENTOR)
    with transaction() as session:
        service.allow_again(session, person_id=current_id(), profile_id=profile_id, now=utc_now())
    return redirect(url_for(".avoided"), code=303)
