"""Who may look through a list now: as the open round says, else as the section does."""

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
    """Return what holds in the ``Section`` of a statement now; of two open rounds, the later."""
    in_round = (
        sa.select(Round.browsing)
        .where(
            Round.section_id == Section.id,
            Round.state == RoundState.OPEN,
            Round.browsing.is_not(None),
        )
        .order_by(Round.opened_at.desc(), Round.id)
        .limit(1)
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
