"""Finding resources: the catalog with its filters, and the first ones for a stage or a mentor.

Everybody sees the catalog that comes with the service, changed and added to by their sections.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship.search.service import keys_found
from mentorship.sections.belonging import sections_of
from mentorship.toolkit.cards import card, cards_of
from mentorship.toolkit.models import Confidence, UrlCheck
from mentorship.toolkit.resource_models import (
    Resource,
    ResourceStage,
    ResourceTopic,
    ResourceType,
    ToolkitTopic,
)
from mentorship.toolkit.shelf_models import ResourceMark, ResourcePlacing
from mentorship.toolkit.shown import ResourceCard, ResourcePage, Search

PER_PAGE = 20
FOR_MENTORS = "mentoring"  # the topic of what helps mentors as mentors
NOTHING_ASKED = Search()
BEST_FIRST = (
    sa.case(
        (Resource.confidence == Confidence.HIGH, 0),
        (Resource.confidence == Confidence.MEDIUM, 1),
        else_=2,
    ),
    sa.case(
        (Resource.url_check == UrlCheck.RETRIEVED, 0),
        (Resource.url_check == UrlCheck.CITED_BY_SOURCE, 1),
        else_=2,
    ),
    Resource.as_of.desc().nulls_last(),
    sa.func.lower(Resource.title),
    Resource.id,
)


def shown_to(person_id: uuid.UUID | None) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions under which somebody sees a resource; None is nobody in particular."""
    if person_id is None:
        return (Resource.section_id.is_(None),)
    mine = sections_of(person_id)
    return (
        sa.or_(Resource.section_id.is_(None), Resource.section_id.in_(mine)),
        Resource.id.not_in(unseen_by(person_id)),
    )


def unseen_by(person_id: uuid.UUID) -> sa.CompoundSelect[str]:
    """Select what this person's sections hide, or show in words of their own instead."""
    mine, other = sections_of(person_id), aliased(Resource)
    hidden = sa.select(ResourcePlacing.resource_id).where(
        ResourcePlacing.section_id.in_(mine), ResourcePlacing.hidden
    )
    replaced = sa.select(other.replaces_id).where(
        other.section_id.in_(mine), other.replaces_id.is_not(None)
    )
    return sa.union_all(hidden, replaced)


def resources(
    session: Session,
    search: Search = NOTHING_ASKED,
    *,
    person_id: uuid.UUID | None = None,
    page: int = 1,
) -> ResourcePage:
    """Return one page of the catalog, best first; a page past the end counts as the last."""
    keys = keys_found(session, search.text, "resource") if search.text else None
    found = _matching(search, keys, person_id)
    total = session.scalar(sa.select(sa.func.count()).select_from(found.subquery())) or 0
    pages = max(1, math.ceil(total / PER_PAGE))
    page = min(max(1, page), pages)
    places, ranks = _places(person_id), _ranks([search.stage])
    order = [places.c.position.nulls_last(), ranks.c.rank.nulls_last(), *BEST_FIRST]
    if keys:
        order = [sa.case({key: n for n, key in enumerate(keys)}, value=Resource.id)]
    rows = session.scalars(
        found.join(ranks, ranks.c.resource_id == Resource.id, isouter=True)
        .join(places, places.c.resource_id == Resource.id, isouter=True)
        .order_by(*order)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    cards = cards_of(session, rows, person_id)
    return ResourcePage(rows=cards, total=total, page=page, pages=pages, search=search)


def resource_shown_to(session: Session, person_id: uuid.UUID, resource_id: str) -> ResourceCard:
    """Return one resource, if this person sees it; else NoResultFound."""
    row = session.scalars(
        sa.select(Resource).where(Resource.id == resource_id, *shown_to(person_id))
    ).one()
    return cards_of(session, [row], person_id)[0]


def version_for(session: Session, person_id: uuid.UUID, resource_id: str) -> str | None:
    """Return the key of what a section of this person shows in a resource's place, if any does."""
    version = sa.select(Resource.id).where(
        Resource.replaces_id == resource_id, *shown_to(person_id)
    )
    return session.scalar(version.order_by(Resource.id).limit(1))


def organizations(session: Session, person_id: uuid.UUID | None = None) -> tuple[str, ...]:
    """Return whose resources this person sees, in the order of the alphabet."""
    names = session.scalars(sa.select(Resource.organization).where(*shown_to(person_id)).distinct())
    return tuple(sorted(names, key=str.casefold))


def topics(session: Session) -> tuple[tuple[str, str], ...]:
    """Return the topics of the catalog, each with its name."""
    rows = session.execute(
        sa.select(ToolkitTopic.id, ToolkitTopic.name).order_by(ToolkitTopic.position)
    )
    return tuple((key, name) for key, name in rows)


def for_mentors(
    session: Session,
    *,
    stages: Collection[str] = (),
    limit: int = 3,
    person_id: uuid.UUID | None = None,
) -> tuple[ResourceCard, ...]:
    """Return what helps a mentor: on mentoring first, then what IMGs at these stages start with."""
    topic = sa.select(ResourceTopic.resource_id).where(ResourceTopic.topic_id == FOR_MENTORS)
    on_mentoring = Resource.id.in_(topic)
    ranks = _ranks(stages)
    chosen = (
        sa.select(Resource)
        .join(ranks, ranks.c.resource_id == Resource.id, isouter=True)
        .where(sa.or_(on_mentoring, ranks.c.rank.is_not(None)), *shown_to(person_id))
        .order_by(sa.case((on_mentoring, 0), else_=1), ranks.c.rank.nulls_last(), *BEST_FIRST)
        .limit(limit)
    )
    return tuple(card(resource) for resource in session.scalars(chosen))


def of_types(
    session: Session, types: Collection[ResourceType], person_id: uuid.UUID
) -> tuple[ResourceCard, ...]:
    """Return all resources of some types that this person sees, best first."""
    rows = sa.select(Resource).where(Resource.type.in_(types), *shown_to(person_id))
    return tuple(card(resource) for resource in session.scalars(rows.order_by(*BEST_FIRST)))


def at_stage(
    session: Session, stage_id: str, limit: int, person_id: uuid.UUID | None = None
) -> tuple[tuple[ResourceCard, ...], int]:
    """Return the first resources of a stage, and how many it has."""
    places = _places(person_id)
    rows = session.execute(
        sa.select(Resource, sa.func.count().over())
        .join(ResourceStage, ResourceStage.resource_id == Resource.id)
        .join(places, places.c.resource_id == Resource.id, isouter=True)
        .where(ResourceStage.stage_id == stage_id, *shown_to(person_id))
        .order_by(places.c.position.nulls_last(), ResourceStage.rank.nulls_last(), *BEST_FIRST)
        .limit(limit)
    ).all()
    return tuple(card(resource) for resource, _ in rows), rows[0][1] if rows else 0


def _places(person_id: uuid.UUID | None) -> sa.Subquery:
    """Return where the reader's sections put resources, the foremost place of each."""
    mine = sections_of(person_id) if person_id else sa.select(ResourcePlacing.section_id).limit(0)
    return (
        sa.select(
            ResourcePlacing.resource_id, sa.func.min(ResourcePlacing.position).label("position")
        )
        .where(ResourcePlacing.section_id.in_(mine), ResourcePlacing.position.is_not(None))
        .group_by(ResourcePlacing.resource_id)
        .subquery()
    )


def _ranks(stages: Collection[str]) -> sa.Subquery:
    """Return each resource's best rank among the stages; a stage may rank none."""
    return (
        sa.select(ResourceStage.resource_id, sa.func.min(ResourceStage.rank).label("rank"))
        .where(ResourceStage.stage_id.in_(stages))
        .group_by(ResourceStage.resource_id)
        .subquery()
    )


def _matching(
    search: Search, keys: Sequence[str] | None, person_id: uuid.UUID | None
) -> sa.Select[Resource]:
    found = sa.select(Resource).where(*shown_to(person_id))
    if keys is not None:
        found = found.where(Resource.id.in_(keys))
    if search.stage:
        of_stage = sa.select(ResourceStage.resource_id).where(
            ResourceStage.stage_id == search.stage
        )
        found = found.where(Resource.id.in_(of_stage))
    if search.topic:
        of_topic = sa.select(ResourceTopic.resource_id).where(
            ResourceTopic.topic_id == search.topic
        )
        found = found.where(Resource.id.in_(of_topic))
    if search.type:
        found = found.where(Resource.type == search.type)
    if search.organization:
        found = found.where(Resource.organization == search.organization)
    if search.mark:
        marked = sa.select(ResourceMark.resource_id).where(
            ResourceMark.person_id == person_id, ResourceMark.kind == search.mark.removeprefix("un")
        )
        wanted = Resource.id.not_in(marked) if search.mark == "unseen" else Resource.id.in_(marked)
        found = found.where(wanted)
    return found
