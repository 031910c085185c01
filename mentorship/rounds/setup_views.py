"""Pages for section leaders: what a set-up would do, shown before anything is saved or run."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import render_template
from werkzeug.wrappers import Response

from mentorship.access import current_id, members
from mentorship.extensions import db
from mentorship.rounds.choices import EDITABLE
from mentorship.rounds.effect import Effect, effect
from mentorship.rounds.forms import SetUpForm
from mentorship.rounds.leading import changed_page
from mentorship.rounds.lifecycle import round_changed
from mentorship.rounds.models import Round, RoundState
from mentorship.rounds.review_views import bp
from mentorship.rounds.run_views import ROUND
from mentorship.rounds.scope import round_of_leader
from mentorship.rounds.setup import SetUp
from mentorship.sections.service import section_led_by

__all__ = ["bp"]


@bp.post("/sections/<slug>/rounds/new/effect")
@members
def effect_of_new(slug: str) -> str | tuple[str, int]:
    section = section_led_by(db.session(), current_id(), slug)
    form = SetUpForm()
    if not _filled(form):
        return render_template("rounds/new.html", section=section, form=form), 422
    planned = Round(id=uuid.uuid4(), section_id=section.id, name="", state=RoundState.DRAFT)
    found = _effect(planned, SetUp(), form)
    return render_template("rounds/new.html", section=section, form=form, effect=found)


@bp.post(f"{ROUND}/set-up/effect")
@members
def effect_of_changes(slug: str, round_id: uuid.UUID) -> Response | str | tuple[str, int]:
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    if round_.state not in EDITABLE:
        return changed_page(slug, round_id, round_changed(db.session(), round_id))
    form = SetUpForm()
    if not _filled(form):
        return render_template("rounds/set_up.html", round=round_, form=form), 422
    found = _effect(round_, SetUp.from_json(round_.rules), form)
    return render_template("rounds/set_up.html", round=round_, form=form, effect=found)


def _filled(form: SetUpForm) -> bool:
    """Tell whether the form says enough for an effect; a name may still be missing."""
    form.validate()
    form.name.errors = ()
    return not form.errors


def _effect(round_: Round, saved: SetUp, form: SetUpForm) -> Effect:
    now = dt.datetime.now(dt.UTC)
    return effect(db.session(), round_, saved=saved, changed=form.set_up(), now=now)
