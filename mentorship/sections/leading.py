"""Leaders of a section: appointed and dismissed by administrators; they neither ask nor leave."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.consents.models import Erasure
from mentorship.sections import letters
from mentorship.sections.belonging import leaders_of
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole
from mentorship.sections.moves import Place, insert, move, read

ACTIVE, LEFT = MembershipState.ACTIVE, MembershipState.LEFT


class LastLeader(ValueError):
    """Without this person nobody would lead the section, and that was not asked for."""


def appoint_leader(
    session: Session,
    *,
    section_id: uuid.UUID,
    person_id: uuid.UUID,
    by: uuid.UUID | None,
    now: dt.datetime,
) -> Membership:
    """Make a person leader of a section; for one who leads it already nothing changes."""
    place = Place(section_id, person_id, SectionRole.LEADER)
    appointed = move(session, *place.rows, start=(LEFT,), end=ACTIVE, by=by, now=now)
    appointed = appointed or insert(session, place, state=ACTIVE, by=by, now=now)
    membership = read(session, *place.rows)
    if appointed:
        letters.appointed(session, membership, now=now)
    return membership


def dismiss_leader(
    session: Session,
    *,
    membership_id: uuid.UUID,
    by: uuid.UUID,
    now: dt.datetime,
    even_the_last: bool = False,
) -> Membership:
    """End a leader's appointment; doing it twice changes nothing more.

    Raises
    ------
    LastLeader
        Nobody would lead the section, and ``even_the_last`` was not said.
    NoResultFound
        There is no such leader.

    """
    one = Membership.id == membership_id, Membership.role == SectionRole.LEADER
    section_id = session.scalars(sa.select(Membership.section_id).where(*one)).one()
    # Of two leaders dismissed at the same moment each would count on the other to stay.
    session.execute(sa.select(Section.id).where(Section.id == section_id).with_for_update())
    leaders = leaders_of(session, section_id)
    if not even_the_last and membership_id in {leader.id for leader in leaders}:
        going = set(session.scalars(sa.select(Erasure.person_id)))
        stay = (m for m in leaders if m.person.active and m.person_id not in going)
        if {leader.id for leader in stay} <= {membership_id}:
            raise LastLeader
    dismissed = move(session, *one, start=(ACTIVE,), end=LEFT, by=by, now=now)
    membership = read(session, *one)
    if dismissed:
        letters.dismissed(session, membership, now=now)
    return membership
