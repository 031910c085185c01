"""Flask-Security, set up for this site: what it may do, in which words, and what it may not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, Response, abort, flash, g, make_response, redirect, request, url_for
from flask_security import Security
from flask_security.recoverable import reset_password_token_status
from flask_security.utils import uia_email_mapper
from werkzeug.wrappers import Response as Answer

from mentorship.access import fresh, members, public
from mentorship.accounts import (
    forms,
    freshness,
    happenings,
    messages,
    newest,
    passwords,
    second_step,
    service,
    totp,
    trying,
    typed,
    views,
)
from mentorship.accounts.adapters import Letters, OneByOne, Passwords, People, utc_now
from mentorship.accounts.claims import claim_links
from mentorship.accounts.models import Role, User
from mentorship.config import Mode, Settings
from mentorship.extensions import SAFE_METHODS, db
from mentorship.throttle.guard import limited
from mentorship.web import safe_next

# Password hashing, argon2id: a verification takes about 0.15 s in production. Development and
# tests use the least that OWASP allows.
PRODUCTION_COST = {"memory_cost": 64 * 1024, "time_cost": 3, "parallelism": 1}
LEAST_COST = {"memory_cost": 19 * 1024, "time_cost": 2, "parallelism": 1}

NOT_KEPT = (
    "Nothing of what you have just sent was kept. When you are signed in, open that page again and"
    " send it once more."
)
PUBLIC = ("login", "logout", "register", "reset_password")
FRESH = ("change_password",)
OWN_VIEWS: dict[str, Callable[..., Any]] = {
    "forgot_password": views.forgot_password,
    "send_confirmation": views.send_confirmation,
    "confirm_email": views.confirm_email,
    "verify": views.verify,
}
# Their addresses are keys: they must not travel to the next page in a Referer.
KEY_PAGES = frozenset(
    {
        *("security.reset_password", "security.confirm_email", "accounts.claim"),
        *("emails.confirm", "providers.back"),
    }
)


def init_app(app: Flask) -> None:
    """Put sign-in, registration, confirmation, reset and change of password on the site."""
    settings: Settings = app.config["SETTINGS"]
    claim_links.load([*settings.old_secret_keys, settings.secret_key])
    app.config.from_mapping(_config(settings))
    security = Security(
        app,
        People(db, User, Role),
        login_form=forms.SignInForm,
        register_form=forms.RegisterForm,
        reset_password_form=forms.NewPasswordForm,
        change_password_form=forms.OtherPasswordForm,
        mail_util_cls=Letters,
        password_util_cls=Passwords,
    )
    security.pwd_context = OneByOne(security.pwd_context)
    security.principal.skip_static = True
    security.want_json(lambda _request: False)
    security.unauthn_handler(_ask_to_sign_in)
    security.login_manager.request_loader(lambda _request: None)  # no tokens in addresses
    security.login_context_processor(views.demo_sign_ins)
    security.support_mfa = True  # its sign-in asks our plugin; its own pages for it are not served
    totp.init_app(app, settings.site_name)
    freshness.init_app(app)
    second_step.init_app(app)
    happenings.init_app(app)
    typed.init_app(app)
    _mark_views(app)
    app.before_request(_refuse_json)
    app.after_request(_mend_answer)
    app.register_error_handler(service.LinkDead, _link_dead)
    app.register_error_handler(service.EmailTaken, _email_taken)


def _config(settings: Settings) -> dict[str, object]:
    cost = PRODUCTION_COST if settings.mode is Mode.PRODUCTION else LEAST_COST
    values: dict[str, object] = {
        "REGISTERABLE": True,
        "CONFIRMABLE": True,
        "RECOVERABLE": True,
        "CHANGEABLE": True,
        "RETURN_GENERIC_RESPONSES": True,
        "USER_IDENTITY_ATTRIBUTES": [
            {"email": {"mapper": uia_email_mapper, "case_insensitive": False}}
        ],
        "JOIN_USER_ROLES": False,
        "PASSWORD_HASH": "argon2",
        "PASSWORD_SCHEMES": ["argon2"],
        # No secret goes into the hash: a new SECRET_KEY must not lock everybody out.
        "PASSWORD_SINGLE_HASH": True,
        "PASSWORD_HASH_PASSLIB_OPTIONS": {f"argon2__{key}": cost[key] for key in cost},
        "PASSWORD_LENGTH_MIN": passwords.MIN_LENGTH,
        "PASSWORD_NORMALIZE_FORM": "NFKC",
        "PASSWORD_CONFIRM_REQUIRED": False,
        # Only binds a link to what it was made for; the link is signed anyway.
        "HASHING_SCHEMES": ["hex_sha256"],
        "CONFIRM_EMAIL_WITHIN": dt.timedelta(hours=24),
        "RESET_PASSWORD_WITHIN": dt.timedelta(minutes=30),
        "FRESHNESS": dt.timedelta(minutes=10),
        "FRESHNESS_GRACE_PERIOD": dt.timedelta(0),
        "FRESHNESS_ALLOW_AUTH_TOKEN": False,
        "API_ENABLED_METHODS": ["session"],
        "LOGOUT_METHODS": ["POST"],
        "LOGOUT_CSRF": True,
        "DEFAULT_REMEMBER_ME": False,
        "TWO_FACTOR_IMPLEMENTATIONS": {"second": "mentorship.accounts.second_step.SecondStep"},
        "DATETIME_FACTORY": utc_now,
        "EMAIL_PLAINTEXT": False,  # Letters writes the mails
        "EMAIL_HTML": False,
        "EMAIL_SENDER": settings.mail_from,
        "STATIC_FOLDER": None,
        "STATIC_FOLDER_URL": None,
        "CLI_USERS_NAME": None,
        "CLI_ROLES_NAME": None,
        "POST_LOGIN_VIEW": "/",
        "POST_LOGOUT_VIEW": "/",
        "POST_REGISTER_VIEW": "accounts.check_mail",
        "POST_CHANGE_VIEW": "accounts.security",
        **messages.MESSAGES,
    }
    return {f"SECURITY_{key}": value for key, value in values.items()}


def _mark_views(app: Flask) -> None:
    """Put our views in the place of Flask-Security's, and say whom those that stay admit."""
    found: dict[str, Callable[..., Any]] = app.view_functions
    for name, view in OWN_VIEWS.items():
        found[f"security.{name}"] = view
    found["security.reset_password"] = _newest_only(found["security.reset_password"])
    registering = trying.limited_registration(found["security.register"])
    found["security.register"] = limited("ask for mail")(registering)
    found["security.change_password"] = limited("password again")(found["security.change_password"])
    for name in PUBLIC:
        found[f"security.{name}"] = public(found[f"security.{name}"])
    noting = happenings.noting_failures(found["security.login"])
    found["security.login"] = public(trying.limited_sign_in(noting))
    for name in FRESH:
        found[f"security.{name}"] = members(fresh(found[f"security.{name}"]))


def _newest_only(reset_password: Callable[..., Any]) -> Callable[..., Any]:
    """Take a link to a new password only if no newer one was asked for since."""

    @wraps(reset_password)
    def guarded(token: str) -> Any:
        person = reset_password_token_status(token)[2]
        if person is not None and not newest.counts(person, newest.Link.RESET, token):
            raise service.LinkDead("a newer link was asked for, or this one was used")
        return reset_password(token)

    return guarded


def _ask_to_sign_in(_mechanisms: object, **_rest: object) -> Answer:
    """Lead to the sign-in page, and back afterwards; hand a form back that was sent too late."""
    handed = None if request.method in SAFE_METHODS else typed.hand_back()
    if handed is not None:
        return make_response(*handed)
    because = g.get("signed_out_because", "Please sign in to see this page.")
    flash(because if request.method in SAFE_METHODS else f"{because} {NOT_KEPT}", "info")
    back = request.full_path.rstrip("?") if request.method in SAFE_METHODS else None
    back = None if back == "/" else back
    return redirect(url_for("security.login", next=back))


def _refuse_json() -> None:
    """Take forms only: nothing here is an interface for programs."""
    if request.blueprint == "security" and request.is_json:
        abort(415)


def _mend_answer(response: Response) -> Response:
    """See to it that a POST is followed by a GET, on this site, and that keys stay here."""
    if request.method not in SAFE_METHODS and response.status_code == 302:
        response.status_code = 303
    if request.blueprint == "security" and response.location:
        response.location = safe_next(response.location, "/")
    if request.endpoint in KEY_PAGES:
        response.headers["Referrer-Policy"] = "no-referrer"
    if request.endpoint == "security.logout" and response.status_code == 303:
        trying.forget_all_but_marks()  # Flask-Security leaves the rest
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _link_dead(_error: service.LinkDead) -> Answer:
    """Undo what the loser of two uses of one link had begun."""
    db.session.rollback()
    flash("This link does not work any more. You can ask for a new one here.", "warning")
    return redirect(url_for("security.forgot_password"), 303)


def _email_taken(error: service.EmailTaken) -> Answer:
    """Answer the second of two registrations at once as if it had been the only one."""
    if request.endpoint != "security.register":
        raise error
    db.session.rollback()
    return redirect(url_for("accounts.check_mail"), 303)
