"""Equity: the plan, the positions, and the parity table."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from mentorship.access import members
from mentorship.equity.parity import parity
from mentorship.equity.policy import policy

bp = Blueprint("equity", __name__, url_prefix="/equity")


@bp.get("")
@members
def index() -> str:
    return render_template("equity/index.html", policy=policy(), parity=parity())


@bp.get("/licensing")
@members
def licensing() -> str:
    only = request.args.get("show") == "gap"
    rows = [row for row in parity().rows if not only or (row.gap or 0) > 0]
    return render_template("equity/licensing.html", parity=parity(), rows=rows, only=only)
