"""What section leaders change by hand in a run: edits, undo and redo, which run counts."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from mentorship.access import current_id, members
from mentorship.extensions import db, transaction
from mentorship.rounds import editing, handmade, steps
from mentorship.rounds.blueprint import bp
from mentorship.rounds.editing import BadEdit, Edit, EditKind
from mentorship.rounds.leading import (
    acting,
    changed_page,
    key_of,
    round_and_run,
    run_changed_page,
    wanted_by,
)
from mentorship.rounds.lifecycle import RoundChanged
from mentorship.rounds.meanwhile import between, mark, noted
from mentorship.rounds.models import Run
from mentorship.rounds.paging import Wanted
from mentorship.rounds.pairs import every_pair, pairs_by_key
from mentorship.rounds.rest_runs import is_planned
from mentorship.rounds.review_forms import EditForm, FilterForm, SeenForm
from mentorship.rounds.ruled_out import LIFTED_BY, all_ruled_out
from mentorship.rounds.run_views import ROUND, to_job
from mentorship.rounds.scope import number_of, round_of_leader
from mentorship.rounds.set_up_words import change_in_words, values_of_source
from mentorship.rounds.steps import NothingToUndo, RunChanged


@bp.post(f"{ROUND}/review/change")
@members
def change(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    me, form = current_id(), EditForm()
    try:
        with transaction() as session:
            round_of_leader(session, me, slug, round_id)
            if not form.validate():
                raise BadRequest
            seen, edit = key_of(form.run.data), _edit(session, form)
            number = number_of(session, round_id, seen)
            acting(session, slug, round_id, "round.change", run=number, **edit.noted())
            job = editing.ask_edit(
                session,
                round_id=round_id,
                seen=seen,
                edit=edit,
                by=me,
                now=dt.datetime.now(dt.UTC),
            )
    except RoundChanged as changed:
        return changed_page(slug, round_id, changed)
    except RunChanged as changed:
        return run_changed_page(slug, round_id, changed)
    except BadEdit as bad:
        flash(str(bad), "error")
        return redirect(_back(slug, round_id, form), code=303)
    return to_job(slug, round_id, job.id)


def _back(slug: str, round_id: uuid.UUID, form: EditForm) -> str:
    """Return the list of pairs as it was when the change was asked for."""
    seen = {name: form[name].data or None for name in ("q", "show", "sort", "page")}
    return url_for(".review_run", slug=slug, round_id=round_id, **seen)


def _edit(session: Session, form: EditForm) -> Edit:
    """Read the edit: two people named, pairs that were ticked, or all that a search found."""
    kind, seen = EditKind(form.kind.data), key_of(form.run.data)
    if form.img.data and form.mentor.data:
        return Edit(kind, ((key_of(form.img.data), key_of(form.mentor.data)),))
    if form.every.data:
        every = all_ruled_out if form.show.data in LIFTED_BY else every_pair
        found = every(session, seen, Wanted(words=form.q.data, show=form.show.data))
    else:
        ticked = [key_of(key) for key in request.form.getlist("pair")]
        found = pairs_by_key(session, seen, ticked)
    return Edit(kind, tuple(found))


@bp.post(f"{ROUND}/review/undo")
@members
def undo(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    return _step(slug, round_id, "round.undo", steps.undo, "Undone. Run {} counts again.")


@bp.post(f"{ROUND}/review/redo")
@members
def redo(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    return _step(slug, round_id, "round.redo", steps.redo, "Done again. Run {} counts.")


@bp.post(f"{ROUND}/review/choose")
@members
def choose(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    form = SeenForm()
    return _step(
        slug,
        round_id,
        "round.choose",
        lambda session, **who: steps.choose(session, run_id=key_of(form.to.data), **who),
        "Run {} counts from now on. You can undo this.",
    )


def _step(
    slug: str, round_id: uuid.UUID, action: str, take: Callable[..., Run], words: str
) -> Response | tuple[str, int]:
    me, form = current_id(), SeenForm()
    try:
        with transaction() as session:
            round_ = round_of_leader(session, me, slug, round_id)
            seen, to = key_of(form.run.data), key_of(form.to.data or form.run.data)
            acting(session, slug, round_id, action, run=number_of(session, round_id, to))
            session.refresh(round_, with_for_update=True)
            before, now = values_of_source(round_), dt.datetime.now(dt.UTC)
            run = take(session, round_id=round_id, seen=seen, by=me, now=now)
            changes = between(before, values_of_source(round_))
            if changes:
                was, told = mark(before), noted(changes)
                acting(session, slug, round_id, "round.edit", was=was, changes=told)
    except RoundChanged as changed:
        return changed_page(slug, round_id, changed)
    except RunChanged as changed:
        return run_changed_page(slug, round_id, changed)
    except NothingToUndo:
        flash("There is nothing more to undo or redo.", "info")
    else:
        also = "".join(f" In the set-up: {change_in_words(each)}." for each in changes)
        flash(words.format(run.number) + also, "success")
    return redirect(url_for(".review_run", slug=slug, round_id=round_id), code=303)


@bp.get(f"{ROUND}/review/by-hand")
@members
def by_hand(slug: str, round_id: uuid.UUID) -> str:
    round_, run = round_and_run(slug, round_id)
    img, mentor = (request.args.get(side, type=uuid.UUID) for side in ("img", "mentor"))
    wanted = wanted_by()
    return render_template(
        "rounds/by_hand.html",
        round=round_,
        run=run,
        editable=steps.open_run(db.session(), round_) == run.id,
        planned=is_planned(db.session(), round_.id),
        form=FilterForm(),
        wanted=wanted,
        hand=handmade.by_hand(db.session(), run, wanted, img=img, mentor=mentor),
    )
