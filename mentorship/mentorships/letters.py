"""The mails of a mentorship: they say that something happened, and where to read what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.mentorships.scope import Mentorship
from mentorship.notices.letters import stationery
from mentorship.notices.service import post
from mentorship.sections.service import leaders_of


def tell_other(session: Session, pair: Mentorship, template: str, *, now: dt.datetime) -> None:
    """Write to the other half of the pair."""
    _post(session, [pair.other], template, f"/mentorships/{pair.id}", pair, now)


def tell_both(session: Session, pair: Mentorship, template: str, *, now: dt.datetime) -> None:
    _post(session, [pair.img, pair.mentor], template, f"/mentorships/{pair.id}", pair, now)


def tell_leaders(session: Session, pair: Mentorship, template: str, *, now: dt.datetime) -> None:
    """Write to everybody who leads the section; the mail names neither the pair nor the matter."""
    leaders = [membership.person for membership in leaders_of(session, pair.section.id)]
    path = f"/sections/{pair.section.slug}/mentorships"
    _post(session, leaders, template, path, pair, now)


def _post(  # noqa: PLR0913, PLR0917  who, in which words, leading where
    session: Session,
    people: Iterable[User],
    template: str,
    path: str,
    pair: Mentorship,
    now: dt.datetime,
) -> None:
    for person in people:
        letter = stationery.write(
            template, path=path, name=person.name, section_name=pair.section.name
        )
        post(session, recipient=person.email, subject=letter.subject, body=letter.body, now=now)
