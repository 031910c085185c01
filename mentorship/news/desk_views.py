"""Pages of a section's news desk, for its leaders: write, decide, and look after the feeds."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from mentorship.access import current_id, members
from mentorship.extensions import db, transaction
from mentorship.news import desk
from mentorship.news.forms import ItemForm, PostForm
from mentorship.news.models import ItemState, NewsItem, Topic
from mentorship.news.topics import NAMES
from mentorship.prose import to_html
from mentorship.sections.belonging import section_led_by
from mentorship.sections.models import Section

bp = Blueprint("news_desk", __name__, url_prefix="/sections/<slug>/news")


@bp.get("")
@members
def board(slug: str) -> str:
    section = section_led_by(db.session(), current_id(), slug)
    word, page = request.args.get("state", ""), request.args.get("page", 1, type=int)
    state = ItemState(word) if word in {each.value for each in ItemState} else None
    found = desk.desk(db.session(), section.id, state=state, page=page)
    return render_template("news/desk/board.html", section=section, found=found, names=NAMES)


@bp.get("/everybodys")
@members
def everybodys(slug: str) -> str:
    section = section_led_by(db.session(), current_id(), slug)
    rows = desk.everybodys(db.session(), section.id)
    return render_template("news/desk/everybodys.html", section=section, rows=rows, names=NAMES)


@bp.get("/new")
@members
def new(slug: str) -> str:
    section = section_led_by(db.session(), current_id(), slug)
    return _edit_page(section, PostForm(topic=Topic.SECTION.value))


@bp.post("/new")
@members
def create(slug: str) -> Response | str | tuple[str, int]:
    form = PostForm()
    section = section_led_by(db.session(), current_id(), slug)
    if not form.validate():
        return _edit_page(section, form), 422
    if "preview" in request.form:
        return _edit_page(section, form, preview=True)
    with transaction() as session:
        post = desk.write_post(
            session,
            section_id=section.id,
            author_id=current_id(),
            topic=Topic(form.topic.data),
            title=form.title.data,
            lead=form.lead.data,
            body=form.body.data,
            now=dt.datetime.now(dt.UTC),
        )
        _publish_if_asked(session, post)
    return _back(slug, post)


@bp.get("/<uuid:item_id>/edit")
@members
def edit(slug: str, item_id: uuid.UUID) -> str:
    section = section_led_by(db.session(), current_id(), slug)
    item = desk.item_at_desk(db.session(), section.id, item_id)
    return _edit_page(section, _form_of(item)(obj=item), item)


@bp.post("/<uuid:item_id>/edit")
@members
def change(slug: str, item_id: uuid.UUID) -> Response | str | tuple[str, int]:
    with transaction() as session:
        section = section_led_by(session, current_id(), slug)
        item = desk.item_at_desk(session, section.id, item_id)
        form = _form_of(item)()
        if not form.validate():
            return _edit_page(section, form, item), 422
        if "preview" in request.form:
            return _edit_page(section, form, item, preview=True)
        words = {name: form[name].data for name in ("title", "lead", "body") if name in form}
        desk.edit_item(session, item, topic=Topic(form.topic.data), **words)
        _publish_if_asked(session, item)
    return _back(slug, item)


@bp.post("/<uuid:item_id>/publish")
@members
def publish(slug: str, item_id: uuid.UUID) -> Response:
    now = dt.datetime.now(dt.UTC)
    return _decide(slug, item_id, lambda s, item: desk.publish(s, item, by=current_id(), now=now))


@bp.post("/<uuid:item_id>/hide")
@members
def hide(slug: str, item_id: uuid.UUID) -> Response:
    return _decide(slug, item_id, lambda s, item: desk.hide(s, item, by=current_id()))


@bp.get("/<uuid:item_id>/delete")
@members
def confirm_delete(slug: str, item_id: uuid.UUID) -> str:
    section = section_led_by(db.session(), current_id(), slug)
    item = desk.item_at_desk(db.session(), section.id, item_id)
    return render_template("news/desk/delete.html", section=section, item=item)


@bp.post("/<uuid:item_id>/delete")
@members
def delete(slug: str, item_id: uuid.UUID) -> Response:
    with transaction() as session:
        section = section_led_by(session, current_id(), slug)
        gone = desk.throw_away(session, desk.item_at_desk(session, section.id, item_id))
    if gone:
        flash("The draft is deleted.", "success")
    else:
        flash("Only drafts can be deleted. Nothing was changed; you can hide this item.", "error")
    return redirect(url_for(".board", slug=slug, state="draft"), code=303)


@bp.post("/everybodys/<uuid:item_id>")
@members
def decide_everybodys(slug: str, item_id: uuid.UUID) -> Response:
    what = request.form.get("what")
    change = desk.hide_everybodys if what == "hide" else desk.show_everybodys
    with transaction() as session:
        section = section_led_by(session, current_id(), slug)
        item = change(session, section.id, item_id)
    said = "no longer shown to" if what == "hide" else "shown again to"
    flash(f"“{item.title}” is {said} your members.", "success")
    return redirect(url_for(".everybodys", slug=slug), code=303)


def _decide(slug: str, item_id: uuid.UUID, decide: Callable[..., None]) -> Response:
    with transaction() as session:
        section = section_led_by(session, current_id(), slug)
        item = desk.item_at_desk(session, section.id, item_id)
        before = item.state
        decide(session, item)
    flash(f"“{item.title}” is {item.state}.", "success")
    return redirect(url_for(".board", slug=slug, state=before.value), code=303)


def _publish_if_asked(session: Session, item: NewsItem) -> None:
    if "publish" in request.form:
        desk.publish(session, item, by=current_id(), now=dt.datetime.now(dt.UTC))


def _form_of(item: NewsItem) -> type[ItemForm]:
    return PostForm if item.body else ItemForm


def _edit_page(
    section: Section, form: ItemForm, item: NewsItem | None = None, *, preview: bool = False
) -> str:
    text = to_html(form.body.data or "") if preview and isinstance(form, PostForm) else None
    return render_template(
        "news/desk/edit.html", section=section, form=form, item=item, preview=preview, text=text
    )


def _back(slug: str, item: NewsItem) -> Response:
    flash(
        f"“{item.title}” is {'saved as a draft' if item.state == 'draft' else item.state}.",
        "success",
    )
    return redirect(url_for(".board", slug=slug, state=item.state.value), code=303)
