"""People and sections for tests. Everything is flushed, nothing is committed."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid

from sqlalchemy.orm import Session

from mentorship.accounts.models import ADMINISTRATOR, Role, User
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole

NOW = dt.datetime(2026, 11, 2, 15, 0, tzinfo=dt.UTC)
_numbers = itertools.count(3000)  # no year that a test looks for


def person(session: Session, name: str = "", **values: object) -> User:
    number = next(_numbers)
    given: dict[str, object] = {
        "email": f"person{number}@example.org",
        "name": name or f"Person {number}",
        "fs_uniquifier": uuid.uuid4().hex,
        "confirmed_at": NOW,
        "created_at": NOW,
        "active": True,
    }
    made = User(**(given | values))
    session.add(made)
    session.flush()
    return made


def administrator(session: Session) -> User:
    role = session.query(Role).filter_by(name=ADMINISTRATOR).one_or_none()
    made = person(session, "Ada Administrator")
    made.roles.append(role or Role(name=ADMINISTRATOR))
    session.flush()
    return made


def section(session: Session, name: str = "", **values: object) -> Section:
    number = next(_numbers)
    given: dict[str, object] = {
        "name": name or f"Section {number}",
        "slug": f"section-{number}",
        "created_at": NOW,
    }
    made = Section(**(given | values))
    session.add(made)
    session.flush()
    return made


def member(
    session: Session,
    where: Section,
    role: SectionRole,
    who: User | None = None,
    state: MembershipState = MembershipState.ACTIVE,
) -> User:
    who = who or person(session)
    session.add(
        Membership(section_id=where.id, person_id=who.id, role=role, state=state, asked_at=NOW)
    )
    session.flush()
    return who


def leader(session: Session, where: Section) -> User:
    return member(session, where, SectionRole.LEADER)
