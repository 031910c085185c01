"""A mentor's break: until a day, or over now."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mentorship.access import current_id, members
from mentorship.extensions import db, transaction
from mentorship.matching import Mentor
from mentorship.profiles import service
from mentorship.profiles.breaks import TOO_LONG, break_of
from mentorship.profiles.mentor_forms import PauseForm
from mentorship.profiles.service import Answers
from mentorship.web import reader_now, safe_next

bp = Blueprint("breaks", __name__, url_prefix="/profile")


@bp.get("/mentor/pause")
@members
def pause() -> str:
    answers = service.read_mentor(db.session(), current_id())
    return _pause_page(
        PauseForm(data={"until": break_of(answers.paused_until, reader_now())}), answers
    )


@bp.post("/mentor/pause")
@members
def save_pause() -> Response | tuple[str, int]:
    form = PauseForm()
    good = form.validate()
    try:
        if good:
            with transaction() as session:
                service.pause_mentor(
                    session,
                    person_id=current_id(),
                    until=form.until.data,
                    today=reader_now().date(),
                )
    except service.PauseOver:
        form.until.errors = ["Choose a day after today."]
        good = False
    except service.PauseTooLong:
        form.until.errors = [TOO_LONG]
        good = False
    if not good:
        return _pause_page(form, service.read_mentor(db.session(), current_id())), 422
    flash("Your break is saved.", "success")
    return redirect(_back(), code=303)


@bp.post("/mentor/pause/end")
@members
def end_pause() -> Response:
    with transaction() as session:
        service.pause_mentor(session, person_id=current_id(), until=None, today=reader_now().date())
    flash("Your break is over. You can be offered people again.", "success")
    return redirect(_back(), code=303)


def _pause_page(form: PauseForm, answers: Answers[Mentor]) -> str:
    return render_template(
        "profiles/pause.html",
        form=form,
        answers=answers,
        until=break_of(answers.paused_until, reader_now()),
        back=_back(),
    )


def _back() -> str:
    """Return where the person came from: an offer, or their home page."""
    return safe_next(request.args.get("next"), url_for("dashboard.mentor"))
