"""A form that was sent after its session had ended: what was typed is handed back, not lost.

The answer to such a form is a page that still holds it, as hidden fields. Whoever typed it signs in
in another tab, with a second step if there is one, and sends it again from here. Nothing is stored
on the server or written into an address. The page is tied to the person whose session it was: sent
again by anybody else it does nothing.

A session that was ended on purpose leaves no trace of whose it was. Then the page only shows what
was written, to be copied before signing in.
"""

from __future__ import annotations

import base64
import uuid

from flask import Flask, flash, g, redirect, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from mentorship.accounts.freshness import kept_fields
from mentorship.crypto import UnreadableField, keyring
from mentorship.extensions import SAFE_METHODS

OF = "typed_by"  # the field that says, sealed, who typed it
PLACE = "form.typed_by"
ENDED = "session_of"  # in g: whose session has ended
MOST = 200 * 1024  # characters that are handed back


def init_app(app: Flask) -> None:
    app.before_request(_refuse_what_others_typed)


def hand_back() -> tuple[str, int] | None:
    """Return the page that holds or shows what was sent, for who was signed in; else None."""
    person: uuid.UUID | None = g.get(ENDED)
    fields = [pair for pair in kept_fields() if pair[0] != OF]
    if not fields or sum(len(value) for _, value in fields) > MOST:
        return None
    if person is None:
        return _to_copy([value for _, value in fields if len(value.split()) > 1])
    sealed = base64.urlsafe_b64encode(keyring.seal(str(person), place=PLACE)).decode()
    here = request.full_path.rstrip("?")
    because = g.get("signed_out_because", "")
    page = render_template(
        "accounts/typed.html", fields=[*fields, (OF, sealed)], here=here, because=because
    )
    return page, 401


def _to_copy(words: list[str]) -> tuple[str, int] | None:
    """Return the page that shows what was written, if this is somebody whose session has ended.

    Choices and numbers are left out: they are made again sooner than copied.
    """
    because = g.get("signed_out_because")
    if not because or not words:
        return None
    return render_template("accounts/not_kept.html", words=words, because=because), 401


def _refuse_what_others_typed() -> Answer | None:
    sealed = None if request.method in SAFE_METHODS else request.form.get(OF)
    if sealed is None or not current_user.is_authenticated:
        return None
    try:
        person = keyring.open(base64.urlsafe_b64decode(sealed), place=PLACE)
    except (UnreadableField, ValueError):
        person = None
    if person == str(current_user.id):
        return None
    flash("Somebody else had typed that. Nothing was sent.", "error")
    return redirect("/", 303)
