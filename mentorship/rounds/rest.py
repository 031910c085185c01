"""Matching the rest of a published round again: who still waits, with the seats that are left.

Pairs that were offered once in the round are never offered again. Who has a live offer keeps it:
they and their seats are not in the match at all.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from mentorship.extensions import rows_hit
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.rounds.agreed import Agreed, agreed_of
from mentorship.rounds.candidates import Candidate, Obstacle, Only, candidates
from mentorship.rounds.choices import LIVE_OFFERS, OUT
from mentorship.rounds.lifecycle import round_changed
from mentorship.rounds.models import Pair, Participant, Round, RoundState, Run
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.rounds.rest_runs import is_of_rest, offered_before, went_out
from mentorship.rounds.run_models import PublishPlan, StepKind
from mentorship.rounds.run_rules import RunRules, with_edits
from mentorship.rounds.steps import current_run, take_step, ways

# An IMG who says no for one of these reasons looks for nobody in this round any more.
FOR_GOOD = ("other_mentor", "no_time", "situation_changed")
Offers = Sequence[sa.Row[*tuple[Any, ...]]]


def still_free(session: Session, round_: Round, *, now: dt.datetime) -> Sequence[Candidate]:
    """Return the people of a round as a run may use them now.

    Before it is published these are the candidates, less whoever agreed by request with somebody
    who cannot be in the run. Afterwards they are as ``as_free`` says.
    """
    people = candidates(session, round_, now=now)
    if round_.state is RoundState.DRAFT:
        return people
    if round_.state not in OUT:
        return agreed_of(session, round_.id).besides(people)
    return as_free(session, round_, people)


def as_free(
    session: Session, round_: Round, people: Sequence[Candidate], only: Only | None = None
) -> Sequence[Candidate]:
    """Return people of a published round as a run of its rest may use them, in one query.

    Whoever has a live offer is not free, and a mentor has the seats of now that no offer holds,
    be they more than when the round was published: its leader sees and publishes the rest. Nobody
    is looked at besides ``only``, if that is given.
    """
    query = sa.select(
        Offer.img_id,
        Offer.mentor_id,
        Offer.state,
        Offer.decline_reason,
        Offer.mentor_answered_at,
        Offer.img_answered_at,
        Offer.offered_at,
    ).where(Offer.round_id == round_.id)
    if only is not None:
        query = query.where(sa.or_(Offer.img_id.in_(only), Offer.mentor_id.in_(only)))
    offers = session.execute(query).all()
    back = {each.profile_id: each.back_at for each in people if each.back_at}
    held = Counter(
        key for each in offers if each.state in LIVE_OFFERS for key in (each.img_id, each.mentor_id)
    )
    done, silent = _done(offers, back), _silent(offers, back)
    return [_as_free(each, held, done, silent) for each in people]


def for_publishing(
    session: Session, round_: Round, *, now: dt.datetime, run_id: uuid.UUID | None = None
) -> tuple[Sequence[Candidate], Agreed]:
    """Return whom the offers of a run are checked against, and the pairs that stand besides.

    Once offers are out, whoever has one is not free, and nothing stands besides. Of ``run_id`` it
    is then whoever is in that run, and the IMGs who may wait still: mostly few of the round.
    """
    if round_.state not in OUT:
        return candidates(session, round_, now=now), agreed_of(session, round_.id)
    only = _in_run_or_waiting(round_.id, run_id) if run_id else None
    people = candidates(session, round_, now=now, only=only)
    return as_free(session, round_, people, only), Agreed()


def _in_run_or_waiting(round_id: uuid.UUID, run_id: uuid.UUID) -> sa.CompoundSelect[uuid.UUID]:
    """Select who is in a run, and the IMGs of its round of whom no offer is live."""
    made = (sa.select(each).where(Pair.run_id == run_id) for each in (Pair.img_id, Pair.mentor_id))
    live = sa.select(Offer.img_id).where(Offer.round_id == round_id, Offer.state.in_(LIVE_OFFERS))
    waiting = (
        sa.select(Profile.id)
        .join(Participant, Participant.profile_id == Profile.id)
        .where(
            Participant.round_id == round_id,
            Profile.kind == ProfileKind.IMG,
            Profile.id.not_in(live),
        )
    )
    return sa.union(*made, waiting)


def _as_free(
    person: Candidate,
    held: Mapping[uuid.UUID, int],
    done: Collection[uuid.UUID],
    silent: Collection[uuid.UUID],
) -> Candidate:
    key = person.profile_id
    unanswered = Obstacle.SILENT if key in silent else None
    if person.kind is ProfileKind.IMG:
        gone = Obstacle.NEEDS_NOBODY if key in done else None
        here = unanswered or (Obstacle.ASKED_HERE if held[key] else gone)
        if here is None or person.obstacle:
            return person
        return dataclasses.replace(person, obstacle=here)
    free = max(person.seats - held[key], 0)
    full = None if free else Obstacle.SEATS_TAKEN
    return dataclasses.replace(person, seats=free, obstacle=person.obstacle or unanswered or full)


def _done(offers: Offers, back: Mapping[uuid.UUID, dt.datetime]) -> Collection[uuid.UUID]:
    """Return the IMGs who said no for good, and whom no leader has let back since."""
    nos = [
        (each.img_id, each.img_answered_at)
        for each in offers
        if each.state is OfferState.DECLINED_BY_IMG and each.decline_reason in FOR_GOOD
    ]
    return {img_id for img_id, at in nos if img_id not in back or (at and at > back[img_id])}


def _silent(offers: Offers, back: Mapping[uuid.UUID, dt.datetime]) -> Collection[uuid.UUID]:
    """Return whoever let the day to answer pass and has answered nothing else in the round.

    Offers of before a leader let them back do not count.
    """
    silent: set[uuid.UUID] = set()
    answered: set[uuid.UUID] = set()
    for each in offers:
        if each.mentor_answered_at:
            answered.add(each.mentor_id)
        if each.img_answered_at:
            answered.add(each.img_id)
        owing = each.img_id if each.mentor_answered_at else each.mentor_id
        let_back = owing in back and back[owing] > each.offered_at
        if each.state is OfferState.EXPIRED and not let_back:
            silent.add(owing)
    return silent - answered


def match_again(
    session: Session, *, round_id: uuid.UUID, profile_id: uuid.UUID, now: dt.datetime
) -> None:
    """Let somebody be matched with the rest who was silent, or needed nobody any more.

    Raises
    ------
    RoundChanged
        The round is not published, or finished.
    NoResultFound
        They do not take part.

    """
    state = session.scalars(
        sa.select(Round.state).where(Round.id == round_id).with_for_update(read=True)
    ).one_or_none()
    if state not in OUT:
        raise round_changed(session, round_id)
    hit = sa.update(Participant).where(
        Participant.round_id == round_id,
        Participant.profile_id == profile_id,
        Participant.left_out_at.is_(None),
    )
    if not rows_hit(session, hit.values(back_at=now)):
        raise NoResultFound


def rules_for_rest(session: Session, round_: Round, rules: RunRules) -> RunRules:
    """Return the rules with every pair forbidden that was offered, or that a leader forbade.

    What leaders have locked in an earlier run of the rest, which never went out, stays locked.
    """
    pairs = offered_before(session, round_.id)
    run = current_run(session, round_.id)
    edited = with_edits(rules, run)
    goes_on = run is not None and is_of_rest(session, run.id) and not went_out(session, run.id)
    locked, waiting = (
        kept - pairs if goes_on else frozenset() for kept in (edited.locked, edited.waiting)
    )
    banned = edited.banned | pairs
    return dataclasses.replace(edited, banned=banned, locked=locked, waiting=waiting)


def leave_rest(session: Session, *, round_id: uuid.UUID, now: dt.datetime) -> bool:
    """Go back to answering without new offers; False unless the rest is being matched.

    What is on its way out stays so: it must be taken back first.
    """
    on_its_way = sa.exists().where(PublishPlan.round_id == Round.id)
    left = rows_hit(
        session,
        sa.update(Round)
        .where(Round.id == round_id, Round.state == RoundState.REMATCHING, ~on_its_way)
        .values(state=RoundState.ANSWERING),
    )
    if left:
        count_what_is_out(session, round_id, now)
    return bool(left)


def count_what_is_out(session: Session, round_id: uuid.UUID, now: dt.datetime) -> None:
    """Have the last run that went out count again, if one of the rest does that never did."""
    current = ways(session, round_id).current
    if current is None or went_out(session, current) or not is_of_rest(session, current):
        return
    out = (
        sa.select(Run.id)
        .join(Pair, Pair.run_id == Run.id)
        .join(Offer, Offer.pair_id == Pair.id)
        .where(Run.round_id == round_id)
        .order_by(Run.number.desc())
        .limit(1)
    )
    last = session.scalars(out).one()
    take_step(session, round_id=round_id, run_id=last, kind=StepKind.CHOOSE, by=None, now=now)
