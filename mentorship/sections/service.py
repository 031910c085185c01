"""Joining and leaving a section: every change of a membership but a leader's goes through here.

A membership moves only along these ways: none -> asked or active; asked -> active, declined or
left; active -> left; declined -> asked, or active by an import; left -> asked or active, by the
person's own wish. Leaders are appointed and dismissed; they neither ask nor leave.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from mentorship.sections import letters
from mentorship.sections.belonging import leaders_of
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole
from mentorship.sections.moves import Place, insert, move, read

ASKED, ACTIVE = MembershipState.ASKED, MembershipState.ACTIVE
DECLINED, LEFT = MembershipState.DECLINED, MembershipState.LEFT
# What packages above this one do when somebody leaves; the application fills it in.
AFTER_LEAVING: list[Callable[..., None]] = []
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,38}[a-z0-9]")


class SlugUnusable(ValueError):
    """A short name has 2 to 40 lower-case letters, digits and hyphens."""


class SectionTaken(ValueError):
    """Another section has this ``field`` already."""

    def __init__(self, field: str) -> None:
        super().__init__(f"another section has this {field}")
        self.field = field


class LeadersAreAppointed(ValueError):
    """Nobody becomes a leader by asking or by an import, or stops being one by leaving."""


class AlreadyDecided(ValueError):
    """The request waits no longer: a leader was faster, or the person took it back."""

    def __init__(self, membership: Membership) -> None:
        super().__init__(f"the request is {membership.state} already")
        self.person = membership.person.name
        self.state = membership.state
        self.by = membership.decided_by.name if membership.decided_by else None
        self.at = membership.decided_at


# --- Sections ----------------------------------------------------------------------------------


def create_section(  # noqa: PLR0913  one argument a column
    session: Session, *, name: str, slug: str, about: str, approve_imgs: bool, now: dt.datetime
) -> Section:
    """Make a section without members.

    Raises
    ------
    SlugUnusable, SectionTaken
        The short name has other characters, or the name or the short name is in use.

    """
    if not SLUG.fullmatch(slug):
        raise SlugUnusable(slug)
    section = Section(name=name, slug=slug, about=about, approve_imgs=approve_imgs, created_at=now)
    try:
        with session.begin_nested():
            session.add(section)
    except IntegrityError:
        taken = session.scalar(sa.select(Section.id).where(Section.slug == slug))
        raise SectionTaken("slug" if taken else "name") from None
    return section


def edit_section(
    session: Session, section: Section, *, name: str, about: str, approve_imgs: bool
) -> None:
    """Change what may change; the short name stays, because links contain it."""
    try:
        with session.begin_nested():
            section.name, section.about, section.approve_imgs = name, about, approve_imgs
    except IntegrityError:
        raise SectionTaken("name") from None


# --- Joining and leaving -----------------------------------------------------------------------


def ask_to_join(
    session: Session,
    *,
    person_id: uuid.UUID,
    section_id: uuid.UUID,
    role: SectionRole,
    now: dt.datetime,
) -> Membership:
    """Ask to join, or join at once as an IMG where the section does not ask its leaders.

    Asking while a request waits, or as a member, changes nothing. After a decline the leaders
    decide again, also about an IMG who would otherwise be let in.
    """
    place = Place(section_id, person_id, _not_leader(role))
    section = session.get_one(Section, section_id)
    state = ACTIVE if role is SectionRole.IMG and not section.approve_imgs else ASKED
    entered = (
        move(session, *place.rows, start=(DECLINED,), end=ASKED, now=now)
        or move(session, *place.rows, start=(LEFT,), end=state, now=now)
        or insert(session, place, state=state, now=now)
    )
    membership = read(session, *place.rows)
    if entered and membership.state is ASKED:
        letters.asked(session, membership, leaders_of(session, section_id), now=now)
    return membership


def decide(
    session: Session, *, membership_id: uuid.UUID, approve: bool, by: uuid.UUID, now: dt.datetime
) -> Membership:
    """Let the person in, or decline; only who leads the section may, and only once.

    Raises
    ------
    AlreadyDecided
        Somebody else was faster, or said something else; the error names who and when.
    NoResultFound
        There is no such request in a section that ``by`` leads.

    """
    leading = aliased(Membership)
    led = sa.select(leading.section_id).where(
        leading.person_id == by, leading.role == SectionRole.LEADER, leading.state == ACTIVE
    )
    mine = Membership.id == membership_id, Membership.section_id.in_(led)
    end = ACTIVE if approve else DECLINED
    decided = move(session, *mine, start=(ASKED,), end=end, by=by, now=now)
    membership = read(session, *mine)
    if decided:
        letters.decided(session, membership, now=now)
    elif (membership.state, membership.decided_by_id) != (end, by):  # not the same click twice
        raise AlreadyDecided(membership)
    return membership


def leave(
    session: Session, *, membership_id: uuid.UUID, person_id: uuid.UUID, now: dt.datetime
) -> Membership:
    """Leave a section in one role, or take a waiting request back; twice changes nothing more.

    Raises
    ------
    LeadersAreAppointed
        A leader does not leave but is dismissed, so that somebody sees who leads.
    NoResultFound
        It is not this person's membership.

    """
    own = Membership.id == membership_id, Membership.person_id == person_id
    membership = read(session, *own)
    _not_leader(membership.role)
    if move(session, *own, start=(ASKED, ACTIVE), end=LEFT, by=person_id, now=now):
        for follow in AFTER_LEAVING:
            follow(
                session,
                section_id=membership.section_id,
                person_id=person_id,
                role=membership.role,
                now=now,
            )
    return read(session, *own)


def add_member(
    session: Session,
    *,
    section_id: uuid.UUID,
    person_id: uuid.UUID,
    role: SectionRole,
    now: dt.datetime,
) -> Membership:
    """Put an imported person into a section. Who left by own wish stays out until they ask."""
    place = Place(section_id, person_id, _not_leader(role))
    if not move(session, *place.rows, start=(ASKED, DECLINED), end=ACTIVE, now=now):
        insert(session, place, state=ACTIVE, now=now)
    return read(session, *place.rows)


def _not_leader(role: SectionRole) -> SectionRole:
    if role is SectionRole.LEADER:
        raise LeadersAreAppointed
    return role
