"""Reading the journey: a few queries for each page, answered in plain values.

The toolkit is the same for every member; only one's own ticks and the notes for one's own
situation differ. ``now`` is the moment by the reader's clock.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.toolkit.catalog import at_stage, for_mentors, organizations, resources, topics
from mentorship.toolkit.cycle import days, next_days, stage_days
from mentorship.toolkit.models import ChecklistItem, JourneyFact, JourneyStage, UrlCheck
from mentorship.toolkit.path_models import Tick
from mentorship.toolkit.provenance import Provenance
from mentorship.toolkit.resource_models import Resource
from mentorship.toolkit.shown import (
    Day,
    JourneyOverview,
    PathItem,
    ResourceCard,
    StageInFull,
    StagePage,
    StageView,
    Step,
    month_name,
    topic_name,
)
from mentorship.toolkit.stage_facts import costs_by_stage, costs_of, facts_by_stage, shown_fact
from mentorship.toolkit.tracks import Track, my_track, notes_for

__all__ = [
    "Day",
    "ResourceCard",
    "StageView",
    "costs_of",
    "days",
    "for_mentors",
    "for_stage",
    "journey",
    "organizations",
    "resources",
    "stage_page",
    "stages_in_full",
    "topics",
]


def journey(session: Session, *, now: dt.datetime, dates: int = 4) -> JourneyOverview:
    """Return all stages in order, and the next ``dates`` of the cycle."""
    stages = session.execute(_with_time().order_by(JourneyStage.position))
    return JourneyOverview(
        steps=tuple(_step(stage, time) for stage, time in stages),
        dates=next_days(session, now=now, limit=dates),
        resource_count=session.scalar(sa.select(sa.func.count(Resource.id))) or 0,
    )


def for_stage(
    session: Session,
    stage_id: str,
    *,
    now: dt.datetime,
    limit: int = 3,
    person_id: uuid.UUID | None = None,
) -> StageView | None:
    """Return what a dashboard shows somebody at this stage; None if the stage is not loaded.

    ``limit`` bounds the resources and the dates; ``person_id`` adds one's own ticks.
    """
    around = _around(session, stage_id, person_id)
    return _view(session, around, now=now, limit=limit, person_id=person_id) if around else None


def stage_page(
    session: Session,
    stage_id: str,
    *,
    now: dt.datetime,
    limit: int = 8,
    person_id: uuid.UUID | None = None,
) -> StagePage | None:
    """Return everything known of a stage, with the first ``limit`` of its resources and dates.

    ``person_id`` adds one's own ticks and leaves out notes for others.
    """
    around = _around(session, stage_id, person_id)
    if around is None:
        return None
    stage, before = around.stages[0], around.stages.get(-1)
    track = my_track(session, person_id) if person_id else Track()
    return StagePage(
        view=_view(session, around, now=now, limit=limit, person_id=person_id),
        notes=notes_for(stage, track),
        before=_step(before) if before else None,
        costs=costs_of(session, stage_id),
        facts=tuple(facts_by_stage(session, stage_id)[stage_id]),
        topics=tuple(topic_name(topic) for topic in stage.topics),
    )


def stages_in_full(session: Session, stage_ids: Sequence[str]) -> tuple[StageInFull, ...]:
    """Return some stages with their facts and costs, in three queries for all of them."""
    stages = session.execute(
        _with_time().where(JourneyStage.id.in_(stage_ids)).order_by(JourneyStage.position)
    ).all()
    costs = costs_by_stage(session, *stage_ids)
    facts = facts_by_stage(session, *stage_ids)
    return tuple(
        StageInFull(
            _step(stage, time),
            tuple(facts[stage.id]),
            tuple(costs[stage.id]),
            tuple(stage.pitfalls),
        )
        for stage, time in stages
    )


@dataclass(frozen=True, slots=True)
class _Around:
    """A stage at 0, its neighbors at -1 and 1, and what belongs to the stage."""

    stages: Mapping[int, JourneyStage]
    time: JourneyFact | None
    items: tuple[PathItem, ...]  # with one's own ticks


def _around(session: Session, stage_id: str, person_id: uuid.UUID | None) -> _Around | None:
    """Read a stage with what is beside it in one query; None if there is no such stage."""
    if stage_id not in vocabulary.LISTS["stage"]:
        return None
    here = sa.select(JourneyStage.position).where(JourneyStage.id == stage_id).scalar_subquery()
    of_here = sa.and_(ChecklistItem.stage_id == JourneyStage.id, JourneyStage.id == stage_id)
    mine = sa.and_(Tick.item_id == ChecklistItem.id, Tick.person_id == person_id)
    rows = session.execute(
        _with_time()
        .add_columns(ChecklistItem.id, ChecklistItem.text, Tick.done_on)
        .join(ChecklistItem, of_here, isouter=True)
        .join(Tick, mine, isouter=True)
        .where(JourneyStage.position.between(here - 1, here + 1))
        .order_by(ChecklistItem.position)
    ).all()
    found = next(((stage, time) for stage, time, *_ in rows if stage.id == stage_id), None)
    if found is None:
        return None
    position, time = found[0].position, found[1]
    return _Around(
        stages={stage.position - position: stage for stage, *_ in rows},
        time=time,
        items=tuple(PathItem(item, text, done) for *_, item, text, done in rows if item),
    )


def _view(
    session: Session,
    around: _Around,
    *,
    now: dt.datetime,
    limit: int,
    person_id: uuid.UUID | None,
) -> StageView:
    stage = around.stages[0]
    cards, count = at_stage(session, stage.id, limit, person_id)
    dates, cycle = stage_days(session, stage.id, now=now, limit=limit)
    return StageView(
        step=_step(stage, around.time),
        after=_step(around.stages[1]) if 1 in around.stages else None,
        items=around.items,
        pitfalls=tuple(stage.pitfalls),
        dates=dates,
        cycle=cycle,
        usual_months=tuple((month_name(m["month"]), m["text"]) for m in stage.usual_months),
        resources=cards,
        resource_count=count,
    )


def _with_time() -> sa.Select[JourneyStage, JourneyFact | None]:
    """Select stages, each with the fact that says how long it takes, or None."""
    of_time = sa.and_(JourneyFact.stage_id == JourneyStage.id, JourneyFact.tells_time)
    return sa.select(JourneyStage, JourneyFact).join(JourneyFact, of_time, isouter=True)


def _step(stage: JourneyStage, time: JourneyFact | None = None) -> Step:
    return Step(
        id=stage.id,
        position=stage.position,
        title=stage.title,
        what=stage.what,
        duration=stage.duration,
        provenance=Provenance(None, UrlCheck.NONE, stage.as_of, stage.confidence),
        time=shown_fact(time) if time else None,
    )
