"""The pages that say the same to everybody: landing, help, privacy, accessibility."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from mentorship.access import public

bp = Blueprint("pages", __name__)


@bp.get("/")
@public
def landing() -> str | Response:
    """Show what the service is; whoever is signed in goes to their own home."""
    if current_user.is_authenticated:
        return redirect(url_for("dashboard.home"), code=303)
    return render_template("pages/landing.html")


@bp.get("/help")
@public
def help_page() -> str:
    return render_template("pages/help.html")


@bp.get("/privacy")
@public
def privacy() -> str:
    return render_template("pages/privacy.html")


@bp.get("/accessibility")
@public
def accessibility() -> str:
    return render_template("pages/accessibility.html")
