"""The pages around an account that Flask-Security has none for, or whose own would not do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from flask_security import hash_password, login_user, logout_user
from flask_security.confirmable import confirm_email_token_status, generate_confirmation_token
from flask_security.recoverable import generate_reset_password_token
from werkzeug.wrappers import Response as Answer

from mentorship.access import current_person, fresh, members, public
from mentorship.accounts import (
    answers,
    claiming,
    emails,
    factors,
    identities,
    newest,
    recovery,
    second_step,
    service,
)
from mentorship.accounts.forms import AgainForm, ClaimForm, ConfirmForm, EmailForm, SettingsForm
from mentorship.accounts.freshness import file_page
from mentorship.accounts.passwords import normal
from mentorship.config import Mfa, Settings
from mentorship.extensions import db, transaction
from mentorship.notices.transports import FILES
from mentorship.throttle.guard import limited, spend
from mentorship.throttle.service import TooOften
from mentorship.web import safe_next

GONE = 410

bp = Blueprint("accounts", __name__)


@public
@limited("ask for mail")
def forgot_password() -> str | Answer:
    """Send a way in, a few times a day. The answer is the same whoever has the address."""
    form = EmailForm()
    if not form.validate_on_submit():
        return render_template("security/forgot_password.html", form=form)
    with suppress(TooOften):  # the mailbox has the mails from before, and nobody else learns it
        spend("reset mail", account=form.email.data)
        with transaction() as session:
            answers.send_way_in(
                session,
                email=form.email.data,
                reset_token=generate_reset_password_token,
                now=_now(),
            )
    return redirect(url_for("accounts.check_mail"), 303)


@public
@limited("ask for mail")
def send_confirmation() -> str | Answer:
    """Send the confirmation again. Page, headers and work are the same for every address."""
    form = EmailForm()
    if not form.validate_on_submit():
        return render_template("security/send_confirmation.html", form=form)
    spend("confirmation mail", account=form.email.data)
    with transaction() as session:
        answers.send_confirmation(
            session, email=form.email.data, confirm_token=generate_confirmation_token, now=_now()
        )
    return redirect(url_for("accounts.check_mail"), 303)


@public
def confirm_email(token: str) -> str | Answer | tuple[str, int]:
    """Open the mailed link: a page with a button. Mail scanners follow links; they press none."""
    expired, invalid, person = confirm_email_token_status(token)
    confirmed = person is not None and person.confirmed_at is not None
    newest_one = confirmed or newest.counts(person, newest.Link.CONFIRM, token)
    if expired or invalid or person is None or not newest_one:
        again = url_for("security.send_confirmation")
        return render_template("accounts/dead_link.html", form=EmailForm(), again=again), GONE
    form = ConfirmForm()
    if person.confirmed_at is None and not form.validate_on_submit():
        return render_template("accounts/confirm.html", form=form, person=person)
    if person.confirmed_at is None:
        with transaction() as session:
            service.confirm(session, person, now=_now())
            newest.void(session, person)
    flash("Your email address is confirmed. You can sign in now.", "success")
    return redirect(url_for("security.login"), 303)


@members
@fresh
def verify() -> str | Answer:
    """Go back to the page that wanted a fresh sign-in, which ``fresh`` has asked for."""
    target = safe_next(request.args.get("next"), url_for("accounts.security"))
    if "file" not in request.args:
        return redirect(target, 303)
    parts = urlsplit(target)
    return file_page(parts.path, parse_qsl(parts.query), AgainForm())


@bp.get("/check-mail")
@public
def check_mail() -> str:
    site: Settings = current_app.config["SETTINGS"]
    folder = site.instance / "mail" if site.mail_url == FILES else None
    return render_template("accounts/check_mail.html", folder=folder)


@bp.route("/claim/<token>", methods=["GET", "POST"])
@public
def claim(token: str) -> str | Answer | tuple[str, int]:
    """Let a person whom a leader added choose a password, and sign them in."""
    site: Settings = current_app.config["SETTINGS"]
    try:
        person = claiming.claimant(db.session(), token, now=_now())
    except service.LinkDead:
        again = url_for("security.forgot_password")
        return render_template("accounts/dead_link.html", form=EmailForm(), again=again), GONE
    form = ClaimForm(person, known=[site.site_name])
    if not form.validate_on_submit():
        return render_template("accounts/claim.html", form=form, person=person)
    hashed = hash_password(normal(form.password.data))
    with transaction() as session:
        claiming.claim(session, token, name=form.name.data, password_hash=hashed, now=_now())
        if current_user.is_authenticated:
            logout_user()
        login_user(person, authn_via=["claim"])
        first = current_app.extensions["after_claim"](session, person.id)
    flash("Your account is ready.", "success")
    return redirect(first, 303)


@bp.route("/account", methods=["GET", "POST"])
@members
def settings() -> str | Answer:
    person = current_person()
    leads: Callable[[], bool] = current_app.extensions["leads"]
    form = SettingsForm(person, tables=person.is_administrator or leads())
    if not form.validate_on_submit():
        return render_template("accounts/settings.html", form=form, person=person)
    with transaction() as session:
        service.change_settings(
            session,
            person,
            name=form.name.data,
            timezone=form.timezone.data or None,
            phone=form.phone.data or None,
        )
        if form.keys_off:
            service.switch_keys(person, off=form.keys_off.data)
    flash("Your settings are saved.", "success")
    return redirect(url_for("accounts.settings"), 303)


@bp.get("/account/security")
@members
def security() -> str:
    """Gather everything about how this person signs in."""
    person = current_person()
    settings: Settings = current_app.config["SETTINGS"]
    return render_template(
        "accounts/security.html",
        person=person,
        new_email=emails.pending(db.session(), person, now=_now()),
        passkeys=factors.passkeys_of(db.session(), person),
        codes_left=recovery.codes_left(db.session(), person),
        connected={each.issuer: each for each in identities.of_person(db.session(), person)},
        required=second_step.is_required(person),
        spared=settings.require_mfa is Mfa.OFF,
    )


def demo_sign_ins() -> dict[str, object]:
    """Name the sample people on the sign-in page, where the site has them and may show them."""
    config = current_app.config
    find = config.get("DEMO_SIGN_INS")
    if find is None or not config["SETTINGS"].demo_allowed:
        return {"demo_people": ()}
    return {"demo_people": find(db.session()), "demo_password": config["DEMO_PASSWORD"]}


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
