"""Reading the journey: a few queries for each page, answered in plain values.

The toolkit is the same for every member; only one's own ticks and the notes for one's own
situation differ.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

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
from mentorship.toolkit.path import Track, my_track, notes_for
from mentorship.toolkit.path_models import Tick
from mentorship.toolkit.provenance import Provenance
from mentorship.toolkit.shown import (
    BOARD_STAGES,
    Cost,
    Day,
    Fact,
    JourneyOverview,
    ResourceCard,
    StageInFull,
    StagePage,
    StageView,
    Step,
    month_name,
    topic_name,
)

MOST_DATES = 100
EASTERN = ZoneInfo("America/New_York")

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


def journey(session: Session, *, today: dt.date, dates: int = 4) -> JourneyOverview:
    """Return all stages in order, and the next ``dates`` of the cycle."""
    stages = session.scalars(sa.select(JourneyStage).order_by(JourneyStage.position))
    return JourneyOverview(
        steps=tuple(_step(stage) for stage in stages),
        dates=_dates(session, today=today, limit=dates),
        resource_count=session.scalar(sa.select(sa.func.count(Resource.id))) or 0,
    )


def days(session: Session, *, today: dt.date, stage_id: str | None = None) -> tuple[Day, ...]:
    """Return all coming days of the cycle, or those of one stage."""
    return _dates(session, stage_id, today=today, limit=MOST_DATES)


def for_stage(
    session: Session,
    stage_id: str,
    *,
    today: dt.date,
    limit: int = 3,
    person_id: uuid.UUID | None = None,
) -> StageView | None:
    """Return what a dashboard shows somebody at this stage; None if the stage is not loaded.

    ``limit`` bounds the resources and the dates; ``person_id`` adds one's own ticks.
    """
    around = _around(session, stage_id, person_id)
    return _view(session, around, today=today, limit=limit, person_id=person_id) if around else None


def costs_of(session: Session, stage_id: str) -> tuple[Cost, ...]:
    return tuple(_costs(session, stage_id)[stage_id])


def stage_page(
    session: Session,
    stage_id: str,
    *,
    today: dt.date,
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
        view=_view(session, around, today=today, limit=limit, person_id=person_id),
        notes=notes_for(stage, track),
        before=_step(before) if before else None,
        costs=costs_of(session, stage_id),
        facts=tuple(_facts(session, stage_id)[stage_id]),
        usual_months=tuple((month_name(m["month"]), m["text"]) for m in stage.usual_months),
        topics=tuple(topic_name(topic) for topic in stage.topics),
    )


def stages_in_full(session: Session, stage_ids: Sequence[str]) -> tuple[StageInFull, ...]:
    """Return some stages with their facts and costs, in three queries for all of them."""
    stages = session.scalars(
        sa.select(JourneyStage)
        .where(JourneyStage.id.in_(stage_ids))
        .order_by(JourneyStage.position)
    ).all()
    costs = _costs(session, *stage_ids)
    facts = _facts(session, *stage_ids)
    return tuple(
        StageInFull(
            _step(stage), tuple(facts[stage.id]), tuple(costs[stage.id]), tuple(stage.pitfalls)
        )
        for stage in stages
    )


@dataclass(frozen=True, slots=True)
class _Around:
    """A stage at 0, its neighbors at -1 and 1, and the stage's checklist with one's own ticks."""

    stages: Mapping[int, JourneyStage]
    items: Sequence[tuple[str, str, dt.date | None]]


def _around(session: Session, stage_id: str, person_id: uuid.UUID | None) -> _Around | None:
    """Read a stage with what is beside it in one query; None if there is no such stage."""
    if stage_id not in vocabulary.LISTS["stage"]:
        return None
    here = sa.select(JourneyStage.position).where(JourneyStage.id == stage_id).scalar_subquery()
    of_here = sa.and_(ChecklistItem.stage_id == JourneyStage.id, JourneyStage.id == stage_id)
    mine = sa.and_(Tick.item_id == ChecklistItem.id, Tick.person_id == person_id)
    rows = session.execute(
        sa.select(JourneyStage, ChecklistItem.id, ChecklistItem.text, Tick.done_on)
        .join(ChecklistItem, of_here, isouter=True)
        .join(Tick, mine, isouter=True)
        .where(JourneyStage.position.between(here - 1, here + 1))
        .order_by(ChecklistItem.position)
    ).all()
    position = next((stage.position for stage, *_ in rows if stage.id == stage_id), None)
    if position is None:
        return None
    return _Around(
        stages={stage.position - position: stage for stage, *_ in rows},
        items=[(item, text, done_on) for _, item, text, done_on in rows if item],
    )


def _view(
    session: Session,
    around: _Around,
    *,
    today: dt.date,
    limit: int,
    person_id: uuid.UUID | None,
) -> StageView:
    stage = around.stages[0]
    cards, count = at_stage(session, stage.id, limit, person_id)
    return StageView(
        step=_step(stage),
        after=_step(around.stages[1]) if 1 in around.stages else None,
        checklist=tuple((item, text) for item, text, _ in around.items),
        done=frozenset(item for item, _, done_on in around.items if done_on),
        pitfalls=tuple(stage.pitfalls),
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


def _costs(session: Session, *stage_ids: str) -> dict[str, list[Cost]]:
    costs: dict[str, list[Cost]] = defaultdict(list)
    for cost in session.scalars(
        sa.select(JourneyCost)
        .where(JourneyCost.stage_id.in_(stage_ids))
        .order_by(JourneyCost.position)
    ):
        shown = Cost(
            id=cost.id,
            item=cost.item,
            usd=cost.usd,
            note=cost.note,
            amount_in_source=cost.amount_in_source,
            provenance=_provenance(cost, cost.stage_id),
        )
        costs[cost.stage_id].append(shown)
    return costs


def _facts(session: Session, *stage_ids: str) -> dict[str, list[Fact]]:
    facts: dict[str, list[Fact]] = defaultdict(list)
    for fact in session.scalars(
        sa.select(JourneyFact)
        .where(JourneyFact.stage_id.in_(stage_ids))
        .order_by(JourneyFact.position)
    ):
        facts[fact.stage_id].append(Fact(fact.id, fact.text, _provenance(fact, fact.stage_id)))
    return facts


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
            moment=_moment(date),
        )
        for date in session.scalars(coming.order_by(CycleDate.day, CycleDate.id).limit(limit))
    )


def _moment(date: CycleDate) -> dt.datetime | None:
    if date.eastern is None:
        return None
    hour = dt.time.fromisoformat(date.eastern)
    return dt.datetime.combine(date.day, hour, tzinfo=EASTERN)


def _provenance(fact: Sourced, stage_id: str = "") -> Provenance:
    return Provenance.of(fact, ask_board=stage_id in BOARD_STAGES)
