"""Pages for section leaders: look at what a run gave, and follow the answers."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mentorship.access import current_id, fresh, members
from mentorship.extensions import db, transaction
from mentorship.matching import POLICIES
from mentorship.matching.fairness import FEWEST
from mentorship.rosters.handing_out import FORMATS
from mentorship.rounds import board, handmade, insights, pairs, review, service
from mentorship.rounds.blueprint import bp
from mentorship.rounds.choices import OUT, OVER
from mentorship.rounds.fairness_pages import fair_tables, load_lines, withheld
from mentorship.rounds.leading import acting, changed_page, round_and_run, wanted_by
from mentorship.rounds.made_with import made_with, runs_out
from mentorship.rounds.mentor_load import mentor_tables
from mentorship.rounds.models import RoundState
from mentorship.rounds.out_of_date import changed_since
from mentorship.rounds.overview import has_changed
from mentorship.rounds.paging import Wanted
from mentorship.rounds.picture import USUAL, ZOOMS, histogram, picture
from mentorship.rounds.report import report_file, report_rows, report_sheet
from mentorship.rounds.rest import may_go_out
from mentorship.rounds.review_forms import FilterForm, NoteForm, SeenForm
from mentorship.rounds.ruled_out import LIFTED_BY, ruled_out
from mentorship.rounds.scope import fairness_of, pair_of_round, round_of_leader
from mentorship.rounds.sentences import OBSTACLES, REASONS
from mentorship.rounds.steps import is_open, open_run, ways
from mentorship.throttle.guard import limited


@bp.get("/sections/<slug>/rounds/<uuid:round_id>/review", endpoint="review_run")
@members
def review_run(slug: str, round_id: uuid.UUID) -> str:
    round_, shown = round_and_run(slug, round_id)
    wanted, publishable = wanted_by(), may_go_out(db.session(), round_, shown)
    changed = changed_since(db.session(), round_, shown.id, today=_today()) if publishable else ()
    lifting, known = LIFTED_BY.get(wanted.show), ways(db.session(), round_.id)
    still_open = is_open(db.session(), round_.id, round_.state, known.current)
    return render_template(
        "rounds/review.html",
        round=round_,
        summary=review.summary(db.session(), shown),
        policy=POLICIES[shown.policy],
        record=made_with(shown),
        differs=has_changed(db.session(), round_, shown),
        spread=histogram(db.session(), shown),
        may_go_out=publishable,
        changed=changed,
        obstacles=OBSTACLES,
        ways=known,
        open_run=known.current if still_open else None,
        form=FilterForm(),
        seen=SeenForm(run=str(shown.id)),
        wanted=wanted,
        sort=wanted.sort if wanted.sort in pairs.SORTS else pairs.SORTS[0],
        listing=ruled_out(db.session(), shown, wanted)
        if lifting
        else pairs.pair_list(db.session(), shown, wanted),
        lifting=lifting,
    )


@bp.get("/sections/<slug>/rounds/<uuid:round_id>/review/picture", endpoint="picture")
@members
def show_picture(slug: str, round_id: uuid.UUID) -> str:
    round_, shown = round_and_run(slug, round_id)
    wanted, zoom = wanted_by(), request.args.get("zoom", USUAL, type=int)
    return render_template(
        "rounds/picture.html",
        round=round_,
        run=shown,
        picture=picture(db.session(), shown, wanted, zoom=zoom),
        zooms=ZOOMS,
        form=FilterForm(),
        wanted=wanted,
    )


@bp.get("/sections/<slug>/rounds/<uuid:round_id>/review/fairness")
@members
def fairness(slug: str, round_id: uuid.UUID) -> str:
    round_, shown = round_and_run(slug, round_id)
    kept = fairness_of(db.session(), shown)
    return render_template(
        "rounds/fairness.html",
        round=round_,
        run=shown,
        groups=fair_tables(kept.tables) if kept else (),
        load=load_lines(kept.tables) if kept else (),
        mentors=mentor_tables(kept.tables) if kept else (),
        withheld=withheld(kept.tables) if kept else (),
        fewest=FEWEST,
    )


@bp.get("/sections/<slug>/rounds/<uuid:round_id>/review/pairs/<uuid:pair_id>")
@members
def pair(slug: str, round_id: uuid.UUID, pair_id: uuid.UUID) -> str:
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    shown, found = pair_of_round(db.session(), round_.id, pair_id)
    words = wanted_by().words
    return render_template(
        "rounds/pair.html",
        search_form=FilterForm(request.args),
        words=words,
        swappable=pairs.swappable(db.session(), shown, found, words) if words else [],
        round=round_,
        run=shown,
        pair=pairs.pair_page(db.session(), shown, found),
        policy=POLICIES[shown.policy],
        open_run=open_run(db.session(), round_),
        notes=handmade.notes_of(db.session(), round_.id, found),
        form=NoteForm(),
    )


@bp.get("/sections/<slug>/rounds/<uuid:round_id>/unmatched")
@members
def unmatched(slug: str, round_id: uuid.UUID) -> str:
    round_, shown = round_and_run(slug, round_id)
    wanted = wanted_by()
    listing, helpers = review.unmatched(db.session(), shown.id, wanted)
    return render_template(
        "rounds/unmatched.html",
        round=round_,
        run=shown,
        seats=review.seats_of(db.session(), shown),
        form=FilterForm(),
        wanted=wanted,
        listing=listing,
        free=review.free_seats(db.session(), shown.id, page=request.args.get("free", 1, type=int)),
        reasons=REASONS,
        helpers=helpers,
        gains=insights.gain_tables(db.session(), shown.id),
        open_run=shown.id if round_.state is RoundState.REVIEW else open_run(db.session(), round_),
        prices=POLICIES[shown.policy].told is not None,
        away=insights.away(db.session(), round_, now=dt.datetime.now(dt.UTC)),
        obstacles=OBSTACLES,
    )


@bp.get("/sections/<slug>/rounds/<uuid:round_id>/answers")
@members
def answers(slug: str, round_id: uuid.UUID) -> str:
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    wanted, finished = wanted_by(), round_.state in OVER
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


@bp.post("/sections/<slug>/rounds/<uuid:round_id>/report")
@members
@fresh
@limited("export")
def report(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    """Hand out the report as a file; a POST, because who took names and answers out is logged."""
    form = request.form.get("form", "")
    if form not in FORMATS:
        abort(400)
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    if round_.state not in (*OUT, *OVER):
        return changed_page(slug, round_id, service.round_changed(db.session(), round_id))
    with transaction() as session:
        acting(session, slug, round_id, "round.report", form=form)
        made = report_sheet if form == "xlsx" else report_file
        answer = Response(made(session, round_), mimetype=FORMATS[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="round-report.{form}"'
    return answer


@bp.get("/sections/<slug>/rounds/<uuid:round_id>/report")
@members
def report_page(slug: str, round_id: uuid.UUID) -> str | tuple[str, int]:
    """Show the whole round on one page, for paper."""
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    if round_.state not in (*OUT, *OVER):
        return changed_page(slug, round_id, service.round_changed(db.session(), round_id))
    now, finished = dt.datetime.now(dt.UTC), round_.state in OVER
    return render_template(
        "rounds/report.html",
        round=round_,
        finished=finished,
        board=board.board(db.session(), round_.id, Wanted(), now=now, finished=finished),
        rows=list(report_rows(db.session(), round_)),
        runs=runs_out(db.session(), round_.id),
    )


@bp.get("/sections/<slug>/rounds/<uuid:round_id>/finish")
@members
def confirm_finish(slug: str, round_id: uuid.UUID) -> str | tuple[str, int]:
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    if round_.state not in OUT:
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
            acting(session, slug, round_id, "round.finish")
            service.finish_round(session, round_id=round_id, now=dt.datetime.now(dt.UTC))
    except service.RoundChanged as changed:
        return changed_page(slug, round_id, changed)
    flash("The round is finished. All its pairs and answers are kept.", "success")
    return redirect(url_for(".show", slug=slug, round_id=round_id), code=303)


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()
