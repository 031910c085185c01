"""Notes of section leaders: on the page of a pair, or on that of a person in the round."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import flash, redirect, render_template, url_for
from sqlalchemy.exc import NoResultFound
from werkzeug.wrappers import Response

from mentorship.access import current_id, members
from mentorship.extensions import db, transaction
from mentorship.rounds import notes, rest, review
from mentorship.rounds.blueprint import bp
from mentorship.rounds.candidates import Obstacle, candidates
from mentorship.rounds.choices import OUT, RUNNABLE
from mentorship.rounds.leading import acting, changed_page, run_if_any
from mentorship.rounds.lifecycle import RoundChanged
from mentorship.rounds.models import Round
from mentorship.rounds.note_models import RoundNote
from mentorship.rounds.paging import Wanted
from mentorship.rounds.pairs import pair_list
from mentorship.rounds.review_forms import ChangeNoteForm, NoteForm
from mentorship.rounds.review_views import show_pair
from mentorship.rounds.scope import pair_of_round, round_of_leader
from mentorship.rounds.sentences import OBSTACLES, REASONS
from mentorship.rounds.steps import open_run

ROUND = "/sections/<slug>/rounds/<uuid:round_id>"


@bp.get(f"{ROUND}/people/<uuid:profile_id>")
@members
def person(slug: str, round_id: uuid.UUID, profile_id: uuid.UUID) -> str:
    """Say how somebody stands in a run: with whom, or why with nobody; and what leaders noted."""
    return _show_person(round_of_leader(db.session(), current_id(), slug, round_id), profile_id)


def _show_person(round_: Round, profile_id: uuid.UUID, form: NoteForm | None = None) -> str:
    """Show somebody; ``form`` is a note on them that could not be taken as it is."""
    session = db.session()
    who = notes.person_of_round(session, round_, profile_id)
    shown = run_if_any(round_)
    return render_template(
        "rounds/person.html",
        round=round_,
        who=who,
        run=shown,
        line=review.unmatched_line(session, shown, profile_id) if shown else None,
        pairs=pair_list(session, shown, Wanted(sort="img"), of=profile_id).rows if shown else (),
        seats=review.free_seats_of(session, shown, profile_id) if shown else None,
        reasons=REASONS,
        kept_out=_kept_out(round_, profile_id),
        may_leave_out=_may_leave_out(round_, profile_id),
        open_run=open_run(session, round_),
        notes=notes.notes_of(
            session, round_.id, **{"img_id" if who.is_img else "mentor_id": profile_id}
        ),
        form=form or NoteForm(),
    )


@bp.post(f"{ROUND}/people/<uuid:profile_id>/again")
@members
def match_again(
    slug: str, round_id: uuid.UUID, profile_id: uuid.UUID
) -> Response | tuple[str, int]:
    """Let somebody who was silent, or needed nobody any more, be matched with the rest."""
    try:
        with transaction() as session:
            acting(session, slug, round_id, "round.people.again", about=str(profile_id))
            now = dt.datetime.now(dt.UTC)
            rest.match_again(session, round_id=round_id, profile_id=profile_id, now=now)
    except RoundChanged as changed:
        return changed_page(slug, round_id, changed)
    flash("They are matched again with the rest. Nobody is told yet.", "success")
    return redirect(url_for(".person", slug=slug, round_id=round_id, profile_id=profile_id), 303)


@bp.post(f"{ROUND}/people/<uuid:profile_id>/note")
@members
def note_img(slug: str, round_id: uuid.UUID, profile_id: uuid.UUID) -> Response | tuple[str, int]:
    form = NoteForm()
    with transaction() as session:
        round_ = round_of_leader(session, current_id(), slug, round_id)
        if not notes.person_of_round(session, round_, profile_id).is_img:
            raise NoResultFound  # notes are about pairs and IMGs
        if form.validate():
            acting(session, slug, round_id, "round.note.img", img=str(profile_id))
            _write(round_.id, profile_id, None, form)
    if form.errors:
        round_ = round_of_leader(db.session(), current_id(), slug, round_id)
        return _show_person(round_, profile_id, form), 422
    return redirect(url_for(".person", slug=slug, round_id=round_id, profile_id=profile_id), 303)


@bp.post(f"{ROUND}/review/pairs/<uuid:pair_id>/note")
@members
def note(slug: str, round_id: uuid.UUID, pair_id: uuid.UUID) -> Response | tuple[str, int]:
    form = NoteForm()
    with transaction() as session:
        round_ = round_of_leader(session, current_id(), slug, round_id)
        _, pair = pair_of_round(session, round_.id, pair_id)
        if form.validate():
            acting(session, slug, round_id, "round.note", pair=str(pair_id))
            _write(round_.id, pair.img_id, pair.mentor_id, form)
    if form.errors:
        round_ = round_of_leader(db.session(), current_id(), slug, round_id)
        return show_pair(round_, pair_id, form), 422
    return redirect(url_for(".pair", slug=slug, round_id=round_id, pair_id=pair_id), code=303)


def _kept_out(round_: Round, profile_id: uuid.UUID) -> str:
    """Say what keeps somebody out of the rest that a leader may lift; "" if nothing does."""
    if round_.state not in OUT:
        return ""
    people = rest.still_free(db.session(), round_, now=dt.datetime.now(dt.UTC))
    found = next((each.obstacle for each in people if each.profile_id == profile_id), None)
    return OBSTACLES[found] if found in {Obstacle.SILENT, Obstacle.NEEDS_NOBODY} else ""


def _may_leave_out(round_: Round, profile_id: uuid.UUID) -> bool:
    now = dt.datetime.now(dt.UTC)
    found = candidates(db.session(), round_, now=now, only=[profile_id])
    return round_.state in RUNNABLE and any(each.takes_part for each in found)


def _write(
    round_id: uuid.UUID, img_id: uuid.UUID, mentor_id: uuid.UUID | None, form: NoteForm
) -> None:
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
    return url_for(".person", slug=slug, round_id=found.round_id, profile_id=found.img_id)
