"""Equity: the plan, the positions, and the parity table."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from mentorship.access import current_id, current_person, members
from mentorship.equity.parity import parity
from mentorship.equity.policy import statements
from mentorship.equity.rounds import fair_rounds
from mentorship.extensions import db
from mentorship.toolkit.truth import may_keep_facts

bp = Blueprint("equity", __name__, url_prefix="/equity")


@bp.get("")
@members
def index() -> str:
    return render_template(
        "equity/index.html",
        policy={theme.value: rows for theme, rows in statements(db.session()).items()},
        parity=parity(db.session()),
        rounds=fair_rounds(db.session(), current_id()),
        fix=may_keep_facts(db.session(), current_person()),
    )


@bp.get("/licensing")
@members
def licensing() -> str:
    only, found = request.args.get("show") == "gap", parity(db.session())
    return render_template(
        "equity/licensing.html", parity=found, groups=found.groups(only=only), only=only
    )
