"""Equity: the plan, the positions, and the parity table."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from mentorship.access import current_id, members
from mentorship.equity.parity import parity
from mentorship.equity.policy import policy
from mentorship.equity.rounds import fair_rounds
from mentorship.extensions import db

bp = Blueprint("equity", __name__, url_prefix="/equity")


@bp.get("")
@members
def index() -> str:
    return render_template(
        "equity/index.html",
        policy=policy(),
        parity=parity(db.session()),
        rounds=fair_rounds(db.session(), current_id()),
    )


@bp.get("/licensing")
@members
def licensing() -> str:
    only, found = request.args.get("show") == "gap", parity(db.session())
    return render_template(
        "equity/licensing.html", parity=found, groups=found.groups(only=only), only=only
    )
