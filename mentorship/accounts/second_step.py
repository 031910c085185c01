"""Between the password and the site: the second step of a sign-in, and who must be able to take it.

Flask-Security asks the plugin below after a right password. Who has a second factor is not signed
in yet then, but waits, for ten minutes, on the page of the second step.
"""

from __future__ import annotations

import datetime as dt
import time

from flask import Flask, current_app, redirect, request, session, url_for
from flask_login import current_user
from flask_security import login_user, verify_password
from flask_security.tf_plugin import TfPluginBase
from sqlalchemy.orm import Session
from typing_extensions import override
from werkzeug.wrappers import Response as Answer

from mentorship import audit
from mentorship.access import OPEN_ENDPOINTS, current_person
from mentorship.accounts import passkeys, recovery, totp
from mentorship.accounts.factor_forms import SecondStepForm
from mentorship.accounts.models import User
from mentorship.config import Mfa, Settings
from mentorship.web import safe_next

WAIT = 600  # seconds between the password and the second step
FIRST = "tf_first"  # in the cookie: how the first step was taken
WAITING = ("tf_user_id", "tf_at", "tf_remember_login", FIRST)  # in the cookie meanwhile

# What somebody reaches who must have a second factor and has none.
SETTING_UP = OPEN_ENDPOINTS | {
    *("factors.choose", "factors.add_app", "factors.add_passkey"),
    *("security.logout", "security.verify", "pages.help_page"),
}


class SecondStep(TfPluginBase):
    """Flask-Security's way of asking whether a sign-in has a second step, and of going there."""

    @override
    def create_blueprint(self, app: object, bp: object, state: object) -> None:
        """Add nothing: the pages are ours."""

    @override
    def get_setup_methods(self, user: User) -> list[tuple[str, str]]:
        return [("second", "Second step")] if user.second_factor_at else []

    @override
    def tf_login(self, user: User, json_payload: object, next_loc: str | None) -> Answer:
        session["tf_at"], session[FIRST] = time.time(), "password"
        back = safe_next(request.form.get("next") or request.args.get("next"), "")
        return redirect(url_for("factors.take_second_step", next=back or None), 303)


def init_app(app: Flask) -> None:
    app.before_request(_lead_to_set_up)


def waiting() -> User | None:
    """Return who has given the right password and not yet taken the second step."""
    key, since = session.get("tf_user_id"), session.get("tf_at", 0)
    if key is None or not 0 <= time.time() - since < WAIT:
        return None
    person: User | None = current_app.extensions["security"].datastore.find_user(fs_uniquifier=key)
    return person if person is not None and person.active else None


def prove(database: Session, person: User, form: SecondStepForm, *, now: dt.datetime) -> str | None:
    """Return how the person has shown a second factor ("app", "passkey", "code"); None if not.

    A failure is noted in the log of who did what; the caller commits.
    """
    how = _proof(database, person, form, now=now)
    if how is None:
        audit.record(
            database, action="account.second_step.fail", actor_id=None, about_id=person.id, now=now
        )
    return how


def _proof(
    database: Session, person: User, form: SecondStepForm, *, now: dt.datetime
) -> str | None:
    answer, code = form.answer.data or "", form.code.data or ""
    if answer:
        reply = passkeys.Reply(answer, form.sealed.data or "")
        right = passkeys.used(database, person, passkeys.SECOND, reply, now=now)
        return "passkey" if right else None
    if totp.looks_like_one(code):
        secret = person.totp
        return "app" if secret is not None and totp.check(person, code, secret) else None
    right = recovery.use_code(database, person, code, check=verify_password, now=now)
    return "code" if right else None


def complete(person: User, how: str) -> None:
    """Sign the person in, who has shown a second factor too."""
    first = session.get(FIRST, "password")
    for name in WAITING:
        session.pop(name, None)
    login_user(person, authn_via=[first, how])


def is_required(person: User) -> bool:
    """Tell whether the signed-in person must have a second factor on this site."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.require_mfa is not Mfa.STAFF:
        return settings.require_mfa is Mfa.ALL
    return person.is_administrator or bool(current_app.extensions["leads"]())


def _lead_to_set_up() -> Answer | None:
    """Let nobody past the set-up page who must have a second factor and has none."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.require_mfa is Mfa.OFF or request.endpoint in SETTING_UP | {None}:
        return None
    if not current_user.is_authenticated:
        return None
    person = current_person()
    if person.second_factor_at is not None or not is_required(person):
        return None
    return redirect(url_for("factors.choose"), 303)
