"""Notes of section leaders: on the page of a pair, or on that of a person in the round."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from flask import flash, redirect, render_template, url_for
from sqlalchemy.exc import NoResultFound
from werkzeug.wrappers import Response

from mentorship.access import current_id, members
from mentorship.extensions import db, transaction
from mentorship.profiles.models import ProfileKind
from mentorship.rounds import notes, rest, review
from mentorship.rounds.blueprint import bp
from mentorship.rounds.candidates import Candidate, Obstacle, candidates
from mentorship.rounds.choices import OUT, RUNNABLE
from mentorship.rounds.leading import acting, changed_page, round_and_run_if_any
from mentorship.rounds.lifecycle import RoundChanged
from mentorship.rounds.models import Round, Run
from mentorship.rounds.note_models import RoundNote
from mentorship.rounds.paging import Wanted
from mentorship.rounds.pairs import pair_list
from mentorship.rounds.request_pages import waiting_by_person
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
    return _show_person(slug, round_id, profile_id)


def _show_person(
    slug: str, round_id: uuid.UUID, profile_id: uuid.UUID, form: NoteForm | None = None
) -> str:
    """Show somebody; ``form`` is a note on them that could not be taken as it is."""
    session = db.session()
    round_, shown = round_and_run_if_any(slug, round_id)
    who = _somebody(round_, profile_id)
    is_img, standing = who.kind is ProfileKind.IMG, _in_run(shown, who)
    may_leave_out = round_.state in RUNNABLE and who.takes_part
    waiting = waiting_by_person(session, round_) if may_leave_out else {}
    return render_template(
        "rounds/person.html",
        round=round_,
        who=who,
        is_img=is_img,
        run=shown,
        **standing,
        reasons=REASONS,
        kept_out=_kept_out(round_, who),
        may_leave_out=may_leave_out,
        requests=waiting.get(profile_id, 0),
        open_run=open_run(session, round_) if standing["line"] else None,
        notes=notes.notes_of(
            session, round_.id, **{"img_id" if is_img else "mentor_id": profile_id}
        ),
        form=form or NoteForm(),
    )


def _somebody(round_: Round, profile_id: uuid.UUID) -> Candidate:
    """Return somebody who takes or took part, or who belongs to the section and could."""
    now = dt.datetime.now(dt.UTC)
    found = candidates(db.session(), round_, now=now, only=[profile_id])
    if not found:
        raise NoResultFound
    return found[0]


def _in_run(run: Run | None, who: Candidate) -> dict[str, Any]:
    """Return why an IMG has nobody in a run; or with whom somebody is, and a mentor's seats."""
    session, key, is_img = db.session(), who.profile_id, who.kind is ProfileKind.IMG
    line = review.unmatched_line(session, run, key) if run and is_img else None
    with_somebody = run if line is None else None
    return {
        "line": line,
        "pairs": pair_list(session, with_somebody, Wanted(sort="img"), of=key).rows
        if with_somebody
        else (),
        "seats": review.free_seats_of(session, run, key) if run and not is_img else None,
    }


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
        if _somebody(round_, profile_id).kind is not ProfileKind.IMG:
            raise NoResultFound  # notes are about pairs and IMGs
        if form.validate():
            acting(session, slug, round_id, "round.note.img", img=str(profile_id))
            _write(round_.id, profile_id, None, form)
    if form.errors:
        return _show_person(slug, round_id, profile_id, form), 422
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


def _kept_out(round_: Round, who: Candidate) -> str:
    """Say what keeps somebody out of the rest that a leader may lift; "" if nothing does."""
    if round_.state not in OUT:
        return ""
    (free,) = rest.as_free(db.session(), round_, [who])
    found = free.obstacle
    return OBSTACLES[found] if found in {Obstacle.SILENT, Obstacle.NEEDS_NOBODY} else ""


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
