"""The mails about joining and leading a section. They name people and nothing else of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.notices.service import post
from mentorship.sections.models import Membership, MembershipState, SectionRole

AS_A = {SectionRole.IMG: "as an IMG", SectionRole.MENTOR: "as a mentor"}


def asked(
    session: Session, membership: Membership, leaders: Sequence[Membership], *, now: dt.datetime
) -> None:
    """Tell the leaders that somebody waits for them."""
    where, who = membership.section.name, membership.person.name
    for leader in leaders:
        _post(
            session,
            leader.person,
            f"A request to join {where}",
            f"{who} asks to join {where} {AS_A[membership.role]}.\n\n"
            "Please sign in and open Members to approve or decline the request.",
            now=now,
        )


def decided(session: Session, membership: Membership, *, now: dt.datetime) -> None:
    """Tell the person what the leaders said."""
    where, role = membership.section.name, AS_A[membership.role]
    if membership.state is MembershipState.ACTIVE:
        subject = f"Welcome to {where}"
        body = (
            f"The leaders of {where} approved your request. You are now a member {role}.\n\n"
            "Next, sign in and fill in your profile. The match uses it to find people who fit you."
        )
    else:
        subject = f"Your request to join {where}"
        body = (
            f"The leaders of {where} did not approve your request to join {role} at this time.\n\n"
            "If something has changed, you may ask again on the Sections page."
        )
    _post(session, membership.person, subject, body, now=now)


def appointed(session: Session, membership: Membership, *, now: dt.datetime) -> None:
    where = membership.section.name
    body = (
        f"An administrator made you a leader of {where}.\n\n"
        "Sign in to approve members and run match rounds for this section."
    )
    _post(session, membership.person, f"You now lead {where}", body, now=now)


def dismissed(session: Session, membership: Membership, *, now: dt.datetime) -> None:
    where = membership.section.name
    body = (
        f"An administrator ended your role as a leader of {where}.\n\n"
        "If this is a surprise to you, please ask the administrator of the site."
    )
    _post(session, membership.person, f"You no longer lead {where}", body, now=now)


def _post(session: Session, person: User, subject: str, body: str, *, now: dt.datetime) -> None:
    text = f"Hello {person.name},\n\n{body}\n"
    post(session, recipient=person.email, subject=subject, body=text, now=now)
