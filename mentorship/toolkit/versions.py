"""What becomes of the versions that sections keep of a common resource when that one changes.

A field in which a section never put anything else follows. What it put in its own words stays, and
its leaders are told what the common one says now.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship.sections.models import Membership, MembershipState, Section, SectionRole
from mentorship.toolkit.resource_models import Resource
from mentorship.toolkit.shelf_models import Change, ResourceChange
from mentorship.toolkit.shown import TYPE_NAMES
from mentorship.toolkit.truth_models import ChangeKind, FactChange

OF_PAGE = ("url_check", "as_of", "confidence", "volatile", "checked_on")  # known of one address
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "title": "Title",
        "url": "Link",
        "organization": "Organization",
        "who": "Who speaks or writes",
        "type": "Type",
        "description": "What it is about",
    }
)
WRITTEN = (Change.ADDED, Change.EDITED, Change.RESTORED)


def follow(session: Session, common: Resource, before: Mapping[str, Any]) -> None:
    """Bring a change of a common resource to its versions; ``before`` holds the old values."""
    for version in session.scalars(sa.select(Resource).where(Resource.replaces_id == common.id)):
        names = set(before)
        if "url" in before and version.url == before["url"]:
            for name in ("url", *OF_PAGE):  # another page: nothing known of the old one holds
                setattr(version, name, getattr(common, name))
        elif version.url != common.url:
            names -= {*OF_PAGE}  # the section leads to a page of its own
        for name in names:
            if getattr(version, name) == before[name]:
                setattr(version, name, getattr(common, name))
    session.flush()


def corrected_since(
    session: Session, version_ids: Collection[str]
) -> Mapping[str, Mapping[str, str]]:
    """Return by version what the common one says otherwise, where it was corrected since.

    Since the section last wrote its version, that is; in one query.
    """
    version = aliased(Resource)
    written = (
        sa.select(ResourceChange.resource_id, sa.func.max(ResourceChange.at).label("at"))
        .where(ResourceChange.change.in_(WRITTEN))
        .group_by(ResourceChange.resource_id)
        .subquery()
    )
    of_common = sa.and_(FactChange.kind_of_fact == "resource", FactChange.fact_id == Resource.id)
    rows = session.execute(
        sa.select(version, Resource, FactChange.after)
        .join(Resource, Resource.id == version.replaces_id)
        .join(FactChange, of_common)
        .join(written, written.c.resource_id == version.id)
        .where(
            version.id.in_(version_ids),
            FactChange.kind != ChangeKind.CHECKED,
            FactChange.at > written.c.at,
        )
    )
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for mine, common, changed in rows:
        for name in FIELDS.keys() & changed.keys():
            if getattr(mine, name) != getattr(common, name):
                value = getattr(common, name)
                found[mine.id][name] = TYPE_NAMES[value] if name == "type" else value or ""
    return found


def versions_led_by(
    session: Session, common_id: str, person_id: uuid.UUID
) -> tuple[tuple[Section, str], ...]:
    """Return the sections of a leader that have a version of a resource, each with its key."""
    rows = session.execute(
        sa.select(Section, Resource.id)
        .join(Resource, Resource.section_id == Section.id)
        .join(Membership, Membership.section_id == Section.id)
        .where(
            Resource.replaces_id == common_id,
            Membership.person_id == person_id,
            Membership.role == SectionRole.LEADER,
            Membership.state == MembershipState.ACTIVE,
        )
        .order_by(Section.name)
    )
    return tuple((section, key) for section, key in rows)
