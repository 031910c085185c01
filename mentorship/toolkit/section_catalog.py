"""The catalog as a section has it: the common one, changed and added to by its leaders."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship.toolkit.catalog import BEST_FIRST
from mentorship.toolkit.links import is_dead
from mentorship.toolkit.resource_models import Resource
from mentorship.toolkit.shelf_models import ResourcePlacing
from mentorship.toolkit.versions import corrected_since

PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class Curated:
    """A resource as a section has it."""

    resource: Resource
    hidden: bool
    position: int | None
    is_dead: bool = False  # its link, found by the service
    corrected: Mapping[str, str] = field(default_factory=dict)  # what the common one says now

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
    session: Session,
    section_id: uuid.UUID,
    *,
    words: str = "",
    dead: bool = False,
    page: int = 1,
) -> CuratedPage:
    """Return the resources of a section page by page, in its order, the hidden ones last.

    ``words`` and ``dead`` leave those that say them, and those whose link was found dead.
    """
    other = aliased(Resource)
    replaced = sa.select(other.replaces_id).where(
        other.section_id == section_id, other.replaces_id.is_not(None)
    )
    which = [had_by(section_id), Resource.id.not_in(replaced)]
    if words:
        said = (Resource.title, Resource.organization)
        which.append(sa.or_(*(column.icontains(words, autoescape=True) for column in said)))
    if dead:
        which.append(is_dead(Resource.url))
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
        .where(had_by(section_id), Resource.id == resource_id)
        .execution_options(populate_existing=True)
    ).one()
    corrected = corrected_since(session, [row.id]).get(row.id, {}) if row.replaces_id else {}
    return Curated(row, bool(hidden), position, corrected=corrected)


def behind(session: Session, section_id: uuid.UUID) -> Sequence[Resource]:
    """Return the versions of a section of which the common one was corrected since, by title."""
    versions = session.scalars(
        sa.select(Resource)
        .where(Resource.section_id == section_id, Resource.replaces_id.is_not(None))
        .order_by(Resource.title)
    ).all()
    corrected = corrected_since(session, [row.id for row in versions])
    return [row for row in versions if row.id in corrected]


def had_by(section_id: uuid.UUID) -> sa.ColumnElement[bool]:
    return sa.or_(Resource.section_id.is_(None), Resource.section_id == section_id)


def _placed_in(section_id: uuid.UUID) -> sa.ColumnElement[bool]:
    return sa.and_(
        ResourcePlacing.resource_id == Resource.id, ResourcePlacing.section_id == section_id
    )
