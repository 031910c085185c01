"""Pages where leaders look after the feeds of their section."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mentorship.access import current_id, members
from mentorship.extensions import db, transaction
from mentorship.hosts.service import Standing, standing
from mentorship.news import feeds
from mentorship.news.desk_views import bp
from mentorship.news.forms import FeedForm
from mentorship.news.models import Feed, Topic
from mentorship.news.shipped import read_sources
from mentorship.news.topics import NAMES
from mentorship.sections.belonging import section_led_by
from mentorship.sections.models import Section

__all__ = ["bp"]

AND_NOW = {
    Standing.LISTED: "It is asked at the next round.",
    Standing.WAITING: (
        "It waits until an administrator confirms its host; they see it on their page."
    ),
    Standing.REFUSED: "An administrator decided that its host is not asked, so nothing comes yet.",
}
SWITCHED = {"pause": "is paused", "resume": "is read again", "soon": "is asked at the next round"}


@bp.get("/feeds")
@members
def feed_list(slug: str) -> str:
    section = section_led_by(db.session(), current_id(), slug)
    lines = feeds.feeds_of(db.session(), section.id)
    known = {line.feed.url for line in lines}
    suggested = [each for each in read_sources()[0] if each.url not in known]
    return render_template(
        "news/desk/feeds.html", section=section, lines=lines, suggested=suggested, names=NAMES
    )


@bp.get("/feeds/new")
@members
def new_feed(slug: str) -> str:
    section = section_led_by(db.session(), current_id(), slug)
    wanted = request.args.get("url")
    known = next((each for each in read_sources()[0] if each.url == wanted), None)
    return _form_page(section, FeedForm(obj=known))


@bp.post("/feeds/new")
@members
def add_feed(slug: str) -> Response | tuple[str, int]:
    return _save(slug, None)


@bp.get("/feeds/<uuid:feed_id>")
@members
def edit_feed(slug: str, feed_id: uuid.UUID) -> str:
    section = section_led_by(db.session(), current_id(), slug)
    feed = feeds.feed_of(db.session(), section.id, feed_id)
    form = FeedForm(obj=feed)
    form.auto_publish.data = "yes" if feed.auto_publish else ""
    return _form_page(section, form, feed)


@bp.post("/feeds/<uuid:feed_id>")
@members
def change_feed(slug: str, feed_id: uuid.UUID) -> Response | tuple[str, int]:
    return _save(slug, feed_id)


@bp.post("/feeds/<uuid:feed_id>/switch")
@members
def switch_feed(slug: str, feed_id: uuid.UUID) -> Response:
    what, now = request.form.get("what", ""), dt.datetime.now(dt.UTC)
    with transaction() as session:
        section = section_led_by(session, current_id(), slug)
        feed = feeds.feed_of(session, section.id, feed_id)
        if what not in SWITCHED:
            abort(400)
        if what == "soon":
            feeds.ask_soon(session, feed, now=now)
        else:
            feeds.set_paused(session, feed, paused=what == "pause", now=now)
    flash(f"The feed of {feed.organization} {SWITCHED[what]}.", "success")
    return redirect(url_for(".feed_list", slug=slug), code=303)


@bp.get("/feeds/<uuid:feed_id>/remove")
@members
def confirm_remove_feed(slug: str, feed_id: uuid.UUID) -> str:
    section = section_led_by(db.session(), current_id(), slug)
    feed = feeds.feed_of(db.session(), section.id, feed_id)
    return render_template("news/desk/remove_feed.html", section=section, feed=feed)


@bp.post("/feeds/<uuid:feed_id>/remove")
@members
def remove_feed(slug: str, feed_id: uuid.UUID) -> Response:
    with transaction() as session:
        section = section_led_by(session, current_id(), slug)
        feed = feeds.feed_of(session, section.id, feed_id)
        feeds.remove_feed(session, feed)
    flash(f"The feed of {feed.organization} is removed.", "success")
    return redirect(url_for(".feed_list", slug=slug), code=303)


def _save(slug: str, feed_id: uuid.UUID | None) -> Response | tuple[str, int]:
    form = FeedForm()
    with transaction() as session:
        section = section_led_by(session, current_id(), slug)
        feed = feeds.feed_of(session, section.id, feed_id) if feed_id else None
        if form.validate():
            try:
                saved = feeds.save_feed(
                    session,
                    feed,
                    section_id=section.id,
                    url=form.url.data,
                    organization=form.organization.data,
                    topic=Topic(form.topic.data),
                    keep=form.keep.data,
                    auto_publish=form.auto_publish.data == "yes",
                    now=dt.datetime.now(dt.UTC),
                )
            except feeds.FeedUnusable as problem:
                form.url.errors = [str(problem).capitalize()]
        if form.errors:
            return _form_page(section, form, feed), 422
        host = standing(session, saved.url)
    flash(f"The feed of {saved.organization} is saved. {AND_NOW[host]}", "success")
    return redirect(url_for(".feed_list", slug=slug), code=303)


def _form_page(section: Section, form: FeedForm, feed: Feed | None = None) -> str:
    return render_template("news/desk/feed.html", section=section, form=form, feed=feed)
