"""Who may look through a list now: as an open round says, else as the section does."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.profiles.models import ProfileKind
from mentorship.rounds.models import Round, RoundState
from mentorship.sections.models import (
    Browsing,
    Membership,
    MembershipState,
    Section,
    SectionRole,
)

MAY_BROWSE: Mapping[ProfileKind, tuple[Browsing, ...]] = MappingProxyType(
    {
        ProfileKind.IMG: (Browsing.IMGS, Browsing.BOTH),
        ProfileKind.MENTOR: (Browsing.BOTH,),
    }
)


def browsing_now() -> sa.ColumnElement[Browsing]:
    """Return what holds in the ``Section`` of a statement now: the most that an open round allows.

    A choice in the list counts in all of them, and one that allows it is enough to make it.
    """
    says = sa.func.coalesce(Round.browsing, Section.browsing, type_=Section.browsing.type)
    most = sa.func.min(says)  # the words stand in the order of the alphabet: both, imgs, nobody
    in_round = (
        sa.select(most)
        .where(Round.section_id == Section.id, Round.state == RoundState.OPEN)
        .correlate(Section)
        .scalar_subquery()
    )
    return sa.func.coalesce(in_round, Section.browsing, type_=Section.browsing.type)


def browsed_by(person_id: uuid.UUID, kind: ProfileKind) -> sa.Select[uuid.UUID]:
    """Return, as a part of a query, the sections where this person may look through the list."""
    return _memberships(person_id, kind, Section.id).where(browsing_now().in_(MAY_BROWSE[kind]))


def _memberships(
    person_id: uuid.UUID, kind: ProfileKind, *columns: sa.ColumnElement[Any] | Any
) -> sa.Select[Any]:
    return (
        sa.select(*columns)
        .select_from(Section)
        .join(Membership, Membership.section_id == Section.id)
        .where(
            Membership.person_id == person_id,
            Membership.role == SectionRole(kind.value),
            Membership.state == MembershipState.ACTIVE,
        )
    )


def sections_offering(
    session: Session, person_id: uuid.UUID, kind: ProfileKind
) -> Sequence[uuid.UUID]:
    """Return the sections where this person, in this role, may look through the list.

    Raises NoResultFound for a person who is not in this role anywhere.
    """
    rows = session.execute(
        _memberships(person_id, kind, Section.id, browsing_now().label("browsing"))
    ).all()
    if not rows:
        raise sa.exc.NoResultFound
    return [section for section, browsing in rows if browsing in MAY_BROWSE[kind]]
