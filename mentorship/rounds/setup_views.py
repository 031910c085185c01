"""Pages for section leaders: setting a round up, and what a set-up would do before any run."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mentorship import audit
from mentorship.access import current_id, members
from mentorship.extensions import db, transaction
from mentorship.rounds import changing, lifecycle, templates
from mentorship.rounds.blueprint import bp
from mentorship.rounds.choices import EDITABLE
from mentorship.rounds.effect import Effect, effect
from mentorship.rounds.forms import SetUpForm, TemplateForm
from mentorship.rounds.leading import acting, changed_page
from mentorship.rounds.meanwhile import Change, ChangedMeanwhile, as_text, mark, noted
from mentorship.rounds.models import Round, RoundState
from mentorship.rounds.run_views import ROUND
from mentorship.rounds.scope import round_of_leader
from mentorship.rounds.set_up_words import change_in_words, values_of_source
from mentorship.rounds.setup import SetUp
from mentorship.sections.belonging import section_led_by
from mentorship.sections.models import Section

LOTTERIES = 2**31
NEW = "/sections/<slug>/rounds/new"
TEMPLATE = "/sections/<slug>/rounds/templates/<uuid:template_id>"


@bp.get(NEW)
@members
def new(slug: str) -> str:
    section = section_led_by(db.session(), current_id(), slug)
    source = _starts(section).source
    return _new_page(section, SetUpForm.like(source) if source else SetUpForm.fresh())


@bp.post(NEW)
@members
def create(slug: str) -> Response | tuple[str, int]:
    form, now = SetUpForm(), dt.datetime.now(dt.UTC)
    with transaction() as session:
        section = section_led_by(session, current_id(), slug)
        if form.validate():
            try:
                made = lifecycle.create_round(
                    session,
                    section_id=section.id,
                    name=form.name.data,
                    policy=form.policy.data,
                    set_up=form.set_up(),
                    answer_days=form.answer_days.data,
                    browsing=form.who_browses,
                    lottery=secrets.randbelow(LOTTERIES),
                    now=now,
                )
                acting(session, slug, made.id, "round.create")
            except (lifecycle.RoundNameTaken, lifecycle.NobodyLooks) as refused:
                _refused(form, refused)
    if form.errors:
        return _new_page(section, form), 422
    flash("The round is set up. Nobody has been told yet.", "success")
    return redirect(url_for(".show", slug=slug, round_id=made.id), code=303)


@bp.post(f"{NEW}/effect")
@members
def effect_of_new(slug: str) -> str | tuple[str, int]:
    section, form = section_led_by(db.session(), current_id(), slug), SetUpForm()
    if not _filled(form):
        return _new_page(section, form), 422
    starts = _starts(section)
    source = starts.source
    saved = SetUp.from_json(source.rules) if source else SetUp()
    planned = Round(
        id=uuid.uuid4(),
        section_id=section.id,
        name="",
        state=RoundState.DRAFT,
        created_at=dt.datetime.now(dt.UTC),
    )
    return _new_page(section, form, _effect(planned, saved, form), starts)


@bp.get(f"{ROUND}/set-up")
@members
def set_up(slug: str, round_id: uuid.UUID) -> str | tuple[str, int]:
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    if round_.state not in EDITABLE:
        return changed_page(slug, round_id, lifecycle.round_changed(db.session(), round_id))
    return _set_up_page(round_, SetUpForm.of(round_))


@bp.post(f"{ROUND}/set-up")
@members
def edit(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    form = SetUpForm()
    try:
        with transaction() as session:
            round_of_leader(session, current_id(), slug, round_id)
            if form.validate():
                changes = changing.edit_round(
                    session,
                    round_id=round_id,
                    name=form.name.data,
                    policy=form.policy.data,
                    set_up=form.set_up(),
                    answer_days=form.answer_days.data,
                    browsing=form.who_browses,
                    seen=form.seen.data,
                    end_requests=form.end_requests.data,
                    now=dt.datetime.now(dt.UTC),
                )
                told = noted(changes)
                acting(session, slug, round_id, "round.edit", was=form.seen.data, changes=told)
    except (lifecycle.RoundNameTaken, lifecycle.NobodyLooks) as refused:
        _refused(form, refused)
    except changing.RequestsWait as waiting:
        form.ask_to_end(waiting.count)
    except lifecycle.RoundChanged as changed:
        return changed_page(slug, round_id, changed)
    except ChangedMeanwhile as other:
        return _both_page(round_of_leader(db.session(), current_id(), slug, round_id), form, other)
    if form.errors:
        return _set_up_page(round_of_leader(db.session(), current_id(), slug, round_id), form), 422
    flash("The set-up is saved.", "success")
    return redirect(url_for(".show", slug=slug, round_id=round_id), code=303)


@bp.post(f"{ROUND}/set-up/effect")
@members
def effect_of_changes(slug: str, round_id: uuid.UUID) -> str | tuple[str, int]:
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    if round_.state not in EDITABLE:
        return changed_page(slug, round_id, lifecycle.round_changed(db.session(), round_id))
    form = SetUpForm()
    if not _filled(form):
        return _set_up_page(round_, form), 422
    found = _effect(round_, SetUp.from_json(round_.rules), form)
    return _set_up_page(round_, form, found)


@bp.get(f"{ROUND}/set-up/template")
@members
def name_template(slug: str, round_id: uuid.UUID) -> str:
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    return render_template("rounds/keep_template.html", round=round_, form=TemplateForm())


@bp.post(f"{ROUND}/set-up/template")
@members
def keep_template(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    form, now = TemplateForm(), dt.datetime.now(dt.UTC)
    if form.validate():
        try:
            with transaction() as session:
                round_ = acting(session, slug, round_id, "round.template.keep")
                templates.keep_template(session, round_, name=form.template.data, now=now)
        except templates.TemplateNameTaken:
            taken = "Another template of this section has this name"
            form.template.errors = [*form.template.errors, taken]
    if form.errors:
        round_ = round_of_leader(db.session(), current_id(), slug, round_id)
        return render_template("rounds/keep_template.html", round=round_, form=form), 422
    flash(f"Saved as the template “{form.template.data}”. New rounds can start from it.", "success")
    return redirect(url_for(".show", slug=slug, round_id=round_id), code=303)


@bp.get(f"{TEMPLATE}/remove")
@members
def confirm_remove_template(slug: str, template_id: uuid.UUID) -> str:
    section = section_led_by(db.session(), current_id(), slug)
    template = templates.template_of(db.session(), section.id, template_id)
    return render_template("rounds/remove_template.html", section=section, template=template)


@bp.post(f"{TEMPLATE}/remove")
@members
def remove_template(slug: str, template_id: uuid.UUID) -> Response:
    with transaction() as session:
        section = section_led_by(session, current_id(), slug)
        name = templates.remove_template(session, section.id, template_id)
        audit.record(
            session,
            action="round.template.remove",
            actor_id=current_id(),
            about_id=section.id,
            section_id=section.id,
            now=dt.datetime.now(dt.UTC),
        )
    flash(f"The template “{name}” is removed.", "success")
    return redirect(url_for(".new", slug=slug), code=303)


def _starts(section: Section) -> templates.Starts:
    chosen = request.args.get("start", type=uuid.UUID)
    return templates.starts(db.session(), section.id, chosen)


def _new_page(
    section: Section,
    form: SetUpForm,
    effect: Effect | None = None,
    starts: templates.Starts | None = None,
) -> str:
    starts = starts or _starts(section)
    return render_template(
        "rounds/new.html", section=section, form=form, effect=effect, starts=starts
    )


def _set_up_page(round_: Round, form: SetUpForm, effect: Effect | None = None) -> str:
    return render_template("rounds/set_up.html", round=round_, form=form, effect=effect, other=None)


def _both_page(round_: Round, form: SetUpForm, other: ChangedMeanwhile) -> tuple[str, int]:
    """Show what somebody else has changed, with what was typed; saving again keeps both.

    Where both have changed a field, what was typed stays and the other's value is told.
    """
    mine, now = form.values(), values_of_source(round_)
    mine |= {
        each.field: now[each.field]
        for each in other.changes
        if as_text(mine[each.field]) == each.old
    }
    at_odds = [
        Change(each.field, each.new, as_text(mine[each.field]))
        for each in other.changes
        if as_text(mine[each.field]) != each.new
    ]
    page = render_template(
        "rounds/set_up.html",
        round=round_,
        form=SetUpForm.holding(mine, seen=mark(now)),
        other=other,
        told=[change_in_words(each) for each in other.changes],
        at_odds=[change_in_words(each) for each in at_odds],
    )
    return page, 409


def _filled(form: SetUpForm) -> bool:
    """Tell whether the form says enough for an effect; a name may still be missing."""
    form.validate()
    form.name.errors = ()
    return not form.errors


def _effect(round_: Round, saved: SetUp, form: SetUpForm) -> Effect:
    now = dt.datetime.now(dt.UTC)
    return effect(db.session(), round_, saved=saved, changed=form.set_up(), now=now)


def _refused(form: SetUpForm, why: ValueError) -> None:
    if isinstance(why, lifecycle.NobodyLooks):
        field, words = form.browsing, "For “request and accept”, let IMGs look through mentors"
    else:
        field, words = form.name, "Another round of this section has this name"
    field.errors = [*field.errors, words]
