"""Reading the toolkit: a few queries for each page, answered in plain values.

Nothing here depends on who reads: the toolkit is the same for every member.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.toolkit.catalog import at_stage, for_mentors, organizations, resources, topics
from mentorship.toolkit.models import (
    ChecklistItem,
    CycleDate,
    CycleDateStage,
    JourneyCost,
    JourneyFact,
    JourneyStage,
    Resource,
    Sourced,
    UrlCheck,
)
from mentorship.toolkit.provenance import Provenance
from mentorship.toolkit.shown import (
    BOARD_STAGES,
    Cost,
    Day,
    Fact,
    JourneyOverview,
    ResourceCard,
    StagePage,
    StageView,
    Step,
    month_name,
    topic_name,
)

__all__ = [
    "ResourceCard",
    "StageView",
    "for_mentors",
    "for_stage",
    "journey",
    "organizations",
    "resources",
    "stage_page",
    "topics",
]


def journey(session: Session, *, today: dt.date, dates: int = 4) -> JourneyOverview:
    """Return all stages in order, and the next ``dates`` of the cycle."""
    stages = session.scalars(sa.select(JourneyStage).order_by(JourneyStage.position))
    return JourneyOverview(
        steps=tuple(_step(stage) for stage in stages),
        dates=_dates(session, today=today, limit=dates),
        resource_count=session.scalar(sa.select(sa.func.count(Resource.id))) or 0,
    )


def for_stage(
    session: Session,
    stage_id: str,
    *,
    today: dt.date,
    limit: int = 3,
    person_id: uuid.UUID | None = None,
) -> StageView | None:
    """Return what a dashboard shows somebody at this stage; None if the stage is not loaded.

    ``limit`` bounds the resources and the dates.
    """
    around = _around(session, stage_id)
    return _view(session, around, today=today, limit=limit, person_id=person_id) if around else None


def stage_page(
    session: Session,
    stage_id: str,
    *,
    today: dt.date,
    limit: int = 8,
    person_id: uuid.UUID | None = None,
) -> StagePage | None:
    """Return everything known of a stage, with the first ``limit`` of its resources and dates."""
    around = _around(session, stage_id)
    if not around:
        return None
    stage = around[0]
    return StagePage(
        view=_view(session, around, today=today, limit=limit, person_id=person_id),
        before=_step(around[-1]) if -1 in around else None,
        facts=_facts(session, stage_id),
        usual_months=tuple((month_name(m["month"]), m["text"]) for m in stage.usual_months),
        topics=tuple(topic_name(topic) for topic in stage.topics),
    )


def _around(session: Session, stage_id: str) -> dict[int, JourneyStage]:
    """Return the stage at 0, the one before at -1 and the one after at 1; nothing if unknown."""
    if stage_id not in vocabulary.LISTS["stage"]:
        return {}
    here = sa.select(JourneyStage.position).where(JourneyStage.id == stage_id).scalar_subquery()
    near = JourneyStage.position.between(here - 1, here + 1)
    stages = session.scalars(sa.select(JourneyStage).where(near)).all()
    position = next((each.position for each in stages if each.id == stage_id), 0)
    return {each.position - position: each for each in stages}


def _view(
    session: Session,
    around: Mapping[int, JourneyStage],
    *,
    today: dt.date,
    limit: int,
    person_id: uuid.UUID | None,
) -> StageView:
    stage = around[0]
    checklist = session.execute(
        sa.select(ChecklistItem.id, ChecklistItem.text)
        .where(ChecklistItem.stage_id == stage.id)
        .order_by(ChecklistItem.position)
    )
    cards, count = at_stage(session, stage.id, limit, person_id)
    return StageView(
        step=_step(stage),
        after=_step(around[1]) if 1 in around else None,
        checklist=tuple((key, text) for key, text in checklist),
        pitfalls=tuple(stage.pitfalls),
        costs=_costs(session, stage.id),
        dates=_dates(session, stage.id, today=today, limit=limit),
        resources=cards,
        resource_count=count,
    )


def _step(stage: JourneyStage) -> Step:
    return Step(
        id=stage.id,
        position=stage.position,
        title=stage.title,
        what=stage.what,
        duration=stage.duration,
        provenance=Provenance(None, UrlCheck.NONE, stage.as_of, stage.confidence),
    )


def _costs(session: Session, stage_id: str) -> tuple[Cost, ...]:
    costs = session.scalars(
        sa.select(JourneyCost)
        .where(JourneyCost.stage_id == stage_id)
        .order_by(JourneyCost.position)
    )
    return tuple(
        Cost(
            item=cost.item,
            usd=cost.usd,
            note=cost.note,
            amount_in_source=cost.amount_in_source,
            provenance=_provenance(cost, stage_id),
        )
        for cost in costs
    )


def _facts(session: Session, stage_id: str) -> tuple[Fact, ...]:
    facts = session.scalars(
        sa.select(JourneyFact)
        .where(JourneyFact.stage_id == stage_id)
        .order_by(JourneyFact.position)
    )
    return tuple(Fact(fact.text, _provenance(fact, stage_id)) for fact in facts)


def _dates(
    session: Session, stage_id: str | None = None, *, today: dt.date, limit: int
) -> tuple[Day, ...]:
    """Return the next days of the cycle, of one stage or of all."""
    coming = sa.select(CycleDate).where(CycleDate.day >= today)
    if stage_id is not None:
        of_stage = sa.select(CycleDateStage.date_id).where(CycleDateStage.stage_id == stage_id)
        coming = coming.where(CycleDate.id.in_(of_stage))
    return tuple(
        Day(
            id=date.id,
            cycle=date.cycle,
            day=date.day,
            event=date.event,
            note=date.note,
            in_source=date.amount_in_source,
            provenance=_provenance(date),
            days_away=(date.day - today).days,
        )
        for date in session.scalars(coming.order_by(CycleDate.day, CycleDate.id).limit(limit))
    )


def _provenance(fact: Sourced, stage_id: str = "") -> Provenance:
    return Provenance(
        source_url=fact.source_url,
        url_check=fact.url_check,
        as_of=fact.as_of,
        confidence=fact.confidence,
        evidence=fact.evidence,
        ask_board=stage_id in BOARD_STAGES,
    )
