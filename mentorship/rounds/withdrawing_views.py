"""Pages where a person withdraws from a round, and comes back."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from mentorship.access import current_id, members
from mentorship.extensions import db, transaction
from mentorship.profiles.models import ProfileKind
from mentorship.rounds import service
from mentorship.rounds.blueprint import bp

__all__ = ["bp"]
WHY_NOT = {
    service.Obstacle.SWITCHED_OFF: "Your account is switched off. Ask your section leader.",
    service.Obstacle.NOT_A_MEMBER: "You are not a member of its section.",
    service.Obstacle.NO_CONSENT: "First agree to be matched, under Privacy choices.",
    service.Obstacle.NOT_READY: "Your profile needs a little more first.",
    service.Obstacle.HAS_MENTOR: "You have a mentor from another round.",
    service.Obstacle.HAS_OFFER: "You have an offer to answer from another round.",
    service.Obstacle.ASKED_HERE: "You have a mentor, or an offer to answer, from this round.",
    service.Obstacle.NEEDS_NOBODY: "You said that you need no mentor. Ask your section leader.",
    service.Obstacle.PAUSED: "You are on a break. End it first.",
    service.Obstacle.NO_SEATS: "Your seats are set to 0. Change that in your profile first.",
    service.Obstacle.SEATS_TAKEN: "All your seats are taken. Raise their number in your profile.",
    service.Obstacle.SILENT: "Please ask your section leader.",
}
HOMES = {ProfileKind.IMG: "dashboard.img", ProfileKind.MENTOR: "dashboard.mentor"}


@bp.get("/participations/<uuid:round_id>/<uuid:profile_id>")
@members
def participation(round_id: uuid.UUID, profile_id: uuid.UUID) -> str:
    place = service.participation_of(db.session(), current_id(), round_id, profile_id)
    home = url_for(HOMES[place.kind])
    return render_template("rounds/participation.html", place=place, home=home)


@bp.post("/participations/<uuid:round_id>/<uuid:profile_id>/withdraw")
@members
def withdraw(round_id: uuid.UUID, profile_id: uuid.UUID) -> Response:
    me, now = current_id(), dt.datetime.now(dt.UTC)
    who = {"person_id": me, "round_id": round_id, "profile_id": profile_id}
    try:
        with transaction() as session:
            place = service.participation_of(session, me, round_id, profile_id)
            service.withdraw(session, **who, now=now)
    except service.TooLate:
        flash("This round is over by now, and what it found stays. Nothing has changed.", "warning")
    else:
        flash(f"You withdrew from {place.round.name}.", "success")
    return redirect(url_for(HOMES[place.kind]), code=303)


@bp.post("/participations/<uuid:round_id>/<uuid:profile_id>/join")
@members
def join(round_id: uuid.UUID, profile_id: uuid.UUID) -> Response:
    me, now = current_id(), dt.datetime.now(dt.UTC)
    who = {"person_id": me, "round_id": round_id, "profile_id": profile_id}
    home = HOMES[service.kind_of_own(db.session(), me, profile_id)]
    try:
        with transaction() as session:
            round_ = service.join(session, **who, now=now)
    except service.CannotTakePart as out:
        if out.obstacle is service.Obstacle.NOT_A_MEMBER:
            home = "dashboard.home"  # that of the role may be gone
        flash(f"You cannot be part of this round yet. {WHY_NOT[out.obstacle]}", "warning")
    except service.NotMeant as round_name:
        flash(f"{round_name} is for some members only. Your section leader can add you.", "warning")
    else:
        flash(f"You are part of {round_.name}.", "success")
    return redirect(url_for(home), code=303)


@bp.post("/participations/<uuid:round_id>/<uuid:profile_id>/come-back")
@members
def come_back(round_id: uuid.UUID, profile_id: uuid.UUID) -> Response:
    me, now = current_id(), dt.datetime.now(dt.UTC)
    who = {"person_id": me, "round_id": round_id, "profile_id": profile_id}
    try:
        with transaction() as session:
            place = service.participation_of(session, me, round_id, profile_id)
            service.come_back(session, **who, now=now)
    except service.CannotTakePart as out:
        flash(f"You cannot be part of this round yet. {WHY_NOT[out.obstacle]}", "warning")
    except service.TooLate:
        flash("This round takes nobody in any more. You can be part of the next one.", "warning")
    else:
        flash(f"You are part of {place.round.name} again.", "success")
    return redirect(url_for(HOMES[place.kind]), code=303)
