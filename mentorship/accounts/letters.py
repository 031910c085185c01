"""The mails about an account. No mail says more of a person than the address it goes to."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.claims import claim_links
from mentorship.accounts.models import ADMINISTRATOR, Role, User
from mentorship.notices.letters import post_letter, stationery
from mentorship.notices.models import Message
from mentorship.notices.service import Mail, post_many, subject_of


def confirm(session: Session, person: User, token: str, *, now: dt.datetime) -> Message:
    """Ask whether the address is theirs. The name is left out: a stranger may have typed it."""
    return post_letter(
        session, person.id, person.email, "confirm", path=f"/confirm/{token}", now=now
    )


def claim(session: Session, person: User, *, now: dt.datetime) -> Message:
    """Let a person choose a password for the account that waits for them."""
    mail = claim_mail(person.id, person.email, person.fs_uniquifier, now=now)
    [message] = post_many(session, [mail], now=now)
    return message


def claim_mail(
    person_id: uuid.UUID, email: str, key: str, *, section_name: str = "", now: dt.datetime
) -> Mail:
    """Return that mail, to the address of an account with this key."""
    path = "/claim/" + claim_links.sign(key, now=now)
    letter = stationery.write("claim", path=path, section=section_name)
    return Mail(person_id=person_id, recipient=email, subject=letter.subject, body=letter.body)


def claim_subject(section_name: str) -> str:
    """Return what that mail is called, by which those who got it are found."""
    letter = stationery.write("claim", path="/claim/", section=section_name)
    return subject_of(letter.subject)


def reset(session: Session, person: User, token: str, *, now: dt.datetime) -> Message:
    return post_letter(session, person.id, person.email, "reset", path=f"/reset/{token}", now=now)


def have_account(session: Session, person: User, *, now: dt.datetime) -> Message:
    """Answer whoever registers, or confirms, an address that is in use already."""
    return post_letter(session, person.id, person.email, "have_account", path="/login", now=now)


def no_account(session: Session, email: str, *, now: dt.datetime) -> Message:
    """Tell an unknown address so: the page never does, and silence helps nobody."""
    return post_letter(session, None, email, "no_account", path="/register", now=now)


def password_changed(session: Session, person: User, *, now: dt.datetime) -> Message:
    return post_letter(session, person.id, person.email, "password_changed", path="/reset", now=now)


def confirm_email(
    session: Session, person: User, email: str, token: str, *, now: dt.datetime
) -> Message:
    """Ask at a new address whether it is theirs."""
    return post_letter(
        session, person.id, email, "confirm_email", path=f"/account/email/{token}", now=now
    )


def email_asked(session: Session, person: User, *, now: dt.datetime) -> Message:
    """Tell the address of today that another one is asked for, while that can still be stopped."""
    return post_letter(session, person.id, person.email, "email_asked", path="/reset", now=now)


def email_taken(session: Session, owner: User, *, now: dt.datetime) -> Message:
    """Answer whoever asks for an address that somebody signs in with: only its owner learns it."""
    return post_letter(session, owner.id, owner.email, "email_taken", path="/login", now=now)


def email_changed(session: Session, person: User, before: str, *, now: dt.datetime) -> Message:
    """Announce a new address at the old one, which names nothing of the new one."""
    return post_letter(session, person.id, before, "email_changed", path="/help", now=now)


def factor_changed(session: Session, person: User, *, on: bool, now: dt.datetime) -> Message:
    template = "factor_changed" if on else "factor_off"
    return post_letter(
        session, person.id, person.email, template, path="/account/security", now=now
    )


def factor_reset(session: Session, person: User, *, reason: str, now: dt.datetime) -> Message:
    return post_letter(
        session,
        person.id,
        person.email,
        "factor_reset",
        path="/account/security",
        now=now,
        reason=reason,
    )


def identities_changed(session: Session, person: User, *, now: dt.datetime) -> Message:
    """Tell a person that another account signs them in now, or one does not any more."""
    return post_letter(
        session, person.id, person.email, "identities_changed", path="/account/security", now=now
    )


def recovery_code_used(session: Session, person: User, *, left: int, now: dt.datetime) -> Message:
    return post_letter(
        session,
        person.id,
        person.email,
        "recovery_code",
        path="/account/security",
        now=now,
        left=str(left),
    )


def administrator_appointed(session: Session, person: User, *, now: dt.datetime) -> None:
    """Tell the other administrators that somebody is one now: nobody asked them."""
    to_administrators(
        session,
        "administrator_appointed",
        path="/admin/log",
        but=person.id,
        about_id=person.id,
        now=now,
        name=person.name,
        email=person.email,
    )


def to_administrators(  # noqa: PLR0913  what it says, of whom and to whom
    session: Session,
    template: str,
    *,
    path: str,
    now: dt.datetime,
    but: uuid.UUID | None = None,
    about_id: uuid.UUID | None = None,
    **words: str | Sequence[str],
) -> None:
    """Write to each administrator who can sign in, perhaps ``but`` one."""
    letter = stationery.write(template, path=path, **words)
    them = sa.select(User.id, User.email).where(
        User.roles.any(Role.name == ADMINISTRATOR), User.active, User.confirmed_at.is_not(None)
    )
    mails = [
        Mail(
            person_id=person_id,
            recipient=email,
            subject=letter.subject,
            body=letter.body,
            about_id=about_id,
        )
        for person_id, email in session.execute(them.order_by(User.email))
        if person_id != but
    ]
    post_many(session, mails, now=now)
