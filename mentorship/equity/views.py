"""Equity: the plan, the positions, and the parity table."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from mentorship.access import members
from mentorship.equity.parity import parity
from mentorship.equity.policy import policy
from mentorship.extensions import db

bp = Blueprint("equity", __name__, url_prefix="/equity")


@bp.get("")
@members
def index() -> str:
    return render_template("equity/index.html", policy=policy(), parity=parity(db.session()))


@bp.get("/licensing")
@members
def licensing() -> str:
    only, found = request.args.get("show") == "gap", parity(db.session())
    rows = [row for row in found.rows if not only or (row.gap or 0) > 0]
    return render_template("equity/licensing.html", parity=found, rows=rows, only=only)
