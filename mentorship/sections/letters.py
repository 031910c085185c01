"""What people are told about joining and leading a section: names, and nothing else of anybody."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.inbox.models import Notice, NoticeKind
from mentorship.inbox.service import Telling, tell
from mentorship.notices.letters import stationery
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole

QUIET = dt.timedelta(days=7)  # in which nobody is invited to a section again
AS_A = {SectionRole.IMG: "as an IMG", SectionRole.MENTOR: "as a mentor"}


def asked(
    session: Session, membership: Membership, leaders: Sequence[Membership], *, now: dt.datetime
) -> None:
    """Tell the leaders that somebody waits for them."""
    for leader in leaders:
        _tell(
            session,
            leader.person,
            "section_asked",
            path=f"/sections/{membership.section.slug}/members",
            now=now,
            section=membership.section.name,
            who=membership.person.name,
            as_a=AS_A[membership.role],
            about_id=membership.person_id,
            kind=NoticeKind.LEADING,
        )


def invited(
    session: Session,
    section: Section,
    people: Iterable[tuple[uuid.UUID, SectionRole]],
    *,
    now: dt.datetime,
) -> None:
    """Ask people who have an account already to join; nobody more often than once a week."""
    path = f"/sections/{section.slug}/join"
    lately = sa.select(Notice.person_id).where(Notice.path == path, Notice.created_at > now - QUIET)
    asked = set(session.scalars(lately))
    for person_id, role in people:
        if person_id not in asked:
            asked.add(person_id)
            person = session.get_one(User, person_id)
            _tell(
                session,
                person,
                "section_invited",
                path=path,
                now=now,
                section=section.name,
                as_a=AS_A[role],
            )


def decided(session: Session, membership: Membership, *, now: dt.datetime) -> None:
    """Tell the person what the leaders said."""
    approved = membership.state is MembershipState.ACTIVE
    _tell(
        session,
        membership.person,
        "section_approved" if approved else "section_declined",
        path="/sections",
        now=now,
        section=membership.section.name,
        as_a=AS_A[membership.role],
    )


def appointed(session: Session, membership: Membership, *, now: dt.datetime) -> None:
    section = membership.section
    path = f"/sections/{section.slug}/members"
    _tell(
        session,
        membership.person,
        "section_appointed",
        path=path,
        now=now,
        section=section.name,
        kind=NoticeKind.LEADING,
    )


def dismissed(session: Session, membership: Membership, *, now: dt.datetime) -> None:
    section = membership.section.name
    _tell(session, membership.person, "section_dismissed", path="/help", now=now, section=section)


def _tell(  # noqa: PLR0913  who is told what of whom
    session: Session,
    person: User,
    template: str,
    *,
    path: str,
    now: dt.datetime,
    about_id: uuid.UUID | None = None,
    kind: NoticeKind = NoticeKind.SECTION,
    **words: str,
) -> None:
    letter = stationery.write(template, path=path, name=person.name, **words)
    telling = Telling(person.id, person.email, letter, path, about_id)
    tell(session, [telling], kind=kind, now=now)
