"""The toolkit's pages, for every member: the journey, one stage, and the catalog of resources."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, abort, render_template, request

from mentorship.access import current_id, current_person, members
from mentorship.extensions import db
from mentorship.sections.models import SectionRole
from mentorship.sections.service import active_roles
from mentorship.toolkit import service
from mentorship.toolkit.forms import ResourceFilter
from mentorship.web import reader_zone

bp = Blueprint("toolkit", __name__, url_prefix="/toolkit")


@bp.get("")
@members
def overview() -> str:
    """Lead to each part of the toolkit in one step."""
    found = service.journey(db.session(), today=_today())
    return render_template("toolkit/overview.html", journey=found, keeps_facts=_keeps_facts())


@bp.get("/journey")
@members
def journey() -> str:
    found = service.journey(db.session(), today=_today(), dates=8)
    return render_template("toolkit/journey.html", journey=found)


@bp.get("/journey/<stage_id>")
@members
def stage(stage_id: str) -> str:
    page = service.stage_page(db.session(), stage_id, person_id=current_id(), today=_today())
    if page is None:
        abort(404)
    return render_template("toolkit/stage.html", page=page, view=page.view)


@bp.get("/resources")
@members
def resources() -> str:
    form = ResourceFilter(request.args)
    form.offer(service.organizations(db.session()), service.topics(db.session()))
    page = request.args.get("page", 1, type=int)
    found = service.resources(db.session(), form.search(), person_id=current_id(), page=page)
    return render_template("toolkit/resources.html", form=form, found=found)


def _keeps_facts() -> bool:
    roles = active_roles(db.session(), current_id())
    return SectionRole.LEADER in roles or current_person().is_administrator


def _today() -> dt.date:
    return dt.datetime.now(reader_zone()).date()
