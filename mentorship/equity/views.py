"""Equity: the plan, the positions, and the parity table."""

from __future__ import annotations

import uuid

from flask import Blueprint, render_template, request

from mentorship.access import current_id, current_person, members
from mentorship.equity.parity import parity
from mentorship.equity.policy import statements
from mentorship.equity.rounds import fair_rounds
from mentorship.equity.told import FEWEST_TOLD, STEP, told_round, told_rounds
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
        over=told_rounds(db.session(), current_id()),
        fix=may_keep_facts(db.session(), current_person()),
    )


@bp.get("/rounds/<uuid:over_id>")
@members
def told(over_id: uuid.UUID) -> str:
    round_, tables = told_round(db.session(), current_id(), over_id)
    return render_template(
        "equity/round.html", round=round_, told=tables, fewest=FEWEST_TOLD, step=STEP
    )


@bp.get("/licensing")
@members
def licensing() -> str:
    only, found = request.args.get("show") == "gap", parity(db.session())
    return render_template(
        "equity/licensing.html", parity=found, groups=found.groups(only=only), only=only
    )
