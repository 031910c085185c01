"""Which runs are of the rest of a published round, and which go out or have gone out."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.rounds.models import Pair, Run
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.rounds.run_models import JobKind, PublishPlan, RunJob
from mentorship.rounds.run_rules import RunRules


def is_of_rest(session: Session, run_id: uuid.UUID) -> bool:
    """Tell whether a run is of the rest of a published round, or made of such a one by an edit."""
    columns = sa.select(RunJob.kind, RunJob.base_run_id)
    chain = columns.where(RunJob.run_id == run_id).cte("chain", recursive=True)
    chain = chain.union_all(columns.join(chain, RunJob.run_id == chain.c.base_run_id))
    found = sa.select(chain.c.kind).where(chain.c.kind == JobKind.REST).limit(1)
    return session.scalar(found) is not None


def offered_before(session: Session, round_id: uuid.UUID) -> frozenset[tuple[str, str]]:
    """Return the pairs, as in rules, that were offered each other in a round: never again there."""
    rows = session.execute(
        sa.select(Offer.img_id, Offer.mentor_id).where(
            Offer.round_id == round_id, Offer.state != OfferState.WITHDRAWN
        )
    )
    return frozenset((str(img_id), str(mentor_id)) for img_id, mentor_id in rows)


def on_its_way(session: Session, round_id: uuid.UUID) -> bool:
    """Tell whether a run of the round is planned to go out."""
    planned = sa.select(PublishPlan.round_id).where(PublishPlan.round_id == round_id)
    return session.scalar(planned) is not None


def rules_by_leaders(session: Session, runs: Sequence[Run]) -> Sequence[RunRules]:
    """Return the rules of runs of one round, without the bans of pairs that were offered before."""
    offered, found = offered_before(session, runs[0].round_id), []
    for run in runs:
        rules = RunRules.from_json(run.rules)
        if rules.banned & offered and is_of_rest(session, run.id):
            rules = dataclasses.replace(rules, banned=rules.banned - offered)
        found.append(rules)
    return found


def went_out(session: Session, run_id: uuid.UUID) -> bool:
    """Tell whether offers of a run were made."""
    offers = sa.select(Offer.id).join(Pair, Pair.id == Offer.pair_id)
    return session.scalar(offers.where(Pair.run_id == run_id).limit(1)) is not None
