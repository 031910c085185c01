"""The mails of a mentorship: they say that something happened, and where to read what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.inbox.models import NoticeKind
from mentorship.inbox.service import Telling, tell
from mentorship.mentorships.scope import Mentorship
from mentorship.notices.letters import Letter, stationery
from mentorship.sections.belonging import Readers, leaders_of


def tell_other(session: Session, pair: Mentorship, template: str, *, now: dt.datetime) -> None:
    """Write to the other half of the pair."""
    _tell(session, [pair.other], template, pair, now)


def tell_both(session: Session, pair: Mentorship, template: str, *, now: dt.datetime) -> None:
    _tell(session, [pair.img, pair.mentor], template, pair, now)


def tell_leaders(session: Session, pair: Mentorship, template: str, *, now: dt.datetime) -> None:
    """Write to who leads the section; the mail names neither the pair nor the matter.

    The other half of the pair gets none, though they lead the section too.
    """
    path = f"/sections/{pair.section.slug}/mentorships"
    leaders = readers_of(session, pair).others
    tell(session, _tellings(leaders, template, path, pair), kind=NoticeKind.CONCERN, now=now)


def readers_of(session: Session, pair: Mentorship) -> Readers:
    """Return who reads what one of a pair tells the leaders."""
    people = (membership.person for membership in leaders_of(session, pair.section.id))
    return Readers.among((each, each in {pair.img, pair.mentor}) for each in people)


def _tell(
    session: Session, people: Iterable[User], template: str, pair: Mentorship, now: dt.datetime
) -> None:
    tellings = _tellings(people, template, f"/mentorships/{pair.id}", pair)
    tell(session, tellings, kind=NoticeKind.MENTORSHIP, now=now)


def _tellings(people: Iterable[User], template: str, path: str, pair: Mentorship) -> list[Telling]:
    return [Telling(p.id, p.email, _letter(p, template, path, pair), path) for p in people]


def _letter(person: User, template: str, path: str, pair: Mentorship) -> Letter:
    return stationery.write(template, path=path, name=person.name, section_name=pair.section.name)
