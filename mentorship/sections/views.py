"""Pages about belonging to a section: for everybody who is signed in, and for its leaders."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mentorship.access import current_id, members
from mentorship.consents import service as consents
from mentorship.extensions import db, transaction
from mentorship.sections import belonging, service
from mentorship.sections.forms import FilterForm, JoinForm
from mentorship.sections.listing import (
    ASKABLE,
    Opening,
    members_of,
    membership_in,
    opening,
    openings,
    own_membership,
)
from mentorship.sections.models import MembershipState, SectionRole
from mentorship.throttle.guard import limited
from mentorship.web import safe_next

bp = Blueprint("sections", __name__)


@bp.get("/sections")
@members
def mine() -> str:
    return render_template(
        "sections/mine.html",
        memberships=belonging.memberships_of(db.session(), current_id()),
        openings=openings(db.session(), current_id()),
    )


@bp.get("/sections/<slug>/join")
@members
def join(slug: str) -> str:
    return _join_page(opening(db.session(), current_id(), slug), JoinForm())


@bp.post("/sections/<slug>/join")
@members
@limited("message")
def ask(slug: str) -> Response | tuple[str, int]:
    me, now = current_id(), dt.datetime.now(dt.UTC)
    form = JoinForm()
    form.offer(ASKABLE)  # also what is taken by now: the second of two clicks is no mistake
    with transaction() as session:
        where = opening(session, me, slug)
        if not form.validate():
            return _join_page(where, form), 422
        membership = service.ask_to_join(
            session,
            person_id=me,
            section_id=where.section.id,
            role=SectionRole(form.role.data),
            now=now,
        )
        if form.agreed:
            consents.give(session, me, consents.MATCHING, now)
    if form.agree.data and not form.agreed:
        flash("The text you agreed to has changed. Please read it in Privacy choices.", "warning")
    flash(*_what_now(membership.state, where.section.name))
    if membership.state is MembershipState.ACTIVE:
        return redirect(url_for("profiles.mine", road=membership.role.value), code=303)
    return redirect(url_for(".mine"), code=303)


def _join_page(where: Opening, form: JoinForm) -> str:
    form.offer(where.roles)
    agreed = consents.in_force(db.session(), [current_id()])[current_id()]
    return render_template(
        "sections/join.html",
        opening=where,
        form=form,
        agreed=consents.MATCHING in agreed,
    )


def _what_now(state: MembershipState, section: str) -> tuple[str, str]:
    if state is MembershipState.ACTIVE:
        return f"You are a member of {section}. Next, look at your profile.", "success"
    return f"Your request to join {section} waits for its leaders. We will mail you.", "success"


@bp.get("/memberships/<uuid:membership_id>/leave")
@members
def leave(membership_id: uuid.UUID) -> str:
    membership = own_membership(db.session(), current_id(), membership_id)
    return render_template("sections/leave.html", membership=membership)


@bp.post("/memberships/<uuid:membership_id>/leave")
@members
def left(membership_id: uuid.UUID) -> Response:
    me, now = current_id(), dt.datetime.now(dt.UTC)
    try:
        with transaction() as session:
            membership = service.leave(session, membership_id=membership_id, person_id=me, now=now)
    except service.LeadersAreAppointed:
        flash("Section leaders are dismissed by an administrator. Please ask one.", "error")
    else:
        flash(f"You are no longer in {membership.section.name} in this role.", "success")
    return redirect(url_for(".mine"), code=303)


@bp.get("/sections/<slug>/members")
@members
def list_members(slug: str) -> str:
    section = belonging.section_led_by(db.session(), current_id(), slug)
    form = FilterForm(request.args)
    wanted = form.wanted(page=request.args.get("page", 1, type=int))
    return render_template(
        "sections/members.html",
        section=section,
        form=form,
        wanted=wanted,
        listing=members_of(db.session(), section.id, wanted),
    )


@bp.post("/sections/<slug>/members/<uuid:membership_id>/approve")
@members
def approve(slug: str, membership_id: uuid.UUID) -> Response | tuple[str, int]:
    return _decide(slug, membership_id, approve=True)


@bp.get("/sections/<slug>/members/<uuid:membership_id>/decline")
@members
def confirm_decline(slug: str, membership_id: uuid.UUID) -> str:
    section = belonging.section_led_by(db.session(), current_id(), slug)
    membership = membership_in(db.session(), section.id, membership_id)
    return render_template("sections/decline.html", section=section, membership=membership)


@bp.post("/sections/<slug>/members/<uuid:membership_id>/decline")
@members
def decline(slug: str, membership_id: uuid.UUID) -> Response | tuple[str, int]:
    return _decide(slug, membership_id, approve=False)


def _decide(slug: str, membership_id: uuid.UUID, *, approve: bool) -> Response | tuple[str, int]:
    me, now = current_id(), dt.datetime.now(dt.UTC)
    back = safe_next(request.form.get("next"), url_for(".list_members", slug=slug))
    try:
        with transaction() as session:
            section = belonging.section_led_by(session, me, slug)
            membership_in(session, section.id, membership_id)
            membership = service.decide(
                session, membership_id=membership_id, approve=approve, by=me, now=now
            )
    except service.AlreadyDecided as earlier:
        return render_template("sections/decided.html", earlier=earlier, back=back), 409
    said = "is now a member" if approve else "was declined"
    flash(f"{membership.person.name} {said}. They are told.", "success")
    return redirect(back, code=303)
