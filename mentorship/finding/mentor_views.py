"""Pages where a mentor looks for IMGs. To whoever is no mentor in a section they do not exist."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mentorship.access import current_id, members
from mentorship.extensions import db, transaction
from mentorship.finding import service
from mentorship.finding.forms import FindForm, MarkForm, WelcomeForm
from mentorship.finding.models import MarkKind
from mentorship.profiles.models import ProfileKind
from mentorship.throttle.guard import limited
from mentorship.web import safe_next

bp = Blueprint("finding_imgs", __name__, url_prefix="/find/imgs")


@bp.get("")
@members
def imgs() -> str:
    found, form = _listing(), FindForm(request.args)
    part = form.keep(found.everybody, page=request.args.get("page", 1, type=int))
    return render_template(
        "finding/imgs.html", found=found, form=form, part=part, here=request.full_path
    )


@bp.get("/<uuid:profile_id>")
@members
def img(profile_id: uuid.UUID) -> str:
    return render_template("finding/img.html", one=_listing().one(profile_id))


@bp.post("/<uuid:profile_id>/mark")
@members
def mark(profile_id: uuid.UUID) -> Response:
    found, form = _listing().one(profile_id), MarkForm()
    if not form.validate():
        abort(400)
    kind = MarkKind(form.mark.data) if form.mark.data else None
    with transaction() as session:
        service.note(session, person_id=current_id(), profile_id=profile_id, kind=kind)
    if kind is MarkKind.HIDDEN:
        flash(f"{found.card.name} is hidden. Choose “Hidden by me” to undo this.", "success")
    return redirect(safe_next(request.form.get("next"), url_for(".imgs")), code=303)


@bp.post("/<uuid:profile_id>/welcome")
@members
@limited("message")
def welcome(profile_id: uuid.UUID) -> Response:
    found, form = _listing().one(profile_id), WelcomeForm()
    if not form.validate():
        abort(400)
    gladly = form.gladly.data == "yes"
    with transaction() as session:
        service.welcome(
            session, person_id=current_id(), profile_id=profile_id, gladly=gladly, now=_now()
        )
    name = found.card.name
    if gladly:
        flash(f"Noted: you would gladly take {name}. {name} is not told.", "success")
    else:
        flash(f"{name} is no longer marked.", "success")
    return redirect(safe_next(request.form.get("next"), url_for(".imgs")), code=303)


@bp.get("/<uuid:profile_id>/avoid")
@members
def confirm_avoid(profile_id: uuid.UUID) -> str:
    return render_template("finding/avoid_img.html", one=_listing().one(profile_id))


@bp.post("/<uuid:profile_id>/avoid")
@members
def avoid(profile_id: uuid.UUID) -> Response:
    _must_be_mentor()
    with transaction() as session:
        service.avoid(
            session,
            person_id=current_id(),
            kind=ProfileKind.MENTOR,
            profile_id=profile_id,
            now=_now(),
        )
    flash("You will not be paired with them.", "success")
    return redirect(url_for(".imgs"), code=303)


@bp.get("/outlook")
@members
def outlook() -> str:
    found = service.mentor_outlook(db.session(), current_id(), today=_now().date())
    return render_template("finding/mentor_outlook.html", found=found)


@bp.get("/avoided")
@members
def avoided() -> str:
    _must_be_mentor()
    people = service.avoided_by_mentor(db.session(), current_id())
    return render_template("finding/avoided.html", people=people)


@bp.post("/<uuid:profile_id>/allow")
@members
def allow(profile_id: uuid.UUID) -> Response:
    _must_be_mentor()
    with transaction() as session:
        service.allow_again(session, person_id=current_id(), profile_id=profile_id, now=_now())
    return redirect(url_for(".avoided"), code=303)


def _must_be_mentor() -> None:
    """Let in whoever is a mentor of a section; to others the page does not exist."""
    service.sections_offering(db.session(), current_id(), ProfileKind.MENTOR)


def _listing() -> service.Listing:
    return service.listing(db.session(), current_id(), ProfileKind.MENTOR, today=_now().date())


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
