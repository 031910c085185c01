"""One's own path through the journey, and the dates of the cycle for one's calendar."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mentorship.access import current_id, current_person, members
from mentorship.extensions import db, transaction
from mentorship.sections.belonging import active_roles
from mentorship.sections.models import SectionRole
from mentorship.toolkit import path, service, tracks
from mentorship.toolkit.calendar_file import calendar
from mentorship.toolkit.path_forms import TrackForm, ticked
from mentorship.web import reader_now, safe_next

bp = Blueprint("path", __name__, url_prefix="/toolkit")


@bp.get("/path")
@members
def mine() -> str:
    session = db.session()
    found = path.my_path(session, current_id())
    form = TrackForm(place=found.track.place or "", status=found.track.status or "")
    view = service.for_stage(session, found.here, now=reader_now()) if found.here else None
    return render_template(
        "toolkit/path.html",
        path=found,
        form=form,
        view=view,
        costs=service.costs_of(session, found.here) if found.here else (),
        today=reader_now().date(),
        may_say=_may_say(found),
    )


@bp.post("/path/situation")
@members
def situation() -> Response | tuple[str, int]:
    form = TrackForm()
    if not form.validate():
        abort(400)
    with transaction() as session:
        tracks.keep_track(
            session, person_id=current_id(), track=form.track(), now=dt.datetime.now(dt.UTC)
        )
    flash("Saved. Your path now shows the notes for your situation.", "success")
    return redirect(url_for(".mine"), code=303)


@bp.post("/path/<stage_id>")
@members
def tick(stage_id: str) -> Response:
    done = ticked(request.form, today=reader_now().date())
    try:
        with transaction() as session:
            count = path.keep_ticks(session, person_id=current_id(), stage_id=stage_id, done=done)
    except path.NoSuchStage:
        abort(404)
    flash(f"Saved: {count} done at this stage.", "success")
    return redirect(_back(stage_id), code=303)


@bp.post("/path/<stage_id>/here")
@members
def here(stage_id: str) -> Response:
    try:
        with transaction() as session:
            path.move_to(
                session, person_id=current_id(), stage_id=stage_id, now=dt.datetime.now(dt.UTC)
            )
    except path.NoSuchStage:
        abort(404)
    except path.NoProfileYet:
        flash("Say where you are in your profile first. You have none yet.", "warning")
        return redirect(url_for("profiles.step", road="img", step="journey"), code=303)
    flash("Saved. Your home page and your path now show this stage.", "success")
    return redirect(_back(stage_id), code=303)


@bp.get("/dates.ics")
@members
def dates() -> Response:
    """Send the coming dates, all of them or those of one stage, as a calendar file."""
    stage_id = request.args.get("stage") or None
    days = service.days(db.session(), now=reader_now(), stage_id=stage_id)
    host = urlsplit(current_app.config["SETTINGS"].base_url).hostname or "localhost"
    text = calendar(days, now=dt.datetime.now(dt.UTC), host=host)
    response = Response(text, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="match-cycle.ics"'
    return response


def _may_say(found: path.Path) -> bool:
    """Tell whether this person has, or may come to have, a profile that names a stage."""
    if found.has_profile:
        return True
    roles = active_roles(db.session(), current_id())
    return SectionRole.IMG in roles or not (roles or current_person().is_administrator)


def _back(stage_id: str) -> str:
    return safe_next(request.form.get("next"), url_for(".mine", _anchor=stage_id))
