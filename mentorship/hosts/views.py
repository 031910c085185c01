"""Pages where administrators say which hosts this server may ask."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from mentorship.access import administrators, current_id
from mentorship.extensions import db, transaction
from mentorship.hosts import service
from mentorship.hosts.forms import HostForm

bp = Blueprint("hosts", __name__, url_prefix="/admin/hosts")


@bp.get("")
@administrators
def index() -> str:
    return _page(HostForm())


@bp.post("/allow")
@administrators
def allow() -> Response | tuple[str, int]:
    return _decide(allowed=True)


@bp.post("/refuse")
@administrators
def refuse() -> Response | tuple[str, int]:
    return _decide(allowed=False)


def _decide(*, allowed: bool) -> Response | tuple[str, int]:
    form = HostForm()
    if not form.validate():
        return _page(form), 422
    host = form.host.data
    with transaction() as session:
        service.decide(session, host, allowed=allowed, by=current_id(), now=dt.datetime.now(dt.UTC))
    if allowed:
        flash(f"{host} is on the list. Its feeds are asked within a quarter hour.", "success")
    else:
        flash(f"{host} is not asked. Feeds and links that name it are kept.", "success")
    return redirect(url_for(".index"), code=303)


def _page(form: HostForm) -> str:
    decided = service.decisions(db.session())
    return render_template(
        "hosts/index.html",
        form=form,
        waiting=service.waiting(db.session()),
        listed=[row for row in decided if row.allowed],
        refused=[row for row in decided if not row.allowed],
    )
