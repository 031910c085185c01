"""Home: one page for each role a person has, and tabs between them for whoever has several."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from flask import Blueprint, abort, g, redirect, render_template
from werkzeug.wrappers import Response

from mentorship.access import administrators, current_person, members
from mentorship.dashboard import service
from mentorship.dashboard.navigation import my_memberships, tabs
from mentorship.dashboard.todo import mails_given_up, not_reached, to_do
from mentorship.extensions import db
from mentorship.hosts.service import waiting
from mentorship.mentorships.service import Mentorship, going_on
from mentorship.news.service import latest
from mentorship.search.misses import most_missed
from mentorship.sections.models import MembershipState, SectionRole
from mentorship.toolkit.freshness import REASON_NAMES
from mentorship.toolkit.where import title_of
from mentorship.web import reader_now

bp = Blueprint("dashboard", __name__, url_prefix="/home")


@bp.get("")
@members
def home() -> str | Response:
    """Lead to the first home this person has; without any, to the sections to join."""
    mine = tabs()
    if mine:
        return redirect(mine[0].href, code=303)
    going = going_on(db.session(), current_person().id, now=reader_now())
    return render_template(
        "dashboard/newcomer.html",
        memberships=my_memberships(),
        mentorships=going.mentorships,
        meetings=going.meetings,
        erased_on=g.get("erased_on"),
    )


@bp.get("/img")
@members
def img() -> str:
    _need(SectionRole.IMG)
    now = reader_now()
    shown = service.img_home(db.session(), current_person().id, now=now, left=_left())
    admitted = _admitted(SectionRole.IMG)
    return render_template(
        "dashboard/img.html",
        home=shown,
        today=now.date(),
        admitted=admitted,
        tabs=tabs(),
        erased_on=g.get("erased_on"),
    )


@bp.get("/mentor")
@members
def mentor() -> str:
    _need(SectionRole.MENTOR)
    now = reader_now()
    shown = service.mentor_home(db.session(), current_person().id, now=now, left=_left())
    admitted = _admitted(SectionRole.MENTOR)
    return render_template(
        "dashboard/mentor.html",
        home=shown,
        admitted=admitted,
        tabs=tabs(),
        erased_on=g.get("erased_on"),
    )


@bp.get("/leader")
@members
def leader() -> str:
    _need(SectionRole.LEADER)
    led = [
        membership.section
        for membership in my_memberships()
        if membership.role is SectionRole.LEADER and membership.state is MembershipState.ACTIVE
    ]
    now = reader_now()
    shown = service.leader_home(db.session(), led, now=now)
    facts = service.facts_to_check(db.session(), today=now.date())
    news = latest(db.session(), current_person().id, stages=["leadership_advocacy"], now=now)
    led_ids = [section.id for section in led]
    return render_template(
        "dashboard/leader.html",
        sections=shown,
        left_behind=_left_behind(now),
        facts=facts,
        reasons=REASON_NAMES,
        title_of=title_of,
        news=news,
        waiting=to_do(db.session(), led_ids, reader_id=current_person().id),
        not_reached=not_reached(db.session(), led_ids),
        misses=most_missed(db.session(), led_ids),
        tabs=tabs(),
        erased_on=g.get("erased_on"),
    )


@bp.get("/admin")
@administrators
def admin() -> str:
    shown = service.administrator_home(db.session())
    given_up = mails_given_up(db.session())
    hosts = waiting(db.session())
    return render_template(
        "dashboard/admin.html",
        sections=shown,
        left_behind=_left_behind(reader_now()),
        given_up=given_up,
        waiting_hosts=len(hosts),
        tabs=tabs(),
        erased_on=g.get("erased_on"),
    )


def _need(role: SectionRole) -> None:
    """Show the page to those who have the role, also while they wait for approval."""
    if role not in {membership.role for membership in my_memberships(present=True)}:
        abort(404)


def _left() -> Collection[str]:
    """Return the roles this person has left: they have no home page, but what goes on is shown."""
    present = {membership.role.value for membership in my_memberships(present=True)}
    return {membership.role.value for membership in my_memberships()} - present


def _left_behind(now: dt.datetime) -> Sequence[Mentorship]:
    return service.left_behind(db.session(), current_person().id, now=now, left=_left())


def _admitted(role: SectionRole) -> bool:
    """Tell whether leaders have let this person in; until then they only ask."""
    mine = my_memberships(present=True)
    return any(m.role is role and m.state is MembershipState.ACTIVE for m in mine)
