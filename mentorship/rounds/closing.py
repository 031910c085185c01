"""Closing the enrolment of a round, by hand, with a run or at its deadline; finishing a round.

Whoever is ready by the deadline takes part, even if nobody has looked since the round was opened.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.extensions import rows_hit
from mentorship.rounds import round_letters
from mentorship.rounds.choices import OUT
from mentorship.rounds.due import time_for_img
from mentorship.rounds.enrolment import enrol_all
from mentorship.rounds.going_on import end_waiting, hasten
from mentorship.rounds.lifecycle import change_if, move, round_changed
from mentorship.rounds.meanwhile import changed_meanwhile, mark
from mentorship.rounds.models import Round, RoundState
from mentorship.rounds.offer_models import Offer, OfferState, Publication
from mentorship.rounds.reminding import count_anew
from mentorship.rounds.rest import count_what_is_out
from mentorship.rounds.run_models import PublishPlan

LATEST = dt.timedelta(days=366)


class BadDeadline(ValueError):
    """The deadline is not in the coming year."""


def close_round(session: Session, *, round_id: uuid.UUID, now: dt.datetime) -> int:
    """Close the enrolment now and take in whoever is ready; return how many came in by it.

    Raises
    ------
    RoundChanged
        The round is not open.

    """
    came_in = close_if_open(session, round_id=round_id, now=now)
    if came_in is None:
        raise round_changed(session, round_id)
    return came_in


def close_if_open(session: Session, *, round_id: uuid.UUID, now: dt.datetime) -> int | None:
    """Do as ``close_round``; return None if the round is not open."""
    closed = {"state": RoundState.CLOSED, "closes_at": now}  # no other day holds any more
    if not change_if(session, round_id, (RoundState.OPEN,), **closed):
        return None
    return _end_enrolment(session, round_id, now)


def close_with_run(
    session: Session, round_: Round, *, by: uuid.UUID | None, now: dt.datetime
) -> None:
    """Close a round, if it is open, as a run of it is asked for."""
    came_in = close_if_open(session, round_id=round_.id, now=now)
    if came_in is not None:
        _note(session, "round.close", round_.id, round_.section_id, by, came_in, now)


def finish_round(session: Session, *, round_id: uuid.UUID, now: dt.datetime) -> None:
    """Close a published round: offers that wait for an answer stay unanswered, and all are told.

    A run of the rest that is on its way out does not go out any more.

    Raises
    ------
    RoundChanged
        The round is not published, or finished already.

    """
    session.execute(sa.delete(PublishPlan).where(PublishPlan.round_id == round_id))
    move(session, round_id, OUT, RoundState.FINISHED, finished_at=now)
    count_what_is_out(session, round_id, now)
    round_letters.round_finished(session, session.get_one(Round, round_id), now=now)


def set_closing(
    session: Session,
    *,
    round_id: uuid.UUID,
    closes_at: dt.datetime | None,
    now: dt.datetime,
    seen: str | None = None,
) -> None:
    """Set, move or (with None) drop the time at which enrolment closes by itself.

    ``seen`` marks the time that the form was filled with.

    Raises
    ------
    BadDeadline
        It is past, or more than a year away.
    RoundChanged
        The round is closed already.
    ChangedMeanwhile
        Somebody has set another time since it was seen.

    """
    _check(closes_at, now)
    round_ = session.get_one(Round, round_id, with_for_update=True, populate_existing=True)
    _check_seen(session, round_id, round_.closes_at, seen)
    start = (RoundState.DRAFT, RoundState.OPEN)
    moved = rows_hit(
        session,
        sa.update(Round)
        .where(Round.id == round_id, Round.state.in_(start))
        .values(closes_at=closes_at),
    )
    if not moved:
        raise round_changed(session, round_id)
    if closes_at is not None:
        hasten(session, round_id, closes_at=closes_at, now=now)


def set_answer_by(
    session: Session,
    *,
    round_id: uuid.UUID,
    answer_by: dt.datetime,
    now: dt.datetime,
    seen: str | None = None,
) -> None:
    """Move the time by which every open offer is answered. Raises like ``set_closing``.

    IMGs whose mentor has said yes have their days to answer from now on at least.
    """
    _check(answer_by, now)
    round_ = session.get_one(Round, round_id, with_for_update=True, populate_existing=True)
    kept = session.get(Publication, round_id, populate_existing=True)
    _check_seen(session, round_id, kept.answer_by if kept else None, seen)
    published = sa.select(Round.id).where(Round.state.in_(OUT))
    moved = rows_hit(
        session,
        sa.update(Publication)
        .where(Publication.round_id == round_id, Publication.round_id.in_(published))
        .values(answer_by=answer_by),
    )
    if not moved:
        raise round_changed(session, round_id)
    of_round = sa.update(Offer).where(Offer.round_id == round_id)
    session.execute(of_round.values(due_at=None))
    own = time_for_img(now, answer_days=round_.answer_days)
    if answer_by < own:
        session.execute(of_round.where(Offer.state == OfferState.ACCEPTED).values(due_at=own))
    count_anew(session, round_id=round_id, answer_by=answer_by)


def due_closings(session: Session, *, now: dt.datetime) -> Sequence[uuid.UUID]:
    """Return the open rounds whose enrolment is to close by now."""
    due = sa.select(Round.id).where(Round.state == RoundState.OPEN, Round.closes_at <= now)
    return session.scalars(due.order_by(Round.closes_at, Round.id)).all()


def close_if_due(session: Session, *, round_id: uuid.UUID, now: dt.datetime) -> bool:
    """Close a round whose time has come; of several workers, and however often, one does."""
    closed = session.execute(
        sa.update(Round)
        .where(Round.id == round_id, Round.state == RoundState.OPEN, Round.closes_at <= now)
        .values(state=RoundState.CLOSED)
        .returning(Round.section_id)
    ).one_or_none()
    if closed is None:
        return False
    came_in = _end_enrolment(session, round_id, now)
    _note(session, "round.close.due", round_id, closed.section_id, None, came_in, now)
    return True


def _end_enrolment(session: Session, round_id: uuid.UUID, now: dt.datetime) -> int:
    """End requests that wait and take in whoever is ready; return how many came in by it."""
    end_waiting(session, round_id, now=now)
    return enrol_all(session, round_id, now)


def _note(  # noqa: PLR0913, PLR0917  what is noted of which round, and who did it
    session: Session,
    action: str,
    round_id: uuid.UUID,
    section_id: uuid.UUID,
    by: uuid.UUID | None,
    came_in: int,
    now: dt.datetime,
) -> None:
    """Log a closing that came with something else: a run, or its day."""
    audit.record(
        session,
        action=action,
        actor_id=by,
        about_id=round_id,
        section_id=section_id,
        detail={"came_in": came_in},
        now=now,
    )


def mark_of(when: dt.datetime | None) -> str:
    """Return what tells a time, or that there is none, from others."""
    return mark({"at": when.astimezone(dt.UTC).isoformat() if when else ""})


def _check_seen(
    session: Session, round_id: uuid.UUID, stands: dt.datetime | None, seen: str | None
) -> None:
    if seen and seen != mark_of(stands):
        raise changed_meanwhile(session, round_id, "round.deadline", seen=seen)


def _check(when: dt.datetime | None, now: dt.datetime) -> None:
    if when is not None and not now < when <= now + LATEST:
        raise BadDeadline(str(when))
