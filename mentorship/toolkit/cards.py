"""Resources as cards: each with its stages, its topics, and what the reader marked."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.toolkit.models import JourneyStage
from mentorship.toolkit.provenance import Provenance
from mentorship.toolkit.resource_models import Resource, ResourceStage, ResourceTopic, ToolkitTopic
from mentorship.toolkit.shelf_models import MarkKind, ResourceMark
from mentorship.toolkit.shown import ResourceCard


def words_of(
    session: Session, keys: Collection[str]
) -> tuple[Mapping[str, list[str]], Mapping[str, list[str]]]:
    """Return the stages (ids) and the topics (names) of resources, in one query for all."""
    stages: dict[str, list[str]] = defaultdict(list)
    topics: dict[str, list[str]] = defaultdict(list)
    of_stages = (
        sa.select(
            ResourceStage.resource_id,
            sa.literal("stage").label("kind"),
            JourneyStage.position,
            ResourceStage.stage_id.label("word"),
        )
        .join(JourneyStage, JourneyStage.id == ResourceStage.stage_id)
        .where(ResourceStage.resource_id.in_(keys))
    )
    of_topics = (
        sa.select(
            ResourceTopic.resource_id,
            sa.literal("topic"),
            ToolkitTopic.position,
            ToolkitTopic.name,
        )
        .join(ToolkitTopic, ToolkitTopic.id == ResourceTopic.topic_id)
        .where(ResourceTopic.resource_id.in_(keys))
    )
    both = sa.union_all(of_stages, of_topics).subquery()
    for key, kind, _, word in session.execute(sa.select(both).order_by(both.c.position)):
        (stages if kind == "stage" else topics)[key].append(word)
    return stages, topics


def cards_of(
    session: Session, rows: Sequence[Resource], person_id: uuid.UUID | None
) -> tuple[ResourceCard, ...]:
    """Make cards that also name the stages and topics, and what the reader marked."""
    keys = [row.id for row in rows]
    stages, topics = words_of(session, keys)
    marks, useful = _marks(session, keys, person_id)
    return tuple(
        card(row, stages[row.id], topics[row.id], marks[row.id], useful[row.id]) for row in rows
    )


def _marks(
    session: Session, keys: Collection[str], person_id: uuid.UUID | None
) -> tuple[Mapping[str, set[str]], Mapping[str, int]]:
    """Return the reader's own marks, and how many people found each useful."""
    mine: dict[str, set[str]] = defaultdict(set)
    useful: dict[str, int] = defaultdict(int)
    own = sa.func.max(sa.case((ResourceMark.person_id == person_id, 1), else_=0))
    for key, kind, count, is_mine in session.execute(
        sa.select(ResourceMark.resource_id, ResourceMark.kind, sa.func.count(), own)
        .where(ResourceMark.resource_id.in_(keys))
        .group_by(ResourceMark.resource_id, ResourceMark.kind)
    ):
        if is_mine:
            mine[key].add(kind)
        if kind == MarkKind.USEFUL:
            useful[key] = count
    return mine, useful


def card(
    resource: Resource,
    stages: Iterable[str] = (),
    topics: Iterable[str] = (),
    marks: Iterable[str] = (),
    useful: int = 0,
) -> ResourceCard:
    return ResourceCard(
        id=resource.id,
        title=resource.title,
        type=resource.type,
        organization=resource.organization,
        who=resource.who or "",
        description=resource.description,
        provenance=Provenance(
            resource.url,
            resource.url_check,
            resource.as_of,
            resource.confidence,
            volatile=resource.volatile,
            checked_on=resource.checked_on,
            is_link=True,
        ),
        stages=tuple(stages),
        topics=tuple(topics),
        marks=frozenset(marks),
        useful=useful,
        by_section=resource.section_id is not None,
    )
