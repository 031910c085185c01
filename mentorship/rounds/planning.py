"""Publishing in two steps: a leader plans it, and when its time comes it goes out.

In between nobody is told anything, and any leader of the section may take it back, move it or send
it at once. Who publishes immediately has half an hour to think better of it.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from mentorship import audit
from mentorship.accounts.models import User
from mentorship.extensions import rows_hit
from mentorship.rounds.choices import OUT
from mentorship.rounds.holding import back_to_answering, end_overtaken
from mentorship.rounds.lifecycle import move, round_changed
from mentorship.rounds.meanwhile import mark
from mentorship.rounds.models import Round, RoundState, Run
from mentorship.rounds.offer_models import Publication
from mentorship.rounds.publishing import (
    NothingToPublish,
    RunOutOfDate,
    offer_rest,
    preview,
    publish_round,
)
from mentorship.rounds.rest_runs import is_of_rest, may_go_out
from mentorship.rounds.round_letters import publication_held_up
from mentorship.rounds.run_models import PublishPlan

UNDO = dt.timedelta(minutes=30)
LATEST = dt.timedelta(days=60)


class BadTime(ValueError):
    """The time is not between half an hour and sixty days from now."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What stands before going out. ``held_up_at``: it was to go out, but people had changed."""

    run: int
    by: str | None
    planned_at: dt.datetime
    goes_out_at: dt.datetime
    held_up_at: dt.datetime | None

    @property
    def mark(self) -> str:
        """Return what tells this plan from another, or from itself at another time."""
        times = (self.planned_at, self.goes_out_at)
        said = [at.astimezone(dt.UTC).isoformat() for at in times]
        return mark({"run": self.run, "times": said})


def plan_publication(  # noqa: PLR0913  which run, when, who
    session: Session,
    *,
    round_id: uuid.UUID,
    run_id: uuid.UUID,
    by: uuid.UUID,
    now: dt.datetime,
    goes_out_at: dt.datetime | None = None,
) -> PublishPlan:
    """Have a run go out in half an hour, or at a later time. Of two leaders at once, one does.

    Raises
    ------
    NoResultFound
        The run is not of this round.
    RoundChanged
        The round is not in review, or a run of it is on its way out.
    NothingToPublish, RunOutOfDate
        The run has no pairs, or people in it have changed since.
    BadTime
        Too early or too late.

    """
    run = session.scalars(sa.select(Run).where(Run.id == run_id, Run.round_id == round_id)).one()
    round_ = session.get_one(Round, round_id, with_for_update=True, populate_existing=True)
    if not may_go_out(session, round_, run):
        raise round_changed(session, round_id)
    on_its_way = RoundState.REMATCHING if round_.state in OUT else RoundState.PUBLISHED
    move(session, round_id, (round_.state,), on_its_way)
    found = preview(session, round_, run, now=now)
    if not found.offers and not found.agreed:
        raise NothingToPublish(round_.name)
    if found.changed:
        raise RunOutOfDate(found.changed)
    plan = PublishPlan(
        round_id=round_id,
        run_id=run_id,
        planned_at=now,
        planned_by_id=by,
        goes_out_at=_time(goes_out_at, now),
    )
    try:
        with session.begin_nested():
            session.add(plan)
    except IntegrityError:
        raise round_changed(session, round_id) from None
    return plan


def hold_plan(session: Session, *, round_id: uuid.UUID, seen: str | None) -> Planned:
    """Hold what is to go out; raise ``RoundChanged`` if that is not what a leader has ``seen``."""
    hold_any_plan(session, round_id)
    stands = planned(session, round_id)
    if stands is None or (seen and seen != stands.mark):
        raise round_changed(session, round_id)
    return stands


def hold_any_plan(session: Session, round_id: uuid.UUID) -> None:
    """Hold what may be planned; then the log, then the round: in this order everywhere."""
    plan = sa.select(PublishPlan.round_id).where(PublishPlan.round_id == round_id)
    session.execute(plan.with_for_update())


def move_publication(
    session: Session, *, round_id: uuid.UUID, goes_out_at: dt.datetime, now: dt.datetime
) -> None:
    """Set another time; raise ``RoundChanged`` if nothing is planned (any more), or ``BadTime``.

    What was held up cannot be moved: the same people would stand in its way.
    """
    moved = rows_hit(
        session,
        sa.update(PublishPlan)
        .where(PublishPlan.round_id == round_id, PublishPlan.held_up_at.is_(None))
        .values(goes_out_at=_time(goes_out_at, now)),
    )
    if not moved:
        raise round_changed(session, round_id)


def take_back(session: Session, *, round_id: uuid.UUID, now: dt.datetime) -> None:
    """Undo a publication that has not gone out; raise ``RoundChanged`` if it has.

    The round is then where it was before it was planned.
    """
    if not rows_hit(session, sa.delete(PublishPlan).where(PublishPlan.round_id == round_id)):
        raise round_changed(session, round_id)
    state = session.get_one(Round, round_id, populate_existing=True).state
    if state is RoundState.PUBLISHED:
        move(session, round_id, (RoundState.PUBLISHED,), RoundState.REVIEW)
    else:
        back_to_answering(session, round_id=round_id, now=now)


def planned(session: Session, round_id: uuid.UUID) -> Planned | None:
    row = session.execute(
        sa.select(
            Run.number,
            User.name,
            PublishPlan.planned_at,
            PublishPlan.goes_out_at,
            PublishPlan.held_up_at,
        )
        .join(Run, Run.id == PublishPlan.run_id)
        .outerjoin(User, User.id == PublishPlan.planned_by_id)
        .where(PublishPlan.round_id == round_id)
    ).one_or_none()
    return None if row is None else Planned(*row)


def due_publications(session: Session, *, now: dt.datetime) -> Sequence[uuid.UUID]:
    """Return the rounds of which a run is to go out by now."""
    due = sa.select(PublishPlan.round_id).where(*_due(now))
    return session.scalars(due.order_by(PublishPlan.goes_out_at)).all()


def _due(now: dt.datetime) -> Sequence[sa.ColumnElement[bool]]:
    return PublishPlan.goes_out_at <= now, PublishPlan.held_up_at.is_(None)


def send_out(session: Session, *, round_id: uuid.UUID, now: dt.datetime) -> Publication | None:
    """Let a planned run go out now, once: offers and mails, all or nothing.

    Returns None if there is no plan (any more).

    Raises
    ------
    RunOutOfDate, NothingToPublish, RoundChanged
        As ``publish_round``; then nothing has happened, and the plan stands: see ``hold_up``.

    """
    plan = session.execute(
        sa.delete(PublishPlan)
        .where(PublishPlan.round_id == round_id)
        .returning(PublishPlan.run_id, PublishPlan.planned_by_id)
    ).one_or_none()
    if plan is None:
        return None
    run = session.get_one(Run, plan.run_id)
    if is_of_rest(session, run.id):
        end_overtaken(session, round_id=round_id, why="went_out", now=now)
        return offer_rest(session, round_id=round_id, run_id=run.id, now=now)
    return publish_round(session, round_id=round_id, run_id=run.id, by=plan.planned_by_id, now=now)


def send_when_due(session: Session, *, round_id: uuid.UUID, now: dt.datetime) -> None:
    """Let a planned run go out at its time, as ``send_out``, and log that it went by itself.

    A leader may have moved the time since it was found due: then it waits.
    """
    still = sa.select(PublishPlan.round_id).where(PublishPlan.round_id == round_id, *_due(now))
    if session.scalar(still.with_for_update()) is None:
        return
    plan = planned(session, round_id)
    if plan is not None:
        _record(session, "round.publish.due", round_id, plan.run, now)
        send_out(session, round_id=round_id, now=now)


def hold_up(session: Session, *, round_id: uuid.UUID, now: dt.datetime) -> None:
    """Note that a plan could not go out, so that it is not tried forever, and tell the leaders."""
    held = rows_hit(
        session,
        sa.update(PublishPlan)
        .where(PublishPlan.round_id == round_id, PublishPlan.held_up_at.is_(None))
        .values(held_up_at=now),
    )
    plan = planned(session, round_id)
    if held and plan is not None:
        with_section = [joinedload(Round.section)]
        round_ = session.get_one(Round, round_id, options=with_section, populate_existing=True)
        _record(session, "round.publish.held_up", round_id, plan.run, now)
        publication_held_up(session, round_, run=plan.run, now=now)


def _record(session: Session, action: str, round_id: uuid.UUID, run: int, now: dt.datetime) -> None:
    section_id = session.get_one(Round, round_id).section_id
    audit.record(
        session,
        action=action,
        actor_id=None,
        about_id=round_id,
        section_id=section_id,
        detail={"run": run},
        now=now,
    )


def _time(wanted: dt.datetime | None, now: dt.datetime) -> dt.datetime:
    if wanted is None:
        return now + UNDO
    if not now + UNDO <= wanted <= now + LATEST:
        raise BadTime(str(wanted))
    return wanted
