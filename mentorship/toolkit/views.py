"""The toolkit's pages, for every member: the journey, one stage, and the catalog of resources."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request

from mentorship.access import current_id, current_person, members
from mentorship.extensions import db
from mentorship.toolkit import service
from mentorship.toolkit.forms import ResourceFilter
from mentorship.toolkit.glossary import explain
from mentorship.toolkit.truth import may_keep_facts
from mentorship.web import reader_now

bp = Blueprint("toolkit", __name__, url_prefix="/toolkit")
bp.add_app_template_filter(explain, "short_words")


@bp.get("")
@members
def overview() -> str:
    """Lead to each part of the toolkit in one step."""
    found = service.journey(db.session(), now=reader_now())
    keeps = may_keep_facts(db.session(), current_person())
    return render_template("toolkit/overview.html", journey=found, keeps_facts=keeps)


@bp.get("/journey")
@members
def journey() -> str:
    found = service.journey(db.session(), now=reader_now(), dates=8)
    return render_template("toolkit/journey.html", journey=found)


@bp.get("/journey/<stage_id>")
@members
def stage(stage_id: str) -> str:
    page = service.stage_page(db.session(), stage_id, person_id=current_id(), now=reader_now())
    if page is None:
        abort(404)
    fix = may_keep_facts(db.session(), current_person())
    return render_template("toolkit/stage.html", page=page, view=page.view, fix=fix)


@bp.get("/resources")
@members
def resources() -> str:
    form = ResourceFilter(request.args)
    form.offer(service.organizations(db.session(), current_id()), service.topics(db.session()))
    page = request.args.get("page", 1, type=int)
    found = service.resources(db.session(), form.search(), person_id=current_id(), page=page)
    return render_template("toolkit/resources.html", form=form, found=found)
