"""The head of the log, mailed out daily: who cuts off its end cannot take these mails back."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.accounts.models import ADMINISTRATOR, Role, User
from mentorship.notices.letters import stationery
from mentorship.notices.service import post


def note(session: Session, *, now: dt.datetime) -> tuple[int, str]:
    """Write the number and hash of the last entry to each administrator, and return them."""
    number, head = audit.head(session)
    active = sa.select(User.id, User.email).where(
        User.roles.any(Role.name == ADMINISTRATOR), User.active, User.confirmed_at.is_not(None)
    )
    for person_id, email in session.execute(active.order_by(User.email)):
        letter = stationery.write("log_head", path="/admin/log", number=str(number), head=head)
        post(
            session,
            person_id=person_id,
            recipient=email,
            subject=letter.subject,
            body=letter.body,
            now=now,
        )
    return number, head
