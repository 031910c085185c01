"""Single sign-on: to a provider and back, joining by one, and which ones an account is tied to.

The way back is fetched, as the protocol has it, and is the one page that writes when it is: the
state in it proves that this browser sent a form to go there, and it works once.
"""

from __future__ import annotations

import logging
import uuid
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Flask,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import current_user
from flask_security import login_user
from flask_security.confirmable import generate_confirmation_token
from werkzeug.wrappers import Response as Answer

from mentorship.access import current_person, fresh, members, public
from mentorship.accounts import identities
from mentorship.accounts.adapters import utc_now
from mentorship.accounts.attempts import Attempt, Purpose
from mentorship.accounts.forms import ConfirmForm, JoinForm
from mentorship.accounts.openid import Client, Declined, ProviderDown, Refused
from mentorship.accounts.provider_answers import (
    FOLLOWS,
    note_failure,
    stop_waiting,
    waiting_to_join,
)
from mentorship.accounts.service import EmailUnusable
from mentorship.config import Mode, Settings
from mentorship.extensions import db, transaction
from mentorship.providers import Provider
from mentorship.throttle.guard import limited, spend
from mentorship.web import safe_next

GONE = 410
ATTEMPT = "sso"  # in the cookie, sealed
NOT_IN = "You could not be signed in with {name}. Try once more, or sign in another way."

bp = Blueprint("providers", __name__)
log = logging.getLogger("mentorship")


def init_app(app: Flask) -> None:
    """Make the clients of the configured providers, and name these to pages that offer them."""
    settings: Settings = app.config["SETTINGS"]
    loopback = settings.mode is not Mode.PRODUCTION
    app.extensions["sign_in_clients"] = {
        each.id: Client(each, f"{settings.base_url}/login/with/{each.id}/back", loopback=loopback)
        for each in settings.providers
    }
    app.jinja_env.globals["sign_in_providers"] = settings.providers
    app.jinja_env.globals["provider_name"] = name_of


@bp.post("/login/with/<provider_id>")
@public
@limited("single sign-on")
def start(provider_id: str) -> Answer:
    provider = _provider(provider_id)
    if current_user.is_authenticated:
        return redirect("/", 303)
    back = safe_next(request.form.get("next"), "")
    return _go(provider, Purpose.SIGN_IN, back, otherwise=url_for("security.login"))


@bp.post("/account/security/connect/<provider_id>")
@members
@fresh
@limited("single sign-on")
def connect(provider_id: str) -> Answer:
    here = url_for("accounts.security")
    return _go(_provider(provider_id), Purpose.CONNECT, here, otherwise=here)


@bp.post("/account/security/again/<provider_id>")
@members
@limited("single sign-on")
def again(provider_id: str) -> Answer:
    """Let somebody prove once more who they are where they first did."""
    here = url_for("accounts.security")
    back = safe_next(request.form.get("next"), here)
    return _go(_provider(provider_id), Purpose.AGAIN, back, otherwise=here)


@bp.get("/login/with/<provider_id>/back")
@public
def back(provider_id: str) -> str | Answer | tuple[str, int]:
    """Take the provider's answer."""
    provider = _provider(provider_id)
    attempt = Attempt.unsealed(session.pop(ATTEMPT, ""))
    if attempt is None or attempt.person_id != _whose():
        return render_template("accounts/provider_over.html"), GONE
    spend("single sign-on")
    here = "security.login" if attempt.purpose is Purpose.SIGN_IN else "accounts.security"
    try:
        account = _client(provider).answer(attempt, request.args)
        return FOLLOWS[attempt.purpose](provider, attempt, account)
    except Declined:
        flash(f"{provider.name} has not signed you in.", "info")
    except ProviderDown as trouble:
        _say_down(provider, trouble)
    except Refused as problem:
        log.warning("an answer of %s is refused: %s", provider.id, problem)
        note_failure(attempt)
        flash(NOT_IN.format(name=provider.name), "error")
    return redirect(url_for(here), 303)


@bp.route("/login/join", methods=["GET", "POST"])
@public
@limited("ask for mail")
def join() -> str | Answer | tuple[str, int]:
    """Make an account for somebody a provider sent, whom nobody knows here by that account."""
    waiting = waiting_to_join()
    if waiting is None or current_user.is_authenticated:
        return render_template("accounts/provider_over.html"), GONE
    provider, account = waiting
    form = JoinForm(data={"name": account.name})
    if not form.validate_on_submit():
        return render_template(
            "accounts/provider_join.html", form=form, provider=provider, email=account.email
        )
    try:
        with transaction() as database:
            identities.join(
                database,
                account,
                name=form.name.data,
                confirm_token=generate_confirmation_token,
                now=utc_now(),
            )
    except EmailUnusable:
        flash(f"{provider.name} gave an email address to which no mail can be sent.", "error")
        return redirect(url_for("security.register"), 303)
    stop_waiting()
    return redirect(url_for("accounts.check_mail"), 303)


@bp.route("/account/security/connected/<uuid:identity_id>/remove", methods=["GET", "POST"])
@members
@fresh
def disconnect(identity_id: uuid.UUID) -> str | Answer:
    person, form = current_person(), ConfirmForm()
    identity = identities.identity_at(db.session(), person, identity_id)
    name = name_of(identity.issuer)
    if not form.validate_on_submit():
        return render_template("accounts/way_in_remove.html", form=form, what=name, elsewhere=True)
    usable = [each.issuer for each in _settings().providers]
    try:
        with transaction() as database:
            identities.disconnect(database, person, identity, usable=usable, now=utc_now())
    except identities.LastWayIn:
        flash("It is your only way to sign in. Choose a password first.", "error")
    else:
        login_user(person, authn_via=["change"])
        flash(f"{name} does not sign you in any more. We sent you a mail about it.", "success")
    return redirect(url_for("accounts.security"), 303)


def name_of(issuer: str) -> str:
    """Return what people call a provider; one that is not configured any more, by its host."""
    named = {each.issuer: each.name for each in _settings().providers}
    return named.get(issuer, urlsplit(issuer).hostname or issuer)


def _go(provider: Provider, purpose: Purpose, where: str, *, otherwise: str) -> Answer:
    attempt = Attempt(provider.id, purpose, where, str(_whose()) if _whose() else None)
    try:
        address = _client(provider).address(attempt)
    except ProviderDown as trouble:
        _say_down(provider, trouble)
        return redirect(otherwise, 303)
    session[ATTEMPT] = attempt.sealed()
    return redirect(address, 303)


def _say_down(provider: Provider, trouble: ProviderDown) -> None:
    log.warning("the sign-in provider %s cannot be used: %s", provider.id, trouble)
    flash(
        f"{provider.name} cannot be reached just now. You can sign in with your password, or try"
        " again in a few minutes.",
        "warning",
    )


def _whose() -> uuid.UUID | None:
    return current_person().id if current_user.is_authenticated else None


def _provider(provider_id: str) -> Provider:
    found = [each for each in _settings().providers if each.id == provider_id]
    if not found:
        abort(404)
    return found[0]


def _client(provider: Provider) -> Client:
    client: Client = current_app.extensions["sign_in_clients"][provider.id]
    return client


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
