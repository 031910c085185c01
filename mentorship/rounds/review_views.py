"""Pages for section leaders: look at what a run gave, and follow the answers."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import render_template, request

from mentorship.access import current_id, members
from mentorship.extensions import db
from mentorship.matching import POLICIES
from mentorship.matching.fairness import FEWEST
from mentorship.rounds import insights, notes, pair_page, pairs, planning, review
from mentorship.rounds.blueprint import bp
from mentorship.rounds.editing import MOST_PAIRS
from mentorship.rounds.fairness_pages import fair_tables, load_lines
from mentorship.rounds.leading import round_and_run, wanted_by
from mentorship.rounds.made_with import made_with
from mentorship.rounds.mentor_load import mentor_tables
from mentorship.rounds.models import Round, RoundState
from mentorship.rounds.out_of_date import changed_since
from mentorship.rounds.overview import has_changed
from mentorship.rounds.picture import USUAL, ZOOMS, histogram, picture
from mentorship.rounds.private_pages import about_imgs, about_mentors, paths_told
from mentorship.rounds.private_tables import private_tables
from mentorship.rounds.rest_runs import publishable
from mentorship.rounds.review_forms import FilterForm, NoteForm, SeenForm
from mentorship.rounds.ruled_out import LIFTED_BY, ruled_out
from mentorship.rounds.run_models import COUNTING
from mentorship.rounds.scope import fairness_of, pair_of_round, round_of_leader
from mentorship.rounds.sentences import OBSTACLES, REASONS
from mentorship.rounds.steps import open_run, ways


@bp.get("/sections/<slug>/rounds/<uuid:round_id>/review", endpoint="review_run")
@members
def review_run(slug: str, round_id: uuid.UUID) -> str:
    round_, shown = round_and_run(slug, round_id)
    wanted, known = wanted_by(), ways(db.session(), round_.id)
    lifting, runs = LIFTED_BY.get(wanted.show), {shown.id, known.current or shown.id}
    may = publishable(db.session(), round_.id, round_.state, runs)
    may_go_out, summary = shown.id in may, review.summary(db.session(), shown)
    now = dt.datetime.now(dt.UTC)
    planned = () if may else (RoundState.PUBLISHED, RoundState.REMATCHING)
    return render_template(
        "rounds/review.html",
        round=round_,
        summary=summary,
        policy=POLICIES[shown.policy],
        record=made_with(shown),
        differs=round_.state is RoundState.REVIEW and has_changed(db.session(), round_, shown),
        spread=histogram(db.session(), shown),
        may_go_out=may_go_out,
        changed=changed_since(db.session(), round_, shown.id, now=now) if may_go_out else (),
        obstacles=OBSTACLES,
        plan=planning.planned(db.session(), round_.id) if round_.state in planned else None,
        ways=known,
        instead=known.instead_of(shown) if summary.kind in COUNTING else None,
        open_run=known.current if known.current in may else None,
        form=FilterForm(),
        seen=SeenForm(run=str(shown.id)),
        wanted=wanted,
        sort=wanted.sort if wanted.sort in pairs.SORTS else pairs.SORTS[0],
        listing=ruled_out(db.session(), shown, wanted)
        if lifting
        else pairs.pair_list(db.session(), shown, wanted),
        lifting=lifting,
        most_pairs=MOST_PAIRS,
    )


@bp.get("/sections/<slug>/rounds/<uuid:round_id>/review/picture", endpoint="picture")
@members
def show_picture(slug: str, round_id: uuid.UUID) -> str:
    round_, shown = round_and_run(slug, round_id)
    wanted, zoom = wanted_by(), request.args.get("zoom", USUAL, type=int)
    of = request.args.get("of", type=uuid.UUID)
    return render_template(
        "rounds/picture.html",
        round=round_,
        run=shown,
        summary=review.summary(db.session(), shown),
        of=of,
        picture=picture(db.session(), shown, wanted, of=of, zoom=zoom),
        zooms=ZOOMS,
        form=FilterForm(),
        wanted=wanted,
    )


@bp.get("/sections/<slug>/rounds/<uuid:round_id>/review/fairness")
@members
def fairness(slug: str, round_id: uuid.UUID) -> str:
    round_, shown = round_and_run(slug, round_id)
    kept, private = fairness_of(db.session(), shown), private_tables(db.session(), shown.id)
    return render_template(
        "rounds/fairness.html",
        round=round_,
        run=shown,
        groups=fair_tables(kept.tables) if kept else (),
        load=load_lines(kept.tables) if kept else (),
        mentors=mentor_tables(kept.tables) if kept else (),
        private=private,
        about_imgs=about_imgs(private),
        about_mentors=about_mentors(private),
        fewest=FEWEST,
    )


@bp.get("/sections/<slug>/rounds/<uuid:round_id>/review/pairs/<uuid:pair_id>")
@members
def pair(slug: str, round_id: uuid.UUID, pair_id: uuid.UUID) -> str:
    return show_pair(round_of_leader(db.session(), current_id(), slug, round_id), pair_id)


def show_pair(round_: Round, pair_id: uuid.UUID, form: NoteForm | None = None) -> str:
    """Show a pair; ``form`` is a note on it that could not be taken as it is."""
    shown, found = pair_of_round(db.session(), round_.id, pair_id)
    words = wanted_by().words
    return render_template(
        "rounds/pair.html",
        search_form=FilterForm(request.args),
        words=words,
        swappable=pairs.swappable(db.session(), shown, found, words) if words else [],
        round=round_,
        run=shown,
        pair=pair_page.pair_page(db.session(), shown, found),
        policy=POLICIES[shown.policy],
        open_run=open_run(db.session(), round_),
        notes=notes.notes_of(
            db.session(), round_.id, img_id=found.img_id, mentor_id=found.mentor_id
        ),
        form=form or NoteForm(),
    )


@bp.get("/sections/<slug>/rounds/<uuid:round_id>/unmatched")
@members
def unmatched(slug: str, round_id: uuid.UUID) -> str:
    round_, shown = round_and_run(slug, round_id)
    wanted = wanted_by()
    listing, helpers = review.unmatched(db.session(), shown, wanted)
    summary = review.summary(db.session(), shown)
    return render_template(
        "rounds/unmatched.html",
        round=round_,
        summary=summary,
        form=FilterForm(),
        wanted=wanted,
        listing=listing,
        free=review.free_seats(db.session(), shown.id, page=request.args.get("free", 1, type=int)),
        reasons=REASONS,
        helpers=helpers,
        gains=insights.gain_tables(db.session(), shown.id),
        paths=paths_told(summary.private, shown, most=insights.MOST_SHOWN),
        open_run=shown.id if round_.state is RoundState.REVIEW else open_run(db.session(), round_),
        prices=POLICIES[shown.policy].told is not None,
        away=insights.away(db.session(), round_, now=dt.datetime.now(dt.UTC)),
        obstacles={**OBSTACLES, **insights.BESIDES},
    )
