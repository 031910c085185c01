"""The mentorships of a section, for its leaders: who meets, who is stuck, who worries."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mentorship.access import current_id, members
from mentorship.extensions import db, transaction
from mentorship.mentorships import service
from mentorship.mentorships.forms import CONCERNS, RATINGS, LeaderEndForm, OutcomeForm, typed_in
from mentorship.mentorships.overview import PARTS, LedPage
from mentorship.sections.belonging import section_led_by
from mentorship.sections.models import Section

bp = Blueprint("led_mentorships", __name__, url_prefix="/sections/<slug>/mentorships")


@bp.get("")
@members
def index(slug: str) -> str:
    section = section_led_by(db.session(), current_id(), slug)
    asked = request.args.get("show", "going")
    part = asked if asked in PARTS else "going"
    page = request.args.get("page", 1, type=int)
    found = service.listing(
        db.session(), section.id, part, page=page, reader_id=current_id(), now=_now()
    )
    return render_template("mentorships/led.html", section=section, part=part, found=found)


@bp.get("/<uuid:mentorship_id>")
@members
def one(slug: str, mentorship_id: uuid.UUID) -> str:
    return _page(slug, mentorship_id, None, None)


@bp.post("/<uuid:mentorship_id>/concerns/<uuid:concern_id>")
@members
def close_concern(
    slug: str, mentorship_id: uuid.UUID, concern_id: uuid.UUID
) -> Response | tuple[str, int]:
    form = OutcomeForm()
    if not form.validate():
        return _page(slug, mentorship_id, form, concern_id), 422
    try:
        with transaction() as session:
            section = section_led_by(session, current_id(), slug)
            service.close_concern(
                session,
                section_id=section.id,
                by=current_id(),
                mentorship_id=mentorship_id,
                concern_id=concern_id,
                outcome=form.outcome.data,
                now=_now(),
            )
    except service.AlreadyHandled:
        flash("Another leader has closed this concern already.", "warning")
    else:
        flash("The concern is closed.", "success")
    return redirect(url_for(".one", slug=slug, mentorship_id=mentorship_id), code=303)


@bp.get("/<uuid:mentorship_id>/end")
@members
def confirm_end(slug: str, mentorship_id: uuid.UUID) -> str | Response:
    section = section_led_by(db.session(), current_id(), slug)
    page = _led(section.id, mentorship_id)
    if not page.pair.going:
        flash("This mentorship has ended already.", "info")
        return redirect(url_for(".one", slug=slug, mentorship_id=mentorship_id))
    return _end_page(section, page, LeaderEndForm())


@bp.post("/<uuid:mentorship_id>/end")
@members
def end(slug: str, mentorship_id: uuid.UUID) -> Response | tuple[str, int]:
    form = LeaderEndForm()
    if not form.validate():
        section = section_led_by(db.session(), current_id(), slug)
        return _end_page(section, _led(section.id, mentorship_id), form), 422
    try:
        with transaction() as session:
            section = section_led_by(session, current_id(), slug)
            service.end_as_leader(
                session,
                section_id=section.id,
                by=current_id(),
                mentorship_id=mentorship_id,
                reason=form.reason.data,
                words=form.words.data,
                now=_now(),
            )
    except service.MentorshipEnded:
        how = url_for(".one", slug=slug, mentorship_id=mentorship_id)
        return render_template("mentorships/over.html", typed=typed_in(form), how=how), 409
    flash("The mentorship has ended. Both were told.", "success")
    return redirect(url_for(".one", slug=slug, mentorship_id=mentorship_id), code=303)


def _page(
    slug: str, mentorship_id: uuid.UUID, form: OutcomeForm | None, about: uuid.UUID | None
) -> str:
    section = section_led_by(db.session(), current_id(), slug)
    page = _led(section.id, mentorship_id)
    return render_template(
        "mentorships/led_one.html",
        section=section,
        page=page,
        form=form or OutcomeForm(formdata=None),
        about=about or next((c.id for c, _ in page.concerns if c.handled_at is None), None),
        kinds=CONCERNS,
        ratings=RATINGS,
    )


def _led(section_id: uuid.UUID, mentorship_id: uuid.UUID) -> LedPage:
    return service.led_page(
        db.session(), section_id, mentorship_id, reader_id=current_id(), now=_now()
    )


def _end_page(section: Section, page: LedPage, form: LeaderEndForm) -> str:
    return render_template("mentorships/led_end.html", section=section, page=page, form=form)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
