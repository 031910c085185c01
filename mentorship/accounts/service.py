"""People: making and finding them, and what they say of themselves."""

from __future__ import annotations

import datetime as dt
import re
import uuid
import zoneinfo
from functools import cache

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, lazyload

from mentorship.accounts.models import EmailChange, User
from mentorship.extensions import rows_hit
from mentorship.notices.service import one_line

NAME_LENGTH = 120
LINK_HASHES = ("reset_link_hash", "confirm_link_hash")  # of what was mailed and is not used yet
# No number anywhere has more than 15 digits, its country code with it.
PHONE = re.compile(r"(?!(?:[^0-9]*[0-9]){16})\+?[0-9][0-9 ().-]{4,28}[0-9]")
PHONE_LIKE = "Enter a phone number with its country code, like +1 215 555 0100."
AREAS = frozenset(
    {
        *("Africa", "America", "Antarctica", "Arctic", "Asia"),
        *("Atlantic", "Australia", "Europe", "Indian", "Pacific"),
    }
)


class EmailUnusable(ValueError):
    """Mail cannot be sent to such an address."""


class EmailTaken(ValueError):
    """Another person has this address."""


class NameUnusable(ValueError):
    """A name has 1 to 120 characters and holds no web address."""


class PhoneUnusable(ValueError):
    """A phone number has 6 to 31 characters, at most 15 of them digits, and may begin with +."""


class ZoneUnknown(ValueError):
    """No time zone has this name."""


class LinkDead(ValueError):
    """The link was used, is too old, or was never ours."""


def clean_email(text: str) -> str:
    """Return the one spelling under which an address is kept: lower case, punycode domain.

    Raises
    ------
    EmailUnusable
        The text is no address. Whether mail arrives there, only a mail can tell.

    """
    try:
        valid = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise EmailUnusable("Enter an email address, like name@example.org.") from None
    return str(valid.ascii_email).lower()


def clean_name(text: str) -> str:
    """Return a name on one line.

    Raises
    ------
    NameUnusable
        The name is empty, too long, or advertises something.

    """
    name = one_line(text)
    if not name:
        raise NameUnusable("Enter your name.")
    if len(name) > NAME_LENGTH:
        raise NameUnusable(f"Use at most {NAME_LENGTH} characters.")
    if "://" in name or "www." in name.lower():
        raise NameUnusable("Enter a name without a web address.")
    return name


@cache
def time_zones() -> tuple[str, ...]:
    """List the time zones that are named after places, in order; UTC first."""
    names = (name for name in zoneinfo.available_timezones() if name.partition("/")[0] in AREAS)
    return ("UTC", *sorted(names))


def find_by_email(session: Session, email: str) -> User | None:
    """Return the person who has an address, by one query whether there is one or not."""
    return session.scalar(
        sa.select(User).where(User.email == email.strip().lower()).options(lazyload(User.roles))
    )


def find_by_key(session: Session, key: str) -> User | None:
    """Return the person whose session key this is, with their roles, in one query."""
    found = sa.select(User).where(User.fs_uniquifier == key).options(joinedload(User.roles))
    return session.scalars(found).unique().one_or_none()


def new_person(  # noqa: PLR0913  one argument a column
    session: Session,
    *,
    email: str,
    name: str,
    now: dt.datetime,
    password_hash: str | None = None,
    confirmed: bool = False,
    demo: bool = False,
) -> User:
    """Make a person; without a password they claim the account by a mailed link.

    Raises
    ------
    EmailUnusable, NameUnusable
        The address or the name cannot be used.
    EmailTaken
        Another person has the address.

    """
    person = User(
        email=clean_email(email),
        name=clean_name(name),
        password=password_hash,
        fs_uniquifier=new_key(),
        confirmed_at=now if confirmed else None,
        created_at=now,
        active=True,
        demo=demo,
    )
    try:
        with session.begin_nested():
            session.add(person)
            session.flush()
    except IntegrityError:
        raise EmailTaken(f"somebody has the address {person.email} already") from None
    return person


def find_or_new(session: Session, *, email: str, name: str, now: dt.datetime) -> User:
    """Return the person who has an address, or make them; asked twice at once, it is one person.

    Raises
    ------
    EmailUnusable, NameUnusable
        The address or the name cannot be used.

    """
    found = find_by_email(session, clean_email(email))
    if found is not None:
        return found
    try:
        return new_person(session, email=email, name=name, now=now)
    except EmailTaken:  # between looking and making
        return session.scalars(sa.select(User).where(User.email == clean_email(email))).one()


def change_settings(
    session: Session, person: User, *, name: str, timezone: str | None, phone: str | None
) -> None:
    """Keep what a person says of themselves.

    Raises
    ------
    NameUnusable, ZoneUnknown, PhoneUnusable
        That cannot be kept.

    """
    if timezone not in {None, person.timezone, *time_zones()}:
        raise ZoneUnknown("Choose a time zone from the list.")
    person.name, person.timezone = clean_name(name), timezone
    change_phone(session, person, phone)


def switch_keys(person: User, *, off: bool) -> None:
    """Keep whether single letters act on the tables that a person works with."""
    person.keys_off = off


def change_phone(session: Session, person: User, phone: str | None) -> None:
    """Keep a phone number, or none.

    Raises
    ------
    PhoneUnusable
        That is no phone number.

    """
    if phone is not None and not PHONE.fullmatch(phone):
        raise PhoneUnusable(PHONE_LIKE)
    if phone != person.phone:
        person.phone = phone
    session.flush()


def new_key() -> str:
    """Make the random key that sessions and links of a person carry; a new one voids them all."""
    return uuid.uuid4().hex


def change_key(session: Session, person: User) -> None:
    """End every session and void every link of a person, also one to a new address.

    Raises
    ------
    LinkDead
        The key was changed meanwhile: the same link was used twice at once.

    """
    changed = rows_hit(
        session,
        sa.update(User)
        .where(User.id == person.id, User.fs_uniquifier == person.fs_uniquifier)
        .values(fs_uniquifier=new_key(), **dict.fromkeys(LINK_HASHES)),
    )
    if not changed:
        raise LinkDead("this link was used already")
    keep_email(session, person.id)


def keep_email(session: Session, person_id: uuid.UUID | None) -> int:
    """Void the link to a new address that a person asked for; those of everybody for none.

    Whoever ends sessions, or chooses a new password, may do so because somebody else was in the
    account: what that one asked for must not outlive it. Return how many there were.
    """
    asked = sa.delete(EmailChange)
    whose = asked if person_id is None else asked.where(EmailChange.person_id == person_id)
    return rows_hit(session, whose)


def confirm(session: Session, person: User, *, now: dt.datetime) -> bool:
    """Note that the address is theirs; False when that was known before."""
    changed = rows_hit(
        session,
        sa.update(User)
        .where(User.id == person.id, User.confirmed_at.is_(None))
        .values(confirmed_at=now),
    )
    return bool(changed)
