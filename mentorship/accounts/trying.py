"""How often passwords may be tried, and that nobody can keep somebody else out by trying.

A browser in which a person was signed in keeps a mark of it in its cookie, for thirty days once
they signed out. Tries with it are counted by themselves, so that its owner gets in however often
strangers fail, from wherever.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from flask import after_this_request, make_response, redirect, request, session, url_for
from werkzeug.wrappers import Response

from mentorship.accounts import service
from mentorship.extensions import SAFE_METHODS
from mentorship.throttle.guard import give_back, spend
from mentorship.throttle.service import Count, TooOften, keys

KNOWN = "known"  # in the cookie: marks of the accounts that were signed in with this browser
MOST_KNOWN = 5


def limited_sign_in(view: Callable[..., Any]) -> Callable[..., Any]:
    """Count each try before the password is looked at; the right password is not counted."""

    @wraps(view)
    def guarded() -> Response:
        if request.method in SAFE_METHODS:
            return make_response(view())
        account = _account(request.form.get("email", ""))
        known = _mark(account) in session.get(KNOWN, [])
        asked = spend("sign-in here" if known else "sign-in", account=account)
        answer = make_response(view())
        if 300 <= answer.status_code < 400:
            _give_back_later(asked)
        return answer

    return guarded


def limited_registration(view: Callable[..., Any]) -> Callable[..., Any]:
    """Send few mails a day to one address; past that the answer is the same, and no mail goes."""

    @wraps(view)
    def guarded() -> Response:
        if request.method in SAFE_METHODS:
            return make_response(view())
        try:
            asked = spend("registration mail", account=_account(request.form.get("email", "")))
        except TooOften:
            return redirect(url_for("accounts.check_mail"), 303)
        answer = make_response(view())
        if not 300 <= answer.status_code < 400:
            _give_back_later(asked)  # the form comes back, and no mail went
        return answer

    return guarded


def remember(email: str) -> None:
    """Mark this browser as one in which this account is signed in."""
    mark = _mark(email)
    others = [each for each in session.get(KNOWN, []) if each != mark]
    session[KNOWN] = [mark, *others][:MOST_KNOWN]
    session.permanent = False  # who is signed in is forgotten when the browser is closed


def forget_all_but_marks() -> None:
    """Empty the cookie of somebody who signs out, but for the marks of the browser."""
    marks = session.get(KNOWN)
    session.clear()
    if marks:
        session[KNOWN] = marks
        session.permanent = True


def _give_back_later(asked: Sequence[Count]) -> None:
    """Wait until the sign-in is committed: what is given back has its own transaction."""

    @after_this_request
    def give(response: Response) -> Response:
        give_back(asked)
        return response


def _account(typed: str) -> str:
    """Return the one spelling of an address; what is none is counted as it is."""
    try:
        return service.clean_email(typed)
    except service.EmailUnusable:
        return typed.strip().lower()[:254]


def _mark(email: str) -> str:
    return keys.of(KNOWN, email)[:32]
