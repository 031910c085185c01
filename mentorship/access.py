"""Who may open which page. Every view carries exactly one of these marks, right under its route.

The marks say which kind of person is let in at all; which objects that person sees, each service
asks for, starting from the person and their section. The application refuses to start with an
unmarked view.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from flask import Flask, abort, current_app
from flask_login import current_user
from flask_security import auth_required

if TYPE_CHECKING:
    from mentorship.accounts.models import User

P = ParamSpec("P")
R = TypeVar("R")
OPEN_ENDPOINTS = frozenset({"static"})


class UnmarkedView(RuntimeError):
    """A view does not say whom it admits."""


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Admit everybody."""
    view.admits = "public"  # type: ignore[attr-defined]  # a mark on a function
    return view


def members(view: Callable[P, R]) -> Callable[P, R]:
    """Admit whoever is signed in; others are asked to sign in and come back."""
    return _guard(view, "members", lambda _person: True)


def administrators(view: Callable[P, R]) -> Callable[P, R]:
    """Admit administrators; to everybody else the page does not exist."""
    return _guard(view, "administrators", lambda person: person.is_administrator)


def fresh(view: Callable[P, R]) -> Callable[P, R]:
    """Ask who it is again where the person signed in more than ten minutes ago.

    It stands under ``members`` or ``administrators``, over whatever a stolen session must not do:
    change how somebody signs in, hand out roles, take data away or erase it. The person comes back
    to where they were, and a form that was sent is carried along (see ``accounts.freshness``).
    """
    return _asking_again(view, file=False)


def fresh_file(view: Callable[P, R]) -> Callable[P, R]:
    """Stand as ``fresh`` over what answers with a file.

    A browser that is handed a file stays on the page it has, which would be the one that asked for
    the password. So the next page says that the file is coming, fetches it and leads back.
    """
    return _asking_again(view, file=True)


def _asking_again(view: Callable[P, R], *, file: bool) -> Callable[P, R]:
    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        asked = current_app.extensions["ask_again"](file=file)
        return view(*args, **kwargs) if asked is None else asked

    guarded.wants_fresh = True  # type: ignore[attr-defined]  # a mark on a function
    return guarded


def _guard(view: Callable[P, R], name: str, admits: Callable[[User], bool]) -> Callable[P, R]:
    @auth_required("session")
    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not admits(current_person()):
            abort(404)
        return view(*args, **kwargs)

    guarded.admits = name
    return cast("Callable[P, R]", guarded)


def current_person() -> User:
    """Return the signed-in person of this request."""
    return cast("User", current_user._get_current_object())  # noqa: SLF001  the proxy's own way


def current_id() -> uuid.UUID:
    return current_person().id


def check_every_view_is_marked(app: Flask) -> None:
    """Refuse to serve a view that does not say whom it admits.

    Flask-Security's own views are marked where its blueprint is set up.
    """
    views: dict[str, Callable[..., Any]] = app.view_functions
    silent = sorted(
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in OPEN_ENDPOINTS and not hasattr(views[rule.endpoint], "admits")
    )
    if silent:
        raise UnmarkedView(f"no access mark on: {', '.join(dict.fromkeys(silent))}")
