"""Pages where administrators make sections and say who leads them."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from mentorship.access import administrators, current_id, fresh
from mentorship.accounts import claiming
from mentorship.accounts import service as accounts
from mentorship.accounts.models import User
from mentorship.extensions import db, transaction
from mentorship.sections import belonging, leading, service
from mentorship.sections.forms import (
    AppointForm,
    DismissForm,
    InviteForm,
    NewSectionForm,
    SectionForm,
)
from mentorship.sections.listing import all_sections, membership_in, section_at
from mentorship.sections.models import Section
from mentorship.throttle.guard import limited

bp = Blueprint("sections_admin", __name__, url_prefix="/admin")
TAKEN = {"name": "Another section has this name", "slug": "Another section has this short name"}


@bp.get("")
@administrators
def home() -> Response:
    """Lead to the administrator's home, where the short address may be guessed."""
    return redirect(url_for("dashboard.admin"))


@bp.get("/sections")
@administrators
def index() -> str:
    return render_template("sections/admin/index.html", sections=all_sections(db.session()))


@bp.get("/new-section")
@administrators
def new() -> str:
    return render_template("sections/admin/new.html", form=NewSectionForm())


@bp.post("/new-section")
@administrators
def create() -> Response | tuple[str, int]:
    form = NewSectionForm()
    if form.validate():
        try:
            with transaction() as session:
                section = service.create_section(
                    session,
                    name=form.name.data,
                    slug=form.slug.data,
                    about=form.about.data,
                    approve_imgs=form.approve_imgs.data,
                    now=dt.datetime.now(dt.UTC),
                )
        except service.SectionTaken as taken:
            form[taken.field].errors = [TAKEN[taken.field]]
        else:
            flash(f"{section.name} is ready. Next, appoint its leaders.", "success")
            return redirect(url_for(".show", slug=section.slug), code=303)
    return render_template("sections/admin/new.html", form=form), 422


@bp.get("/sections/<slug>/edit")
@administrators
def edit(slug: str) -> str:
    section = section_at(db.session(), slug)
    form = SectionForm(obj=section)
    return render_template("sections/admin/edit.html", section=section, form=form)


@bp.post("/sections/<slug>/edit")
@administrators
def change(slug: str) -> Response | tuple[str, int]:
    section, form = section_at(db.session(), slug), SectionForm()
    if form.validate():
        try:
            with transaction() as session:
                service.edit_section(
                    session,
                    section,
                    name=form.name.data,
                    about=form.about.data,
                    approve_imgs=form.approve_imgs.data,
                )
        except service.SectionTaken as taken:
            form[taken.field].errors = [TAKEN[taken.field]]
        else:
            flash("Saved.", "success")
            return redirect(url_for(".show", slug=slug), code=303)
    return render_template("sections/admin/edit.html", section=section, form=form), 422


@bp.get("/sections/<slug>")
@administrators
def show(slug: str) -> str:
    return _show(section_at(db.session(), slug), AppointForm())


@bp.post("/sections/<slug>/leaders")
@administrators
@fresh
@limited("invite")
def appoint(slug: str) -> Response | tuple[str, int]:
    form, now = AppointForm(), dt.datetime.now(dt.UTC)
    with transaction() as session:
        section = section_at(session, slug)
        if not form.validate():
            return _show(section, form), 422
        person = accounts.find_by_email(session, form.email.data)
        if person is None:
            empty = InviteForm(formdata=None, email=form.email.data)
            return render_template("sections/admin/invite.html", section=section, form=empty), 422
        said = _appoint(session, section, person, now=now)
    return _done(section, said)


@bp.post("/sections/<slug>/leaders/invite")
@administrators
@fresh
@limited("invite")
def invite(slug: str) -> Response | tuple[str, int]:
    form, now = InviteForm(), dt.datetime.now(dt.UTC)
    with transaction() as session:
        section = section_at(session, slug)
        if not form.validate():
            return render_template("sections/admin/invite.html", section=section, form=form), 422
        person = accounts.find_or_new(session, email=form.email.data, name=form.name.data, now=now)
        said = _appoint(session, section, person, now=now)
    return _done(section, said)


@bp.get("/sections/<slug>/leaders/<uuid:membership_id>/dismiss")
@administrators
@fresh
def confirm_dismiss(slug: str, membership_id: uuid.UUID) -> str:
    return _dismiss_page(db.session(), slug, membership_id, DismissForm())


@bp.post("/sections/<slug>/leaders/<uuid:membership_id>/dismiss")
@administrators
@fresh
def dismiss(slug: str, membership_id: uuid.UUID) -> Response | tuple[str, int]:
    form = DismissForm()
    try:
        with transaction() as session:
            membership_in(session, section_at(session, slug).id, membership_id)
            gone = leading.dismiss_leader(
                session,
                membership_id=membership_id,
                by=current_id(),
                now=dt.datetime.now(dt.UTC),
                even_the_last=form.even_the_last.data,
            )
    except leading.LastLeader:
        form.even_the_last.errors = ["Check this box, or appoint another leader first"]
        return _dismiss_page(db.session(), slug, membership_id, form), 422
    flash(f"{gone.person.name} no longer leads {gone.section.name}.", "success")
    return redirect(url_for(".show", slug=slug), code=303)


def _show(section: Section, form: AppointForm) -> str:
    leaders = belonging.leaders_of(db.session(), section.id)
    return render_template("sections/admin/show.html", section=section, leaders=leaders, form=form)


def _appoint(session: Session, section: Section, person: User, *, now: dt.datetime) -> str:
    """Make the person a leader, with a link if the account is not claimed; return what to say."""
    if person.id in {leader.person_id for leader in belonging.leaders_of(session, section.id)}:
        return f"{person.name} leads {section.name} already."
    leading.appoint_leader(
        session, section_id=section.id, person_id=person.id, by=current_id(), now=now
    )
    if claiming.invite(session, person, section.name, now=now):
        return f"{person.name} leads {section.name}. We mailed them a link to open the account."
    return f"{person.name} leads {section.name}. They are told."


def _done(section: Section, said: str) -> Response:
    flash(said, "success")
    return redirect(url_for(".show", slug=section.slug), code=303)


def _dismiss_page(session: Session, slug: str, membership_id: uuid.UUID, form: DismissForm) -> str:
    section = section_at(session, slug)
    membership = membership_in(session, section.id, membership_id)
    leaders = belonging.leaders_of(session, section.id)
    if membership.id not in {leader.id for leader in leaders}:
        abort(404)
    return render_template(
        "sections/admin/dismiss.html",
        section=section,
        membership=membership,
        others=len(leaders) - 1,
        form=form,
    )
