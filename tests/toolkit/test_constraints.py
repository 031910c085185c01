"""The database itself refuses facts that cannot be."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mentorship.extensions import Model
from mentorship.toolkit.loading import load_facts
from mentorship.toolkit.models import (
    ChecklistItem,
    CycleDate,
    JourneyCost,
    JourneyFact,
    JourneyStage,
)
from mentorship.toolkit.resource_models import Resource, ResourceStage, ToolkitTopic
from tests.toolkit.files import Files


@pytest.fixture
def small(session: Session, files: Files) -> Session:
    load_facts(session, folder=files.write())
    return session


@pytest.mark.parametrize(
    ("table", "column", "value", "rule"),
    [
        (JourneyCost, "confidence", "sure", "ck_journey_cost_confidence_known"),
        (JourneyCost, "url_check", "perhaps", "ck_journey_cost_url_check_known"),
        (JourneyCost, "amount_in_source", "rule", "ck_journey_cost_amount_in_source_known"),
        (JourneyCost, "url_check", "none", "ck_journey_cost_address_marked"),
        (JourneyCost, "source_url", None, "ck_journey_cost_address_marked"),
        (JourneyCost, "usd", 0, "ck_journey_cost_usd_positive"),
        (JourneyCost, "position", 0, "ck_journey_cost_position_counts"),
        (JourneyCost, "as_of", "26", "ck_journey_cost_as_of_shape"),
        (JourneyFact, "source_url", None, "ck_journey_fact_address_marked"),
        (CycleDate, "amount_in_source", "older", "ck_cycle_date_amount_in_source_known"),
        (CycleDate, "source_url", None, "ck_cycle_date_address_marked"),
        (JourneyStage, "position", 0, "ck_journey_stage_position_counts"),
        (JourneyStage, "confidence", "sure", "ck_journey_stage_confidence_known"),
        (ChecklistItem, "position", 0, "ck_checklist_item_position_counts"),
        (ToolkitTopic, "position", 0, "ck_toolkit_topic_position_counts"),
        (Resource, "type", "blog", "ck_resource_type_known"),
        (Resource, "url_check", "none", "ck_resource_address_marked"),
        (Resource, "url", "javascript:alert(1)", "ck_resource_url_of_web"),
        (Resource, "as_of", "2026-1", "ck_resource_as_of_shape"),
        (ResourceStage, "rank", 0, "ck_resource_stage_rank_counts"),
    ],
)
def test_a_value_that_cannot_be_is_refused(
    small: Session, table: type[Model], column: str, value: Any, rule: str
) -> None:
    raw = sa.table(table.__tablename__, sa.column(column))
    with pytest.raises(IntegrityError, match=rule):
        small.execute(sa.update(raw).values({column: value}))


def test_an_amount_without_a_page_is_never_called_read(small: Session) -> None:
    bare = {"source_url": None, "url_check": "none"}
    raw = sa.table("journey_cost", *map(sa.column, bare))
    with pytest.raises(IntegrityError, match="ck_journey_cost_amount_has_page"):
        small.execute(sa.update(raw).values(bare))


@pytest.mark.parametrize("table", [ChecklistItem, JourneyCost, JourneyFact, ResourceStage])
def test_nothing_points_at_a_stage_that_is_not_there(small: Session, table: type[Model]) -> None:
    raw = sa.table(table.__tablename__, sa.column("stage_id"))
    with pytest.raises(IntegrityError):
        small.execute(sa.update(raw).values(stage_id="passport"))
