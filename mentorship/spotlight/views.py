"""The gallery, one letter, and the letters a member writes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from mentorship.access import current_id, current_person, members
from mentorship.extensions import db, transaction
from mentorship.prose import to_html
from mentorship.sections.belonging import memberships_of
from mentorship.sections.models import MembershipState, Section
from mentorship.spotlight import service
from mentorship.spotlight.forms import LetterForm, SubmitForm
from mentorship.spotlight.models import SpotlightLetter

bp = Blueprint("spotlight", __name__, url_prefix="/spotlight")


@contextmanager
def where_it_was() -> Iterator[None]:
    """Answer with a conflict where somebody else has moved the letter meanwhile."""
    try:
        yield
    except service.NotNow:
        abort(409)


@bp.get("")
@members
def index() -> str:
    found = service.gallery(db.session(), current_id())
    return render_template("spotlight/index.html", gallery=found, can_write=bool(_my_sections()))


@bp.get("/letters/<uuid:letter_id>")
@members
def show(letter_id: uuid.UUID) -> str:
    letter = service.published_letter(db.session(), current_id(), letter_id)
    return render_template("spotlight/show.html", letter=letter, text=to_html(letter.body))


@bp.get("/mine")
@members
def mine() -> str:
    letters = service.letters_of(db.session(), current_id())
    return render_template("spotlight/mine.html", letters=letters, can_write=bool(_my_sections()))


@bp.get("/mine/new")
@members
def new() -> str:
    return _edit_page(_writable(_form(byline=current_person().name)))


@bp.post("/mine/new")
@members
def create() -> Response | tuple[str, int]:
    return _save(None)


@bp.get("/mine/<uuid:letter_id>")
@members
def edit(letter_id: uuid.UUID) -> str:
    letter = service.own_letter(db.session(), current_id(), letter_id)
    return _edit_page(_form(obj=letter, section=str(letter.section_id)), letter)


@bp.post("/mine/<uuid:letter_id>")
@members
def change(letter_id: uuid.UUID) -> Response | tuple[str, int]:
    return _save(letter_id)


@bp.post("/mine/<uuid:letter_id>/submit")
@members
def submit(letter_id: uuid.UUID) -> Response | tuple[str, int]:
    form = SubmitForm()
    with where_it_was(), transaction() as session:
        letter = service.own_letter(session, current_id(), letter_id)
        if not form.validate():
            page = _edit_page(_form(obj=letter, section=str(letter.section_id)), letter, form)
            return page, 422
        service.submit(session, letter, now=dt.datetime.now(dt.UTC))
    flash("Your letter is on its way to the leaders of your section.", "success")
    return redirect(url_for(".mine"), code=303)


@bp.post("/mine/<uuid:letter_id>/take-back")
@members
def take_back(letter_id: uuid.UUID) -> Response:
    with where_it_was(), transaction() as session:
        letter = service.own_letter(session, current_id(), letter_id)
        service.take_back(session, letter, now=dt.datetime.now(dt.UTC))
    flash("Your letter is a private draft again.", "success")
    return redirect(url_for(".edit", letter_id=letter_id), code=303)


@bp.get("/mine/<uuid:letter_id>/delete")
@members
def confirm_delete(letter_id: uuid.UUID) -> str:
    letter = service.own_letter(db.session(), current_id(), letter_id)
    return render_template("spotlight/delete.html", letter=letter)


@bp.post("/mine/<uuid:letter_id>/delete")
@members
def delete(letter_id: uuid.UUID) -> Response:
    with transaction() as session:
        service.throw_away(session, service.own_letter(session, current_id(), letter_id))
    flash("Your letter is deleted.", "success")
    return redirect(url_for(".mine"), code=303)


def _my_sections() -> Sequence[Section]:
    mine = memberships_of(db.session(), current_id())
    active = [m.section for m in mine if m.state is MembershipState.ACTIVE]
    return list(dict.fromkeys(active))


def _form(**values: object) -> LetterForm:
    form = LetterForm(**values)
    form.offer(_my_sections())
    return form


def _writable(form: LetterForm) -> LetterForm:
    if not form.section.choices:
        abort(404)  # whoever belongs to no section has no gallery to write for
    return form


def _save(letter_id: uuid.UUID | None) -> Response | tuple[str, int]:
    form = _writable(_form())
    with where_it_was(), transaction() as session:
        letter = service.own_letter(session, current_id(), letter_id) if letter_id else None
        if not form.validate():
            return _edit_page(form, letter), 422
        saved = service.write(
            session,
            letter,
            section_id=uuid.UUID(form.section.data),
            author_id=current_id(),
            title=form.title.data,
            byline=form.byline.data,
            about=form.about.data,
            body=form.body.data,
            now=dt.datetime.now(dt.UTC),
        )
    flash("Saved. Only you can see it.", "success")
    return redirect(url_for(".edit", letter_id=saved.id), code=303)


def _edit_page(
    form: LetterForm, letter: SpotlightLetter | None = None, submit_form: SubmitForm | None = None
) -> str:
    return render_template(
        "spotlight/edit.html",
        form=form,
        letter=letter,
        submit_form=submit_form or SubmitForm(formdata=None),
        text=to_html(letter.body) if letter else None,
    )
