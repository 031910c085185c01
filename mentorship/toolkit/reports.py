"""What members reported of a resource, and its end."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from mentorship.sections.models import Membership, MembershipState
from mentorship.toolkit.resource_models import Resource
from mentorship.toolkit.section_catalog import had_by
from mentorship.toolkit.shelf_models import ResourceReport


def open_reports(session: Session, section_id: uuid.UUID) -> Sequence[ResourceReport]:
    """Return what members of a section reported and nobody has settled, the oldest first."""
    return session.scalars(
        sa.select(ResourceReport)
        .where(ResourceReport.settled_at.is_(None), _reported_in(section_id))
        .options(joinedload(ResourceReport.resource))
        .order_by(ResourceReport.at, ResourceReport.id)
    ).all()


def reports_on(session: Session, resource_id: str) -> Sequence[ResourceReport]:
    """Return the open reports on a resource from all sections, the oldest first."""
    return session.scalars(
        sa.select(ResourceReport)
        .where(ResourceReport.resource_id == resource_id, ResourceReport.settled_at.is_(None))
        .order_by(ResourceReport.at, ResourceReport.id)
    ).all()


def settle(
    session: Session,
    section_id: uuid.UUID,
    report_id: uuid.UUID,
    *,
    by: uuid.UUID,
    now: dt.datetime,
) -> ResourceReport:
    """Close a report of a member of this section; twice changes nothing more."""
    report = session.scalars(
        sa.select(ResourceReport)
        .where(ResourceReport.id == report_id, _reported_in(section_id))
        .options(joinedload(ResourceReport.resource))
    ).one()
    if report.settled_at is None:
        report.settled_at, report.settled_by_id = now, by
        session.flush()
    return report


def _reported_in(section_id: uuid.UUID) -> sa.ColumnElement[bool]:
    """Match what members reported of what this section has: they may be members of another too."""
    members = sa.select(Membership.person_id).where(
        Membership.section_id == section_id, Membership.state == MembershipState.ACTIVE
    )
    here = sa.select(Resource.id).where(had_by(section_id))
    return sa.and_(ResourceReport.person_id.in_(members), ResourceReport.resource_id.in_(here))
