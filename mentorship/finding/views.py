"""Pages where an IMG looks for mentors. To whoever is no IMG in a section they do not exist."""

from __future__ import annotations

import uuid

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.exc import NoResultFound
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
from mentorship.finding.forms import MOST_COMPARED, CompareForm, MoveForm, SetUpForm, WhyForm
from mentorship.profiles.models import ProfileKind
from mentorship.rounds.service import rounds_to_ask_in
from mentorship.sections.belonging import section_led_by
from mentorship.sections.models import Browsing
from mentorship.throttle.guard import limited

bp = Blueprint("finding", __name__)
AN_IMG = ProfileKind.IMG
NOT_LISTED = (
    "This mentor is in your ranking, but in no list of yours right now, so there is no page about"
    " them. Here you can change why you would like them, or take them out."
)


@bp.get("/find/mentors")
@members
def mentors() -> str:
    return list_page("finding/mentors.html", AN_IMG, most=MOST_COMPARED)


@bp.get("/find/mentors/<uuid:mentor_profile_id>")
@members
def mentor(mentor_profile_id: uuid.UUID) -> str | Response:
    """Show a mentor of the list; of one who is in the ranking only, lead to what can be changed."""
    try:
        found = listing(AN_IMG).one(mentor_profile_id)
    except NoResultFound:
        if not service.asked_for(db.session(), current_id(), mentor_profile_id):
            raise
        flash(NOT_LISTED, "info")
        return redirect(url_for("profiles.step", road="img", step="names"), code=303)
    why = service.why_of(db.session(), current_id(), found.person_id)
    return render_template("finding/mentor.html", one=found, form=WhyForm(data={"why": why}))


@bp.get("/find/compare")
@members
def compare() -> str | tuple[str, int]:
    form = CompareForm(request.args)
    chosen = form.choose(listing(AN_IMG).everybody)
    page = render_template("finding/compare.html", chosen=chosen, form=form)
    return (page, 422) if form.errors else page


@bp.post("/find/mentors/<uuid:mentor_profile_id>/mark")
@members
def mark(mentor_profile_id: uuid.UUID) -> Response:
    return keep_mark(AN_IMG, mentor_profile_id, url_for(".mentors"))


@bp.post("/find/mentors/<uuid:mentor_profile_id>/ask")
@members
@limited("message")
def ask(mentor_profile_id: uuid.UUID) -> Response | tuple[str, int]:
    found, form = listing(AN_IMG).one(mentor_profile_id), WhyForm()
    if not form.validate():
        return render_template("finding/mentor.html", one=found, form=form), 422
    try:
        with transaction() as session:
            service.ask_for(
                session,
                person_id=current_id(),
                profile_id=mentor_profile_id,
                why=form.why.data,
                now=utc_now(),
            )
    except service.TooMany:
        form.why.errors = ["You have asked for five mentors. Take one out, then save this again."]
        return render_template("finding/mentor.html", one=found, form=form, full=True), 422
    flash(f"{found.card.name} is in your ranking. You can change the order here.", "success")
    return redirect(url_for(".choices"), code=303)


@bp.get("/find/choices")
@members
def choices() -> str:
    offered = must_be(AN_IMG)
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
    must_be(AN_IMG)
    if not form.validate():
        abort(400)
    with transaction() as session:
        service.move(
            session,
            person_id=current_id(),
            profile_id=mentor_profile_id,
            by=-1 if form.to.data == "up" else 1,
            now=utc_now(),
        )
    return redirect(url_for(".choices", _anchor=f"choice-{mentor_profile_id}"), code=303)


@bp.post("/find/mentors/<uuid:mentor_profile_id>/drop")
@members
def drop(mentor_profile_id: uuid.UUID) -> Response:
    must_be(AN_IMG)
    with transaction() as session:
        service.stop_asking(
            session, person_id=current_id(), profile_id=mentor_profile_id, now=utc_now()
        )
    flash("Taken out of your ranking.", "success")
    return redirect(url_for(".choices"), code=303)


@bp.get("/find/mentors/<uuid:mentor_profile_id>/avoid")
@members
def confirm_avoid(mentor_profile_id: uuid.UUID) -> str:
    return render_template("finding/avoid_mentor.html", one=listing(AN_IMG).one(mentor_profile_id))


@bp.post("/find/mentors/<uuid:mentor_profile_id>/avoid")
@members
def avoid(mentor_profile_id: uuid.UUID) -> Response:
    undo = "in your profile, under “Mentors by name”"
    return keep_avoided(AN_IMG, mentor_profile_id, url_for(".mentors"), undo=undo)


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
    try:
        with transaction() as session:
            service.set_up_finding(
                session,
                section_id=section.id,
                browsing=Browsing(form.browsing.data),
                names_masked=form.names_masked.data,
            )
    except service.AskedFor as rounds:
        form.refuse_nobody(rounds.names)
        return render_template("finding/set_up.html", section=section, form=form), 422
    flash("Saved.", "success")
    return redirect(url_for(".set_up", slug=slug), code=303)
