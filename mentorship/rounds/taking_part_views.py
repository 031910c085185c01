"""Pages for section leaders: choosing by traits which IMGs take part in a round."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mentorship.access import current_id, members
from mentorship.extensions import db, transaction
from mentorship.rounds import taking_part
from mentorship.rounds.blueprint import bp
from mentorship.rounds.choices import EDITABLE
from mentorship.rounds.leading import acting, changed_page
from mentorship.rounds.lifecycle import RoundChanged, round_changed
from mentorship.rounds.models import RoundState
from mentorship.rounds.request_pages import waiting_by_person
from mentorship.rounds.review_forms import TraitsForm
from mentorship.rounds.run_views import ROUND
from mentorship.rounds.scope import round_of_leader


@bp.get(f"{ROUND}/people/choose")
@members
def choose_people(slug: str, round_id: uuid.UUID) -> str | tuple[str, int]:
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    if round_.state not in EDITABLE or round_.state is RoundState.DRAFT:
        return changed_page(slug, round_id, round_changed(db.session(), round_id))
    form = TraitsForm(request.args)
    traits, now = form.traits(), dt.datetime.now(dt.UTC)
    found = taking_part.chosen(db.session(), round_, traits, now=now)
    waiting = waiting_by_person(db.session(), round_)
    return render_template(
        "rounds/choose_people.html",
        round=round_,
        form=form,
        traits=traits,
        found=found,
        ending=sum(waiting.get(each.profile_id, 0) for each in found.others),
    )


@bp.post(f"{ROUND}/people/choose")
@members
def keep_only(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    traits, now = TraitsForm().traits(), dt.datetime.now(dt.UTC)
    try:
        with transaction() as session:
            acting(session, slug, round_id, "round.people.choose")
            count = taking_part.only(session, round_id=round_id, traits=traits, now=now)
    except RoundChanged as changed:
        return changed_page(slug, round_id, changed)
    flash(f"{count} IMGs are left out. You can put them back here.", "success")
    return redirect(url_for(".choose_people", slug=slug, round_id=round_id), code=303)


@bp.post(f"{ROUND}/people/put-back")
@members
def put_all_back(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    traits, now = TraitsForm().traits(), dt.datetime.now(dt.UTC)
    try:
        with transaction() as session:
            acting(session, slug, round_id, "round.people.back")
            count = taking_part.back(session, round_id=round_id, traits=traits, now=now)
    except RoundChanged as changed:
        return changed_page(slug, round_id, changed)
    flash(f"{count} IMGs are put back.", "success")
    return redirect(url_for(".choose_people", slug=slug, round_id=round_id), code=303)
