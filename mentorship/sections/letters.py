"""What people are told about joining and leading a section: names, and nothing else of anybody."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.inbox.models import NoticeKind
from mentorship.inbox.service import Telling, tell
from mentorship.notices.letters import stationery
from mentorship.sections.models import Membership, MembershipState, SectionRole

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
    _tell(session, membership.person, "section_appointed", path=path, now=now, section=section.name)


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
    **words: str,
) -> None:
    letter = stationery.write(template, path=path, name=person.name, **words)
    telling = Telling(person.id, person.email, letter, path, about_id)
    tell(session, [telling], kind=NoticeKind.SECTION, now=now)
