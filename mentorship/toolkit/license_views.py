"""The state licensure explorer, for every member."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request

from mentorship.access import current_person, members
from mentorship.extensions import db
from mentorship.toolkit import licensing, tile_map
from mentorship.toolkit.guide_forms import VIEWS, LicenseFilter
from mentorship.toolkit.truth import may_keep_facts

bp = Blueprint("licensing", __name__, url_prefix="/toolkit/licensure")


@bp.get("")
@members
def explorer() -> str:
    form = LicenseFilter(request.args)
    background = form.background()
    states = licensing.states(db.session())
    view = "verdict" if background.is_given else form.show.data
    return render_template(
        "toolkit/licensure.html",
        form=form,
        background=background,
        states=states,
        listed=form.listed(states, background),
        map=tile_map.draw(states, view, background),
        asked_in_vain=form.asked_in_vain(background),
        shown=VIEWS.get(view, "What may be open to you"),
    )


@bp.get("/<state_id>")
@members
def state(state_id: str) -> str:
    found = licensing.state(db.session(), state_id.upper())
    if found is None:
        abort(404)
    keeps = may_keep_facts(db.session(), current_person())
    return render_template("toolkit/state.html", state=found, fix=keeps)
