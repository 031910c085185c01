"""Pages for section leaders: publish a run, with half an hour to take it back, or at a set time."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from mentorship.access import current_id, members
from mentorship.extensions import db, transaction
from mentorship.rounds import jobs, planning
from mentorship.rounds.blueprint import bp
from mentorship.rounds.choices import OUT
from mentorship.rounds.difference import difference
from mentorship.rounds.leading import NoSuchRun, acting, changed_page, key_of, round_and_run_if_any
from mentorship.rounds.lifecycle import RoundChanged, round_changed
from mentorship.rounds.meanwhile import moved
from mentorship.rounds.models import Round, RoundState, Run
from mentorship.rounds.out_of_date import OutOfDate
from mentorship.rounds.plan_forms import MoveForm, PlannedForm, PublishForm
from mentorship.rounds.planning import BadTime, Planned
from mentorship.rounds.publishing import NothingToPublish, RunOutOfDate, preview
from mentorship.rounds.rest_runs import may_go_out
from mentorship.rounds.round_letters import samples
from mentorship.rounds.run_views import ROUND, counted, to_job
from mentorship.rounds.scope import number_of, round_of_leader, run_of_round
from mentorship.rounds.sentences import OBSTACLES
from mentorship.web import reader_zone

MOST_NAMED = 3  # people who have changed, in a message
BAD_TIME = "Choose a time at least 30 minutes and at most 60 days from now."


@bp.get(f"{ROUND}/publish")
@members
def confirm_publish(slug: str, round_id: uuid.UUID) -> str | tuple[str, int]:
    round_, shown = round_and_run_if_any(slug, round_id)
    plan = planning.planned(db.session(), round_.id)
    if plan is not None:
        here = plan.goes_out_at.astimezone(reader_zone())
        form = MoveForm(goes_out_at=here, seen=plan.mark)
        return _planned_page(round_, plan, form)
    if round_.state not in {RoundState.REVIEW, *OUT}:
        return changed_page(slug, round_id, round_changed(db.session(), round_id))
    if shown is None:
        raise NoSuchRun(round_, request.args.get("run", type=int))
    if not may_go_out(db.session(), round_, shown):
        return changed_page(slug, round_id, round_changed(db.session(), round_id))
    return _publish_page(round_, shown, PublishForm(run=str(shown.id)))


def _planned_page(round_: Round, plan: Planned, form: MoveForm) -> str:
    """Show what is planned; of what could not go out, who stands in its way."""
    changed: Sequence[OutOfDate] = []
    if plan.held_up_at is not None:
        run = run_of_round(db.session(), round_.id, plan.run)
        changed = preview(db.session(), round_, run, now=dt.datetime.now(dt.UTC)).changed
    return render_template(
        "rounds/planned.html",
        round=round_,
        plan=plan,
        form=form,
        changed=changed,
        obstacles=OBSTACLES,
    )


def _publish_page(round_: Round, shown: Run, form: PublishForm) -> str:
    found = preview(db.session(), round_, shown, now=dt.datetime.now(dt.UTC))
    mail, img_mail = samples(db.session(), round_, answer_by=found.answer_by)
    return render_template(
        "rounds/publish.html",
        round=round_,
        preview=found,
        difference=difference(db.session(), shown) if round_.state in OUT else None,
        form=form,
        mail=mail,
        img_mail=img_mail,
        zone=str(reader_zone()),
        obstacles=OBSTACLES,
    )


@bp.post(f"{ROUND}/publish")
@members
def publish(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    me, now, form = current_id(), dt.datetime.now(dt.UTC), PublishForm()
    try:
        with transaction() as session:
            round_of_leader(session, me, slug, round_id)  # before what others might get wrong
            run_id = key_of(form.run.data)
            number = number_of(session, round_id, run_id)
            acting(session, slug, round_id, "round.publish", run=number)
            planning.plan_publication(
                session, round_id=round_id, run_id=run_id, by=me, now=now, goes_out_at=_time(form)
            )
    except RoundChanged as changed:
        return changed_page(slug, round_id, changed)
    except BadTime:
        round_ = round_of_leader(db.session(), me, slug, round_id)
        shown = run_of_round(db.session(), round_id, number)
        if not may_go_out(db.session(), round_, shown):
            return changed_page(slug, round_id, round_changed(db.session(), round_id))
        _say_bad_time(form)
        return _publish_page(round_, shown, form), 422
    except (RunOutOfDate, NothingToPublish) as refused:
        _say_refused(refused, number)
        here = url_for(".confirm_publish", slug=slug, round_id=round_id, run=number)
        return redirect(here, code=303)
    return redirect(url_for(".confirm_publish", slug=slug, round_id=round_id), code=303)


@bp.post(f"{ROUND}/publish/undo")
@members
def take_back(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    now = dt.datetime.now(dt.UTC)
    try:
        with transaction() as session:
            plan = _held(session, slug, round_id, PlannedForm())
            acting(session, slug, round_id, "round.publish.undo", run=plan.run)
            planning.take_back(session, round_id=round_id, now=now)
    except RoundChanged as changed:
        return changed_page(slug, round_id, changed)
    flash("Taken back. Nobody was told anything.", "success")
    there = url_for(".review_run", slug=slug, round_id=round_id, run=plan.run)
    return redirect(there, code=303)


@bp.post(f"{ROUND}/publish/run-again")
@members
def run_again(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    """Take back what could not go out, and run with everybody as they are now."""
    me, now = current_id(), dt.datetime.now(dt.UTC)
    try:
        with counted(slug, round_id, now) as asked, transaction() as session:
            plan = _held(session, slug, round_id, PlannedForm())
            round_ = acting(session, slug, round_id, "round.publish.again", run=plan.run)
            planning.take_back(session, round_id=round_id, now=now)
            ask = jobs.ask_rest if round_.state in OUT else jobs.ask_run
            job = ask(session, round_id=round_id, by=me, now=now)
            asked.append(job)
    except RoundChanged as changed:
        return changed_page(slug, round_id, changed)
    return to_job(slug, round_id, job.id)


@bp.post(f"{ROUND}/publish/move")
@members
def move_publication(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    form, now = MoveForm(), dt.datetime.now(dt.UTC)
    try:
        with transaction() as session:
            was, wanted = _held(session, slug, round_id, form), _time(form) or now
            changes = moved(was.goes_out_at, wanted)
            acting(session, slug, round_id, "round.publish.move", run=was.run, changes=changes)
            planning.move_publication(session, round_id=round_id, goes_out_at=wanted, now=now)
    except RoundChanged as changed:
        return changed_page(slug, round_id, changed)
    except BadTime:
        round_ = round_of_leader(db.session(), current_id(), slug, round_id)
        plan = planning.planned(db.session(), round_id)
        if plan is None:
            return changed_page(slug, round_id, round_changed(db.session(), round_id))
        _say_bad_time(form)
        return _planned_page(round_, plan, form), 422
    flash("The time is changed.", "success")
    return redirect(url_for(".confirm_publish", slug=slug, round_id=round_id), code=303)


@bp.post(f"{ROUND}/publish/now")
@members
def send_now(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    now = dt.datetime.now(dt.UTC)
    try:
        with transaction() as session:
            plan = _held(session, slug, round_id, PlannedForm())
            acting(session, slug, round_id, "round.publish.now", run=plan.run)
            planning.send_out(session, round_id=round_id, now=now)
    except RoundChanged as changed:
        return changed_page(slug, round_id, changed)
    except (RunOutOfDate, NothingToPublish) as refused:
        _say_refused(refused, plan.run)
        return redirect(url_for(".confirm_publish", slug=slug, round_id=round_id), code=303)
    flash("The round is published. The mentors are asked by mail.", "success")
    return redirect(url_for(".answers", slug=slug, round_id=round_id), code=303)


def _held(
    session: Session, slug: str, round_id: uuid.UUID, form: PlannedForm | MoveForm
) -> Planned:
    """Hold a leader's plan as they saw it, before the log: a worker who sends it does the same."""
    round_of_leader(session, current_id(), slug, round_id)
    return planning.hold_plan(session, round_id=round_id, seen=form.seen.data)


def _say_refused(refused: RunOutOfDate | NothingToPublish, run: int) -> None:
    """Say that a run was not published; of one that is out of date, who has changed."""
    if isinstance(refused, NothingToPublish):
        flash(f"Run {run} was not published: it has no pairs.", "error")
        return
    names = [each.person.name for each in refused.people]
    more = len(names) - MOST_NAMED
    who = ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    flash(
        f"Run {run} was not published: people in it can no longer take part as before ({who}).",
        "error",
    )


def _time(form: PublishForm | MoveForm) -> dt.datetime | None:
    """Return the time that was typed, by the reader's clock; None if none was."""
    if not form.validate():
        raise BadTime
    typed: dt.datetime | None = form.goes_out_at.data
    return typed.replace(tzinfo=reader_zone()) if typed else None


def _say_bad_time(form: PublishForm | MoveForm) -> None:
    """Say at the field why its time is refused; what was typed stays."""
    if not form.goes_out_at.errors:
        form.goes_out_at.errors = [BAD_TIME]
