"""What leaders say of a resource, read and written whole, with its entry in the index."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.search import service as search
from mentorship.toolkit.cards import words_of
from mentorship.toolkit.models import Confidence, UrlCheck
from mentorship.toolkit.resource_models import Resource, ResourceStage, ResourceTopic, ResourceType
from mentorship.toolkit.searched import of_resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a leader says of a resource."""

    title: str
    type: ResourceType
    organization: str
    who: str = ""  # speaks or writes
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
            "who": self.who,
            "url": self.url,
            "description": self.description,
            "stages": list(self.stages),
            "topics": list(self.topics),
            "volatile": self.volatile,
        }


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
        who=row.who or "",
        url=row.url,
        description=row.description,
        stages=tuple(sorted(stages)),
        topics=tuple(sorted(topics)),
        volatile=row.volatile,
    )


def write(session: Session, row: Resource, words: Words) -> None:
    """Keep the words of a resource; an address nobody has opened yet counts as less sure."""
    row.title, row.type, row.organization = words.title, words.type, words.organization
    row.who, row.description, row.volatile = words.who or None, words.description, words.volatile
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
