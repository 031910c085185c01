"""Pages for section leaders: have a round run in the background, follow it, compare runs."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mentorship.access import current_id, members
from mentorship.extensions import db, enqueue, transaction
from mentorship.rounds import comparing, jobs, progress
from mentorship.rounds.blueprint import bp
from mentorship.rounds.edit_words import edit_between
from mentorship.rounds.leading import acting, changed_page, round_and_run, wanted_by
from mentorship.rounds.lifecycle import RoundChanged, round_changed
from mentorship.rounds.models import Round, RoundState, Run
from mentorship.rounds.rest_runs import publishable
from mentorship.rounds.review_forms import FilterForm
from mentorship.rounds.run_models import COUNTING, JobKind, RunJob
from mentorship.rounds.scope import round_of_leader, run_of_round
from mentorship.rounds.steps import ways
from mentorship.throttle.guard import give_back, spend

ROUND = "/sections/<slug>/rounds/<uuid:round_id>"
OTHERS_TRIED = (
    "The policies of run {tried} are being tried at the moment. Wait until they are done, then"
    " compare all policies of run {asked}."
)


@bp.post(f"{ROUND}/run")
@members
def run(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    me, now = current_id(), dt.datetime.now(dt.UTC)
    try:
        with counted(slug, round_id, now) as asked, transaction() as session:
            acting(session, slug, round_id, "round.run")
            job = jobs.ask_run(session, round_id=round_id, by=me, now=now)
            asked.append(job)
    except RoundChanged as changed:
        return changed_page(slug, round_id, changed)
    return to_job(slug, round_id, job.id)


@bp.post(f"{ROUND}/rest")
@members
def match_rest(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    me, now = current_id(), dt.datetime.now(dt.UTC)
    try:
        with counted(slug, round_id, now) as asked, transaction() as session:
            acting(session, slug, round_id, "round.rest")
            job = jobs.ask_rest(session, round_id=round_id, by=me, now=now)
            asked.append(job)
    except RoundChanged as changed:
        return changed_page(slug, round_id, changed)
    return to_job(slug, round_id, job.id)


@bp.post(f"{ROUND}/rest/drop")
@members
def drop_rest(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    now = dt.datetime.now(dt.UTC)
    try:
        with transaction() as session:
            round_ = acting(session, slug, round_id, "round.rest.drop")
            if not jobs.drop_rest(session, round_id=round_.id, now=now):
                raise round_changed(session, round_id)
    except RoundChanged as changed:
        return changed_page(slug, round_id, changed)
    flash("The rest stays as it is. People who were asked go on answering.", "success")
    return redirect(url_for(".answers", slug=slug, round_id=round_id), code=303)


@contextmanager
def counted(slug: str, round_id: uuid.UUID, now: dt.datetime) -> Iterator[list[RunJob]]:
    """Count a run of the round, if the block puts a new job into the list; else nothing is counted.

    Strangers use up nothing, nor does a second press or a refusal.
    """
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    paid = spend("run", thing=str(round_.id))
    asked: list[RunJob] = []
    try:
        yield asked
    finally:
        if not any(job.asked_at == now for job in asked):
            give_back(paid)


def to_job(slug: str, round_id: uuid.UUID, job_id: uuid.UUID) -> Response:
    enqueue("solve_run", job_id)
    return redirect(url_for(".job", slug=slug, round_id=round_id, job_id=job_id), code=303)


@bp.get(f"{ROUND}/jobs/<uuid:job_id>")
@members
def job(slug: str, round_id: uuid.UUID, job_id: uuid.UUID) -> str | Response:
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    shown = progress.job_page(db.session(), round_.id, job_id, now=dt.datetime.now(dt.UTC))
    if shown.run is None:
        return render_template("rounds/job.html", round=round_, job=shown)
    if shown.kind in COUNTING:
        to = url_for(".review_run", slug=slug, round_id=round_id, run=shown.run)
    else:
        runs = [shown.base, shown.run]
        to = url_for(".compare", slug=slug, round_id=round_id, run=runs)
    return redirect(to, code=303)


@bp.post(f"{ROUND}/jobs/<uuid:job_id>/cancel")
@members
def cancel_job(slug: str, round_id: uuid.UUID, job_id: uuid.UUID) -> Response:
    now = dt.datetime.now(dt.UTC)
    try:
        with transaction() as session:
            round_ = acting(session, slug, round_id, "round.run.cancel")
            shown = progress.job_page(session, round_.id, job_id, now=now)
            jobs.cancel_in_time(session, job_id=shown.id, now=now)
    except jobs.JobOver:
        flash("It had ended already, so there was nothing to cancel.", "info")
        return redirect(url_for(".job", slug=slug, round_id=round_id, job_id=job_id), code=303)
    closed = shown.kind is JobKind.RUN and round_.state is RoundState.CLOSED
    stays = "The enrolment stays closed, and can be opened again." if closed else ""
    flash(f"The run is cancelled. {stays or 'Nothing has changed.'}", "success")
    return redirect(url_for(".show", slug=slug, round_id=round_id), code=303)


@bp.post(f"{ROUND}/policies")
@members
def ask_policies(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    me, now = current_id(), dt.datetime.now(dt.UTC)
    try:
        with counted(slug, round_id, now) as asked, transaction() as session:
            acting(session, slug, round_id, "round.policies")
            base = run_of_round(session, round_id)
            asked.extend(jobs.ask_policies(session, round_id=round_id, run=base, by=me, now=now))
    except RoundChanged as changed:
        return changed_page(slug, round_id, changed)
    except jobs.OthersTried as others:
        flash(OTHERS_TRIED.format(tried=others.number, asked=base.number), "info")
        return redirect(url_for(".policies", slug=slug, round_id=round_id, run=others.number), 303)
    for each in asked:
        enqueue("solve_run", each.id)
    to = url_for(".policies", slug=slug, round_id=round_id, run=base.number)
    return redirect(to, code=303)


@bp.get(f"{ROUND}/policies")
@members
def policies(slug: str, round_id: uuid.UUID) -> str | Response:
    round_, base = round_and_run(slug, round_id)
    now = dt.datetime.now(dt.UTC)
    working = progress.policy_jobs(db.session(), round_.id, base, now=now)
    if any(each.live for each in working):
        return render_template("rounds/policies.html", round=round_, base=base, jobs=working)
    made = [each.run for each in working if each.run is not None]
    for each in working:
        if each.run is None:
            why = each.failure[0] if each.failure else "It was cancelled."
            flash(f"“{each.policy.label}” is not among them. {why}", "warning")
    if not made:
        flash("No policy was worked out, so there is nothing to compare.", "error")
        return redirect(url_for(".review_run", slug=slug, round_id=round_id), code=303)
    numbers = [base.number, *made]
    return redirect(url_for(".compare", slug=slug, round_id=round_id, run=numbers), code=303)


@bp.get(f"{ROUND}/compare")
@members
def compare(slug: str, round_id: uuid.UUID) -> str | Response:
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    numbers = request.args.getlist("run", type=int)
    few = len(set(numbers)) <= comparing.MOST_RUNS
    runs = comparing.runs_of(db.session(), round_.id, numbers) if few else ()
    if len(runs) < 2:
        flash(f"Choose two to {comparing.MOST_RUNS} runs to compare.", "error")
        return redirect(url_for(".show", slug=slug, round_id=round_id), code=303)
    wanted, known = wanted_by(), ways(db.session(), round_.id)
    edit = edit_between(db.session(), runs)
    late = edit and known.current not in {run.id for run in runs}
    return render_template(
        "rounds/compare.html",
        round=round_,
        compared=comparing.comparison(
            db.session(), runs, wanted, to=request.args.get("to", type=int)
        ),
        edit=edit,
        instead=known.taken[0] if late else None,
        counts=known.current,
        choosing=_choosable(round_, runs, known.current),
        wanted=wanted,
        form=FilterForm(),
    )


def _choosable(round_: Round, runs: Sequence[Run], current: uuid.UUID | None) -> set[uuid.UUID]:
    """Return which of the runs a leader may make count now, if the one that counts may change."""
    if current is None:
        return set()
    ids = {run.id for run in runs}
    may = publishable(db.session(), round_.id, round_.state, ids | {current})
    return ids & {*may} if current in may else set()
