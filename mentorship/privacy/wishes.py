"""The wish to be erased: said, taken back within its days, and due when they are over."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.accounts.models import User
from mentorship.consents.models import Erasure
from mentorship.consents.staying import alone_on_site, hold_administrators, who_stays
from mentorship.notices.letters import post_letter
from mentorship.rounds.service import end_requests
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole

GRACE = dt.timedelta(days=14)
SITE = "the site itself"


class Needed(RuntimeError):
    """Without this person a section has no leader, or the site no administrator."""

    def __init__(self, what: Sequence[str]) -> None:
        super().__init__(", ".join(what))
        self.what = tuple(what)


def ask(session: Session, *, person: User, now: dt.datetime) -> Erasure:
    """Note the wish, and write to the person what will happen; asking again changes nothing.

    Raises
    ------
    Needed
        Somebody else must first lead a section, or administer the site.

    """
    session.execute(sa.select(User.id).where(User.id == person.id).with_for_update())
    before = session.get(Erasure, person.id, populate_existing=True)
    if before is not None:
        return before
    _hold_others_back(session, person.id)
    if left := alone_in(session, person.id):
        raise Needed(left)
    wish = Erasure(person_id=person.id, asked_at=now, due_at=now + GRACE)
    session.add(wish)
    session.flush()
    end_requests(session, person_id=person.id, now=now)
    _note(session, "privacy.ask_to_erase", person.id, now=now)
    day = f"{wish.due_at:%B} {wish.due_at.day}, {wish.due_at.year}"
    post_letter(
        session,
        person.id,
        person.email,
        "erasure_asked",
        path="/account/erase",
        name=person.name,
        day=day,
        now=now,
    )
    return wish


def take_back(session: Session, *, person_id: uuid.UUID, now: dt.datetime) -> bool:
    """Take the wish back; False if there was none. What they agreed to counts again at once."""
    wish = sa.delete(Erasure).where(Erasure.person_id == person_id).returning(Erasure.person_id)
    if session.execute(wish).one_or_none() is None:
        return False
    _note(session, "privacy.keep_me", person_id, now=now)
    return True


def wish_of(session: Session, person_id: uuid.UUID) -> Erasure | None:
    return session.get(Erasure, person_id)


def alone_in(session: Session, person_id: uuid.UUID) -> Sequence[str]:
    """Name the sections that only this person leads, and the site if nobody else administers it.

    Whoever is switched off, or is about to be erased too, is nobody to count on.
    """
    theirs = sa.select(Section.name).where(
        Section.id.in_(_led_by(Membership.person_id == person_id)),
        Section.id.not_in(_led_by(Membership.person_id.in_(who_stays(but=person_id)))),
    )
    found = list(session.scalars(theirs.order_by(Section.name)))
    return [*found, SITE] if alone_on_site(session, person_id) else found


def _led_by(who: sa.ColumnElement[bool]) -> sa.Select[uuid.UUID]:
    leads = Membership.role == SectionRole.LEADER, Membership.state == MembershipState.ACTIVE
    return sa.select(Membership.section_id).where(*leads, who)


def _hold_others_back(session: Session, person_id: uuid.UUID) -> None:
    """Let two leaders of a section, or two administrators, ask one after the other."""
    sections = _led_by(Membership.person_id == person_id)
    led = sa.select(Section.id).where(Section.id.in_(sections)).order_by(Section.id)
    session.execute(led.with_for_update())
    hold_administrators(session)


def due(session: Session, *, now: dt.datetime) -> Sequence[uuid.UUID]:
    """Return whose days are over."""
    over = sa.select(Erasure.person_id).where(Erasure.due_at <= now)
    return session.scalars(over.order_by(Erasure.due_at)).all()


def _note(session: Session, action: str, person_id: uuid.UUID, *, now: dt.datetime) -> None:
    audit.record(session, action=action, actor_id=person_id, about_id=person_id, now=now)
