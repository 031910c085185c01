"""The pages of the log: leaders read that of their section, administrators all of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from mentorship.access import administrators, current_id, fresh_file, members
from mentorship.extensions import db
from mentorship.oversight.forms import TrailForm
from mentorship.oversight.service import Sought, trail, trail_file
from mentorship.sections.belonging import section_led_by
from mentorship.sections.models import Section
from mentorship.sought import MARK, keep, sought
from mentorship.throttle.guard import limited

bp = Blueprint("oversight", __name__)
IN_ADDRESS = ("room", "since", "until", MARK)


@bp.get("/sections/<slug>/log")
@members
def of_section(slug: str) -> str:
    return _page(section_led_by(db.session(), current_id(), slug))


@bp.post("/sections/<slug>/log")
@members
def look_in_section(slug: str) -> Answer:
    section_led_by(db.session(), current_id(), slug)
    return redirect(url_for(".of_section", slug=slug, **_asked_for(slug)), code=303)


@bp.get("/sections/<slug>/log.csv")
@members
@fresh_file
@limited("export")
def of_section_file(slug: str) -> Response:
    return _file(section_led_by(db.session(), current_id(), slug))


@bp.get("/admin/log")
@administrators
def of_all() -> str:
    return _page(None)


@bp.post("/admin/log")
@administrators
def look_in_all() -> Answer:
    return redirect(url_for(".of_all", **_asked_for("")), code=303)


@bp.get("/admin/log.csv")
@administrators
@fresh_file
@limited("export")
def of_all_file() -> Response:
    return _file(None)


def _page(section: Section | None) -> str:
    form, wanted = _asked(section)
    where = ".of_section" if section else ".of_all"
    asked = {name: request.args.get(name) or None for name in IN_ADDRESS}

    def link(endpoint: str, **given: Any) -> str:
        return url_for(endpoint, slug=section.slug if section else None, **given)

    return render_template(
        "oversight/log.html",
        section=section,
        form=form,
        sought=wanted,
        listing=trail(db.session(), section, wanted),
        here=link(where),
        file=link(f"{where}_file", **asked),
        pages=link(where, **asked, page="PAGE"),
    )


def _file(section: Section | None) -> Response:
    _, wanted = _asked(section)
    answer = Response(trail_file(db.session(), section, wanted), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="log.csv"'
    return answer


def _asked(section: Section | None) -> tuple[TrailForm, Sought]:
    who = sought(session, _place(section.slug if section else ""), request.args.get(MARK))
    form = TrailForm(MultiDict({**request.args.to_dict(), "who": who}))
    return form, form.sought(request.args.get("page", 1, type=int))


def _asked_for(slug: str) -> dict[str, Any]:
    """Return what a posted form looks for as arguments; whom, is kept with the session."""
    given = {name: request.form.get(name) or None for name in IN_ADDRESS}
    return given | {MARK: keep(session, _place(slug), request.form.get("who", ""))}


def _place(slug: str) -> str:
    return f"log {slug}"
