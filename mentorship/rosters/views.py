"""Pages for section leaders: bring people in from spreadsheets, and take them out into one."""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from mentorship import audit
from mentorship.access import current_id, fresh, fresh_file, members
from mentorship.extensions import db, enqueue, transaction
from mentorship.rosters import uploads
from mentorship.rosters.escape import guard
from mentorship.rosters.format import BOM
from mentorship.rosters.forms import ColumnsForm, UploadForm, WriteForm
from mentorship.rosters.handing_out import FORMATS, roster_file
from mentorship.rosters.import_models import WORKED_ON, ImportState, RosterImport
from mentorship.rosters.mapping import BadUpload
from mentorship.sections.belonging import section_led_by
from mentorship.sections.models import Section, SectionRole
from mentorship.throttle.guard import limited

bp = Blueprint("rosters", __name__)
IMPORTS = "/sections/<slug>/import"
ONE = f"{IMPORTS}/<uuid:import_id>"
TASK = "import_roster"


@bp.get(IMPORTS)
@members
def upload(slug: str) -> str:
    return _upload_page(section_led_by(db.session(), current_id(), slug), UploadForm())


@bp.post(IMPORTS)
@members
@limited("import")
def begin(slug: str) -> Response | tuple[str, int]:
    me, now, form = current_id(), dt.datetime.now(dt.UTC), UploadForm()
    section = section_led_by(db.session(), me, slug)
    made = None
    if form.validate():
        try:
            with transaction() as session:
                made = uploads.begin(
                    session, section_id=section.id, by=me, files=form.files(), now=now
                )
                _log(session, "roster.import.begin", section, made)
        except BadUpload as bad:
            form.form_errors.append(str(bad))
    if made is None:
        return _upload_page(section, form), 422
    return _to(slug, made.id)


def _upload_page(section: Section, form: UploadForm) -> str:
    return render_template(
        "rosters/upload.html",
        section=section,
        form=form,
        recent=uploads.recent(db.session(), section.id),
        limits=uploads.LIMITS,
    )


@bp.get(ONE)
@members
def show(slug: str, import_id: uuid.UUID) -> str:
    section, found = _found(slug, import_id)
    if found.state is ImportState.MAPPING:
        columns = uploads.columns_of(found)
        return _columns_page(section, found, ColumnsForm.of(columns, found.mapping))
    return render_template(
        "rosters/import.html",
        section=section,
        found=found,
        report=found.report or {},
        live=found.state in WORKED_ON,
        form=WriteForm(tried=uploads.the_try(found)),
    )


@bp.get(f"{ONE}/columns")
@members
def columns(slug: str, import_id: uuid.UUID) -> str:
    """Look at the columns again, after a try."""
    section, found = _found(slug, import_id)
    if found.files is None:
        abort(404)
    return _columns_page(section, found, ColumnsForm.of(uploads.columns_of(found), found.mapping))


@bp.post(f"{ONE}/columns")
@members
@limited("import")
def try_out(slug: str, import_id: uuid.UUID) -> Response | tuple[str, int]:
    section, found = _found(slug, import_id)
    if found.files is None:
        return _changed(slug, import_id)
    there = uploads.columns_of(found)
    form = ColumnsForm.of(there, found.mapping)
    if not form.check(there):
        return _columns_page(section, found, form), 422
    try:
        with transaction() as session:
            uploads.try_out(session, found, form.mapping(there))
            _log(session, "roster.import.try", section, found)
    except uploads.ImportChanged:
        return _changed(slug, import_id)
    enqueue(TASK, found.id)
    return _to(slug, import_id)


def _columns_page(section: Section, found: RosterImport, form: ColumnsForm) -> str:
    return render_template(
        "rosters/columns.html",
        section=section,
        found=found,
        form=form,
        columns=uploads.columns_of(found),
        names=uploads.names_of(found),
    )


@bp.post(f"{ONE}/write")
@members
@fresh
def write(slug: str, import_id: uuid.UUID) -> Response | tuple[str, int]:
    section, found = _found(slug, import_id)
    me, form = current_id(), WriteForm()
    try:
        with transaction() as session:
            said = {"skip_bad": form.skip_bad.data, "invite": form.invite.data}
            tried = form.tried.data or ""
            uploads.write(session, found, tried=tried, by=me, choices=said)
            _log(session, "roster.import.write", section, found)
    except uploads.ImportChanged:
        return _changed(slug, import_id)
    enqueue(TASK, found.id)
    return _to(slug, import_id)


@bp.post(f"{ONE}/forget")
@members
def forget(slug: str, import_id: uuid.UUID) -> Response:
    section, found = _found(slug, import_id)
    with transaction() as session:
        session.delete(session.merge(found))
        _log(session, "roster.import.forget", section, found)
    if found.state is ImportState.DONE:  # since the page was opened
        flash("This import was done already: its people stay. Its report is deleted.", "warning")
    else:
        flash("The files are deleted. Nobody who was brought in before has changed.", "success")
    return redirect(url_for(".upload", slug=slug), code=303)


@bp.get(f"{ONE}/problems.csv")
@members
@fresh_file
@limited("export")
def problems(slug: str, import_id: uuid.UUID) -> Response:
    _, found = _found(slug, import_id)
    out = io.StringIO(newline="")
    out.write(BOM)
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    names = ("file", "line", "column", "value", "what", "right")
    writer.writerow(names)
    for each in (found.report or {}).get("problems", ()):
        writer.writerow([guard(str(each[name] or "")) for name in names])
    return _file(out.getvalue().encode(), "csv", "import-problems.csv")


@bp.post("/sections/<slug>/export")
@members
@fresh_file
@limited("export")
def export(slug: str) -> Response:
    """Hand out a file; a POST, because who took people's answers out is logged."""
    section = section_led_by(db.session(), current_id(), slug)
    role, form = request.form.get("role", ""), request.form.get("form", "")
    if role not in {SectionRole.IMG, SectionRole.MENTOR} or form not in FORMATS:
        abort(400)
    with transaction() as session:
        _log(session, "roster.export", section, None, role=role, form=form)
    content = roster_file(db.session(), section, SectionRole(role), form)
    return _file(content, form, f"{role}s.{form}")


def _file(content: bytes, form: str, name: str) -> Response:
    answer = Response(content, mimetype=FORMATS[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _found(slug: str, import_id: uuid.UUID) -> tuple[Section, RosterImport]:
    section = section_led_by(db.session(), current_id(), slug)
    return section, uploads.import_of(db.session(), section.id, import_id)


def _to(slug: str, import_id: uuid.UUID) -> Response:
    return redirect(url_for(".show", slug=slug, import_id=import_id), code=303)


def _changed(slug: str, import_id: uuid.UUID) -> tuple[str, int]:
    back = url_for(".show", slug=slug, import_id=import_id)
    return render_template("rosters/changed.html", back=back), 409


def _log(
    session: Session, action: str, section: Section, found: RosterImport | None, **detail: str
) -> None:
    """Log who did it; of the files only which import it was."""
    audit.record(
        session,
        action=action,
        actor_id=current_id(),
        about_id=section.id,
        section_id=section.id,
        now=dt.datetime.now(dt.UTC),
        detail=detail | ({"import": str(found.id)} if found else {}),
    )
