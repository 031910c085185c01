"""The news as members read it, what they choose to hear of, and the way out of the weekly mail."""

from __future__ import annotations

import datetime as dt
import re
import uuid

from flask import (
    Blueprint,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response

from mentorship.access import current_id, current_person, members, public
from mentorship.extensions import csrf, db, transaction
from mentorship.news import service
from mentorship.news.forms import ChoicesForm, topic_asked
from mentorship.news.models import Topic
from mentorship.news.topics import NAMES
from mentorship.prose import to_html
from mentorship.toolkit.truth import may_keep_facts

bp = Blueprint("news", __name__, url_prefix="/news")
KEY = re.compile(r"[A-Za-z0-9_-]{43}")


@bp.get("")
@members
def index() -> str:
    topic = topic_asked(request.args.get("topic"))
    page = request.args.get("page", 1, type=int)
    found = service.news(db.session(), current_id(), topic=topic, page=page)
    choices = service.choices_of(db.session(), current_id())
    return render_template(
        "news/index.html", found=found, choices=choices, names=NAMES, fix=_keeps_facts()
    )


@bp.get("/<uuid:item_id>")
@members
def show(item_id: uuid.UUID) -> str:
    item = service.item_shown_to(db.session(), current_id(), item_id)
    later = service.what_came_later(db.session(), [item])
    return render_template(
        "news/show.html",
        item=item,
        line=service.line_of(item, later.get(item.id)),
        text=to_html(item.body),
        fix=_keeps_facts(),
    )


@bp.get("/choices")
@members
def choices() -> str:
    mine = service.choices_of(db.session(), current_id())
    form = ChoicesForm(topics=[topic.value for topic in mine.topics], weekly=mine.weekly)
    return render_template("news/choices.html", form=form)


@bp.post("/choices")
@members
def choose() -> Response | tuple[str, int]:
    form = ChoicesForm()
    if not form.validate():
        return render_template("news/choices.html", form=form), 422
    with transaction() as session:
        service.choose(
            session,
            current_id(),
            topics=[Topic(word) for word in form.topics.data],
            weekly=form.weekly.data,
            now=dt.datetime.now(dt.UTC),
        )
    flash("Saved.", "success")
    return redirect(url_for(".index"), code=303)


@bp.get("/unsubscribe/<key>")
@public
def unsubscribe(key: str) -> Response:
    _need_key(key)
    going = service.gets_digest(db.session(), key)
    return _unlinked(render_template("news/unsubscribe.html", key=key, going=going))


@bp.post("/unsubscribe/<key>")
@csrf.exempt
@public
def stop(key: str) -> Response:
    """End the weekly mail; the key is the proof, and a mail program sends no token (RFC 8058)."""
    _need_key(key)
    with transaction() as session:
        service.stop_digest(session, key)
    return _unlinked(render_template("news/unsubscribe.html", key=key, going=False))


def _keeps_facts() -> bool:
    """Tell whether an item for everybody shall lead to where it is checked and corrected."""
    return may_keep_facts(db.session(), current_person())


def _need_key(key: str) -> None:
    if not KEY.fullmatch(key):
        abort(400)


def _unlinked(page: str) -> Response:
    """Answer without letting the key out through the links of the page."""
    response = make_response(page)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
