"""The catalog of resources: links, and the stages and topics they are filed under."""

from __future__ import annotations

import datetime as dt
import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mentorship.extensions import Model, one_of
from mentorship.toolkit.models import Confidence, JourneyStage, UrlCheck, key


class ResourceType(enum.StrEnum):
    GUIDE = "guide"
    VIDEO = "video"
    LETTER = "letter"
    POLICY = "policy"
    TOOL = "tool"
    STATISTICS = "statistics"
    ORGANIZATION = "organization"
    NEWS = "news"


class ToolkitTopic(Model):
    """What a resource is about, in the catalog's own words."""

    __tablename__ = "toolkit_topic"
    __table_args__ = (sa.CheckConstraint("position > 0", name="position_counts"),)

    id: Mapped[str] = key()
    position: Mapped[int]
    name: Mapped[str] = mapped_column(sa.Text)


class Resource(Model):
    """A link of the catalog: the page is its own source.

    With a section it was added there, or stands there in place of one of the catalog.
    """

    __tablename__ = "resource"
    __table_args__ = (
        sa.CheckConstraint("length(as_of) IN (4, 7, 10)", name="as_of_shape"),
        sa.CheckConstraint("url_check <> 'none'", name="address_marked"),
        sa.CheckConstraint("url LIKE 'http://%' OR url LIKE 'https://%'", name="url_of_web"),
        sa.CheckConstraint("replaces_id IS NULL OR section_id IS NOT NULL", name="replaces_there"),
        sa.Index("uq_resource_section_id_replaces_id", "section_id", "replaces_id", unique=True),
    )

    id: Mapped[str] = key()
    section_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey("section.id", ondelete="CASCADE"), index=True
    )
    replaces_id: Mapped[str | None] = mapped_column(
        sa.ForeignKey("resource.id", ondelete="SET NULL"), index=True
    )
    title: Mapped[str] = mapped_column(sa.Text)
    type: Mapped[ResourceType] = mapped_column(one_of(ResourceType, "type_known"))
    organization: Mapped[str] = mapped_column(sa.Text)
    who: Mapped[str | None] = mapped_column(sa.Text)  # speaks or writes; None: not known to us
    url: Mapped[str] = mapped_column(sa.Text)
    description: Mapped[str] = mapped_column(sa.Text)
    url_check: Mapped[UrlCheck] = mapped_column(one_of(UrlCheck, "url_check_known"))
    as_of: Mapped[str | None] = mapped_column(sa.String(10))
    confidence: Mapped[Confidence] = mapped_column(one_of(Confidence, "confidence_known"))
    volatile: Mapped[bool] = mapped_column(  # what the page tells of is being changed
        default=False, server_default=sa.false()
    )
    checked_on: Mapped[dt.date | None]  # the day a leader last opened it and compared


class ResourceStage(Model):
    """A stage a resource helps at; ``rank`` is set for those shown first there."""

    __tablename__ = "resource_stage"
    __table_args__ = (sa.CheckConstraint("rank > 0", name="rank_counts"),)

    resource_id: Mapped[str] = mapped_column(
        sa.ForeignKey(Resource.id, ondelete="CASCADE"), primary_key=True
    )
    stage_id: Mapped[str] = mapped_column(
        sa.ForeignKey(JourneyStage.id, ondelete="CASCADE"), primary_key=True, index=True
    )
    rank: Mapped[int | None]


class ResourceTopic(Model):
    __tablename__ = "resource_topic"

    resource_id: Mapped[str] = mapped_column(
        sa.ForeignKey(Resource.id, ondelete="CASCADE"), primary_key=True
    )
    topic_id: Mapped[str] = mapped_column(
        sa.ForeignKey(ToolkitTopic.id, ondelete="CASCADE"), primary_key=True, index=True
    )
