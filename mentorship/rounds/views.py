"""Pages for section leaders: their rounds, one round with its next step, and its people."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from mentorship.access import current_id, members
from mentorship.extensions import db, transaction
from mentorship.rounds import overview, service
from mentorship.rounds.blueprint import bp
from mentorship.rounds.closing import mark_of
from mentorship.rounds.history import history_of
from mentorship.rounds.leading import acting, changed_page
from mentorship.rounds.meanwhile import moved
from mentorship.rounds.scope import round_of_leader
from mentorship.sections.belonging import section_led_by


@bp.get("/sections/<slug>/rounds")
@members
def list_rounds(slug: str) -> str:
    section = section_led_by(db.session(), current_id(), slug)
    now = dt.datetime.now(dt.UTC)
    rounds = service.round_lists(db.session(), [section.id], now=now)[section.id]
    return render_template("rounds/list.html", section=section, rounds=rounds)


@bp.get("/sections/<slug>/rounds/<uuid:round_id>")
@members
def show(slug: str, round_id: uuid.UUID) -> str:
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    page = overview.overview(db.session(), round_, now=dt.datetime.now(dt.UTC))
    return render_template(
        "rounds/show.html",
        page=page,
        weights=overview.weights_in_words(page.set_up),
        rules=overview.rules_in_words(page.set_up),
    )


@bp.get("/sections/<slug>/rounds/<uuid:round_id>/history")
@members
def history(slug: str, round_id: uuid.UUID) -> str:
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    return render_template(
        "rounds/history.html", round=round_, lines=history_of(db.session(), round_.id)
    )


@bp.post("/sections/<slug>/rounds/<uuid:round_id>/open")
@members
def open_round(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    try:
        with transaction() as session:
            round_ = acting(session, slug, round_id, "round.open")
            before = round_.closes_at
            count = service.open_round(session, round_id=round_id, now=dt.datetime.now(dt.UTC))
            dropped = before != round_.closes_at
            if dropped:
                was, told = mark_of(before), moved(before, None)
                acting(session, slug, round_id, "round.deadline", was=was, changes=told)
    except service.RoundChanged as changed:
        return changed_page(slug, round_id, changed)
    also = " The day for enrolment to close had passed, so none is set now." if dropped else ""
    flash(f"The round is open. {count} people take part.{also}", "success")
    return redirect(url_for(".show", slug=slug, round_id=round_id), code=303)


@bp.post("/sections/<slug>/rounds/<uuid:round_id>/people/refresh")
@members
def refresh(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    try:
        with transaction() as session:
            acting(session, slug, round_id, "round.people.add")
            count = service.refresh(session, round_id=round_id, now=dt.datetime.now(dt.UTC))
    except service.RoundChanged as changed:
        return changed_page(slug, round_id, changed)
    flash(f"{count} {'person' if count == 1 else 'people'} added to the round.", "success")
    return redirect(url_for(".people", slug=slug, round_id=round_id), code=303)
