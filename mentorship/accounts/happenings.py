"""What Flask-Security does to an account, told to the log of who did what: fields, no values."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, request
from flask_security import password_changed, password_reset, user_authenticated

from mentorship import audit
from mentorship.accounts.adapters import utc_now
from mentorship.accounts.models import User
from mentorship.accounts.service import find_by_email
from mentorship.extensions import SAFE_METHODS, db, transaction

AFTER_A_CHANGE = ["change"]  # somebody who stays signed in while their other sessions end


def init_app(app: Flask) -> None:
    """Listen; each entry is committed with what it tells of."""
    user_authenticated.connect(_signed_in, app)
    password_changed.connect(_password_changed, app)
    password_reset.connect(_password_reset, app)


def note_failure(action: str, about: uuid.UUID | None) -> None:
    """Note that somebody did not prove who they are. Who tried is not known."""
    with transaction() as session:
        audit.record(session, action=action, actor_id=None, about_id=about, now=utc_now())


def noting_failures(sign_in: Callable[..., Any]) -> Callable[..., Any]:
    """Note each sign-in that ends on its own page again; the work is the same for every address."""

    @wraps(sign_in)
    def noted() -> Any:
        answer = sign_in()
        if request.method not in SAFE_METHODS and isinstance(answer, str):
            person = find_by_email(db.session(), request.form.get("email", ""))
            note_failure("account.sign_in.fail", person.id if person else None)
        return answer

    return noted


def _signed_in(
    _app: Flask, user: User, authn_via: list[str] | None = None, **_rest: object
) -> None:
    if authn_via != AFTER_A_CHANGE:
        _note("account.sign_in", user, by=" ".join(authn_via or ["unknown"]))


def _password_changed(_app: Flask, user: User, **_rest: object) -> None:
    _note("account.password.change", user)


def _password_reset(_app: Flask, user: User, **_rest: object) -> None:
    _note("account.password.reset", user)


def _note(action: str, person: User, **detail: str) -> None:
    audit.record(
        db.session(),
        action=action,
        actor_id=person.id,
        about_id=person.id,
        now=utc_now(),
        detail=detail,
    )
