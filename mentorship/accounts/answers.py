"""What is mailed to whoever types an address: always one mail, so that nothing else tells.

Pages answer alike for every address. The owner of the mailbox, and nobody else, learns more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from sqlalchemy.orm import Session

from mentorship.accounts import letters, newest
from mentorship.accounts.models import User
from mentorship.accounts.newest import Link
from mentorship.accounts.service import find_by_email, new_key

Token = Callable[[User], str]
# Gets a link made, which goes nowhere, so that an unknown address takes as long as a known one.
NOBODY = User(email="", name="nobody", fs_uniquifier=new_key())


def send_way_in(session: Session, *, email: str, reset_token: Token, now: dt.datetime) -> None:
    """Answer "I cannot sign in": exactly one mail, whoever has the address."""
    person = find_by_email(session, email)
    token = reset_token(person or NOBODY)
    newest.note(session, person or NOBODY, Link.RESET, token)
    if person is None or not person.active:
        letters.no_account(session, email, now=now)
    elif person.confirmed_at is None:
        letters.claim(session, person, now=now)
    else:
        letters.reset(session, person, token, now=now)


def send_confirmation(
    session: Session, *, email: str, confirm_token: Token, now: dt.datetime
) -> None:
    """Answer "the confirmation mail is lost": exactly one mail, whoever has the address."""
    person = find_by_email(session, email)
    token = confirm_token(person or NOBODY)
    newest.note(session, person or NOBODY, Link.CONFIRM, token)
    if person is None or not person.active:
        letters.no_account(session, email, now=now)
    elif person.confirmed_at is not None:
        letters.have_account(session, person, now=now)
    elif person.password is None:
        letters.claim(session, person, now=now)
    else:
        letters.confirm(session, person, token, now=now)


def answer_registered(session: Session, person: User, *, now: dt.datetime) -> None:
    """Answer a registration with an address that is known: only its owner learns that it is."""
    if person.confirmed_at is None:
        letters.claim(session, person, now=now)
    else:
        letters.have_account(session, person, now=now)
