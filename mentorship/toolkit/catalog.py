"""Finding resources: the catalog with its filters, and the first ones for a stage or a mentor."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.toolkit.models import (
    Confidence,
    JourneyStage,
    Resource,
    ResourceStage,
    ResourceTopic,
    ToolkitTopic,
    UrlCheck,
)
from mentorship.toolkit.provenance import Provenance
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


def resources(session: Session, search: Search = NOTHING_ASKED, *, page: int = 1) -> ResourcePage:
    """Return one page of the catalog, best first; a page past the end counts as the last."""
    found = _matching(search)
    total = session.scalar(sa.select(sa.func.count()).select_from(found.subquery())) or 0
    pages = max(1, math.ceil(total / PER_PAGE))
    page = min(max(1, page), pages)
    ranks = _ranks([search.stage])
    rows = session.scalars(
        found.join(ranks, ranks.c.resource_id == Resource.id, isouter=True)
        .order_by(ranks.c.rank.nulls_last(), *BEST_FIRST)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    return ResourcePage(
        rows=_with_words(session, rows), total=total, page=page, pages=pages, search=search
    )


def organizations(session: Session) -> tuple[str, ...]:
    """Return the names of all organizations in the catalog, in the order of the alphabet."""
    names = session.scalars(sa.select(Resource.organization).distinct())
    return tuple(sorted(names, key=str.casefold))


def for_mentors(
    session: Session, *, stages: Collection[str] = (), limit: int = 3
) -> tuple[ResourceCard, ...]:
    """Return what helps a mentor: on mentoring first, then what IMGs at these stages start with."""
    topic = sa.select(ResourceTopic.resource_id).where(ResourceTopic.topic_id == FOR_MENTORS)
    on_mentoring = Resource.id.in_(topic)
    ranks = _ranks(stages)
    chosen = (
        sa.select(Resource)
        .join(ranks, ranks.c.resource_id == Resource.id, isouter=True)
        .where(sa.or_(on_mentoring, ranks.c.rank.is_not(None)))
        .order_by(sa.case((on_mentoring, 0), else_=1), ranks.c.rank.nulls_last(), *BEST_FIRST)
        .limit(limit)
    )
    return tuple(_card(resource) for resource in session.scalars(chosen))


def at_stage(session: Session, stage_id: str, limit: int) -> tuple[tuple[ResourceCard, ...], int]:
    """Return the first resources of a stage, and how many it has."""
    rows = session.execute(
        sa.select(Resource, sa.func.count().over())
        .join(ResourceStage, ResourceStage.resource_id == Resource.id)
        .where(ResourceStage.stage_id == stage_id)
        .order_by(ResourceStage.rank.nulls_last(), *BEST_FIRST)
        .limit(limit)
    ).all()
    return tuple(_card(resource) for resource, _ in rows), rows[0][1] if rows else 0


def _ranks(stages: Collection[str]) -> sa.Subquery:
    """Return each resource's best rank among the stages; a stage may rank none."""
    return (
        sa.select(ResourceStage.resource_id, sa.func.min(ResourceStage.rank).label("rank"))
        .where(ResourceStage.stage_id.in_(stages))
        .group_by(ResourceStage.resource_id)
        .subquery()
    )


def _matching(search: Search) -> sa.Select[Resource]:
    found = sa.select(Resource)
    if search.stage:
        of_stage = sa.select(ResourceStage.resource_id).where(
            ResourceStage.stage_id == search.stage
        )
        found = found.where(Resource.id.in_(of_stage))
    if search.type:
        found = found.where(Resource.type == search.type)
    if search.organization:
        found = found.where(Resource.organization == search.organization)
    for word in search.text.split():
        about = (
            sa.select(ResourceTopic.resource_id)
            .join(ToolkitTopic, ToolkitTopic.id == ResourceTopic.topic_id)
            .where(ToolkitTopic.name.icontains(word, autoescape=True))
        )
        said = [
            column.icontains(word, autoescape=True)
            for column in (Resource.title, Resource.description, Resource.organization)
        ]
        found = found.where(sa.or_(*said, Resource.id.in_(about)))
    return found


def _with_words(session: Session, rows: Sequence[Resource]) -> tuple[ResourceCard, ...]:
    """Make cards that also name the stages and topics, in two queries for all of them."""
    keys = [row.id for row in rows]
    stages: dict[str, list[str]] = defaultdict(list)
    for key, stage in session.execute(
        sa.select(ResourceStage.resource_id, ResourceStage.stage_id)
        .join(JourneyStage, JourneyStage.id == ResourceStage.stage_id)
        .where(ResourceStage.resource_id.in_(keys))
        .order_by(JourneyStage.position)
    ):
        stages[key].append(stage)
    topics: dict[str, list[str]] = defaultdict(list)
    for key, topic in session.execute(
        sa.select(ResourceTopic.resource_id, ToolkitTopic.name)
        .join(ToolkitTopic, ToolkitTopic.id == ResourceTopic.topic_id)
        .where(ResourceTopic.resource_id.in_(keys))
        .order_by(ToolkitTopic.position)
    ):
        topics[key].append(topic)
    return tuple(_card(row, stages[row.id], topics[row.id]) for row in rows)


def _card(
    resource: Resource, stages: Iterable[str] = (), topics: Iterable[str] = ()
) -> ResourceCard:
    return ResourceCard(
        id=resource.id,
        title=resource.title,
        type=resource.type,
        organization=resource.organization,
        description=resource.description,
        provenance=Provenance(
            resource.url, resource.url_check, resource.as_of, resource.confidence
        ),
        stages=tuple(stages),
        topics=tuple(topics),
    )
