"""Pages where the leaders of a section shape the catalog for their members."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mentorship.access import current_id, members
from mentorship.extensions import db, transaction
from mentorship.search import misses
from mentorship.sections.belonging import section_led_by
from mentorship.sections.models import Section
from mentorship.toolkit import catalog, curating, links, reports, section_catalog
from mentorship.toolkit.forms import one_line
from mentorship.toolkit.resource_models import Resource
from mentorship.toolkit.resource_words import words_now
from mentorship.toolkit.section_catalog import Curated
from mentorship.toolkit.shelf_forms import PlaceForm, ResourceForm
from mentorship.toolkit.versions import FIELDS
from mentorship.web import reader_zone

bp = Blueprint("curating", __name__, url_prefix="/sections/<slug>/resources")


@bp.get("")
@members
def listing(slug: str) -> str:
    section = section_led_by(db.session(), current_id(), slug)
    words, page = one_line(request.args.get("q")), request.args.get("page", 1, type=int)
    dead = bool(request.args.get("dead"))
    return render_template(
        "toolkit/curating/list.html",
        section=section,
        words=words,
        dead=dead,
        found=section_catalog.curated(db.session(), section.id, words=words, dead=dead, page=page),
        behind=section_catalog.behind(db.session(), section.id),
        reports=reports.open_reports(db.session(), section.id),
        misses=misses.misses(db.session(), section.id),
    )


@bp.get("/new")
@members
def new(slug: str) -> str:
    section = section_led_by(db.session(), current_id(), slug)
    return _edit_page(section, _form(title=request.args.get("title", "")[:200]))


@bp.post("/new")
@members
def create(slug: str) -> Response | str | tuple[str, int]:
    section = section_led_by(db.session(), current_id(), slug)
    form = _form()
    if not form.validate():
        return _edit_page(section, form), 422
    if "preview" in request.form:
        return _edit_page(section, form, preview=True)
    with transaction() as session:
        row = curating.add(
            session, section.id, words=form.words(_today()), by=current_id(), now=_now()
        )
    flash(f"“{row.title}” is added.{_but(row)}", "success")
    return redirect(url_for(".listing", slug=slug), code=303)


@bp.get("/<resource_id>")
@members
def edit(slug: str, resource_id: str) -> str:
    section = section_led_by(db.session(), current_id(), slug)
    one = section_catalog.one_of(db.session(), section.id, resource_id)
    form = _form(**words_now(db.session(), one.resource).as_json())
    return _edit_page(section, form, one)


@bp.post("/<resource_id>")
@members
def change(slug: str, resource_id: str) -> Response | str | tuple[str, int]:
    form = _form()
    with transaction() as session:
        section = section_led_by(session, current_id(), slug)
        one = section_catalog.one_of(session, section.id, resource_id)
        if not form.validate():
            return _edit_page(section, form, one), 422
        if "preview" in request.form:
            return _edit_page(section, form, one, preview=True)
        row = curating.edit(
            session,
            section.id,
            one.resource,
            words=form.words(_today()),
            by=current_id(),
            now=_now(),
        )
    flash(f"“{row.title}” is saved for your members.{_but(row)}", "success")
    return redirect(url_for(".edit", slug=slug, resource_id=row.id), code=303)


@bp.post("/<resource_id>/place")
@members
def place(slug: str, resource_id: str) -> Response:
    form = PlaceForm()
    with transaction() as session:
        section = section_led_by(session, current_id(), slug)
        one = section_catalog.one_of(session, section.id, resource_id)
        hidden, position = one.hidden, one.position
        if "hidden" in request.form:
            hidden = request.form["hidden"] == "yes"
        elif form.validate():
            position = int(form.position.data) if form.position.data else None
        curating.place(
            session,
            section.id,
            one.resource,
            hidden=hidden,
            position=position,
            by=current_id(),
            now=_now(),
        )
    flash(
        f"“{one.resource.title}” is {'hidden from' if hidden else 'shown to'} your members.",
        "success",
    )
    return redirect(url_for(".listing", slug=slug), code=303)


@bp.post("/<resource_id>/restore/<uuid:change_id>")
@members
def restore(slug: str, resource_id: str, change_id: uuid.UUID) -> Response:
    with transaction() as session:
        section = section_led_by(session, current_id(), slug)
        one = section_catalog.one_of(session, section.id, resource_id)
        row = curating.restore(
            session, section.id, one.resource, change_id, by=current_id(), now=_now()
        )
    flash("The earlier words are back.", "success")
    return redirect(url_for(".edit", slug=slug, resource_id=row.id), code=303)


@bp.post("/reports/<uuid:report_id>/settle")
@members
def settle(slug: str, report_id: uuid.UUID) -> Response:
    with transaction() as session:
        section = section_led_by(session, current_id(), slug)
        report = reports.settle(session, section.id, report_id, by=current_id(), now=_now())
    flash(f"The report on “{report.resource.title}” is closed.", "success")
    return redirect(url_for(".listing", slug=slug), code=303)


@bp.post("/misses/forget")
@members
def forget_miss(slug: str) -> Response:
    with transaction() as session:
        section = section_led_by(session, current_id(), slug)
        misses.forget_miss(session, section.id, request.form.get("text", ""))
    flash("Taken off the list.", "success")
    return redirect(url_for(".listing", slug=slug), code=303)


def _form(**values: object) -> ResourceForm:
    form = ResourceForm(**values)
    form.offer(catalog.topics(db.session()))
    return form


def _edit_page(
    section: Section, form: ResourceForm, one: Curated | None = None, *, preview: bool = False
) -> str:
    changes = curating.history(db.session(), section.id, one.resource) if one else ()
    position = str(one.position) if one and one.position else ""
    return render_template(
        "toolkit/curating/edit.html",
        section=section,
        form=form,
        one=one,
        place=PlaceForm(formdata=None, position=position),
        changes=changes,
        fields=FIELDS,
        looked=links.check_of(db.session(), one.resource.url) if one else None,
        unasked=links.unasked(db.session(), one.resource.url) if one else "",
        preview=form.words(_today()) if preview else None,
    )


def _but(row: Resource) -> str:
    """Say what becomes of a link whose host nobody has confirmed."""
    return f" {links.unasked(db.session(), row.url)}".rstrip()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _today() -> dt.date:
    return dt.datetime.now(reader_zone()).date()
