"""Pages for section leaders: a round's deadlines, closing and opening it, its end, the archive."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from mentorship.access import current_id, members
from mentorship.extensions import db, transaction
from mentorship.rounds import closing, jobs, lifecycle
from mentorship.rounds.blueprint import bp
from mentorship.rounds.choices import EDITABLE, OUT
from mentorship.rounds.leading import acting, changed_page
from mentorship.rounds.meanwhile import ChangedMeanwhile, moved
from mentorship.rounds.models import Round, RoundState
from mentorship.rounds.offer_models import OfferState
from mentorship.rounds.overview import answer_counts
from mentorship.rounds.plan_forms import DeadlineForm
from mentorship.rounds.run_views import ROUND
from mentorship.rounds.scope import answer_by_of, own_dates, round_of_leader
from mentorship.web import reader_zone

WITH_DEADLINE = (RoundState.DRAFT, RoundState.OPEN, *OUT)
BAD_DEADLINE = "Choose a time from now on, within a year"


@bp.get(f"{ROUND}/deadline")
@members
def deadline(slug: str, round_id: uuid.UUID) -> str | tuple[str, int]:
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    if round_.state not in WITH_DEADLINE:
        return changed_page(slug, round_id, lifecycle.round_changed(db.session(), round_id))
    return _page(round_, _form_of(_date_of(round_)))


@bp.post(f"{ROUND}/deadline")
@members
def set_deadline(slug: str, round_id: uuid.UUID) -> Response | str | tuple[str, int]:
    form, now = DeadlineForm(), dt.datetime.now(dt.UTC)
    try:
        if form.validate():
            with transaction() as session:
                round_ = round_of_leader(session, current_id(), slug, round_id)
                before = _date_of(round_)
                after = _set(session, round_, form, now)
                told = moved(before, after)
                was = closing.mark_of(before)
                acting(session, slug, round_id, "round.deadline", was=was, changes=told)
    except lifecycle.RoundChanged as changed:
        return changed_page(slug, round_id, changed)
    except ChangedMeanwhile as other:
        round_ = round_of_leader(db.session(), current_id(), slug, round_id)
        stands = _date_of(round_)
        form.seen.data = closing.mark_of(stands)
        return _page(round_, form, other, stands), 409
    except closing.BadDeadline:
        form.at.errors = [*form.at.errors, BAD_DEADLINE]
    if form.errors:
        return _page(round_of_leader(db.session(), current_id(), slug, round_id), form), 422
    flash("The date is saved.", "success")
    return redirect(url_for(".show", slug=slug, round_id=round_id), code=303)


@bp.post(f"{ROUND}/close")
@members
def close(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    now = dt.datetime.now(dt.UTC)
    return _do(
        slug,
        round_id,
        "round.close",
        lambda session: closing.close_round(session, round_id=round_id, now=now),
        "The enrolment is closed. Whoever was ready takes part.",
    )


@bp.post(f"{ROUND}/open-again")
@members
def open_again(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    now = dt.datetime.now(dt.UTC)
    return _do(
        slug,
        round_id,
        "round.open_again",
        lambda session: jobs.open_again(session, round_id=round_id, now=now),
        "The round is open again, without a deadline.",
    )


@bp.post(f"{ROUND}/archive")
@members
def archive(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    return _do(
        slug,
        round_id,
        "round.archive",
        lambda session: lifecycle.archive_round(session, round_id=round_id),
        "The round is archived. You find it at the end of the list of rounds.",
    )


@bp.post(f"{ROUND}/unarchive")
@members
def unarchive(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    return _do(
        slug,
        round_id,
        "round.unarchive",
        lambda session: lifecycle.bring_back(session, round_id=round_id),
        "The round is out of the archive.",
    )


@bp.get(f"{ROUND}/give-up")
@members
def confirm_give_up(slug: str, round_id: uuid.UUID) -> str | tuple[str, int]:
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    if round_.state not in EDITABLE:
        return changed_page(slug, round_id, lifecycle.round_changed(db.session(), round_id))
    return render_template(
        "rounds/give_up.html", round=round_, answers=answer_counts(db.session(), round_id)
    )


@bp.post(f"{ROUND}/give-up")
@members
def give_up(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    now = dt.datetime.now(dt.UTC)
    return _do(
        slug,
        round_id,
        "round.give_up",
        lambda session: jobs.give_up_round(session, round_id=round_id, now=now),
        "The round is given up. You find it at the end of the list of rounds.",
    )


def _do(
    slug: str, round_id: uuid.UUID, action: str, act: Callable[[Session], object], done: str
) -> Response | tuple[str, int]:
    try:
        with transaction() as session:
            acting(session, slug, round_id, action)
            act(session)
    except lifecycle.RoundChanged as changed:
        return changed_page(slug, round_id, changed)
    flash(done, "success")
    return redirect(url_for(".show", slug=slug, round_id=round_id), code=303)


def _date_of(round_: Round) -> dt.datetime | None:
    """Return the date that this page is about, as it stands."""
    return answer_by_of(db.session(), round_) if round_.state in OUT else round_.closes_at


def _form_of(at: dt.datetime | None) -> DeadlineForm:
    here = at.astimezone(reader_zone()) if at else None
    return DeadlineForm(at=here, seen=closing.mark_of(at))


def _set(
    session: Session, round_: Round, form: DeadlineForm, now: dt.datetime
) -> dt.datetime | None:
    typed: dt.datetime | None = form.at.data
    at = typed.replace(tzinfo=reader_zone()) if typed else None
    if round_.state not in OUT:
        closing.set_closing(session, round_id=round_.id, closes_at=at, now=now, seen=form.seen.data)
    elif at is None:
        raise closing.BadDeadline
    else:
        closing.set_answer_by(
            session, round_id=round_.id, answer_by=at, now=now, seen=form.seen.data
        )
    return at


def _page(
    round_: Round,
    form: DeadlineForm,
    other: ChangedMeanwhile | None = None,
    stands: dt.datetime | None = None,
) -> str:
    session, is_open = db.session(), round_.state is RoundState.OPEN
    return render_template(
        "rounds/deadline.html",
        round=round_,
        form=form,
        zone=str(reader_zone()),
        other=other,
        stands=stands,
        own_dates=own_dates(session, round_.id) if round_.state in OUT else (),
        waiting=answer_counts(session, round_.id).get(OfferState.OFFERED, 0) if is_open else 0,
    )
