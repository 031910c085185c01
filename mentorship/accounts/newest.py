"""Of the mailed links of one kind only the newest counts: its hash stands with the person.

The links are signed, end by themselves and serve one purpose (Flask-Security's); what is here voids
those that were asked for before, and the one that was used.
"""

from __future__ import annotations

import enum
import hashlib

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User


class Link(enum.StrEnum):
    """What a link is for; the value is the column that knows the newest one."""

    RESET = "reset_link_hash"
    CONFIRM = "confirm_link_hash"


def note(session: Session, person: User, link: Link, token: str) -> None:
    """Let a link count, and no earlier one. The work is the same where the person is nobody."""
    _set(session, person, {link: _hash(token)})


def void(session: Session, person: User) -> None:
    """Let no link that was mailed until now count any more."""
    _set(session, person, dict.fromkeys(Link))


def counts(person: User | None, link: Link, token: str) -> bool:
    """Tell whether a link is the newest one of this person, and unused."""
    return person is not None and getattr(person, link) == _hash(token)


def _set(session: Session, person: User, values: dict[Link, str | None]) -> None:
    named = {link.value: value for link, value in values.items()}
    session.execute(sa.update(User).where(User.id == person.id).values(named))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
