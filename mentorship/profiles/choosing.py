"""Whom a person may choose by name on the profile page: nobody whom they could not look up."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship.accounts.models import User
from mentorship.consents.service import LISTED, MATCHING, agrees_to
from mentorship.profiles.codes import code_name, option_of
from mentorship.profiles.completeness import is_ready
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole

_THEIRS, _OWN = aliased(Membership), aliased(Membership)


@dataclass(frozen=True, slots=True)
class Choosable:
    """A mentor to choose: the text of the key, and the name as the list shows it."""

    key: str
    label: str

    @property
    def option(self) -> str:
        """What the page sends for this mentor: their key would tell the name behind a code."""
        return option_of(self.key)


def mentors_to_choose(
    session: Session,
    person_id: uuid.UUID,
    *,
    sections: sa.Select[uuid.UUID],
    known: sa.ColumnElement[bool],
    named: Collection[str] = (),
) -> tuple[Choosable, ...]:
    """Return the mentors of ``sections`` who agreed to be looked up and could be matched.

    They are in the order of the labels: that of hidden names would give them away.
    ``sections`` is a part of a query, and so is ``known``: whether this person knows a user's name
    from a match of the two. Those ``named`` in the profile already come last where they are not
    among them (any more); a name that a section of both hides, or hid, stays a code to others.
    """
    in_one = sa.exists().where(
        Membership.person_id == User.id,
        Membership.section_id.in_(sections),
        *(Membership.role == SectionRole.MENTOR, Membership.state == MembershipState.ACTIVE),
    )
    listed = sa.and_(
        in_one.correlate(User),
        *(agrees_to(LISTED, User.id), agrees_to(MATCHING, User.id), is_ready()),
        *(User.id != person_id, User.active),
    )
    keys = [uuid.UUID(key) for key in named if "@" not in key]
    hidden = name_hidden_from(person_id)
    rows = session.execute(
        sa.select(
            *(User.id, User.name, sa.case((~hidden, Profile.institution))),
            sa.case((listed, 1), else_=0),
            sa.and_(hidden, ~known),
        )
        .outerjoin(
            Profile, sa.and_(Profile.person_id == User.id, Profile.kind == ProfileKind.MENTOR)
        )
        .where(sa.or_(listed, User.id.in_(keys)))
    ).all()
    here = [
        Choosable(str(key), _label(key, name, institution, masked=masked))
        for key, name, institution, found, masked in rows
        if found
    ]
    former = [
        Choosable(str(key), f"{_label(key, name, None, masked=masked)} (in no list of yours now)")
        for key, name, _, found, masked in rows
        if not found
    ]
    return (*_by_label(here), *_by_label(former))


def _by_label(people: Iterable[Choosable]) -> Sequence[Choosable]:
    return sorted(people, key=lambda each: (each.label.casefold(), each.option))


def name_hidden_from(
    reader_id: uuid.UUID | sa.ScalarSelect[uuid.UUID],
) -> sa.ColumnElement[bool]:
    """Say of a user whether a section that both are in, or were in, hides names.

    Leaving the section, or taking back a consent, does not give away who stood behind a code.
    """
    return (
        sa.exists()
        .where(
            _THEIRS.person_id == User.id,
            _OWN.section_id == _THEIRS.section_id,
            _OWN.person_id == reader_id,
            Section.id == _OWN.section_id,
            Section.names_masked,
        )
        .correlate(User)
    )


def _label(key: uuid.UUID, name: str, institution: str | None, *, masked: bool) -> str:
    if masked:
        return code_name(ProfileKind.MENTOR, key)
    return f"{name}, {institution}" if institution else name
