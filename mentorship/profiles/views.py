"""A person's own profile pages. No address holds a key: everybody opens only their own."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from mentorship.access import current_id, current_person, members
from mentorship.accounts import service as accounts
from mentorship.extensions import db, transaction
from mentorship.hours import DAYS
from mentorship.matching import Img
from mentorship.profiles import service
from mentorship.profiles.breaks import break_of
from mentorship.profiles.choosing import mentors_to_choose
from mentorship.profiles.grid import PARTS
from mentorship.profiles.mentor_forms import SeatsForm
from mentorship.profiles.models import ProfileKind
from mentorship.profiles.moving import moved, moved_to
from mentorship.profiles.names_form import NamesForm
from mentorship.profiles.service import Answers, ProfileRefused
from mentorship.profiles.shared_forms import ContactForm
from mentorship.profiles.standing import hiding_sections, own_standing
from mentorship.profiles.step_forms import StepForm
from mentorship.profiles.step_words import CONFLICT, NOT_AUTOSAVED, zone_elsewhere
from mentorship.profiles.steps import ROADS, TIMES, Road, Step, progress
from mentorship.profiles.telling import comparisons
from mentorship.web import reader_clock, reader_now

bp = Blueprint("profiles", __name__, url_prefix="/profile")
ROAD = "/<road>"
SAVED = "Your profile is saved."
AUTOSAVED = "X-Autosave"  # a header of the page's own script, which wants a line and no page
TO_ANSWERS = "answers"  # ?from=answers: whoever came from all answers goes back there
Outcome = Response | tuple[str, int] | tuple[dict[str, str], int]


@bp.get(ROAD)
@members
def mine(road: str) -> str:
    """Show how far the profile is filled in, and all answers."""
    way = _way(road)
    answers = _read(db.session(), way)
    steps = progress(way, answers)
    shown = {one.step.key: _begin(db.session(), one.step, answers).spoken() for one in steps}
    return _render("profiles/answers.html", way, answers, steps=steps, spoken=shown)


@bp.get(f"{ROAD}/preview")
@members
def preview(road: str) -> str:
    """Show what others see, audience by audience, as the cards they get."""
    way, session, me = _way(road), db.session(), current_id()
    seen = service.seen_by_others(session, me, way.kind, clock=reader_clock())
    return render_template(
        "profiles/preview.html",
        seen=seen,
        compared={audience: comparisons(way.kind, audience) for audience in seen},
        kind=way.kind,
        standing=own_standing(session, me, way.role),
        code=service.code_name(way.kind, me),
        hiding=hiding_sections(session, me),
    )


@bp.get(f"{ROAD}/<step>")
@members
def step(road: str, step: str) -> str:
    way, at = _at(road, step)
    answers = _read(db.session(), way)
    return _step_page(way, at, answers, _begin(db.session(), at, answers))


@bp.post(f"{ROAD}/<step>")
@members
def save_step(road: str, step: str) -> Outcome:
    now = dt.datetime.now(dt.UTC)
    way, at = _at(road, step)
    with transaction() as session:
        service.hold(session, current_id())
        answers = _read(session, way)
        form = at.form(formdata=moved(request.form))
        _offer(session, form, answers)
        before = _at_present(answers)
        if not form.check(reader_now().date()) or form.is_stale(before, _said(before, form)):
            return _not_saved(way, at, answers, form)
        try:
            _keep(session, _said(answers, form), form, now)
        except ProfileRefused as refused:
            form.blame(refused)
            return _not_saved(way, at, answers, form)
        kept = _read(session, way)
    return _saved(way, at, kept, form)


def _keep(session: Session, said: Answers[Any], form: StepForm, now: dt.datetime) -> None:
    if isinstance(form, ContactForm):
        accounts.change_phone(session, current_person(), said.phone)
    else:
        service.write(session, current_id(), said, now)


def _at(road: str, step: str) -> tuple[Road, Step]:
    way = _way(road)
    return way, way.at(step) or abort(404)


def _way(road: str) -> Road:
    return ROADS.get(road) or abort(404)


def _read(session: Session, way: Road) -> Answers[Any]:
    read = service.read_img if way.values is Img else service.read_mentor
    return dataclasses.replace(read(session, current_id()), phone=current_person().phone)


def _said(answers: Answers[Any], form: StepForm) -> Answers[Any]:
    """Return all answers with those of one step in place."""
    said = dataclasses.replace(answers.values, **form.said(answers.values))
    answers = dataclasses.replace(answers, values=said)
    if isinstance(form, NamesForm):
        return dataclasses.replace(answers, lines=form.lines())
    if isinstance(form, ContactForm):
        return dataclasses.replace(answers, phone=form.phone.data or None)
    if isinstance(form, SeatsForm):
        return dataclasses.replace(answers, paused_until=form.paused_until.data)
    return answers


def _at_present(answers: Answers[Any]) -> Answers[Any]:
    """Leave out a break that is over: nobody is shown it."""
    return dataclasses.replace(answers, paused_until=break_of(answers.paused_until, reader_now()))


def _begin(session: Session, step: Step, answers: Answers[Any]) -> StepForm:
    """Let a new profile begin with the time zone of the account."""
    zone = current_person().timezone if answers.updated_at is None else None
    form = step.form.begin(
        _at_present(answers), **({"timezone": zone} if zone and step is TIMES else {})
    )
    _offer(session, form, answers)
    return form


def _offer(session: Session, form: StepForm, answers: Answers[Any]) -> None:
    if isinstance(form, NamesForm):
        named = (*answers.values.requests, *answers.values.avoid)
        found, me = current_app.extensions, current_id()
        sections, known = found["browsed"](me, ProfileKind.IMG), found["were_a_pair"](me)
        form.offer(mentors_to_choose(session, me, sections=sections, known=known, named=named))
    form.keep_offering(answers.values)


def _step_page(way: Road, at: Step, answers: Answers[Any], form: StepForm) -> str:
    return _render(
        "profiles/step.html",
        way,
        answers,
        form=form,
        step=at,
        steps=progress(way, answers),
        to_answers=request.args.get("from") == TO_ANSWERS,
        days=DAYS,
        parts=PARTS,
    )


def _render(template: str, way: Road, answers: Answers[Any], **values: object) -> str:
    standing = own_standing(db.session(), current_id(), way.role)
    return render_template(
        template,
        road=way,
        answers=answers,
        state=service.completeness(answers.values),
        standing=standing,
        outlook=_outlook(answers) if standing.belongs else None,
        **values,
    )


def _outlook(answers: Answers[Any]) -> object:
    """Return what the saved answers make possible; None before the first are saved."""
    if answers.updated_at is None:
        return None
    work_out = current_app.extensions["outlook"]
    return work_out(db.session(), current_id(), answers.values, now=reader_now())


def _not_saved(
    way: Road, at: Step, answers: Answers[Any], form: StepForm
) -> tuple[str, int] | tuple[dict[str, str], int]:
    """Say what is wrong: 422 for an answer, 409 for a page that somebody else was faster than."""
    status = 422 if form.errors else 409
    if request.headers.get(AUTOSAVED):
        blamed = [field.label.text for field in form if field.errors]
        words = f"Not saved yet. Please check: {', '.join(blamed)}." if blamed else NOT_AUTOSAVED
        return {"words": words}, status
    if status == 409:
        form.version.data = form.version_of(_at_present(answers))
        flash(CONFLICT, "warning")
    return _step_page(way, at, answers, form), status


def _saved(way: Road, at: Step, kept: Answers[Any], form: StepForm) -> Outcome:
    if request.headers.get(AUTOSAVED):
        standing = own_standing(db.session(), current_id(), way.role)
        found = _outlook(kept) if standing.belongs else None
        panel = render_template("profiles/_outlook.html", outlook=found, road=way)
        version = form.version_of(_at_present(kept))
        return {"words": "Saved.", "version": version, "outlook": panel}, 200
    road, go = str(way.kind), request.form.get("go", "on")
    back_to_answers = request.args.get("from") == TO_ANSWERS
    place = moved_to(request.form)
    if place or go == "more":
        return _to_step(road, at, place, back_to_answers=back_to_answers)
    zones = current_person().timezone, kept.values.timezone
    if at is TIMES and (elsewhere := zone_elsewhere(*zones)):
        flash(elsewhere, "info")
    following = way.before(at) if go == "back" else None if back_to_answers else way.after(at)
    if go != "leave" and following:
        return _to_step(road, following, None, back_to_answers=False)
    state = service.completeness(kept.values)
    if state.ready:
        flash(SAVED, "success")
    else:
        flash(f"{SAVED} To be matched, please add: {', '.join(state.needed)}.", "warning")
    if go == "leave":
        there = own_standing(db.session(), current_id(), way.role).has_home
        return redirect(url_for(f"dashboard.{road}" if there else "dashboard.home"), code=303)
    return redirect(url_for(".mine", road=road), code=303)


def _to_step(road: str, step: Step, anchor: str | None, *, back_to_answers: bool) -> Response:
    query: dict[str, Any] = {"from": TO_ANSWERS} if back_to_answers else {}
    return redirect(url_for(".step", road=road, step=step.key, _anchor=anchor, **query), code=303)
