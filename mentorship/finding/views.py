"""Pages where an IMG looks for mentors. To whoever is no IMG in a section they do not exist."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mentorship.access import current_id, members
from mentorship.extensions import db, transaction
from mentorship.finding import service
from mentorship.finding.forms import FindForm, MarkForm, MoveForm, SetUpForm, WhyForm
from mentorship.finding.models import MarkKind
from mentorship.profiles.models import ProfileKind
from mentorship.rounds.service import rounds_to_ask_in
from mentorship.sections.belonging import section_led_by
from mentorship.sections.models import Browsing
from mentorship.throttle.guard import limited
from mentorship.web import safe_next

bp = Blueprint("finding", __name__)
MOST_COMPARED = 3
AN_IMG = ProfileKind.IMG


@bp.get("/find/mentors")
@members
def mentors() -> str:
    found, form = _listing(), FindForm(request.args)
    part = form.keep(found.everybody, page=request.args.get("page", 1, type=int))
    return render_template(
        "finding/mentors.html",
        found=found,
        form=form,
        part=part,
        here=request.full_path,
        most=MOST_COMPARED,
    )


@bp.get("/find/mentors/<uuid:mentor_profile_id>")
@members
def mentor(mentor_profile_id: uuid.UUID) -> str:
    found = _listing().one(mentor_profile_id)
    why = service.why_of(db.session(), current_id(), found.person_id)
    return render_template("finding/mentor.html", one=found, form=WhyForm(data={"why": why}))


@bp.get("/find/compare")
@members
def compare() -> str:
    asked = request.args.getlist("with")[:MOST_COMPARED]
    everybody = _listing().everybody
    chosen = [each for each in everybody if str(each.profile_id) in asked]
    return render_template("finding/compare.html", chosen=chosen)


@bp.post("/find/mentors/<uuid:mentor_profile_id>/mark")
@members
def mark(mentor_profile_id: uuid.UUID) -> Response:
    found, form = _listing().one(mentor_profile_id), MarkForm()
    if not form.validate():
        abort(400)
    kind = MarkKind(form.mark.data) if form.mark.data else None
    with transaction() as session:
        service.note(session, person_id=current_id(), profile_id=mentor_profile_id, kind=kind)
    if kind is MarkKind.HIDDEN:
        flash(f"{found.card.name} is hidden. Choose “Hidden by me” to undo this.", "success")
    return redirect(safe_next(request.form.get("next"), url_for(".mentors")), code=303)


@bp.post("/find/mentors/<uuid:mentor_profile_id>/ask")
@members
@limited("message")
def ask(mentor_profile_id: uuid.UUID) -> Response | tuple[str, int]:
    found, form = _listing().one(mentor_profile_id), WhyForm()
    if not form.validate():
        return render_template("finding/mentor.html", one=found, form=form), 422
    try:
        with transaction() as session:
            service.ask_for(
                session,
                person_id=current_id(),
                profile_id=mentor_profile_id,
                why=form.why.data,
                now=_now(),
            )
    except service.AlreadyFive:
        flash("You have asked for five mentors. Take one out first.", "warning")
    else:
        flash(f"{found.card.name} is in your ranking. You can change the order here.", "success")
    return redirect(url_for(".choices"), code=303)


@bp.get("/find/choices")
@members
def choices() -> str:
    offered = _offered()
    found = service.choices_of(db.session(), current_id())
    return render_template(
        "finding/choices.html",
        choices=found,
        most=service.MOST_REQUESTS,
        offered=offered,
        rounds=rounds_to_ask_in(db.session(), current_id()),
    )


@bp.post("/find/mentors/<uuid:mentor_profile_id>/move")
@members
def move(mentor_profile_id: uuid.UUID) -> Response:
    form = MoveForm()
    _offered()
    if not form.validate():
        abort(400)
    with transaction() as session:
        service.move(
            session,
            person_id=current_id(),
            profile_id=mentor_profile_id,
            by=-1 if form.to.data == "up" else 1,
            now=_now(),
        )
    return redirect(url_for(".choices"), code=303)


@bp.post("/find/mentors/<uuid:mentor_profile_id>/drop")
@members
def drop(mentor_profile_id: uuid.UUID) -> Response:
    _offered()
    with transaction() as session:
        service.stop_asking(
            session, person_id=current_id(), profile_id=mentor_profile_id, now=_now()
        )
    flash("Taken out of your ranking.", "success")
    return redirect(url_for(".choices"), code=303)


@bp.get("/find/mentors/<uuid:mentor_profile_id>/avoid")
@members
def confirm_avoid(mentor_profile_id: uuid.UUID) -> str:
    return render_template("finding/avoid_mentor.html", one=_listing().one(mentor_profile_id))


@bp.post("/find/mentors/<uuid:mentor_profile_id>/avoid")
@members
def avoid(mentor_profile_id: uuid.UUID) -> Response:
    _offered()
    with transaction() as session:
        service.avoid(
            session,
            person_id=current_id(),
            kind=AN_IMG,
            profile_id=mentor_profile_id,
            now=_now(),
        )
    flash("You will not be paired with them. You can undo this in your profile.", "success")
    return redirect(url_for(".mentors"), code=303)


@bp.get("/outlook/img")
@members
def outlook() -> str:
    found = service.img_outlook(db.session(), current_id(), today=_now().date())
    return render_template("finding/img_outlook.html", found=found)


@bp.get("/sections/<slug>/finding")
@members
def set_up(slug: str) -> str:
    section = section_led_by(db.session(), current_id(), slug)
    return render_template("finding/set_up.html", section=section, form=SetUpForm(obj=section))


@bp.post("/sections/<slug>/finding")
@members
def save_set_up(slug: str) -> Response | tuple[str, int]:
    section = section_led_by(db.session(), current_id(), slug)
    form = SetUpForm()
    if not form.validate():
        return render_template("finding/set_up.html", section=section, form=form), 422
    with transaction() as session:
        service.set_up_finding(
            session,
            section_id=section.id,
            browsing=Browsing(form.browsing.data),
            names_masked=form.names_masked.data,
        )
    flash("Saved.", "success")
    return redirect(url_for(".set_up", slug=slug), code=303)


def _listing() -> service.Listing:
    return service.listing(db.session(), current_id(), AN_IMG, today=_now().date())


def _offered() -> bool:
    """Tell whether a section offers the list; to whoever is no IMG the page does not exist."""
    return bool(service.sections_offering(db.session(), current_id(), AN_IMG))


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
