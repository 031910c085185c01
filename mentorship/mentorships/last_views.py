"""The pages where one of a pair ends it, looks back, or tells the leaders of a concern."""

from __future__ import annotations

import uuid

from flask import flash, render_template

from mentorship.access import current_id, members
from mentorship.extensions import db, transaction
from mentorship.mentorships import letters, service
from mentorship.mentorships.forms import ConcernForm, EndForm, FeedbackForm
from mentorship.mentorships.meeting_views import Shown, back, bp, utc_now
from mentorship.throttle.guard import limited

__all__ = ["bp"]
ENDED_BEFORE = (
    "This mentorship had ended before you sent this, so your reason was not kept. Your words are"
    " below: you can still send them from here."
)
KEPT = "It is kept for the next leader of your section. No leader can read it now."


@bp.get("/end")
@members
def confirm_end(mentorship_id: uuid.UUID) -> str:
    return _pair_page("mentorships/end.html", mentorship_id, EndForm())


@bp.post("/end")
@members
def end(mentorship_id: uuid.UUID) -> Shown:
    form = EndForm()
    if not form.validate():
        return _pair_page("mentorships/end.html", mentorship_id, form), 422
    try:
        with transaction() as session:
            service.end_mentorship(
                session,
                person_id=current_id(),
                mentorship_id=mentorship_id,
                reason=form.reason.data,
                words=form.words.data,
                now=utc_now(),
            )
    except service.MentorshipEnded:
        return _ended_before(mentorship_id, form), 409
    flash("The mentorship has ended. Thank you for saying so.", "success")
    return back(mentorship_id, "feedback")


def _ended_before(mentorship_id: uuid.UUID, form: EndForm) -> str:
    """Offer what was typed for the page that can still be sent."""
    flash(ENDED_BEFORE, "warning")
    typed = {"words": form.words.data}
    if form.reason.data == "concern":
        return _pair_page("mentorships/concern.html", mentorship_id, ConcernForm(None, data=typed))
    return _pair_page("mentorships/feedback.html", mentorship_id, FeedbackForm(None, data=typed))


@bp.get("/feedback")
@members
def feedback(mentorship_id: uuid.UUID) -> str:
    given = service.feedback_of(db.session(), current_id(), mentorship_id)
    said = {"rating": str(given.rating), "words": given.words or ""} if given else {}
    return _pair_page("mentorships/feedback.html", mentorship_id, FeedbackForm(data=said))


@bp.post("/feedback")
@members
def give_feedback(mentorship_id: uuid.UUID) -> Shown:
    form = FeedbackForm()
    if not form.validate():
        return _pair_page("mentorships/feedback.html", mentorship_id, form), 422
    with transaction() as session:
        service.give_feedback(
            session,
            person_id=current_id(),
            mentorship_id=mentorship_id,
            rating=int(form.rating.data),
            words=form.words.data,
            now=utc_now(),
        )
        pair = service.mentorship_of(session, current_id(), mentorship_id)
        read = letters.readers_of(session, pair).others
    whose = "Your section leaders can read what you wrote." if read else KEPT
    flash(f"Thank you. {whose}", "success" if read else "info")
    return back(mentorship_id, "show")


@bp.get("/concern")
@members
def concern(mentorship_id: uuid.UUID) -> str:
    return _pair_page("mentorships/concern.html", mentorship_id, ConcernForm())


@bp.post("/concern")
@members
@limited("message")
def raise_concern(mentorship_id: uuid.UUID) -> Shown:
    form = ConcernForm()
    if not form.validate():
        return _pair_page("mentorships/concern.html", mentorship_id, form), 422
    with transaction() as session:
        service.raise_concern(
            session,
            person_id=current_id(),
            mentorship_id=mentorship_id,
            kind=form.kind.data,
            words=form.words.data,
            now=utc_now(),
        )
        pair = service.mentorship_of(session, current_id(), mentorship_id)
        told = letters.readers_of(session, pair).others
    if told:
        flash("Your section leaders have been told. They will get in touch with you.", "success")
    else:
        flash(KEPT, "info")
    return back(mentorship_id, "show")


def _pair_page(
    template: str, mentorship_id: uuid.UUID, form: EndForm | FeedbackForm | ConcernForm
) -> str:
    pair = service.mentorship_of(db.session(), current_id(), mentorship_id)
    readers = letters.readers_of(db.session(), pair)
    return render_template(template, pair=pair, form=form, readers=readers)
