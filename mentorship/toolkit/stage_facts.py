"""What a stage costs, and the facts about it, each with its source."""

from __future__ import annotations

from collections import defaultdict

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.toolkit.models import JourneyCost, JourneyFact, Sourced
from mentorship.toolkit.provenance import Provenance
from mentorship.toolkit.shown import BOARD_STAGES, Cost, Fact


def costs_of(session: Session, stage_id: str) -> tuple[Cost, ...]:
    return tuple(costs_by_stage(session, stage_id)[stage_id])


def costs_by_stage(session: Session, *stage_ids: str) -> dict[str, list[Cost]]:
    costs: dict[str, list[Cost]] = defaultdict(list)
    for cost in session.scalars(
        sa.select(JourneyCost)
        .where(JourneyCost.stage_id.in_(stage_ids))
        .order_by(JourneyCost.position)
    ):
        costs[cost.stage_id].append(shown_cost(cost))
    return costs


def facts_by_stage(session: Session, *stage_ids: str) -> dict[str, list[Fact]]:
    """Return what is good to know of each stage; how long it takes stands with the stage."""
    facts: dict[str, list[Fact]] = defaultdict(list)
    for fact in session.scalars(
        sa.select(JourneyFact)
        .where(JourneyFact.stage_id.in_(stage_ids), ~JourneyFact.tells_time)
        .order_by(JourneyFact.position)
    ):
        facts[fact.stage_id].append(shown_fact(fact))
    return facts


def shown_cost(cost: JourneyCost) -> Cost:
    return Cost(
        id=cost.id,
        item=cost.item,
        usd=cost.usd,
        note=cost.note,
        amount_in_source=cost.amount_in_source,
        provenance=_provenance(cost, cost.stage_id),
    )


def shown_fact(fact: JourneyFact) -> Fact:
    return Fact(fact.id, fact.text, _provenance(fact, fact.stage_id))


def _provenance(fact: Sourced, stage_id: str = "") -> Provenance:
    return Provenance.of(fact, ask_board=stage_id in BOARD_STAGES)
