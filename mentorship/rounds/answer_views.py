"""Pages where a mentor answers an offer, and then the IMG."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mentorship.access import current_id, members
from mentorship.extensions import db, reading, transaction
from mentorship.rounds import service
from mentorship.rounds.answer_forms import (
    ColleagueForm,
    DeclineForm,
    ImgDeclineForm,
    MentorDeclineForm,
)
from mentorship.rounds.answer_pages import (
    MatchPage,
    OfferPage,
    match_page,
    offer_page,
    taken_page,
)
from mentorship.rounds.blueprint import bp
from mentorship.rounds.declined import who_reads
from mentorship.rounds.offer_models import OfferState, Side
from mentorship.rounds.rest import FOR_GOOD
from mentorship.web import reader_clock

Answer = Response | tuple[str, int]
YES = frozenset({OfferState.ACCEPTED, OfferState.CONFIRMED})
NOT_AGAIN = "You are not matched again in this round"


@bp.get("/offers/<uuid:offer_id>")
@members
def offer(offer_id: uuid.UUID) -> str:
    page = offer_page(db.session(), current_id(), offer_id, clock=reader_clock())
    return render_template("rounds/offer.html", page=page)


@bp.post("/offers/<uuid:offer_id>/accept")
@members
def accept(offer_id: uuid.UUID) -> Answer:
    me, now = current_id(), dt.datetime.now(dt.UTC)
    try:
        with transaction() as session:
            state = service.accept_offer(session, person_id=me, offer_id=offer_id, now=now)
    except (service.AnswersClosed, service.AlreadyAnswered) as too_late:
        return _too_late(too_late, Side.MENTOR)
    except service.CannotAgree as refused:
        page = offer_page(db.session(), me, offer_id, clock=reader_clock())
        return render_template("rounds/offer.html", page=page, refused=str(refused)), 409
    if state is OfferState.SEAT_TAKEN:
        with reading() as session:  # or each who comes too late would hold up the others' answers
            taken = taken_page(session, me, offer_id)
            return render_template("rounds/seat_taken.html", taken=taken), 409
    if state not in YES:
        page = offer_page(db.session(), me, offer_id, clock=reader_clock())
        unwanted = state is OfferState.DECLINED_BY_MENTOR
        return render_template("rounds/offer.html", page=page, unwanted=unwanted), 409
    flash("Your answer is saved. Thank you.", "success")
    return redirect(url_for(".offer", offer_id=offer_id), code=303)


@bp.get("/offers/<uuid:offer_id>/decline")
@members
def confirm_decline_offer(offer_id: uuid.UUID) -> str | Response:
    page = offer_page(db.session(), current_id(), offer_id, clock=reader_clock())
    if page.facts.state is not OfferState.OFFERED or page.facts.finished:
        return redirect(url_for(".offer", offer_id=offer_id), code=303)
    return _decline_page(page, _no_form())


@bp.post("/offers/<uuid:offer_id>/decline")
@members
def decline_offer(offer_id: uuid.UUID) -> Answer:
    me, now, form = current_id(), dt.datetime.now(dt.UTC), _no_form()
    if not form.validate():
        return _decline_page(
            offer_page(db.session(), me, offer_id, clock=reader_clock()), form
        ), 422
    try:
        with transaction() as session:
            service.decline_offer(
                session,
                person_id=me,
                offer_id=offer_id,
                reason=form.reason.data,
                words=form.told,
                now=now,
            )
    except (service.AnswersClosed, service.AlreadyAnswered) as too_late:
        return _too_late(too_late, Side.MENTOR, form)
    flash("Thank you for answering. Your answer is saved.", "success")
    return redirect(url_for(".offer", offer_id=offer_id), code=303)


def _no_form() -> MentorDeclineForm:
    """Return the form to decline, or that to suggest a colleague instead."""
    return ColleagueForm() if request.args.get("suggest") else MentorDeclineForm()


def _decline_page(page: OfferPage, form: MentorDeclineForm) -> str:
    return render_template(
        "rounds/decline_offer.html",
        page=page,
        form=form,
        suggests=isinstance(form, ColleagueForm),
        readers=who_reads(db.session(), current_id(), page.facts.offer_id),
    )


@bp.get("/matches/<uuid:offer_id>")
@members
def match(offer_id: uuid.UUID) -> str:
    page = match_page(db.session(), current_id(), offer_id, clock=reader_clock())
    return render_template("rounds/match.html", page=page)


@bp.post("/matches/<uuid:offer_id>/confirm")
@members
def confirm(offer_id: uuid.UUID) -> Answer:
    me, now = current_id(), dt.datetime.now(dt.UTC)
    try:
        with transaction() as session:
            state = service.confirm_match(session, person_id=me, offer_id=offer_id, now=now)
    except (service.AnswersClosed, service.AlreadyAnswered) as too_late:
        return _too_late(too_late, Side.IMG)
    if state not in YES:
        page = match_page(db.session(), me, offer_id, clock=reader_clock())
        unwanted = state is OfferState.DECLINED_BY_IMG
        return render_template("rounds/match.html", page=page, unwanted=unwanted), 409
    flash("Your answer is saved.", "success")
    return redirect(url_for(".match", offer_id=offer_id), code=303)


@bp.get("/matches/<uuid:offer_id>/decline")
@members
def confirm_decline_match(offer_id: uuid.UUID) -> str | Response:
    page = match_page(db.session(), current_id(), offer_id, clock=reader_clock())
    if page.facts.state is not OfferState.ACCEPTED or page.facts.finished:
        return redirect(url_for(".match", offer_id=offer_id), code=303)
    return _decline_match_page(page, ImgDeclineForm())


@bp.post("/matches/<uuid:offer_id>/decline")
@members
def decline_match(offer_id: uuid.UUID) -> Answer:
    me, now, form = current_id(), dt.datetime.now(dt.UTC), ImgDeclineForm()
    if not form.validate():
        page = match_page(db.session(), me, offer_id, clock=reader_clock())
        return _decline_match_page(page, form), 422
    try:
        with transaction() as session:
            service.decline_match(
                session,
                person_id=me,
                offer_id=offer_id,
                reason=form.reason.data,
                words=form.told,
                now=now,
            )
            led = who_reads(session, me, offer_id).led
    except (service.AnswersClosed, service.AlreadyAnswered) as too_late:
        return _too_late(too_late, Side.IMG, form)
    place = NOT_AGAIN if form.reason.data in FOR_GOOD else "You keep your place"
    known = ", and your section leader knows" if led else ""
    flash(f"Thank you for answering. {place}{known}.", "success")
    return redirect(url_for(".match", offer_id=offer_id), code=303)


def _decline_match_page(page: MatchPage, form: ImgDeclineForm) -> str:
    readers = who_reads(db.session(), current_id(), page.facts.offer_id)
    return render_template("rounds/decline_match.html", page=page, form=form, readers=readers)


def _too_late(
    error: service.AnswersClosed | service.AlreadyAnswered,
    side: Side,
    form: DeclineForm | None = None,
) -> tuple[str, int]:
    """Say kindly to one side that the answer changed nothing, and why; what they typed is shown."""
    page = render_template("rounds/too_late.html", error=error, side=side, form=form)
    return page, 409
