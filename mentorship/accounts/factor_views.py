"""Pages of the second factor: setting it up, taking it off, and the second step of a sign-in."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from flask_security import hash_password, login_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from mentorship.access import administrators, current_id, current_person, fresh, members, public
from mentorship.accounts import factors, passkeys, recovery, second_step, service, totp
from mentorship.accounts.adapters import utc_now
from mentorship.accounts.factor_forms import (
    NO_ANSWER,
    WRONG_CODE,
    AppForm,
    PasskeyForm,
    ResetFactorForm,
    SecondStepForm,
)
from mentorship.accounts.forms import ConfirmForm
from mentorship.accounts.models import User
from mentorship.accounts.passkeys import SECOND, Reply
from mentorship.extensions import db, transaction
from mentorship.throttle.guard import give_back, spend
from mentorship.web import safe_next

GONE = 410
LAST = "You need a second factor on this site. Set up another one first, then take this one off."

bp = Blueprint("factors", __name__)


@bp.get("/account/second-factor")
@members
def choose() -> str:
    """Let a person choose the kind; the only page for who must have one and has none."""
    person = current_person()
    required = second_step.is_required(person)
    return render_template("accounts/factor_choose.html", person=person, required=required)


@bp.route("/account/second-factor/app", methods=["GET", "POST"])
@members
@fresh
def add_app() -> str | Answer:
    person, form = current_person(), AppForm()
    sealed = form.sealed.data or ""
    offered = totp.offer(person, sealed)
    first = person.second_factor_at is None
    if form.validate_on_submit():
        secret = totp.unseal(person, sealed)
        with transaction() as session:
            right = secret is not None and totp.check(person, form.code.data, secret)
            if secret is not None and right:
                factors.set_app(session, person, secret, now=utc_now())
        if right:
            return _done(person, "Your app is set up.", first=first)
        form.code.errors = [WRONG_CODE]
    form.sealed.data = offered.sealed
    return render_template("accounts/factor_app.html", person=person, form=form, offered=offered)


@bp.route("/account/second-factor/passkey", methods=["GET", "POST"])
@members
@fresh
def add_passkey() -> str | Answer:
    person, form = current_person(), PasskeyForm()
    first = person.second_factor_at is None
    if form.validate_on_submit():
        reply = Reply(form.answer.data or "", form.sealed.data or "")
        passkey = passkeys.made(person, reply, name=form.name.data, now=utc_now())
        try:
            with transaction() as session:
                if passkey is not None:
                    factors.add_passkey(session, passkey, person, now=utc_now())
        except (factors.NameTaken, factors.TooMany) as problem:
            form.name.errors = [str(problem)]
        else:
            if passkey is not None:
                return _done(person, "The passkey is added.", first=first)
            form.form_errors.append(NO_ANSWER)
    known = factors.passkeys_of(db.session(), person)
    question = passkeys.ask_to_make(person, known, now=utc_now())
    form.sealed.data, form.answer.data = question.sealed, ""
    return render_template(
        "accounts/factor_passkey.html", person=person, form=form, options=question.options
    )


def _done(person: User, said: str, *, first: bool) -> str | Answer:
    """Stay signed in here, where all other sessions have ended; show the codes of the first one."""
    login_user(person, authn_via=["change"])
    flash(said, "success")
    return _new_codes(person) if first else redirect(url_for("accounts.security"), 303)


@bp.get("/account/second-factor/recovery-codes")
@members
@fresh
def confirm_codes() -> str | Answer:
    person = current_person()
    if person.second_factor_at is None:
        return redirect(url_for(".choose"), 303)
    left = recovery.codes_left(db.session(), person)
    return render_template("accounts/factor_codes_confirm.html", form=ConfirmForm(), left=left)


@bp.post("/account/second-factor/recovery-codes")
@members
@fresh
def new_codes() -> str | Answer:
    person = current_person()
    return _new_codes(person) if person.second_factor_at else redirect(url_for(".choose"), 303)


def _new_codes(person: User) -> str:
    """Show ten new codes, this once: afterwards only their hashes exist."""
    db.session.commit()  # hashing takes a second or two, in which no other writer should wait
    codes = recovery.draw_codes()
    hashes = [hash_password(code) for code in codes]
    with transaction() as session:
        recovery.keep_codes(session, person, hashes, now=utc_now())
    shown = [recovery.written(code) for code in codes]
    return render_template("accounts/factor_codes.html", codes=shown)


@bp.route("/account/second-factor/app/remove", methods=["GET", "POST"])
@members
@fresh
def remove_app() -> str | Answer:
    person = current_person()
    if person.totp_sealed is None:
        return redirect(url_for("accounts.security"), 303)
    needed = second_step.is_required(person)
    return _remove(
        "your authenticator app",
        lambda session: factors.remove_app(session, person, needed=needed, now=utc_now()),
    )


@bp.route("/account/second-factor/passkeys/<uuid:passkey_id>/remove", methods=["GET", "POST"])
@members
@fresh
def remove_passkey(passkey_id: uuid.UUID) -> str | Answer:
    person = current_person()
    passkey = factors.passkey_at(db.session(), person, passkey_id)
    needed = second_step.is_required(person)
    return _remove(
        f"the passkey “{passkey.name}”",
        lambda session: factors.remove_passkey(
            session, person, passkey, needed=needed, now=utc_now()
        ),
    )


def _remove(what: str, take_off: Callable[[Session], None]) -> str | Answer:
    """Ask before a factor is taken off, and stay signed in here when it is."""
    form = ConfirmForm()
    if not form.validate_on_submit():
        return render_template("accounts/way_in_remove.html", form=form, what=what)
    try:
        with transaction() as session:
            take_off(session)
    except factors.StillNeeded:
        flash(LAST, "error")
    else:
        login_user(current_person(), authn_via=["change"])
        flash("It is taken off. We sent you a mail about it.", "success")
    return redirect(url_for("accounts.security"), 303)


@bp.route("/login/second-step", methods=["GET", "POST"])
@public
def take_second_step() -> str | Answer | tuple[str, int]:
    """Ask for the second factor of who has given the right password."""
    person = None if current_user.is_authenticated else second_step.waiting()
    if person is None:
        return render_template("accounts/second_step_over.html"), GONE
    form = SecondStepForm()
    if form.validate_on_submit():
        asked = spend("code", person=person.id)
        with transaction() as session:
            how = second_step.prove(session, person, form, now=utc_now())
            if how is not None:
                second_step.complete(person, how)
        if how is not None:
            give_back(asked)
            return redirect(safe_next(request.args.get("next"), "/"), 303)
        form.code.errors = [NO_ANSWER if form.answer.data else WRONG_CODE]
    known = factors.passkeys_of(db.session(), person)
    question = passkeys.ask_to_use(person, known, SECOND, now=utc_now())
    form.sealed.data, form.answer.data = question.sealed, ""
    return render_template(
        "accounts/second_step.html",
        form=form,
        options=question.options if known else None,
        has_app=person.totp_sealed is not None,
    )


@bp.route("/admin/second-factor", methods=["GET", "POST"])
@administrators
@fresh
def reset() -> str | Answer:
    """Take the second factor off whoever has lost it, and say so in a mail."""
    form = ResetFactorForm()
    if not form.validate_on_submit():
        return render_template("accounts/factor_reset.html", form=form)
    person = service.find_by_email(db.session(), form.email.data)
    if person is None or person.second_factor_at is None:
        form.email.errors = ["Nobody with this address has a second factor."]
    elif person.id == current_id():
        form.email.errors = ["This is you. Take your own off under “Sign-in and security”."]
    else:
        with transaction() as session:
            factors.reset(session, person, by=current_id(), reason=form.reason.data, now=utc_now())
        flash(f"The second factor of {person.name} is taken off. We sent them a mail.", "success")
        return redirect(url_for(".reset"), 303)
    return render_template("accounts/factor_reset.html", form=form)
