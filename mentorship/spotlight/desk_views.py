"""Where leaders read, correct and publish the letters of their section."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mentorship.access import current_id, members
from mentorship.extensions import db, transaction
from mentorship.prose import to_html
from mentorship.sections.belonging import section_led_by
from mentorship.sections.models import Section
from mentorship.spotlight import service
from mentorship.spotlight.forms import DeskForm, NoteForm
from mentorship.spotlight.models import SpotlightLetter
from mentorship.spotlight.views import where_it_was

bp = Blueprint("spotlight_desk", __name__, url_prefix="/sections/<slug>/letters")


@bp.get("")
@members
def board(slug: str) -> str:
    section = section_led_by(db.session(), current_id(), slug)
    letters = service.letters_at_desk(db.session(), section.id)
    return render_template("spotlight/desk/board.html", section=section, letters=letters)


@bp.get("/<uuid:letter_id>")
@members
def review(slug: str, letter_id: uuid.UUID) -> str:
    section = section_led_by(db.session(), current_id(), slug)
    letter = service.letter_at_desk(db.session(), section.id, letter_id)
    return _page(section, letter, DeskForm(obj=letter), NoteForm())


@bp.post("/<uuid:letter_id>")
@members
def change(slug: str, letter_id: uuid.UUID) -> Response | tuple[str, int]:
    form = DeskForm()
    with where_it_was(), transaction() as session:
        section = section_led_by(session, current_id(), slug)
        letter = service.letter_at_desk(session, section.id, letter_id)
        if not form.validate():
            return _page(section, letter, form, NoteForm(formdata=None)), 422
        service.edit_at_desk(session, letter, title=form.title.data, body=form.body.data)
    flash("Saved.", "success")
    return redirect(url_for(".review", slug=slug, letter_id=letter_id), code=303)


@bp.post("/<uuid:letter_id>/decide")
@members
def decide(slug: str, letter_id: uuid.UUID) -> Response | tuple[str, int]:
    what, now, form = request.form.get("what"), dt.datetime.now(dt.UTC), NoteForm()
    with where_it_was(), transaction() as session:
        section = section_led_by(session, current_id(), slug)
        letter = service.letter_at_desk(session, section.id, letter_id)
        if what == "publish":
            service.publish(session, letter, now=now)
        elif what == "hide":
            service.hide(session, letter, now=now)
        elif what != "return":
            abort(400)
        elif not form.validate():
            return _page(section, letter, DeskForm(formdata=None, obj=letter), form), 422
        else:
            service.give_back(session, letter, note=form.note.data, now=now)
    flash(f"“{letter.title}” is {letter.state}.", "success")
    return redirect(url_for(".board", slug=slug), code=303)


def _page(section: Section, letter: SpotlightLetter, form: DeskForm, note: NoteForm) -> str:
    return render_template(
        "spotlight/desk/review.html",
        section=section,
        letter=letter,
        form=form,
        note=note,
        text=to_html(letter.body),
    )
