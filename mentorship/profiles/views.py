"""A person's own profile pages. No address holds a key: everybody opens only their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from mentorship.access import current_id, current_person, members
from mentorship.consents import service as consents
from mentorship.extensions import db, transaction
from mentorship.hours import DAYS
from mentorship.matching import Img, Mentor
from mentorship.profiles import service
from mentorship.profiles.both import version_of
from mentorship.profiles.choosing import mentors_to_choose
from mentorship.profiles.forms import ImgForm, MentorForm, PauseForm, img_data, mentor_data
from mentorship.profiles.grid import PARTS
from mentorship.profiles.models import ProfileKind
from mentorship.profiles.moving import moved, moved_to
from mentorship.profiles.service import Answers, ProfileRefused, Values
from mentorship.sections import service as sections
from mentorship.sections.models import SectionRole
from mentorship.web import reader_zone

bp = Blueprint("profiles", __name__, url_prefix="/profile")
SAVED = "Your profile is saved."
AUTOSAVED = "X-Autosave"  # a header of the page's own script, which wants a line and no page
CONFLICT = (
    "You saved this profile somewhere else since you opened this page. What you see here is not"
    " saved. Save again to keep it in place of the other, or open your profile again to see that."
)
Outcome = Response | tuple[str, int] | tuple[dict[str, str], int]


@bp.get("/img")
@members
def edit_img() -> str:
    session, answers = db.session(), service.read_img(db.session(), current_id())
    form = ImgForm(data=_begin(answers, img_data(answers)))
    _offer(session, form, answers)
    return _img_page(session, form, answers)


@bp.post("/img")
@members
def save_img() -> Outcome:
    now = dt.datetime.now(dt.UTC)
    with transaction() as session:
        service.hold(session, current_id())
        answers = service.read_img(session, current_id())
        form = ImgForm(formdata=moved(request.form))
        _offer(session, form, answers)
        if not form.validate() or form.is_stale(answers):
            return _not_saved(form, answers, lambda: _img_page(session, form, answers))
        img = form.values()
        try:
            service.write_img(session, person_id=current_id(), img=img, now=now, lines=form.lines())
        except ProfileRefused as refused:
            form.blame(refused)
            return _not_saved(form, answers, lambda: _img_page(session, form, answers))
        kept = service.read_img(session, current_id())
    return _saved(kept, ".edit_img")


@bp.get("/img/preview")
@members
def preview_img() -> str:
    return _preview(ProfileKind.IMG)


@bp.get("/mentor/preview")
@members
def preview_mentor() -> str:
    return _preview(ProfileKind.MENTOR)


@bp.get("/mentor")
@members
def edit_mentor() -> str:
    session, answers = db.session(), service.read_mentor(db.session(), current_id())
    today = dt.datetime.now(dt.UTC).date()
    form = MentorForm(data=_begin(answers, mentor_data(answers, today=today)))
    form.keep_offering(answers.values)
    return _mentor_page(session, form, answers)


@bp.post("/mentor")
@members
def save_mentor() -> Outcome:
    now = dt.datetime.now(dt.UTC)
    with transaction() as session:
        service.hold(session, current_id())
        answers = service.read_mentor(session, current_id())
        form = MentorForm()
        form.keep_offering(answers.values)
        good = form.validate()
        if not (form.check_pause(now.date()) and good) or form.is_stale(answers):
            return _not_saved(form, answers, lambda: _mentor_page(session, form, answers))
        mentor = form.values(answers.values)
        try:
            service.write_mentor(
                session,
                person_id=current_id(),
                mentor=mentor,
                now=now,
                paused_until=form.paused_until.data,
            )
        except ProfileRefused as refused:
            form.blame(refused)
            return _not_saved(form, answers, lambda: _mentor_page(session, form, answers))
        kept = service.read_mentor(session, current_id())
    return _saved(kept, ".edit_mentor")


@bp.get("/mentor/pause")
@members
def pause() -> str:
    answers = service.read_mentor(db.session(), current_id())
    return _pause_page(PauseForm(data={"until": _break(answers)}), answers)


@bp.post("/mentor/pause")
@members
def save_pause() -> Response | tuple[str, int]:
    form, today = PauseForm(), _today()
    good = form.validate()
    try:
        if good:
            with transaction() as session:
                service.pause_mentor(
                    session, person_id=current_id(), until=form.until.data, today=today
                )
    except service.PauseOver:
        form.until.errors = ["Choose a day after today."]
        good = False
    if not good:
        return _pause_page(form, service.read_mentor(db.session(), current_id())), 422
    flash("Your break is saved.", "success")
    return redirect(url_for("dashboard.mentor"), code=303)


@bp.post("/mentor/pause/end")
@members
def end_pause() -> Response:
    with transaction() as session:
        service.pause_mentor(session, person_id=current_id(), until=None, today=_today())
    flash("Your break is over. You can be offered people again.", "success")
    return redirect(url_for("dashboard.mentor"), code=303)


def _pause_page(form: PauseForm, answers: Answers[Mentor]) -> str:
    return render_template("profiles/pause.html", form=form, answers=answers, until=_break(answers))


def _break(answers: Answers[Mentor]) -> dt.date | None:
    """Return the day a break ends, if somebody is on one."""
    until = answers.paused_until
    return until if until and until > _today() else None


def _today() -> dt.date:
    return dt.datetime.now(reader_zone()).date()


def _preview(kind: ProfileKind) -> str:
    """Show what others see, audience by audience, as the cards they get."""
    seen = service.seen_by_others(db.session(), current_id(), kind)
    agreed = consents.in_force(db.session(), [current_id()])[current_id()]
    return render_template(
        "profiles/preview.html",
        seen=seen,
        kind=kind,
        shares_visa=consents.SHARE_VISA in agreed,
        listed=consents.LISTED in agreed,
    )


def _begin(answers: Answers[Values], data: dict[str, object]) -> dict[str, object]:
    """Let a new profile begin with the time zone of the account."""
    new = answers.updated_at is None
    data = data | {"version": version_of(answers)}
    return data | {"timezone": current_person().timezone or ""} if new else data


def _offer(session: Session, form: ImgForm, answers: Answers[Img]) -> None:
    img = answers.values
    named = (*img.requests, *img.avoid)
    form.offer(mentors_to_choose(session, current_id(), named=named))
    form.keep_offering(img)


def _img_page(session: Session, form: ImgForm, answers: Answers[Img]) -> str:
    return _page("profiles/img.html", session, form, answers, SectionRole.IMG)


def _mentor_page(session: Session, form: MentorForm, answers: Answers[Mentor]) -> str:
    return _page("profiles/mentor.html", session, form, answers, SectionRole.MENTOR)


def _page(
    template: str,
    session: Session,
    form: ImgForm | MentorForm,
    answers: Answers[Values],
    role: SectionRole,
) -> str:
    agreed = consents.in_force(session, [current_id()])[current_id()]
    return render_template(
        template,
        form=form,
        answers=answers,
        state=service.completeness(answers.values),
        shares_visa=consents.SHARE_VISA in agreed,
        takes_part=consents.MATCHING in agreed,
        belongs=role in sections.active_roles(session, current_id()),
        days=DAYS,
        parts=PARTS,
    )


def _not_saved(
    form: ImgForm | MentorForm, answers: Answers[Values], page: Callable[[], str]
) -> tuple[str, int] | tuple[dict[str, str], int]:
    """Say what is wrong: 422 for an answer, 409 for a page that somebody else was faster than."""
    status = 422 if form.errors else 409
    if request.headers.get(AUTOSAVED):
        blamed = [field.label.text for field in form if field.errors]
        words = f"Not saved yet. Please check: {', '.join(blamed)}." if blamed else CONFLICT
        return {"words": words}, status
    if status == 409:
        form.begin_anew(answers)
        flash(CONFLICT, "warning")
    return page(), status


def _saved(kept: Answers[Values], endpoint: str) -> Outcome:
    if request.headers.get(AUTOSAVED):
        return {"words": "Saved.", "version": version_of(kept)}, 200
    state = service.completeness(kept.values)
    if state.ready:
        flash(SAVED, "success")
    else:
        flash(f"{SAVED} To be matched, please add: {', '.join(state.needed)}.", "warning")
    return redirect(url_for(endpoint, _anchor=moved_to(request.form)), code=303)
