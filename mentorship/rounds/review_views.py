"""Pages for section leaders: run a round, look at what came out, publish it, follow the answers."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import flash, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from mentorship.access import current_id, members
from mentorship.extensions import db, transaction
from mentorship.matching import POLICIES
from mentorship.notices.service import one_line
from mentorship.rounds import board, insights, pairs, review, service
from mentorship.rounds.forms import FilterForm, PublishForm
from mentorship.rounds.models import Round, RoundState, Run
from mentorship.rounds.overview import has_changed
from mentorship.rounds.paging import LONGEST_CHOICE, LONGEST_WORDS, Wanted
from mentorship.rounds.publishing import preview
from mentorship.rounds.scope import pair_of_round, round_of_leader, run_of_round
from mentorship.rounds.sentences import OBSTACLES, REASONS
from mentorship.rounds.withdrawing_views import bp

__all__ = ["bp", "changed_page", "wanted_by"]


def wanted_by() -> Wanted:
    """Return what the address asks for; what it does not know is passed over."""
    return Wanted(
        words=one_line(request.args.get("q", ""))[:LONGEST_WORDS],
        sort=one_line(request.args.get("sort", ""))[:LONGEST_CHOICE],
        show=one_line(request.args.get("show", ""))[:LONGEST_CHOICE],
        page=request.args.get("page", 1, type=int),
    )


def changed_page(slug: str, round_id: uuid.UUID, changed: service.RoundChanged) -> tuple[str, int]:
    """Tell a leader that the round is no longer where their step starts."""
    back = url_for(".show", slug=slug, round_id=round_id)
    return render_template("rounds/changed.html", back=back, changed=changed), 409


def _round_and_run(slug: str, round_id: uuid.UUID) -> tuple[Round, Run]:
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    return round_, run_of_round(db.session(), round_.id, request.args.get("run", type=int))


@bp.post("/sections/<slug>/rounds/<uuid:round_id>/run")
@members
def run(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    me, now = current_id(), dt.datetime.now(dt.UTC)
    try:
        with transaction() as session:
            round_of_leader(session, me, slug, round_id)
            made = service.run_round(session, round_id=round_id, by=me, now=now)
    except service.RoundChanged as changed:
        return changed_page(slug, round_id, changed)
    except service.BadProfile as bad:
        people = url_for(".people", slug=slug, round_id=round_id, q=bad.name)
        return render_template("rounds/bad_profile.html", people=people, bad=bad), 409
    except service.NobodyToMatch:
        flash("No IMG takes part in this round yet, so there is nobody to match.", "error")
    except service.ProofFailed:
        flash(
            "The result did not pass its own check, so nothing was kept. Please tell the"
            " administrator of the site.",
            "error",
        )
    else:
        flash(f"Run {made.number}: {made.matched} matched, {made.unmatched} without a mentor.")
        return redirect(url_for(".review_run", slug=slug, round_id=round_id), code=303)
    return redirect(url_for(".show", slug=slug, round_id=round_id), code=303)


@bp.get("/sections/<slug>/rounds/<uuid:round_id>/review", endpoint="review_run")
@members
def review_run(slug: str, round_id: uuid.UUID) -> str:
    round_, shown = _round_and_run(slug, round_id)
    wanted = wanted_by()
    return render_template(
        "rounds/review.html",
        round=round_,
        summary=review.summary(db.session(), shown),
        policy=POLICIES[shown.policy],
        differs=has_changed(db.session(), round_, shown),
        form=FilterForm(),
        wanted=wanted,
        sort=wanted.sort if wanted.sort in pairs.SORTS else pairs.SORTS[0],
        listing=pairs.pair_list(db.session(), shown.id, wanted),
    )


@bp.get("/sections/<slug>/rounds/<uuid:round_id>/review/pairs/<uuid:pair_id>")
@members
def pair(slug: str, round_id: uuid.UUID, pair_id: uuid.UUID) -> str:
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    shown, found = pair_of_round(db.session(), round_.id, pair_id)
    return render_template(
        "rounds/pair.html",
        round=round_,
        run=shown,
        pair=pairs.pair_page(db.session(), found),
    )


@bp.get("/sections/<slug>/rounds/<uuid:round_id>/unmatched")
@members
def unmatched(slug: str, round_id: uuid.UUID) -> str:
    round_, shown = _round_and_run(slug, round_id)
    wanted = wanted_by()
    return render_template(
        "rounds/unmatched.html",
        round=round_,
        summary=review.summary(db.session(), shown),
        form=FilterForm(),
        wanted=wanted,
        listing=review.unmatched(db.session(), shown.id, wanted),
        free=review.free_seats(db.session(), shown.id, page=request.args.get("free", 1, type=int)),
        reasons=REASONS,
        gains=insights.gain_tables(db.session(), shown.id),
        away=insights.away(db.session(), round_, now=dt.datetime.now(dt.UTC)),
        obstacles=OBSTACLES,
    )


@bp.get("/sections/<slug>/rounds/<uuid:round_id>/publish")
@members
def confirm_publish(slug: str, round_id: uuid.UUID) -> str | tuple[str, int]:
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    if round_.state is not RoundState.REVIEW:
        return changed_page(slug, round_id, service.round_changed(db.session(), round_id))
    shown = run_of_round(db.session(), round_.id, request.args.get("run", type=int))
    now = dt.datetime.now(dt.UTC)
    return render_template(
        "rounds/publish.html",
        round=round_,
        preview=preview(db.session(), round_, shown, now=now),
        form=PublishForm(run=str(shown.id)),
        obstacles=OBSTACLES,
    )


@bp.post("/sections/<slug>/rounds/<uuid:round_id>/publish")
@members
def publish(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    me, now = current_id(), dt.datetime.now(dt.UTC)
    try:
        with transaction() as session:
            round_of_leader(session, me, slug, round_id)
            run_id = _run_id(PublishForm())
            service.publish_round(session, round_id=round_id, run_id=run_id, by=me, now=now)
    except service.RoundChanged as changed:
        return changed_page(slug, round_id, changed)
    except (service.RunOutOfDate, service.NothingToPublish):
        return redirect(url_for(".confirm_publish", slug=slug, round_id=round_id), code=303)
    flash("The round is published. The mentors are asked by mail.", "success")
    return redirect(url_for(".answers", slug=slug, round_id=round_id), code=303)


def _run_id(form: PublishForm) -> uuid.UUID:
    try:
        return uuid.UUID(form.run.data)
    except (TypeError, ValueError):
        raise BadRequest from None


@bp.get("/sections/<slug>/rounds/<uuid:round_id>/answers")
@members
def answers(slug: str, round_id: uuid.UUID) -> str:
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    wanted, finished = wanted_by(), round_.state is RoundState.FINISHED
    now = dt.datetime.now(dt.UTC)
    shown = board.board(db.session(), round_.id, wanted, now=now, finished=finished)
    without = wanted.show == "without"
    return render_template(
        "rounds/answers.html",
        round=round_,
        board=shown,
        form=FilterForm(),
        wanted=wanted,
        finished=finished,
        waiting=board.waiting_imgs(db.session(), round_.id, wanted, finished=finished)
        if without
        else None,
    )


@bp.get("/sections/<slug>/rounds/<uuid:round_id>/finish")
@members
def confirm_finish(slug: str, round_id: uuid.UUID) -> str | tuple[str, int]:
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    if round_.state is not RoundState.PUBLISHED:
        return changed_page(slug, round_id, service.round_changed(db.session(), round_id))
    shown = board.board(
        db.session(), round_.id, Wanted(), now=dt.datetime.now(dt.UTC), finished=False
    )
    return render_template("rounds/finish.html", round=round_, board=shown)


@bp.post("/sections/<slug>/rounds/<uuid:round_id>/finish")
@members
def finish(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    try:
        with transaction() as session:
            round_of_leader(session, current_id(), slug, round_id)
            service.finish_round(session, round_id=round_id, now=dt.datetime.now(dt.UTC))
    except service.RoundChanged as changed:
        return changed_page(slug, round_id, changed)
    flash("The round is finished. All its pairs and answers are kept.", "success")
    return redirect(url_for(".show", slug=slug, round_id=round_id), code=303)
