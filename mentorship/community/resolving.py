"""Resolutions, from an idea to its outcome. Ideas are seen by their authors and by leaders only."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from mentorship.community import searched
from mentorship.community.models import Resolution, ResolutionState, ResolutionStep


def resolutions(
    session: Session,
    section_id: uuid.UUID,
    *,
    ideas_of: uuid.UUID | None = None,
    all_ideas: bool = False,
) -> Sequence[Resolution]:
    """Return the resolutions, the newest first; of ideas only one's own, or for leaders all."""
    seen = sa.true() if all_ideas else _beyond_ideas(ideas_of)
    return session.scalars(
        sa.select(Resolution)
        .where(Resolution.section_id == section_id, seen)
        .options(joinedload(Resolution.author))
        .order_by(Resolution.created_at.desc(), Resolution.id)
    ).all()


def resolution(
    session: Session,
    section_id: uuid.UUID,
    resolution_id: uuid.UUID,
    *,
    person_id: uuid.UUID,
    leads: bool,
) -> Resolution:
    """Return a resolution with its steps, if this person may see it; else NoResultFound."""
    seen = sa.true() if leads else _beyond_ideas(person_id)
    return session.scalars(
        sa.select(Resolution)
        .where(Resolution.id == resolution_id, Resolution.section_id == section_id, seen)
        .options(joinedload(Resolution.author), selectinload(Resolution.steps))
        .execution_options(populate_existing=True)
    ).one()


def propose(  # noqa: PLR0913  one argument a column
    session: Session,
    section_id: uuid.UUID,
    *,
    author_id: uuid.UUID,
    title: str,
    problem: str,
    ask: str,
    now: dt.datetime,
) -> Resolution:
    """Put an idea before the leaders."""
    made = Resolution(
        section_id=section_id,
        author_id=author_id,
        title=title,
        problem=problem,
        ask=ask,
        state=ResolutionState.IDEA,
        created_at=now,
    )
    session.add(made)
    session.flush()
    add_step(session, made, state=ResolutionState.IDEA, day=now.date(), note="", now=now)
    return made


def add_step(  # noqa: PLR0913  one argument a column
    session: Session,
    made: Resolution,
    *,
    state: ResolutionState,
    day: dt.date,
    note: str,
    now: dt.datetime,
) -> None:
    """Note where a resolution has come to."""
    made.state = state
    session.add(ResolutionStep(resolution_id=made.id, state=state, day=day, note=note, at=now))
    session.flush()
    searched.file(session, made)


def _beyond_ideas(author_id: uuid.UUID | None) -> sa.ColumnElement[bool]:
    return sa.or_(Resolution.state != ResolutionState.IDEA, Resolution.author_id == author_id)
