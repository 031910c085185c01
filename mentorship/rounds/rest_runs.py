"""Which runs are of the rest of a published round, and which go out or have gone out."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.rounds.models import Pair, Run
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.rounds.run_models import JobKind, PublishPlan, RunJob
from mentorship.rounds.run_rules import RunRules


def is_of_rest(session: Session, run_id: uuid.UUID) -> bool:
    """Tell whether a run is of the rest of a published round, or made of such a one by an edit."""
    return run_id in of_rest(session, [run_id])


def of_rest(session: Session, run_ids: Sequence[uuid.UUID]) -> Collection[uuid.UUID]:
    """Return those of some runs that are of the rest, as ``is_of_rest``, in one query."""
    started = sa.select(RunJob.run_id.label("start"), RunJob.kind, RunJob.base_run_id)
    chain = started.where(RunJob.run_id.in_(run_ids)).cte("chain", recursive=True)
    back = sa.select(chain.c.start, RunJob.kind, RunJob.base_run_id)
    chain = chain.union_all(back.join(chain, RunJob.run_id == chain.c.base_run_id))
    return set(session.scalars(sa.select(chain.c.start).where(chain.c.kind == JobKind.REST)))


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
    offered = offered_before(session, runs[0].round_id)
    found = [RunRules.from_json(run.rules) for run in runs]
    told = [run.id for run, rules in zip(runs, found, strict=True) if rules.banned & offered]
    rest = of_rest(session, told) if told else ()
    return [
        dataclasses.replace(rules, banned=rules.banned - offered) if run.id in rest else rules
        for run, rules in zip(runs, found, strict=True)
    ]


def went_out(session: Session, run_id: uuid.UUID) -> bool:
    """Tell whether offers of a run were made."""
    return run_id in sent(session, [run_id])


def sent(session: Session, run_ids: Sequence[uuid.UUID]) -> Collection[uuid.UUID]:
    """Return those of some runs of which offers were made, in one query."""
    offered = sa.exists().where(Offer.pair_id == Pair.id, Pair.run_id == Run.id)
    return set(session.scalars(sa.select(Run.id).where(Run.id.in_(run_ids), offered)))
