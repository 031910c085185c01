"""Which runs are of the rest of a published round, and which go out or have gone out."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.rounds.choices import OUT
from mentorship.rounds.models import Pair, Round, RoundState, Run
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.rounds.run_models import JobKind, PublishPlan, RunJob
from mentorship.rounds.run_rules import RunRules


def is_of_rest(session: Session, run_id: uuid.UUID) -> bool:
    """Tell whether a run is of the rest of a published round, or made of such a one by an edit."""
    return run_id in of_rest(session, [run_id])


def of_rest(session: Session, run_ids: Sequence[uuid.UUID]) -> Collection[uuid.UUID]:
    """Return those of some runs that are of the rest, as ``is_of_rest``, in one query."""
    return set(session.scalars(_of_rest(run_ids)))


def _of_rest(run_ids: Collection[uuid.UUID]) -> sa.Select[uuid.UUID]:
    """Select those of some runs that are of the rest: back from edit to base, to what was asked."""
    started = sa.select(RunJob.run_id.label("start"), RunJob.kind, RunJob.base_run_id)
    chain = started.where(RunJob.run_id.in_(run_ids)).cte("chain", recursive=True)
    back = sa.select(chain.c.start, RunJob.kind, RunJob.base_run_id)
    chain = chain.union_all(back.join(chain, RunJob.run_id == chain.c.base_run_id))
    return sa.select(chain.c.start).where(chain.c.kind == JobKind.REST)


def publishable(
    session: Session, round_id: uuid.UUID, state: RoundState, run_ids: Collection[uuid.UUID]
) -> Collection[uuid.UUID]:
    """Return those of some runs of a round that may go out, in one query.

    In review that is any; once offers are out, runs of the rest of which no pair was offered since,
    by them or by another run. While one is on its way out, no other may.
    """
    if state not in OUT:
        return set(run_ids) if state is RoundState.REVIEW else ()
    free = ~planned_in(round_id)
    may = sa.select(Run.id).where(Run.id.in_(_of_rest(run_ids)), ~_offered_since(), free)
    return set(session.scalars(may))


def planned_in(round_id: uuid.UUID) -> sa.ColumnElement[bool]:
    """Say whether a run is on its way out: until that is taken back, no other can be made."""
    return sa.exists().where(PublishPlan.round_id == round_id)


def is_planned(session: Session, round_id: uuid.UUID) -> bool:
    return bool(session.scalar(sa.select(planned_in(round_id))))


def may_go_out(session: Session, round_: Round, run: Run) -> bool:
    """Tell whether the offers of a run may be made, see ``publishable``."""
    return run.id in publishable(session, round_.id, round_.state, [run.id])


def offered_before(session: Session, round_id: uuid.UUID) -> frozenset[tuple[str, str]]:
    """Return the pairs, as in rules, that were offered each other in a round: never again there."""
    return _plain(session, _offered(round_id))


def never_again(session: Session, run: Run) -> frozenset[tuple[str, str]]:
    """Return the pairs that a run may not make: those ``offered_before``, if it is of the rest."""
    return _plain(session, _offered(run.round_id).where(_of_rest([run.id]).exists()))


def _offered(round_id: uuid.UUID) -> sa.Select[uuid.UUID, uuid.UUID]:
    return sa.select(Offer.img_id, Offer.mentor_id).where(
        Offer.round_id == round_id, Offer.state != OfferState.WITHDRAWN
    )


def _plain(session: Session, pairs: sa.Select[uuid.UUID, uuid.UUID]) -> frozenset[tuple[str, str]]:
    return frozenset((str(img_id), str(mentor_id)) for img_id, mentor_id in session.execute(pairs))


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
    return session.scalar(sa.select(Run.id).where(Run.id == run_id, _sent())) is not None


def _sent() -> sa.ColumnElement[bool]:
    """Say of a run that offers of it were made."""
    return sa.exists().where(Offer.pair_id == Pair.id, Pair.run_id == Run.id)


def _offered_since() -> sa.ColumnElement[bool]:
    """Say of a run of the rest that a pair of it is one of those ``offered_before``."""
    same = sa.and_(Offer.img_id == Pair.img_id, Offer.mentor_id == Pair.mentor_id)
    counts = Offer.round_id == Run.round_id, Offer.state != OfferState.WITHDRAWN
    return sa.exists().where(Pair.run_id == Run.id, same, *counts)
