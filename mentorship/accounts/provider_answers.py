"""What follows when a provider says who somebody is: signed in, tied, proved again, or to join."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable

from flask import current_app, flash, redirect, session, url_for
from flask_security import login_user
from flask_security.confirmable import generate_confirmation_token
from werkzeug.wrappers import Response as Answer

from mentorship import audit
from mentorship.access import current_person
from mentorship.accounts import identities, second_step
from mentorship.accounts.adapters import may_be_here, utc_now
from mentorship.accounts.attempts import Account, Attempt, Purpose
from mentorship.accounts.models import User
from mentorship.accounts.openid import Refused
from mentorship.config import Settings
from mentorship.crypto import UnreadableField, keyring
from mentorship.extensions import db, transaction
from mentorship.providers import Provider
from mentorship.throttle.guard import spend
from mentorship.web import safe_next

JOINING = "sso_join"  # in the cookie, sealed
JOIN_PLACE = "single sign-on.join"
JOIN_WITHIN = 1800  # seconds


def waiting_to_join() -> tuple[Provider, Account] | None:
    """Return who waits in this browser for an account here, and who sent them."""
    try:
        sealed = base64.urlsafe_b64decode(session.get(JOINING, ""))
        issuer, subject, email, name, at = keyring.open(sealed, place=JOIN_PLACE)
    except (UnreadableField, ValueError):
        return None
    settings: Settings = current_app.config["SETTINGS"]
    found = [each for each in settings.providers if each.issuer == issuer and each.joining]
    if not found or not 0 <= time.time() - at < JOIN_WITHIN:
        return None
    return found[0], Account(issuer, subject, email, name, None)


def stop_waiting() -> None:
    session.pop(JOINING, None)


def note_failure(attempt: Attempt) -> None:
    """Tell the log that somebody came back without proof."""
    again = attempt.purpose is Purpose.AGAIN
    action = "account.again.fail" if again else "account.sign_in.fail"
    with transaction(writing=True) as database:
        audit.record(
            database, action=action, actor_id=None, about_id=attempt.person_id, now=utc_now()
        )


def _signed_in(provider: Provider, attempt: Attempt, account: Account) -> Answer:
    person = identities.person_of(db.session(), account)
    if person is None:
        return _to_join(provider, account)
    if not (person.active and may_be_here(person)):
        raise Refused("the account is switched off")
    if person.confirmed_at is None:
        return _link_again(person)
    where = safe_next(attempt.back, "/")
    waits = current_app.extensions["security"].two_factor_plugins.tf_enter(
        person, remember_me=False, primary_authn_via="provider", next_loc=None
    )
    if waits is not None:
        session[second_step.FIRST] = "provider"
        return redirect(url_for("factors.take_second_step", next=where), 303)
    with transaction(writing=True) as database:
        identities.note_use(database, account, now=utc_now())
        login_user(person, authn_via=["provider"])
    return redirect(where, 303)


def _connected(provider: Provider, _attempt: Attempt, account: Account) -> Answer:
    person = current_person()
    try:
        with transaction(writing=True) as database:
            identities.connect(database, person, account, now=utc_now())
    except identities.SomebodyElses:
        flash(f"That account of {provider.name} cannot be connected.", "error")
    else:
        login_user(person, authn_via=["change"])
        flash(f"From now on you can also sign in with {provider.name}.", "success")
    return redirect(url_for("accounts.security"), 303)


def _proved_again(_provider: Provider, attempt: Attempt, account: Account) -> Answer:
    person = identities.person_of(db.session(), account)
    if person is None or person.id != current_person().id:
        raise Refused("it is somebody else")
    session["fs_paa"] = time.time()
    return redirect(safe_next(attempt.back, url_for("accounts.security")), 303)


def _to_join(provider: Provider, account: Account) -> Answer:
    if not provider.joining:
        flash(
            f"No account here is connected with that one of {provider.name}. Sign in another way,"
            " and connect it under “Sign-in and security”.",
            "info",
        )
        return redirect(url_for("security.login"), 303)
    if account.email is None:
        raise Refused("the email address is not verified")
    told = [account.issuer, account.subject, account.email, account.name, time.time()]
    session[JOINING] = base64.urlsafe_b64encode(keyring.seal(told, place=JOIN_PLACE)).decode()
    return redirect(url_for("providers.join"), 303)


def _link_again(person: User) -> Answer:
    spend("confirmation mail", account=person.email)
    with transaction(writing=True) as database:
        identities.send_link(
            database, person, confirm_token=generate_confirmation_token, now=utc_now()
        )
    return redirect(url_for("accounts.check_mail"), 303)


FOLLOWS: dict[Purpose, Callable[[Provider, Attempt, Account], Answer]] = {
    Purpose.SIGN_IN: _signed_in,
    Purpose.CONNECT: _connected,
    Purpose.AGAIN: _proved_again,
}
