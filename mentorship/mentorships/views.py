"""The pages of a pair. Each of the two opens them; to everybody else they do not exist."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from types import MappingProxyType

from flask import flash, render_template, request
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as Answer

from mentorship.access import current_id, members
from mentorship.extensions import db, transaction
from mentorship.mentorships import service
from mentorship.mentorships.forms import (
    AgreementForm,
    GoalForm,
    GoalStateForm,
    NoteForm,
    VersionForm,
    typed_in,
)
from mentorship.mentorships.guide import BEFORE, first_meeting, sources, terms
from mentorship.mentorships.last_views import bp
from mentorship.mentorships.meeting_forms import LogForm, MeetingForm
from mentorship.mentorships.meeting_views import Shown, back, utc_now
from mentorship.mentorships.models import GoalState
from mentorship.throttle.guard import limited

__all__ = ["bp"]
WRITTEN: Mapping[str, type[FlaskForm]] = MappingProxyType(
    {
        "mentorships.add_goal": GoalForm,
        "mentorships.log_meeting": LogForm,
        "mentorships.move_meeting": MeetingForm,
        "mentorships.plan_meeting": MeetingForm,
        "mentorships.write_agreement": AgreementForm,
        "mentorships.write_note": NoteForm,
    }
)


@bp.errorhandler(service.MentorshipEnded)
def over(_error: service.MentorshipEnded) -> tuple[str, int]:
    """Show what was typed while the other side ended it, so that it can be copied."""
    made = WRITTEN.get(request.endpoint or "")
    form = made() if made else None
    if isinstance(form, AgreementForm):
        form.name(terms(db.session()))
    typed = typed_in(form) if form else []
    return render_template("mentorships/over.html", typed=typed, how=None), 409


@bp.get("")
@members
def show(mentorship_id: uuid.UUID) -> str:
    return _page(mentorship_id)


def _page(mentorship_id: uuid.UUID, **forms: object) -> str:
    page = service.page_of(db.session(), current_id(), mentorship_id, now=utc_now())
    if forms and not page.pair.going:  # it shows no form any more
        raise service.MentorshipEnded
    blank = {"goal_form": GoalForm(formdata=None), "note_form": NoteForm(formdata=None)}
    return render_template(
        "mentorships/show.html",
        page=page,
        before=BEFORE[page.pair.side],
        first_meeting=first_meeting(db.session()),
        **(blank | forms),
    )


@bp.get("/agreement")
@members
def agreement(mentorship_id: uuid.UUID) -> str:
    page = service.page_of(db.session(), current_id(), mentorship_id, now=utc_now())
    return _agreement_page(page, AgreementForm.of(page.agreement, terms(db.session())))


@bp.post("/agreement")
@members
@limited("message")
def write_agreement(mentorship_id: uuid.UUID) -> Shown:
    me, form = current_id(), AgreementForm()
    page = service.page_of(db.session(), me, mentorship_id, now=utc_now())
    if not form.validate():
        return _agreement_page(page, form), 422
    try:
        with transaction() as session:
            written = service.write_agreement(
                session,
                person_id=me,
                mentorship_id=mentorship_id,
                terms=form.terms,
                seen=form.seen,
                now=utc_now(),
            )
            unchanged = written.version == form.seen
    except service.AgreementChanged:
        return _changed(mentorship_id, form)
    if unchanged:
        flash("You changed nothing, so the agreement stays as it was.", "info")
    else:
        flash("Your version is saved. The other side is asked to accept it.", "success")
    return back(mentorship_id, "agreement")


@bp.post("/agreement/accept")
@members
def accept_agreement(mentorship_id: uuid.UUID) -> Shown:
    form = VersionForm()
    try:
        with transaction() as session:
            service.accept_agreement(
                session,
                person_id=current_id(),
                mentorship_id=mentorship_id,
                version=form.version.data if form.validate() else 0,
                now=utc_now(),
            )
    except service.AgreementChanged:
        return _changed(mentorship_id, None)
    flash("You accepted the agreement.", "success")
    return back(mentorship_id, "agreement")


def _agreement_page(page: service.Page, form: AgreementForm) -> str:
    if form.errors and not page.pair.going:
        raise service.MentorshipEnded
    asked = terms(db.session())
    form.name(asked)
    return render_template(
        "mentorships/agreement.html", page=page, form=form, terms=asked, sources=sources(asked)
    )


def _changed(mentorship_id: uuid.UUID, form: AgreementForm | None) -> tuple[str, int]:
    """Show the newer version, and beside it what was typed, so that nothing is lost."""
    page = service.page_of(db.session(), current_id(), mentorship_id, now=utc_now())
    asked = terms(db.session())
    return render_template("mentorships/changed.html", page=page, form=form, terms=asked), 409


@bp.post("/goals")
@members
def add_goal(mentorship_id: uuid.UUID) -> Shown:
    return _add(mentorship_id, GoalForm(), service.add_goal, "goals")


@bp.post("/goals/<uuid:goal_id>")
@members
def set_goal(mentorship_id: uuid.UUID, goal_id: uuid.UUID) -> Shown:
    form = GoalStateForm()
    if not form.validate():
        return _page(mentorship_id), 422
    with transaction() as session:
        service.set_goal_state(
            session,
            person_id=current_id(),
            mentorship_id=mentorship_id,
            goal_id=goal_id,
            state=GoalState(form.state.data),
            now=utc_now(),
        )
    return back(mentorship_id, "show", anchor="goals")


@bp.post("/notes")
@members
def write_note(mentorship_id: uuid.UUID) -> Shown:
    return _add(mentorship_id, NoteForm(), service.write_note, "notes")


def _add(
    mentorship_id: uuid.UUID,
    form: GoalForm | NoteForm,
    add: Callable[..., object],
    anchor: str,
) -> Shown:
    """Add what a form of the page says, or show the page again with what is wrong."""
    if form.validate():
        try:
            with transaction() as session:
                add(
                    session,
                    person_id=current_id(),
                    mentorship_id=mentorship_id,
                    now=utc_now(),
                    **form.said,
                )
        except (service.GoalThere, service.TooMuch) as refused:
            form.blame(str(refused))
        else:
            return back(mentorship_id, "show", anchor=anchor)
    return _page(mentorship_id, **{f"{form.NAME}_form": form}), 422


@bp.get("/notes/<uuid:note_id>/delete")
@members
def confirm_delete_note(mentorship_id: uuid.UUID, note_id: uuid.UUID) -> str:
    note = service.note_of(db.session(), current_id(), mentorship_id, note_id)
    return render_template("mentorships/delete_note.html", note=note, where=mentorship_id)


@bp.post("/notes/<uuid:note_id>/delete")
@members
def delete_note(mentorship_id: uuid.UUID, note_id: uuid.UUID) -> Answer:
    with transaction() as session:
        service.delete_note(
            session, person_id=current_id(), mentorship_id=mentorship_id, note_id=note_id
        )
    flash("The note is deleted.", "success")
    return back(mentorship_id, "show", anchor="notes")
