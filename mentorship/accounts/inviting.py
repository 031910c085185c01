"""Links that let imported people open the account that waits for them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts import letters
from mentorship.accounts.models import User
from mentorship.notices.service import post_many

_AT_ONCE = 5_000  # people in one query


def invite(session: Session, person: User, section_name: str, *, now: dt.datetime) -> bool:
    """Mail a person the link to claim their account; False when they have claimed it before."""
    return invite_many(session, [person.id], section_name, now=now) == 1


def invite_many(
    session: Session, person_ids: Sequence[uuid.UUID], section_name: str, *, now: dt.datetime
) -> int:
    """Mail all of them who have not claimed their account the link; return how many those are."""
    session.flush()
    invited = 0
    for start in range(0, len(person_ids), _AT_ONCE):
        people = session.execute(
            sa.select(User.email, User.fs_uniquifier)
            .where(
                User.id.in_(person_ids[start : start + _AT_ONCE]),
                User.confirmed_at.is_(None),
            )
            .order_by(User.email)
        )
        mails = [
            letters.claim_mail(email, key, section_name=section_name, now=now)
            for email, key in people
        ]
        invited += len(post_many(session, mails, now=now))
    return invited
