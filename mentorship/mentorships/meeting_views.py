"""The pages where a pair plans its meetings, and says what came of them."""

from __future__ import annotations

import datetime as dt
import uuid
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from mentorship.access import current_id, members
from mentorship.extensions import db, transaction
from mentorship.mentorships import service
from mentorship.mentorships.calendar import calendar_file
from mentorship.mentorships.meeting_forms import LogForm, MeetingForm
from mentorship.mentorships.meeting_pages import NOT_TO_LOG, meeting_form, meeting_page, too_late
from mentorship.throttle.guard import limited
from mentorship.web import reader_zone

bp = Blueprint("mentorships", __name__, url_prefix="/mentorships/<uuid:mentorship_id>")
TOLD = (
    "The other side finds it under Notices, and gets an email unless they chose otherwise."
    " If the meeting is soon, write to them, too."
)
Shown = str | Answer | tuple[str, int]


@bp.get("/meetings/new")
@members
def new_meeting(mentorship_id: uuid.UUID) -> str:
    return meeting_form(mentorship_id, MeetingForm(), None)


@bp.post("/meetings/new")
@members
@limited("message")
def plan_meeting(mentorship_id: uuid.UUID) -> Shown:
    form = MeetingForm()
    plan = form.plan()
    if plan is None:
        return meeting_form(mentorship_id, form, None), 422
    me, now = current_id(), utc_now()
    try:
        with transaction() as session:
            meeting = service.plan_meeting(
                session, person_id=me, mentorship_id=mentorship_id, plan=plan, now=now
            )
    except service.BeforePair as early:
        form.blame_day(early.since)
        return meeting_form(mentorship_id, form, None), 422
    except service.MeetingChanged as there:
        return meeting_form(mentorship_id, form, None, meanwhile=there.meeting), 409
    flash("The meeting is saved.", "success")
    return back(mentorship_id, "meeting", meeting_id=meeting.id)


@bp.get("/meetings/<uuid:meeting_id>")
@members
def meeting(mentorship_id: uuid.UUID, meeting_id: uuid.UUID) -> str:
    return meeting_page(mentorship_id, meeting_id, None)


@bp.get("/meetings/<uuid:meeting_id>/calendar.ics")
@members
def calendar(mentorship_id: uuid.UUID, meeting_id: uuid.UUID) -> Response:
    pair = service.mentorship_of(db.session(), current_id(), mentorship_id)
    meeting = service.meeting_of(db.session(), current_id(), mentorship_id, meeting_id)
    base_url = current_app.config["SETTINGS"].base_url
    link = base_url + url_for(".meeting", mentorship_id=mentorship_id, meeting_id=meeting_id)
    host = urlsplit(base_url).hostname or "localhost"
    title = f"Mentorship meeting with {pair.other.name}"
    body = calendar_file(meeting, title=title, link=link, host=host)
    answer = Response(body, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="meeting.ics"'
    return answer


@bp.get("/meetings/<uuid:meeting_id>/change")
@members
def change_meeting(mentorship_id: uuid.UUID, meeting_id: uuid.UUID) -> str:
    meeting = service.meeting_of(db.session(), current_id(), mentorship_id, meeting_id)
    return meeting_form(mentorship_id, MeetingForm.of(meeting, reader_zone()), meeting_id)


@bp.post("/meetings/<uuid:meeting_id>/change")
@members
@limited("message")
def move_meeting(mentorship_id: uuid.UUID, meeting_id: uuid.UUID) -> Shown:
    form = MeetingForm()
    was = service.meeting_of(db.session(), current_id(), mentorship_id, meeting_id)
    plan = form.plan(was)
    if plan is None:
        return meeting_form(mentorship_id, form, meeting_id), 422
    try:
        with transaction() as session:
            moved = service.move_meeting(
                session,
                person_id=current_id(),
                mentorship_id=mentorship_id,
                meeting_id=meeting_id,
                plan=plan,
                seen=form.seen.data,
                now=utc_now(),
            )
    except service.BeforePair as early:
        form.blame_day(early.since)
        return meeting_form(mentorship_id, form, meeting_id), 422
    except service.MeetingChanged as changed:
        if changed.meeting.id == meeting_id:
            form.seen.data = service.mark_of(changed.meeting)
        return meeting_form(mentorship_id, form, meeting_id, meanwhile=changed.meeting), 409
    except service.NotPlanned:
        why = "This meeting is over or was cancelled, so it stays as it is."
        return too_late(mentorship_id, meeting_id, form, why), 409
    flash(f"The meeting is changed. {TOLD}" if moved else "You changed nothing.", "success")
    return back(mentorship_id, "meeting", meeting_id=meeting_id)


@bp.get("/meetings/<uuid:meeting_id>/cancel")
@members
def confirm_cancel_meeting(mentorship_id: uuid.UUID, meeting_id: uuid.UUID) -> str:
    meeting = service.meeting_of(db.session(), current_id(), mentorship_id, meeting_id)
    return render_template(
        "mentorships/cancel_meeting.html", meeting=meeting, where=mentorship_id, told=TOLD
    )


@bp.post("/meetings/<uuid:meeting_id>/cancel")
@members
@limited("message")
def cancel_meeting(mentorship_id: uuid.UUID, meeting_id: uuid.UUID) -> Answer:
    try:
        with transaction() as session:
            cancelled = service.cancel_meeting(
                session,
                person_id=current_id(),
                mentorship_id=mentorship_id,
                meeting_id=meeting_id,
                now=utc_now(),
            )
    except service.NotPlanned:
        flash("This meeting has taken place already.", "warning")
    else:
        said = f"The meeting is cancelled. {TOLD}" if cancelled else "It was cancelled already."
        flash(said, "success")
    return back(mentorship_id, "show", anchor="meetings")


@bp.post("/meetings/<uuid:meeting_id>/log")
@members
def log_meeting(mentorship_id: uuid.UUID, meeting_id: uuid.UUID) -> Shown:
    form = LogForm()
    if not form.validate():
        return meeting_page(mentorship_id, meeting_id, form), 422
    try:
        with transaction() as session:
            service.log_meeting(
                session,
                person_id=current_id(),
                mentorship_id=mentorship_id,
                meeting_id=meeting_id,
                met=form.met.data == "yes",
                log=form.log.data,
                seen=form.seen.data,
                now=utc_now(),
            )
    except service.MeetingChanged as changed:
        form.seen.data = service.mark_of(changed.meeting)
        return meeting_page(mentorship_id, meeting_id, form, meanwhile=True), 409
    except service.NotPlanned:
        return too_late(mentorship_id, meeting_id, form, NOT_TO_LOG), 409
    flash("Saved.", "success")
    return back(mentorship_id, "meeting", meeting_id=meeting_id)


def back(
    mentorship_id: uuid.UUID,
    page: str,
    *,
    anchor: str | None = None,
    meeting_id: uuid.UUID | None = None,
) -> Answer:
    """Lead to a page of this mentorship after a POST."""
    where = url_for(f".{page}", mentorship_id=mentorship_id, _anchor=anchor, meeting_id=meeting_id)
    return redirect(where, code=303)


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
