"""The answers to offers and requests; once published, who is reminded, the report, and the end."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mentorship.access import current_id, fresh_file, members
from mentorship.extensions import db, transaction
from mentorship.rosters.handing_out import FORMATS
from mentorship.rounds import board, planning, reminding, service, still_waiting
from mentorship.rounds.blueprint import bp
from mentorship.rounds.choices import OUT, OVER
from mentorship.rounds.declined import Reading
from mentorship.rounds.insights import MOST_SHOWN
from mentorship.rounds.leading import acting, changed_page, wanted_by
from mentorship.rounds.made_with import runs_out
from mentorship.rounds.models import Round, RoundState
from mentorship.rounds.report import report_listing
from mentorship.rounds.report_files import groups_file, report_file, report_sheet
from mentorship.rounds.report_groups import served
from mentorship.rounds.review_forms import FilterForm
from mentorship.rounds.scope import round_of_leader
from mentorship.throttle.guard import limited

MOST_ROWS = 200  # of a report that is shown whole
WHOLE = "all"  # asks for a longer one whole
# what is asked for -> how it is made, its name, its format
REPORTS = {
    "csv": (report_file, "round-report", "csv"),
    "xlsx": (report_sheet, "round-report", "xlsx"),
    "groups": (groups_file, "round-groups", "csv"),
}


@bp.get("/sections/<slug>/rounds/<uuid:round_id>/answers")
@members
def answers(slug: str, round_id: uuid.UUID) -> str | tuple[str, int]:
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    wanted, finished = wanted_by(), round_.state in OVER
    published = round_.went_out
    now, reading = dt.datetime.now(dt.UTC), Reading.by(db.session(), current_id())
    shown = board.board(
        db.session(), round_.id, wanted, reading=reading, now=now, finished=finished
    )
    if not published and not shown.asked:  # there are no direct requests either
        return render_template("rounds/no_answers.html", round=round_), 404
    without = published and wanted.show == "without"
    return render_template(
        "rounds/answers.html",
        round=round_,
        board=shown,
        form=FilterForm(),
        wanted=wanted,
        finished=finished,
        published=published,
        plan=_plan(round_),
        waiting=still_waiting.waiting_imgs(
            db.session(), round_.id, wanted, reading=reading, finished=finished
        )
        if without
        else None,
    )


@bp.get("/sections/<slug>/rounds/<uuid:round_id>/answers/remind")
@members
def confirm_remind_answers(slug: str, round_id: uuid.UUID) -> str | tuple[str, int]:
    """Say how many would be reminded, before any mail leaves."""
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    if round_.state not in OUT:
        return changed_page(slug, round_id, service.round_changed(db.session(), round_id))
    count = reminding.owing(db.session(), round_id, now=dt.datetime.now(dt.UTC))
    return render_template("rounds/remind_answers.html", round=round_, count=count)


@bp.post("/sections/<slug>/rounds/<uuid:round_id>/answers/remind")
@members
@limited("invite")
def remind_answers(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    if round_.state not in OUT:
        return changed_page(slug, round_id, service.round_changed(db.session(), round_id))
    with transaction() as session:
        acting(session, slug, round_id, "round.remind")
        now = dt.datetime.now(dt.UTC)
        count = reminding.remind_now(session, round_id=round_id, now=now)
    one = count == 1
    flash(f"{count} {'reminder is on its' if one else 'reminders are on their'} way.", "success")
    return redirect(url_for(".answers", slug=slug, round_id=round_id, show="waiting"), code=303)


@bp.post("/sections/<slug>/rounds/<uuid:round_id>/report")
@members
@fresh_file
@limited("export")
def report(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    """Hand out the report as a file; a POST, because who took names and answers out is logged."""
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    form = request.form.get("form", "")
    if form not in REPORTS:
        abort(400)
    made, name, kind = REPORTS[form]
    if not round_.went_out:
        return changed_page(slug, round_id, service.round_changed(db.session(), round_id))
    with transaction() as session:
        acting(session, slug, round_id, "round.report", form=form)
        answer = Response(made(session, round_, current_id()), mimetype=FORMATS[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return answer


@bp.get("/sections/<slug>/rounds/<uuid:round_id>/report")
@members
def report_page(slug: str, round_id: uuid.UUID) -> str | tuple[str, int]:
    """Show the round; a long one page by page, and whole where that is asked for, for paper."""
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    if not round_.went_out:
        return changed_page(slug, round_id, service.round_changed(db.session(), round_id))
    finished = round_.state in OVER
    sums = board.sums(db.session(), round_.id, finished=finished)
    wanted = None if request.args.get("rows") == WHOLE else wanted_by()
    return render_template(
        "rounds/report.html",
        round=round_,
        finished=finished,
        board=sums,
        listing=report_listing(
            db.session(), round_, current_id(), wanted=wanted, most=MOST_ROWS, offers=sums.asked
        ),
        whole=WHOLE,
        runs=runs_out(db.session(), round_.id),
        served=served(db.session(), round_.id, most=MOST_SHOWN),
    )


def _plan(round_: Round) -> planning.Planned | None:
    """Return what is planned to go out while people answer: a run of the rest."""
    if round_.state is not RoundState.REMATCHING:
        return None
    return planning.planned(db.session(), round_.id)


@bp.get("/sections/<slug>/rounds/<uuid:round_id>/finish")
@members
def confirm_finish(slug: str, round_id: uuid.UUID) -> str | tuple[str, int]:
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    if round_.state not in OUT:
        return changed_page(slug, round_id, service.round_changed(db.session(), round_id))
    shown = board.sums(db.session(), round_.id, finished=False)
    return render_template("rounds/finish.html", round=round_, board=shown, plan=_plan(round_))


@bp.post("/sections/<slug>/rounds/<uuid:round_id>/finish")
@members
def finish(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    try:
        with transaction() as session:
            round_of_leader(session, current_id(), slug, round_id)
            planning.hold_any_plan(session, round_id)
            acting(session, slug, round_id, "round.finish")
            service.finish_round(session, round_id=round_id, now=dt.datetime.now(dt.UTC))
    except service.RoundChanged as changed:
        return changed_page(slug, round_id, changed)
    flash("The round is finished. All its pairs and answers are kept.", "success")
    return redirect(url_for(".show", slug=slug, round_id=round_id), code=303)
