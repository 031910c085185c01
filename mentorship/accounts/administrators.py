"""Appointing the people who run the whole site."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.accounts import letters
from mentorship.accounts.models import ADMINISTRATOR, Identity, Role, User
from mentorship.accounts.service import change_key, find_or_new


def appoint(
    session: Session, *, email: str, name: str | None, password_hash: str | None, now: dt.datetime
) -> User:
    """Let a person run the whole site; make the person if they are new, and tell the others.

    A new password is taken where the address was not confirmed: whoever typed the old one may
    not be who owns the address.

    Raises
    ------
    EmailUnusable, NameUnusable
        The address or the name cannot be used.

    """
    person = find_or_new(session, email=email, name=name or "", now=now)
    changed = []
    if person.confirmed_at is None:
        change_key(session, person)
        session.execute(sa.delete(Identity).where(Identity.person_id == person.id))
        person.password, person.confirmed_at = password_hash, now
        changed = ["password", "sign-in elsewhere"]
    if not person.is_administrator:
        letters.administrator_appointed(session, person, now=now)
        role = session.scalar(sa.select(Role).where(Role.name == ADMINISTRATOR))
        person.roles.append(role or Role(name=ADMINISTRATOR))
        changed = ["role", *changed]
    session.flush()
    if changed:
        audit.record(
            session,
            action="account.administrator.appoint",
            actor_id=None,
            about_id=person.id,
            now=now,
            detail={"fields": changed},
        )
    return person
