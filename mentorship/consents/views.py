"""The page where people see what they agreed to, and change it."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from mentorship.access import current_id, members
from mentorship.consents import service
from mentorship.consents.forms import ChoiceForm
from mentorship.consents.purposes import Purpose
from mentorship.extensions import db, transaction

bp = Blueprint("consents", __name__, url_prefix="/privacy-choices")


@bp.get("")
@members
def choices() -> str:
    return render_template(
        "consents/choices.html",
        purposes=service.PURPOSES.values(),
        standing=service.standing(db.session(), current_id()),
        own_yes=service.OWN_YES,
    )


@bp.post("/<purpose>")
@members
def save(purpose: str) -> Response:
    question = service.PURPOSES.get(purpose) or abort(404)
    form = ChoiceForm()
    if form.agree.data and form.version.data != str(question.version):
        flash("The text has changed since you opened the page. Please read it again.", "warning")
    else:
        flash(_set(question, agree=form.agree.data), "success")
    return redirect(url_for(".choices"), code=303)


def first_page(session: Session, person_id: uuid.UUID) -> str:
    """Lead whoever claims an account to what a leader's file agreed to for them, else home."""
    if service.is_said_for(session, person_id):
        return url_for("consents.choices")
    return "/"


def _set(question: Purpose, *, agree: bool) -> str:
    """Keep the choice; return what to say about it."""
    me, now = current_id(), dt.datetime.now(dt.UTC)
    with transaction() as session:
        if agree:
            service.give(session, me, question.key, now)
            return f"Saved. You agreed: {question.label}."
        withdrawn = service.withdraw(session, me, question.key, now)
    if withdrawn:
        return f"Saved. You no longer agree: {question.label}. {question.withdrawing}"
    return "Nothing to change: this was off already."
