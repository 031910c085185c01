"""The life of a round, from draft to archived: ``choices.STEPS`` lists every step.

Each step is one statement that also checks where it starts, so that of two leaders who act at the
same moment one does it and the other is told.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from mentorship.accounts.models import User
from mentorship.rounds.choices import OUT, OVER, STEPS
from mentorship.rounds.models import Round, RoundState
from mentorship.rounds.offer_models import Publication
from mentorship.rounds.run_models import PublishPlan
from mentorship.rounds.setup import SetUp
from mentorship.sections.models import Browsing, Section


class RoundNameTaken(ValueError):
    """Another round of this section has this name."""


class NobodyLooks(ValueError):
    """IMGs are to ask mentors themselves, and may look through no list to find one."""


class RoundChanged(RuntimeError):
    """Somebody was faster: the round is no longer where this step starts."""

    def __init__(
        self,
        name: str,
        state: RoundState,
        *,
        by: str | None,
        at: dt.datetime | None,
        goes_out_at: dt.datetime | None = None,
    ) -> None:
        super().__init__(f"the round {name} is {state} already")
        self.name, self.state, self.by, self.at = name, state, by, at
        self.goes_out_at = goes_out_at  # a run of it is on its way out


def create_round(  # noqa: PLR0913  one argument a column
    session: Session,
    *,
    section_id: uuid.UUID,
    name: str,
    policy: str,
    set_up: SetUp,
    answer_days: int,
    browsing: Browsing | None = None,
    lottery: int,
    now: dt.datetime,
) -> Round:
    """Make a round in draft. ``lottery`` settles ties and stays with the round.

    Raises
    ------
    RoundNameTaken
        Another round of the section has this name.
    NobodyLooks
        It takes requests, and lets nobody look for whom to ask.

    """
    check_looking(session, section_id, browsing, set_up)
    made = Round(
        section_id=section_id,
        name=name,
        state=RoundState.DRAFT,
        policy=policy,
        rules=set_up.to_json(),
        answer_days=answer_days,
        browsing=browsing,
        lottery=lottery,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        raise RoundNameTaken(name) from None
    return made


def check_looking(
    session: Session, section_id: uuid.UUID, browsing: Browsing | None, set_up: SetUp
) -> None:
    """Raise ``NobodyLooks`` where requests could be sent to nobody."""
    looking = browsing or session.get_one(Section, section_id).browsing
    if set_up.direct_requests and looking is Browsing.NOBODY:
        raise NobodyLooks


def rounds_that_ask(session: Session, section_id: uuid.UUID) -> Sequence[str]:
    """Return the names of rounds, not yet run, that take requests and look as the section says."""
    rows = session.execute(
        sa.select(Round.name, Round.rules)
        .where(
            Round.section_id == section_id,
            Round.state.in_([RoundState.DRAFT, RoundState.OPEN]),
            Round.browsing.is_(None),
        )
        .order_by(Round.name)
    )
    return [name for name, rules in rows if SetUp.from_json(rules).direct_requests]


def archive_round(session: Session, *, round_id: uuid.UUID) -> None:
    """Put a finished round out of the way; raise ``RoundChanged`` if it is not finished."""
    move(session, round_id, (RoundState.FINISHED,), RoundState.ARCHIVED)


def bring_back(session: Session, *, round_id: uuid.UUID) -> None:
    """Undo ``archive_round``; raise ``RoundChanged`` if the round is not archived, or given up."""
    round_ = session.get_one(Round, round_id, with_for_update=True, populate_existing=True)
    if round_.given_up:
        raise round_changed(session, round_id)
    move(session, round_id, (RoundState.ARCHIVED,), RoundState.FINISHED)


def move(
    session: Session,
    round_id: uuid.UUID,
    start: tuple[RoundState, ...],
    end: RoundState,
    **values: object,
) -> None:
    """Move the round on if it is in one of ``start``; else raise ``RoundChanged``.

    Every step is one of ``STEPS``, unless it leaves the round where it is.
    """
    if any(end is not each and end not in STEPS[each] for each in start):
        raise ValueError(f"{start} to {end} is no step of a round")
    if not change_if(session, round_id, start, state=end, **values):
        raise round_changed(session, round_id)


def round_changed(session: Session, round_id: uuid.UUID) -> RoundChanged:
    """Say what the round is now and, where it is known, who made it so and when."""
    publisher, planner = aliased(User), aliased(User)
    row = session.execute(
        sa.select(
            Round.name,
            Round.state,
            Round.opened_at,
            Round.finished_at,
            Publication.published_at,
            publisher.name.label("publisher"),
            PublishPlan.planned_at,
            PublishPlan.goes_out_at,
            PublishPlan.held_up_at,
            planner.name.label("planner"),
        )
        .outerjoin(Publication, Publication.round_id == Round.id)
        .outerjoin(publisher, publisher.id == Publication.published_by_id)
        .outerjoin(PublishPlan, PublishPlan.round_id == Round.id)
        .outerjoin(planner, planner.id == PublishPlan.planned_by_id)
        .where(Round.id == round_id)
    ).one()
    by, at = None, row.opened_at if row.state is RoundState.OPEN else None
    if row.planned_at is not None and row.held_up_at is None:
        by, at = row.planner, row.planned_at
    elif row.state in OUT:
        by, at = row.publisher, row.published_at
    elif row.state in OVER:
        at = row.finished_at
    goes_out_at = None if row.held_up_at is not None else row.goes_out_at
    return RoundChanged(row.name, row.state, by=by, at=at, goes_out_at=goes_out_at)


def change_if(
    session: Session, round_id: uuid.UUID, start: tuple[RoundState, ...], **values: object
) -> bool:
    """Change a round that is in one of ``start``; False if it is in none."""
    changed = session.execute(
        sa.update(Round)
        .where(Round.id == round_id, Round.state.in_(start))
        .values(**values)
        .returning(Round.id)
    )
    return changed.one_or_none() is not None
