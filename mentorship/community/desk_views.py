"""Where leaders keep openings, events and council seats, and note the steps of resolutions."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from mentorship.access import current_id, members
from mentorship.community import resolving, service
from mentorship.community.forms import EventForm, OpeningForm, SeatForm, StepForm
from mentorship.community.models import CouncilSeat, Event, Opening, ResolutionState
from mentorship.extensions import db, transaction
from mentorship.sections.belonging import section_led_by
from mentorship.sections.models import Section

bp = Blueprint("community_desk", __name__, url_prefix="/sections/<slug>/about")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing that leaders keep."""

    table: Any
    form: type[FlaskForm]
    name: str
    page: str  # where members see it


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "opening": Kind(Opening, OpeningForm, "opening", "community.openings"),
        "event": Kind(Event, EventForm, "event", "community.events"),
        "seat": Kind(CouncilSeat, SeatForm, "council seat", "community.council"),
    }
)


@bp.get("/keep/<kind>/new")
@members
def new(slug: str, kind: str) -> str:
    section = section_led_by(db.session(), current_id(), slug)
    return _edit_page(section, _kind(kind), kind, _kind(kind).form())


@bp.post("/keep/<kind>/new")
@members
def create(slug: str, kind: str) -> Response | tuple[str, int]:
    return _save(slug, kind, None)


@bp.get("/keep/<kind>/<uuid:row_id>")
@members
def edit(slug: str, kind: str, row_id: uuid.UUID) -> str:
    section, of = section_led_by(db.session(), current_id(), slug), _kind(kind)
    row = service.one_row(db.session(), of.table, section.id, row_id)
    form = of.form(obj=row)
    if isinstance(form, EventForm):
        form.show(row)
    return _edit_page(section, of, kind, form, row)


@bp.post("/keep/<kind>/<uuid:row_id>")
@members
def change(slug: str, kind: str, row_id: uuid.UUID) -> Response | tuple[str, int]:
    return _save(slug, kind, row_id)


@bp.get("/keep/<kind>/<uuid:row_id>/remove")
@members
def confirm_remove(slug: str, kind: str, row_id: uuid.UUID) -> str:
    section, of = section_led_by(db.session(), current_id(), slug), _kind(kind)
    row = service.one_row(db.session(), of.table, section.id, row_id)
    return render_template("community/remove.html", section=section, kind=kind, of=of, row=row)


@bp.post("/keep/<kind>/<uuid:row_id>/remove")
@members
def remove(slug: str, kind: str, row_id: uuid.UUID) -> Response:
    of = _kind(kind)
    with transaction() as session:
        section = section_led_by(session, current_id(), slug)
        service.remove_row(session, service.one_row(session, of.table, section.id, row_id))
    flash(f"The {of.name} is removed.", "success")
    return redirect(url_for(of.page, slug=slug), code=303)


@bp.post("/resolutions/<uuid:resolution_id>/step")
@members
def add_step(slug: str, resolution_id: uuid.UUID) -> Response | tuple[str, int]:
    form, now = StepForm(), dt.datetime.now(dt.UTC)
    with transaction() as session:
        section = section_led_by(session, current_id(), slug)
        made = resolving.resolution(
            session, section.id, resolution_id, person_id=current_id(), leads=True
        )
        if not form.validate():
            flash("Enter the day of this step, and where it has come to.", "error")
        else:
            state = ResolutionState(form.state.data)
            day, note = form.day.data, form.note.data
            resolving.add_step(session, made, state=state, day=day, note=note, now=now)
            flash("The step is noted.", "success")
    return redirect(
        url_for("community.resolution", slug=slug, resolution_id=resolution_id), code=303
    )


def _kind(word: str) -> Kind:
    if word not in KINDS:
        abort(404)
    return KINDS[word]


def _save(slug: str, kind: str, row_id: uuid.UUID | None) -> Response | tuple[str, int]:
    of = _kind(kind)
    form: Any = of.form()
    with transaction() as session:
        section = section_led_by(session, current_id(), slug)
        row = service.one_row(session, of.table, section.id, row_id) if row_id else None
        if not form.validate():
            return _edit_page(section, of, kind, form, row), 422
        service.save_row(session, of.table, section.id, row, form.values())
    flash(f"The {of.name} is saved.", "success")
    return redirect(url_for(of.page, slug=slug), code=303)


def _edit_page(section: Section, of: Kind, kind: str, form: FlaskForm, row: object = None) -> str:
    return render_template(
        "community/edit.html", section=section, of=of, kind=kind, form=form, row=row
    )
