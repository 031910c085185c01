"""One membership changes its state: each change is one statement that also checks where it starts.

Of two people who act at the same moment one changes the row; the other is told so.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from mentorship.sections.models import Membership, MembershipState, SectionRole


@dataclass(frozen=True, slots=True)
class Place:
    """What is unique about a membership: who, where, as what."""

    section_id: uuid.UUID
    person_id: uuid.UUID
    role: SectionRole

    @property
    def rows(self) -> tuple[sa.ColumnElement[bool], ...]:
        return (
            Membership.section_id == self.section_id,
            Membership.person_id == self.person_id,
            Membership.role == self.role,
        )


def move(
    session: Session,
    *which: sa.ColumnElement[bool],
    start: tuple[MembershipState, ...],
    end: MembershipState,
    now: dt.datetime,
    by: uuid.UUID | None = None,
) -> bool:
    """Change the state if it is still one of ``start``; tell whether this call changed it."""
    waits = end is MembershipState.ASKED
    times = {"asked_at": now, "decided_at": None} if waits else {"decided_at": now}
    changed = session.execute(
        sa.update(Membership)
        .where(*which, Membership.state.in_(start))
        .values(state=end, decided_by_id=by, **times)
        .returning(Membership.id)
        .execution_options(synchronize_session=False)
    )
    return bool(changed.all())


def insert(
    session: Session,
    place: Place,
    *,
    state: MembershipState,
    now: dt.datetime,
    by: uuid.UUID | None = None,
) -> bool:
    """Make the membership unless it exists; tell whether this call made it."""
    row = sa.insert(Membership).values(
        section_id=place.section_id,
        person_id=place.person_id,
        role=place.role,
        state=state,
        asked_at=now,
        decided_at=None if state is MembershipState.ASKED else now,
        decided_by_id=by,
    )
    try:
        with session.begin_nested():
            session.execute(row)
    except IntegrityError:
        return False
    return True


def read(session: Session, *which: sa.ColumnElement[bool]) -> Membership:
    """Read one row as it is now, not as this session remembers it, with the people it names."""
    named = (
        joinedload(Membership.section),
        joinedload(Membership.person),
        joinedload(Membership.decided_by),
    )
    found = sa.select(Membership).where(*which).options(*named)
    return session.scalars(found, execution_options={"populate_existing": True}).one()
