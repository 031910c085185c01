"""Pages on which a person changes the address they sign in with."""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_login import current_user
from flask_security import login_user
from werkzeug.wrappers import Response as Answer

from mentorship.access import current_person, fresh, members, public
from mentorship.accounts import emails, service
from mentorship.accounts.adapters import utc_now
from mentorship.accounts.factor_forms import NewEmailForm
from mentorship.accounts.forms import ConfirmForm
from mentorship.extensions import db, transaction
from mentorship.throttle.guard import spend
from mentorship.throttle.service import TooOften

GONE = 410

bp = Blueprint("emails", __name__, url_prefix="/account/email")


@bp.route("", methods=["GET", "POST"])
@members
@fresh
def change() -> str | Answer:
    """Ask for the new address. The answer is the same whether or not somebody has it."""
    person = current_person()
    form = NewEmailForm(person.email)
    if not form.validate_on_submit():
        return render_template("accounts/email.html", form=form, person=person)
    with suppress(TooOften):  # the mailbox has the mails from before, and nobody else learns it
        spend("address mail", account=form.email.data)
        with transaction() as session:
            emails.ask(session, person, form.email.data, now=utc_now())
    return redirect(url_for("accounts.check_mail"), 303)


@bp.post("/keep")
@members
def keep() -> Answer:
    """Take the change back. It asks for no fresh sign-in: who stops a change must be quick."""
    with transaction() as session:
        emails.take_back(session, current_person(), now=utc_now())
    flash("You keep your address: the link to the other one does not work any more.", "success")
    return redirect(url_for("accounts.security"), 303)


@bp.route("/<token>", methods=["GET", "POST"])
@public
def confirm(token: str) -> str | Answer | tuple[str, int]:
    """Open the link mailed to the new address: a page with a button, as scanners press none."""
    form = ConfirmForm()
    here = current_user.id if current_user.is_authenticated else None  # asked before sessions end
    try:
        if not form.validate_on_submit():
            change = emails.asked(db.session(), token, now=utc_now())
            return render_template("accounts/email_confirm.html", form=form, change=change)
        with transaction() as session:
            person = emails.confirm(session, token, now=utc_now())
    except service.LinkDead:
        return render_template("accounts/email_dead.html"), GONE
    if here == person.id:
        login_user(person, authn_via=["change"])
        flash("You sign in with the new address from now on.", "success")
        return redirect(url_for("accounts.security"), 303)
    flash("The address is changed. Sign in with the new one.", "success")
    return redirect(url_for("security.login"), 303)
