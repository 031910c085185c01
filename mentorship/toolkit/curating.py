"""The catalog as the leaders of a section shape it for their members.

The catalog that comes with the service stays as it is. A section that says something in other
words keeps a resource of its own in its place, and every change is kept with what stood before.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from mentorship.search import service as search
from mentorship.sections.models import Membership, MembershipState
from mentorship.toolkit.catalog import BEST_FIRST, words_of
from mentorship.toolkit.links import is_dead
from mentorship.toolkit.models import (
    Confidence,
    Resource,
    ResourceStage,
    ResourceTopic,
    ResourceType,
    UrlCheck,
)
from mentorship.toolkit.searched import of_resource
from mentorship.toolkit.shelf_models import (
    Change,
    ResourceChange,
    ResourceMark,
    ResourcePlacing,
    ResourceReport,
)

FIRST = 9  # places a section can give
PER_PAGE = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a leader says of a resource."""

    title: str
    type: ResourceType
    organization: str
    url: str
    description: str
    stages: tuple[str, ...]
    topics: tuple[str, ...]
    volatile: bool = False  # what the page tells of is being changed
    opened_on: dt.date | None = None  # the day the leader read the page, if they say so

    def as_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "type": self.type.value,
            "organization": self.organization,
            "url": self.url,
            "description": self.description,
            "stages": list(self.stages),
            "topics": list(self.topics),
            "volatile": self.volatile,
        }


@dataclass(frozen=True, slots=True)
class Curated:
    """A resource as a section has it."""

    resource: Resource
    hidden: bool
    position: int | None
    is_dead: bool = False  # its link, found by the service

    @property
    def is_own(self) -> bool:
        return self.resource.section_id is not None


@dataclass(frozen=True, slots=True)
class CuratedPage:
    rows: Sequence[Curated]
    total: int
    page: int
    pages: int


def curated(
    session: Session, section_id: uuid.UUID, *, words: str = "", page: int = 1
) -> CuratedPage:
    """Return the resources of a section page by page, in its order, the hidden ones last."""
    other = aliased(Resource)
    replaced = sa.select(other.replaces_id).where(
        other.section_id == section_id, other.replaces_id.is_not(None)
    )
    which = [_in(section_id), Resource.id.not_in(replaced)]
    if words:
        said = (Resource.title, Resource.organization)
        which.append(sa.or_(*(column.icontains(words, autoescape=True) for column in said)))
    total = session.scalar(sa.select(sa.func.count(Resource.id)).where(*which)) or 0
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(1, page), pages)
    rows = session.execute(
        sa.select(
            Resource,
            ResourcePlacing.hidden,
            ResourcePlacing.position,
            is_dead(Resource.url).label("dead"),
        )
        .join(ResourcePlacing, _placed_in(section_id), isouter=True)
        .where(*which)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
        .order_by(
            sa.func.coalesce(ResourcePlacing.hidden, sa.false()),
            ResourcePlacing.position.nulls_last(),
            *BEST_FIRST,
        )
    )
    found = [Curated(row, bool(hidden), position, dead) for row, hidden, position, dead in rows]
    return CuratedPage(found, total, page, pages)


def one_of(session: Session, section_id: uuid.UUID, resource_id: str) -> Curated:
    """Return a resource of the catalog or of this section; else NoResultFound."""
    row, hidden, position = session.execute(
        sa.select(Resource, ResourcePlacing.hidden, ResourcePlacing.position)
        .join(ResourcePlacing, _placed_in(section_id), isouter=True)
        .where(_in(section_id), Resource.id == resource_id)
        .execution_options(populate_existing=True)
    ).one()
    return Curated(row, bool(hidden), position)


def add(
    session: Session, section_id: uuid.UUID, *, words: Words, by: uuid.UUID, now: dt.datetime
) -> Resource:
    """Add a resource that only this section has."""
    row = Resource(id=f"section-{uuid.uuid4()}", section_id=section_id)
    _write(session, row, words)
    _note(session, section_id, row.id, Change.ADDED, by=by, now=now)
    return row


def edit(  # noqa: PLR0913  what, in which words, by whom and when
    session: Session,
    section_id: uuid.UUID,
    row: Resource,
    *,
    words: Words,
    by: uuid.UUID,
    now: dt.datetime,
    change: Change = Change.EDITED,
) -> Resource:
    """Say something in other words; of the common catalog the section then has its own version."""
    before = words_now(session, row)
    if row.section_id is None:
        row = _own_version(section_id, row)
        _write(session, row, words)
        _take_over(session, section_id, str(row.replaces_id), row.id)
        _carry_marks(session, section_id, str(row.replaces_id), row.id)
    else:
        _write(session, row, words)
    _note(session, section_id, row.id, change, by=by, now=now, before=before.as_json())
    return row


def place(  # noqa: PLR0913  what, where, by whom and when
    session: Session,
    section_id: uuid.UUID,
    row: Resource,
    *,
    hidden: bool,
    position: int | None,
    by: uuid.UUID,
    now: dt.datetime,
) -> None:
    """Hide a resource or show it, and say which place it has among the first."""
    key = {"section_id": section_id, "resource_id": row.id}
    placing = session.get(ResourcePlacing, key, populate_existing=True)
    if placing is None:
        placing = ResourcePlacing(**key, hidden=False, position=None)
    before = {"hidden": placing.hidden, "position": placing.position}
    if before == {"hidden": hidden, "position": position}:
        return
    change = Change.MOVED
    if placing.hidden != hidden:
        change = Change.HIDDEN if hidden else Change.SHOWN
    placing.hidden, placing.position = hidden, position
    session.add(placing)
    _note(session, section_id, row.id, change, by=by, now=now, before=before)


def history(session: Session, section_id: uuid.UUID, row: Resource) -> Sequence[ResourceChange]:
    """Return what was done to a resource here, the latest first."""
    keys = [row.id, row.replaces_id] if row.replaces_id else [row.id]
    return session.scalars(
        sa.select(ResourceChange)
        .where(ResourceChange.section_id == section_id, ResourceChange.resource_id.in_(keys))
        .options(joinedload(ResourceChange.by))
        .order_by(ResourceChange.at.desc(), ResourceChange.id)
    ).all()


def restore(  # noqa: PLR0913  which change, of what, by whom and when
    session: Session,
    section_id: uuid.UUID,
    row: Resource,
    change_id: uuid.UUID,
    *,
    by: uuid.UUID,
    now: dt.datetime,
) -> Resource:
    """Bring back the words that stood before a change."""
    change = session.scalars(
        sa.select(ResourceChange).where(
            ResourceChange.id == change_id,
            ResourceChange.section_id == section_id,
            ResourceChange.resource_id == row.id,
            ResourceChange.change.in_([Change.EDITED, Change.RESTORED]),
        )
    ).one()
    old = change.before or {}
    words = Words(
        title=old["title"],
        type=ResourceType(old["type"]),
        organization=old["organization"],
        url=old["url"],
        description=old["description"],
        stages=tuple(old["stages"]),
        topics=tuple(old["topics"]),
        volatile=old.get("volatile", False),  # changes of before there was this mark have none
    )
    return edit(session, section_id, row, words=words, by=by, now=now, change=Change.RESTORED)


def words_now(session: Session, row: Resource) -> Words:
    stages = session.scalars(
        sa.select(ResourceStage.stage_id).where(ResourceStage.resource_id == row.id)
    )
    topics = session.scalars(
        sa.select(ResourceTopic.topic_id).where(ResourceTopic.resource_id == row.id)
    )
    return Words(
        title=row.title,
        type=row.type,
        organization=row.organization,
        url=row.url,
        description=row.description,
        stages=tuple(sorted(stages)),
        topics=tuple(sorted(topics)),
        volatile=row.volatile,
    )


# --- Reports ------------------------------------------------------------------------------------


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
    here = sa.select(Resource.id).where(_in(section_id))
    return sa.and_(ResourceReport.person_id.in_(members), ResourceReport.resource_id.in_(here))


# --- Underneath ---------------------------------------------------------------------------------


def _in(section_id: uuid.UUID) -> sa.ColumnElement[bool]:
    return sa.or_(Resource.section_id.is_(None), Resource.section_id == section_id)


def _placed_in(section_id: uuid.UUID) -> sa.ColumnElement[bool]:
    return sa.and_(
        ResourcePlacing.resource_id == Resource.id, ResourcePlacing.section_id == section_id
    )


def _write(session: Session, row: Resource, words: Words) -> None:
    row.title, row.type, row.organization = words.title, words.type, words.organization
    row.description, row.volatile = words.description, words.volatile
    if words.opened_on:
        row.url_check, row.confidence = UrlCheck.RETRIEVED, Confidence.HIGH
        row.as_of, row.checked_on = words.opened_on.isoformat(), words.opened_on
    elif row.url != words.url:  # nobody has opened the new address yet
        row.url_check, row.confidence, row.as_of = UrlCheck.NOT_OPENED, Confidence.MEDIUM, None
        row.checked_on = None
    row.url = words.url
    session.add(row)
    session.flush()
    for table in (ResourceStage, ResourceTopic):
        session.execute(sa.delete(table).where(table.resource_id == row.id))
    session.add_all(ResourceStage(resource_id=row.id, stage_id=stage) for stage in words.stages)
    session.add_all(ResourceTopic(resource_id=row.id, topic_id=topic) for topic in words.topics)
    session.flush()
    stages, topics = words_of(session, [row.id])
    search.put(session, of_resource(row, stages[row.id], topics[row.id]))


def _own_version(section_id: uuid.UUID, row: Resource) -> Resource:
    return Resource(
        id=f"section-{uuid.uuid4()}",
        section_id=section_id,
        replaces_id=row.id,
        url=row.url,
        url_check=row.url_check,
        as_of=row.as_of,
        confidence=row.confidence,
        checked_on=row.checked_on,
    )


def _take_over(session: Session, section_id: uuid.UUID, old: str, new: str) -> None:
    """Give the section's own version the place that the common one had."""
    session.execute(
        sa.update(ResourcePlacing)
        .where(ResourcePlacing.section_id == section_id, ResourcePlacing.resource_id == old)
        .values(resource_id=new)
        .execution_options(synchronize_session=False)
    )


def _carry_marks(session: Session, section_id: uuid.UUID, old: str, new: str) -> None:
    """Let the section's members keep on its version what they had marked on the common one.

    The marks on the common one stay: a member may see it in another section.
    """
    members = sa.select(Membership.person_id).where(
        Membership.section_id == section_id, Membership.state == MembershipState.ACTIVE
    )
    marked = sa.select(
        ResourceMark.person_id, sa.literal(new), ResourceMark.kind, ResourceMark.at
    ).where(ResourceMark.resource_id == old, ResourceMark.person_id.in_(members))
    columns = ["person_id", "resource_id", "kind", "at"]
    session.execute(sa.insert(ResourceMark).from_select(columns, marked))


def _note(  # noqa: PLR0913  one argument a column
    session: Session,
    section_id: uuid.UUID,
    resource_id: str,
    change: Change,
    *,
    by: uuid.UUID,
    now: dt.datetime,
    before: dict[str, Any] | None = None,
) -> None:
    session.add(
        ResourceChange(
            section_id=section_id,
            resource_id=resource_id,
            by_id=by,
            at=now,
            change=change,
            before=before,
        )
    )
    session.flush()
