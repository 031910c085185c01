"""What a member does with a resource: keep it, mark it, say that something is wrong with it."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mentorship.extensions import rows_hit
from mentorship.toolkit.catalog import shown_to
from mentorship.toolkit.resource_models import Resource
from mentorship.toolkit.shelf_models import MarkKind, ResourceMark, ResourceReport, Trouble


def set_mark(  # noqa: PLR0913  who, what, which and when
    session: Session,
    *,
    person_id: uuid.UUID,
    resource_id: str,
    kind: MarkKind,
    on: bool,
    now: dt.datetime,
) -> None:
    """Set or take back a mark; twice changes nothing more.

    Raises
    ------
    NoResultFound
        This person does not see such a resource.

    """
    _need(session, person_id, resource_id)
    key = {"person_id": person_id, "resource_id": resource_id, "kind": kind}
    present = session.get(ResourceMark, key)
    if on and present is None:
        try:
            with session.begin_nested():
                session.add(ResourceMark(**key, at=now))
        except IntegrityError:  # the other of two clicks was faster
            return
    elif not on and present is not None:
        session.delete(present)
        session.flush()


def report(  # noqa: PLR0913  who, what, why and when
    session: Session,
    *,
    person_id: uuid.UUID,
    resource_id: str,
    trouble: Trouble,
    words: str,
    now: dt.datetime,
) -> None:
    """Tell the leaders of trouble with a resource; one's open report is brought up to date."""
    _need(session, person_id, resource_id)
    changed = rows_hit(
        session,
        sa.update(ResourceReport)
        .where(
            ResourceReport.person_id == person_id,
            ResourceReport.resource_id == resource_id,
            ResourceReport.settled_at.is_(None),
        )
        .values(trouble=trouble, words=words, at=now)
        .execution_options(synchronize_session=False),
    )
    if changed:
        return
    row = {"person_id": person_id, "resource_id": resource_id, "trouble": trouble}
    session.add(ResourceReport(**row, words=words, at=now))
    session.flush()


def _need(session: Session, person_id: uuid.UUID, resource_id: str) -> None:
    seen = sa.select(Resource.id).where(Resource.id == resource_id, *shown_to(person_id))
    session.scalars(seen).one()
