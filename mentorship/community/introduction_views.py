"""Pages on which members ask each other to be put in touch."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mentorship.access import current_id, current_person, members
from mentorship.community import introductions
from mentorship.community.forms import AskForm
from mentorship.extensions import db, transaction
from mentorship.sections.belonging import section_of_member
from mentorship.sections.models import Section
from mentorship.throttle.guard import limited

bp = Blueprint("introductions", __name__, url_prefix="/sections/<slug>/about/people")


@bp.get("/<uuid:peer_id>/ask")
@members
def confirm(slug: str, peer_id: uuid.UUID) -> str:
    return _page(_section(slug), peer_id, AskForm())


@bp.post("/<uuid:peer_id>/ask")
@members
@limited("message")
def ask(slug: str, peer_id: uuid.UUID) -> Response | tuple[str, int]:
    section, form = _section(slug), AskForm()
    introductions.may_be_asked(db.session(), section.id, peer_id, by=current_id())
    if not form.validate():
        return _page(section, peer_id, form), 422
    try:
        with transaction() as session:
            introductions.ask(
                session,
                _section(slug),
                asker=current_person(),
                person_id=peer_id,
                words=form.words.data or "",
                now=_now(),
            )
    except introductions.AskedBefore:
        flash("One of you has asked already. Nobody is asked twice.", "info")
    else:
        flash("Asked. If they agree, you both see each other's email address here.", "success")
    return _back(slug)


@bp.post("/introductions/<uuid:introduction_id>/answer")
@members
def answer(slug: str, introduction_id: uuid.UUID) -> Response:
    agrees = request.form.get("agrees") == "yes"
    with transaction() as session:
        introductions.answer(
            session,
            _section(slug),
            introduction_id,
            person=current_person(),
            agrees=agrees,
            now=_now(),
        )
    if agrees:
        flash("You are in touch: you both see each other's email address below.", "success")
    else:
        flash("They see nothing of you, and cannot ask again.", "success")
    return _back(slug)


@bp.post("/introductions/<uuid:introduction_id>/end")
@members
def end(slug: str, introduction_id: uuid.UUID) -> Response:
    with transaction() as session:
        introductions.end(session, _section(slug).id, introduction_id, current_id(), now=_now())
    flash("Taken back. Neither of you is shown the other's address.", "success")
    return _back(slug)


def _page(section: Section, peer_id: uuid.UUID, form: AskForm) -> str:
    peer = introductions.may_be_asked(db.session(), section.id, peer_id, by=current_id())
    return render_template("community/ask.html", section=section, peer=peer, form=form)


def _section(slug: str) -> Section:
    return section_of_member(db.session(), current_id(), slug)


def _back(slug: str) -> Response:
    return redirect(url_for("community.people", slug=slug), code=303)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
