"""A section as its members see it: what it does, openings, meetings, resolutions and peers."""

from __future__ import annotations

import datetime as dt
import uuid
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from mentorship.access import current_id, current_person, members
from mentorship.community import peers, resolving, service
from mentorship.community.calendar import calendar
from mentorship.community.forms import KINDS, STATES, CardForm, ResolutionForm, StepForm, line
from mentorship.community.introductions import mine_in
from mentorship.community.models import Event, OpeningKind
from mentorship.equity.policy import statements, way_to_take_part, ways_to_take_part
from mentorship.extensions import db, transaction
from mentorship.sections.belonging import memberships_of, section_of_member, sections_led_by
from mentorship.sections.models import MembershipState, Section
from mentorship.toolkit.policy_models import Theme
from mentorship.toolkit.truth import may_keep_facts
from mentorship.web import reader_zone

bp = Blueprint("community", __name__)
HOME = "/sections/<slug>/about"
COUNCIL_MEMBER = "governing-council-member"  # the way to take part that leads there


@bp.get("/community")
@members
def mine() -> str | AnyResponse:
    """Lead to my section; whoever has several chooses."""
    found = memberships_of(db.session(), current_id())
    active = dict.fromkeys(m.section for m in found if m.state is MembershipState.ACTIVE)
    if len(active) == 1:
        return redirect(url_for(".show", slug=next(iter(active)).slug), code=303)
    return render_template("community/mine.html", sections=list(active))


@bp.get(HOME)
@members
def show(slug: str) -> str:
    section = _section(slug)
    page = service.section_page(db.session(), section.id, today=_today(), now=_now())
    known = statements(db.session(), [Theme.SECTION])[Theme.SECTION]
    return _page(
        "community/show.html",
        section,
        page=page,
        statements=known,
        ways=ways_to_take_part(db.session()),
        fix=may_keep_facts(db.session(), current_person()),
    )


@bp.get(f"{HOME}/openings")
@members
def openings(slug: str) -> str:
    section = _section(slug)
    rows = service.openings(db.session(), section.id, today=_today())
    closed = service.openings(db.session(), section.id, today=_today(), closed=True)
    return _page("community/openings.html", section, rows=rows, closed=closed)


@bp.get(f"{HOME}/council")
@members
def council(slug: str) -> str:
    section = _section(slug)
    open_now = service.openings(db.session(), section.id, today=_today())
    return _page(
        "community/council.html",
        section,
        seats=service.council(db.session(), section.id),
        openings=[row for row in open_now if row.kind is OpeningKind.LEADERSHIP],
        statements=statements(db.session(), [Theme.COUNCIL])[Theme.COUNCIL],
        way=way_to_take_part(db.session(), COUNCIL_MEMBER),
        fix=may_keep_facts(db.session(), current_person()),
    )


@bp.get(f"{HOME}/events")
@members
def events(slug: str) -> str:
    section = _section(slug)
    rows = service.events(db.session(), section.id, now=_now())
    past = service.events(db.session(), section.id, now=_now(), past=True)
    return _page("community/events.html", section, rows=rows, past=past)


@bp.get(f"{HOME}/events.ics")
@members
def all_events(slug: str) -> Response:
    section = _section(slug)
    return _file(section.slug, *service.events(db.session(), section.id, now=_now()))


@bp.get(f"{HOME}/events/<uuid:row_id>.ics")
@members
def one_event(slug: str, row_id: uuid.UUID) -> Response:
    section = _section(slug)
    return _file(section.slug, service.one_row(db.session(), Event, section.id, row_id))


# --- Resolutions


@bp.get(f"{HOME}/resolutions")
@members
def resolutions(slug: str) -> str:
    section = _section(slug)
    rows = resolving.resolutions(
        db.session(), section.id, ideas_of=current_id(), all_ideas=_leads(section)
    )
    ways = ways_to_take_part(db.session())
    return _page("community/resolutions.html", section, rows=rows, ways=ways)


@bp.get(f"{HOME}/resolutions/new")
@members
def new_resolution(slug: str) -> str:
    return _page("community/propose.html", _section(slug), form=ResolutionForm())


@bp.post(f"{HOME}/resolutions/new")
@members
def propose(slug: str) -> AnyResponse | tuple[str, int]:
    form, section = ResolutionForm(), _section(slug)
    if not form.validate():
        return _page("community/propose.html", section, form=form), 422
    with transaction() as session:
        made = resolving.propose(
            session,
            section.id,
            author_id=current_id(),
            title=form.title.data,
            problem=form.problem.data,
            ask=form.ask.data,
            now=_now(),
        )
    flash("Your idea is with the leaders of your section.", "success")
    return redirect(url_for(".resolution", slug=slug, resolution_id=made.id), code=303)


@bp.get(f"{HOME}/resolutions/<uuid:resolution_id>")
@members
def resolution(slug: str, resolution_id: uuid.UUID) -> str:
    section = _section(slug)
    made = resolving.resolution(
        db.session(), section.id, resolution_id, person_id=current_id(), leads=_leads(section)
    )
    form = StepForm(formdata=None, state=made.state.value, day=_today())
    return _page("community/resolution.html", section, made=made, form=form)


# --- The directory


@bp.get(f"{HOME}/people")
@members
def people(slug: str) -> str:
    section, words = _section(slug), line(request.args.get("q"))[:100]
    page = request.args.get("page", 1, type=int)
    found = peers.directory(db.session(), section.id, words=words, page=page)
    mine = peers.card_of(db.session(), section.id, current_id())
    touch = mine_in(db.session(), section.id, current_id())
    shown = {"found": found, "words": words, "mine": mine, "touch": touch, "me": current_id()}
    return _page("community/people.html", section, **shown)


@bp.get(f"{HOME}/people/me")
@members
def card(slug: str) -> str:
    section = _section(slug)
    mine = peers.card_of(db.session(), section.id, current_id())
    form = CardForm(obj=mine, agree=mine is not None)
    return _page("community/card.html", section, form=form, mine=mine)


@bp.post(f"{HOME}/people/me")
@members
def show_me(slug: str) -> AnyResponse | tuple[str, int]:
    form, section = CardForm(), _section(slug)
    if not form.validate():
        mine = peers.card_of(db.session(), section.id, current_id())
        return _page("community/card.html", section, form=form, mine=mine), 422
    with transaction() as session:
        peers.show_me(
            session,
            section.id,
            current_id(),
            about=form.about.data,
            show_email=form.show_email.data,
            now=_now(),
        )
    flash("Members of your section can now find you.", "success")
    return redirect(url_for(".people", slug=slug), code=303)


@bp.post(f"{HOME}/people/me/hide")
@members
def hide_me(slug: str) -> AnyResponse:
    with transaction() as session:
        peers.hide_me(session, _section(slug).id, current_id())
    flash("You are no longer in the directory.", "success")
    return redirect(url_for(".people", slug=slug), code=303)


# --- What the pages share


def _section(slug: str) -> Section:
    return section_of_member(db.session(), current_id(), slug)


def _leads(section: Section) -> bool:
    return section.id in {led.id for led in sections_led_by(db.session(), current_id())}


def _page(template: str, section: Section, **values: object) -> str:
    return render_template(
        template, section=section, leads=_leads(section), kinds=KINDS, states=STATES, **values
    )


def _file(name: str, *events: Event) -> Response:
    host = str(urlsplit(current_app.config["SETTINGS"].base_url).hostname)
    response = make_response(calendar(events, host=host, now=_now()))
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-events.ics"'
    return response


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _today() -> dt.date:
    return dt.datetime.now(reader_zone()).date()
