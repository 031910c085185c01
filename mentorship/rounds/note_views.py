"""Notes of section leaders: about a pair on its page, about an IMG on a page of their own."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from mentorship.access import current_id, members
from mentorship.extensions import db, transaction
from mentorship.rounds import notes, review
from mentorship.rounds.blueprint import bp
from mentorship.rounds.leading import acting, round_and_run
from mentorship.rounds.models import Round
from mentorship.rounds.note_models import RoundNote
from mentorship.rounds.paging import Wanted
from mentorship.rounds.pairs import pair_list
from mentorship.rounds.review_forms import ChangeNoteForm, NoteForm
from mentorship.rounds.scope import pair_of_round, round_of_leader
from mentorship.rounds.sentences import REASONS
from mentorship.rounds.steps import open_run

ROUND = "/sections/<slug>/rounds/<uuid:round_id>"
TOO_LONG = "A note has 1 to 1,000 letters."


@bp.get(f"{ROUND}/imgs/<uuid:img_id>")
@members
def img_page(slug: str, round_id: uuid.UUID, img_id: uuid.UUID) -> str:
    """Say how an IMG stands in a run: with whom, or why with nobody; and what leaders noted."""
    session = db.session()
    round_, shown = round_and_run(slug, round_id)
    name = notes.img_of_round(session, round_.id, img_id)
    lines, _ = review.unmatched(session, shown, Wanted(), of=img_id)
    return render_template(
        "rounds/img.html",
        round=round_,
        run=shown,
        img_id=img_id,
        name=name,
        line=lines.rows[0] if lines.rows else None,
        pairs=() if lines.rows else pair_list(session, shown, Wanted(), of=img_id).rows,
        reasons=REASONS,
        open_run=open_run(session, round_),
        notes=notes.notes_of(session, round_.id, img_id),
        form=NoteForm(),
    )


@bp.post(f"{ROUND}/imgs/<uuid:img_id>/note")
@members
def note_img(slug: str, round_id: uuid.UUID, img_id: uuid.UUID) -> Response:
    with transaction() as session:
        round_ = acting(session, slug, round_id, "round.note.img", img=str(img_id))
        notes.img_of_round(session, round_.id, img_id)
        _write(round_.id, img_id, None)
    return redirect(url_for(".img_page", slug=slug, round_id=round_id, img_id=img_id), code=303)


@bp.post(f"{ROUND}/review/pairs/<uuid:pair_id>/note")
@members
def note(slug: str, round_id: uuid.UUID, pair_id: uuid.UUID) -> Response:
    with transaction() as session:
        round_ = acting(session, slug, round_id, "round.note", pair=str(pair_id))
        _, pair = pair_of_round(session, round_.id, pair_id)
        _write(round_.id, pair.img_id, pair.mentor_id)
    return redirect(url_for(".pair", slug=slug, round_id=round_id, pair_id=pair_id), code=303)


def _write(round_id: uuid.UUID, img_id: uuid.UUID, mentor_id: uuid.UUID | None) -> None:
    form = NoteForm()
    if not form.validate():
        flash(TOO_LONG, "error")
        return
    notes.write_note(
        db.session(),
        round_id,
        img_id=img_id,
        mentor_id=mentor_id,
        words=form.words.data,
        by=current_id(),
        now=dt.datetime.now(dt.UTC),
    )


@bp.get(f"{ROUND}/notes/<uuid:round_note_id>")
@members
def show_note(slug: str, round_id: uuid.UUID, round_note_id: uuid.UUID) -> str:
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    found = notes.note_of(db.session(), round_.id, round_note_id)
    form = ChangeNoteForm(data={"words": found.words, "seen": notes.mark_of(found)})
    return _note_page(slug, round_, found, form)


@bp.post(f"{ROUND}/notes/<uuid:round_note_id>")
@members
def change_note(
    slug: str, round_id: uuid.UUID, round_note_id: uuid.UUID
) -> Response | tuple[str, int]:
    form, other = ChangeNoteForm(), ""
    try:
        with transaction() as session:
            round_ = acting(session, slug, round_id, "round.note.change", note=str(round_note_id))
            found = notes.note_of(session, round_.id, round_note_id)
            if form.validate():
                now, words, seen = dt.datetime.now(dt.UTC), form.words.data, form.seen.data
                me = current_id()
                notes.change_note(session, found, words=words, seen=seen, by=me, now=now)
                back = _about(slug, found)
    except notes.NoteChanged as changed:
        other = changed.words
    if not form.errors and not other:
        flash("The note is changed. What it said before is kept beside it.", "success")
        return redirect(back, code=303)
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    found = notes.note_of(db.session(), round_.id, round_note_id)
    if other:
        form = ChangeNoteForm(
            formdata=None, data={"words": form.words.data, "seen": notes.mark_of(found)}
        )
    return _note_page(slug, round_, found, form, other), 409 if other else 422


def _note_page(
    slug: str, round_: Round, found: RoundNote, form: ChangeNoteForm, other: str = ""
) -> str:
    """Show a note to change; ``other`` is what somebody else wrote meanwhile."""
    back = _about(slug, found)
    return render_template(
        "rounds/note.html", round=round_, note=found, form=form, back=back, other=other
    )


@bp.post(f"{ROUND}/notes/<uuid:round_note_id>/remove")
@members
def remove_note(slug: str, round_id: uuid.UUID, round_note_id: uuid.UUID) -> Response:
    with transaction() as session:
        round_ = acting(session, slug, round_id, "round.note.remove", note=str(round_note_id))
        found = notes.note_of(session, round_.id, round_note_id)
        back = _about(slug, found)
        notes.remove_note(session, found)
    flash("The note is removed, with all that it said before.", "success")
    return redirect(back, code=303)


def _about(slug: str, found: RoundNote) -> str:
    """Return the page where a note stands."""
    pair = notes.pair_noted(db.session(), found)
    if pair is not None:
        return url_for(".pair", slug=slug, round_id=found.round_id, pair_id=pair)
    return url_for(".img_page", slug=slug, round_id=found.round_id, img_id=found.img_id)
