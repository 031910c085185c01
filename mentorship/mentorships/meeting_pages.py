"""What the pages of a meeting show, also after something was typed that could not be saved."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import render_template

from mentorship.access import current_id
from mentorship.extensions import db
from mentorship.mentorships import service
from mentorship.mentorships.forms import typed_in
from mentorship.mentorships.meeting_forms import ZONES, LogForm, MeetingForm
from mentorship.mentorships.models import Meeting
from mentorship.web import reader_zone

NOT_TO_LOG = "This meeting has not begun, was cancelled, or is long over."


def meeting_page(
    mentorship_id: uuid.UUID,
    meeting_id: uuid.UUID,
    form: LogForm | None,
    *,
    meanwhile: bool = False,
) -> str:
    """Show a meeting; ``meanwhile`` shows also what the other side wrote while this one typed."""
    me = current_id()
    now = dt.datetime.now(dt.UTC)
    pair = service.mentorship_of(db.session(), me, mentorship_id)
    meeting = service.meeting_of(db.session(), me, mentorship_id, meeting_id)
    said = {
        "met": {"met": "yes", "missed": "no"}.get(meeting.state),
        "log": meeting.words["log"],
        "seen": service.mark_of(meeting),
    }
    may_log = service.may_log(pair, meeting, now=now)
    if form is not None and not may_log:
        return too_late(mentorship_id, meeting_id, form, NOT_TO_LOG)
    return render_template(
        "mentorships/meeting.html",
        pair=pair,
        meeting=meeting,
        begun=meeting.starts_at <= now,
        may_log=may_log,
        form=form or LogForm(data=said),
        meanwhile=meanwhile,
    )


def meeting_form(
    mentorship_id: uuid.UUID,
    form: MeetingForm,
    meeting_id: uuid.UUID | None,
    *,
    meanwhile: Meeting | None = None,
) -> str:
    """Show the form of a meeting, and beside it the one that stands there ``meanwhile``.

    Its day and time stay in the zone in which they were typed.
    """
    if form.zone.data not in ZONES:
        form.zone.data = reader_zone().key
    pair = service.mentorship_of(db.session(), current_id(), mentorship_id)
    if form.errors and not pair.going:
        raise service.MentorshipEnded
    return render_template(
        "mentorships/plan_meeting.html",
        pair=pair,
        form=form,
        meeting_id=meeting_id,
        zone=form.zone.data,
        own_zone=reader_zone().key,
        together=service.free_together(db.session(), pair, now=dt.datetime.now(dt.UTC)),
        meanwhile=meanwhile,
    )


def too_late(
    mentorship_id: uuid.UUID, meeting_id: uuid.UUID, form: MeetingForm | LogForm, why: str
) -> str:
    """Say why nothing was saved, and show what was typed, so that it can be copied."""
    return render_template(
        "mentorships/too_late.html",
        why=why,
        typed=typed_in(form),
        meeting_id=meeting_id,
        where=mentorship_id,
    )
