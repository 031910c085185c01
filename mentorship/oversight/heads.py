"""The head of the log, mailed out daily: who cuts off its end cannot take these mails back."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.accounts.letters import to_administrators


def note(session: Session, *, now: dt.datetime) -> tuple[int, str]:
    """Write the number and hash of the last entry to each administrator, and return them."""
    number, head = audit.head(session)
    to_administrators(
        session, "log_head", path="/admin/log", number=str(number), head=head, now=now
    )
    return number, head
