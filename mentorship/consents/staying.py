"""Who can be counted on: neither switched off nor about to be erased."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import ADMINISTRATOR, Role, User
from mentorship.consents.models import Erasure

_ADMINISTERS = User.roles.any(Role.name == ADMINISTRATOR)


def who_stays(*, but: uuid.UUID) -> sa.Select[uuid.UUID]:
    going = sa.exists().where(Erasure.person_id == User.id)
    return sa.select(User.id).where(User.id != but, User.active, ~going)


def alone_on_site(session: Session, person_id: uuid.UUID) -> bool:
    """Tell whether without this person nobody administers the site."""
    administers = sa.exists().where(User.id == person_id, _ADMINISTERS)
    others = sa.exists().where(User.id.in_(who_stays(but=person_id)), _ADMINISTERS)
    return session.scalars(sa.select(administers & ~others)).one()


def is_administered(session: Session) -> bool:
    """Tell whether anybody administers the site who can sign in."""
    return session.scalars(sa.select(sa.exists().where(User.active, _ADMINISTERS))).one()


def hold_administrators(session: Session) -> None:
    """Let two administrators who go, or are switched off, do so one after the other."""
    session.execute(sa.select(Role.id).where(Role.name == ADMINISTRATOR).with_for_update())
