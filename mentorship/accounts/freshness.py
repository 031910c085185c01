"""Asking somebody who is signed in for their password again, without losing what they typed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import Flask, current_app, redirect, render_template, request, session
from flask_security import check_and_update_authn_fresh, url_for_security
from werkzeug.wrappers import Response as Answer

from mentorship.access import current_person
from mentorship.accounts import factors, identities, passkeys
from mentorship.accounts.adapters import utc_now
from mentorship.accounts.factor_forms import NO_ANSWER
from mentorship.accounts.forms import AgainForm
from mentorship.accounts.happenings import note_failure
from mentorship.accounts.passwords import normal
from mentorship.extensions import SAFE_METHODS, db, transaction
from mentorship.throttle.guard import give_back, spend
from mentorship.web import safe_next

AGAIN = {"again_password", "again_answer"}
OWN = ("csrf_token", "again_")  # what the form that asks adds to the one it carries


def init_app(app: Flask) -> None:
    """Serve ``access.fresh``."""
    app.extensions["ask_again"] = ask_again


def ask_again(*, file: bool = False) -> str | Answer | None:
    """Return the page that asks for the password, or None for who has proved it just now.

    Who asked for a ``file`` and has proved it on this request gets a page that fetches it.

    A page that was to be fetched is left for the one that asks, and found again by its address. A
    form that was sent is answered with the page that asks, which carries all its fields but files
    and passwords back to the same address.
    """
    config = current_app.config
    if check_and_update_authn_fresh(
        config["SECURITY_FRESHNESS"], config["SECURITY_FRESHNESS_GRACE_PERIOD"]
    ):
        return None
    here = request.full_path.rstrip("?")
    if request.method in SAFE_METHODS and request.endpoint != "security.verify":
        return redirect(url_for_security("verify", next=here, file=1 if file else None))
    form = AgainForm()
    if AGAIN & request.form.keys() and form.validate():
        if _is_them(form):
            session["fs_paa"] = time.time()
            return file_page(here, kept_fields(), form) if file else None
        note_failure("account.again.fail", current_person().id)
    return _page(form, here)


def _is_them(form: AgainForm) -> bool:
    """Take the password, or else a passkey that has asked for a finger or a PIN."""
    person, answer = current_person(), form.again_answer.data
    asked = spend("password again")
    with transaction() as database:  # an older hash is made anew
        if not answer:
            right = person.verify_and_update_password(normal(form.again_password.data or ""))
        else:
            reply = passkeys.Reply(answer, form.again_sealed.data or "")
            right = passkeys.used(database, person, passkeys.AGAIN, reply, now=utc_now())
    if right:
        give_back(asked)
    else:
        form.again_password.errors = [NO_ANSWER if answer else "This is not your password."]
    return bool(right)


def file_page(path: str, fields: Sequence[tuple[str, str]], form: AgainForm) -> str:
    """Say that a file is coming, with a form that fetches it and the way back."""
    method = "get" if request.endpoint == "security.verify" else "post"
    back = safe_next(form.again_back.data, "/")
    return render_template("security/file.html", path=path, fields=fields, method=method, back=back)


def _page(form: AgainForm, here: str) -> str:
    person = current_person()
    form.again_back.data = safe_next(form.again_back.data, "") or _page_with_link()
    known = factors.passkeys_of(db.session(), person)
    question = passkeys.ask_to_use(person, known, passkeys.AGAIN, now=utc_now())
    return render_template(
        "security/verify.html",
        form=form,
        kept=kept_fields(),
        here=here,
        question=question if known else None,
        connected=[each.issuer for each in identities.of_person(db.session(), person)],
        back=_page_before(),
    )


def _page_before() -> str:
    """Return a page that can be fetched: this one, or the one with the form that was sent."""
    if "file" in request.args:
        return request.full_path  # there it is fetched; a file would leave an old page standing
    if request.method in SAFE_METHODS:
        return safe_next(request.args.get("next"), "/")
    return _page_with_link()


def _page_with_link() -> str:
    """Return the page of this site that led here, or else the first one."""
    parts = urlsplit(request.referrer or "")
    here = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return safe_next(here if parts.netloc == request.host else None, "/")


def kept_fields() -> list[tuple[str, str]]:
    """List the fields of the form that was sent; a password is typed again rather than shown."""
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if not name.startswith(OWN) and "password" not in name
    ]
