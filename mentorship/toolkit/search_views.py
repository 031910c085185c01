"""Searching everything in the toolkit.

The question is posted, so that one that finds nothing can be counted: opening a page never writes.
The answer has an address of its own, which can be kept and sent on.
"""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mentorship.access import administrators, current_id, members
from mentorship.extensions import db, transaction
from mentorship.search import service as search
from mentorship.search.misses import all_misses, note_miss
from mentorship.search.service import Found
from mentorship.sections.belonging import sections_of
from mentorship.throttle.guard import limited
from mentorship.throttle.service import keys as codes
from mentorship.toolkit.forms import one_line
from mentorship.toolkit.searched import NAMES
from mentorship.toolkit.shelf_forms import SearchForm

bp = Blueprint("search", __name__, url_prefix="/toolkit/search")


@bp.get("")
@members
@limited("search")
def results() -> str:
    text = one_line(request.args.get("q"))
    source = request.args.get("of", "")
    source = source if source in NAMES else ""
    page = request.args.get("page", 1, type=int)
    found = _find(text, source, page) if text else None
    return render_template(
        "toolkit/search.html", text=text, source=source, found=found, names=NAMES, form=SearchForm()
    )


@bp.post("")
@members
@limited("search")
def ask() -> Response:
    text = one_line(SearchForm().q.data)
    if text:
        with transaction() as session:
            if not _find(text).total:
                mine = session.scalars(sections_of(current_id())).all()
                by = codes.of("miss", text.casefold(), str(current_id()))
                note_miss(session, text, sections=mine, by=by, now=dt.datetime.now(dt.UTC))
    return redirect(url_for(".results", q=text or None), code=303)


@bp.get("/misses")
@administrators
def missed() -> str:
    """Show administrators what every section looked for in vain; leaders see their own."""
    return render_template("toolkit/misses.html", misses=all_misses(db.session()))


def _find(text: str, source: str = "", page: int = 1) -> Found:
    me = current_id()
    hidden = {source: keys(me) for source, keys in current_app.extensions["unseen"].items()}
    return search.find(
        db.session(), text, sections=sections_of(me), hidden=hidden, source=source, page=page
    )
