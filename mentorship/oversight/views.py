"""The pages of the log: leaders read that of their section, administrators all of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from mentorship.access import administrators, current_id, fresh, members
from mentorship.extensions import db
from mentorship.oversight.forms import TrailForm
from mentorship.oversight.service import Sought, trail, trail_file
from mentorship.sections.belonging import section_led_by
from mentorship.sections.models import Section
from mentorship.throttle.guard import limited

bp = Blueprint("oversight", __name__)


@bp.get("/sections/<slug>/log")
@members
def of_section(slug: str) -> str:
    return _page(section_led_by(db.session(), current_id(), slug))


@bp.get("/sections/<slug>/log.csv")
@members
@fresh
@limited("export")
def of_section_file(slug: str) -> Response:
    return _file(section_led_by(db.session(), current_id(), slug))


@bp.get("/admin/log")
@administrators
def of_all() -> str:
    return _page(None)


@bp.get("/admin/log.csv")
@administrators
@fresh
@limited("export")
def of_all_file() -> Response:
    return _file(None)


def _page(section: Section | None) -> str:
    form, sought = _asked()
    where = ".of_section" if section else ".of_all"
    asked = {name: request.args.get(name) or None for name in form.data}

    def link(endpoint: str, **given: Any) -> str:
        return url_for(endpoint, slug=section.slug if section else None, **given)

    return render_template(
        "oversight/log.html",
        section=section,
        form=form,
        sought=sought,
        listing=trail(db.session(), section, sought),
        here=link(where),
        file=link(f"{where}_file", **asked),
        pages=link(where, **asked, page="PAGE"),
    )


def _file(section: Section | None) -> Response:
    _, sought = _asked()
    answer = Response(trail_file(db.session(), section, sought), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="log.csv"'
    return answer


def _asked() -> tuple[TrailForm, Sought]:
    form = TrailForm(request.args)
    return form, form.sought(request.args.get("page", 1, type=int))
