"""Publishing a run: seats, offers and mails in one transaction, for exactly one run of a round."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from mentorship.profiles.models import Profile, ProfileKind
from mentorship.rounds import letters
from mentorship.rounds.agreed import Agreed, agreed_of
from mentorship.rounds.candidates import Candidate, candidates
from mentorship.rounds.lifecycle import move, round_changed
from mentorship.rounds.models import (
    Offer,
    OfferState,
    Pair,
    Publication,
    Round,
    RoundState,
    Run,
    RunSeat,
    SeatCount,
)
from mentorship.rounds.out_of_date import OutOfDate, out_of_date
from mentorship.rounds.reminding import forget_ahead
from mentorship.rounds.rest import for_publishing, may_go_out, still_free
from mentorship.rounds.run_models import StepKind
from mentorship.rounds.steps import take_step, ways


class RunOutOfDate(RuntimeError):
    """People of the run can no longer take part in it as they did: run again."""

    def __init__(self, people: Sequence[OutOfDate]) -> None:
        super().__init__(f"{len(people)} people of the run have changed")
        self.people = tuple(people)


class NothingToPublish(RuntimeError):
    """The run has no pairs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What publishing a run would do. ``changed`` are people who stand in its way."""

    run: Run
    imgs: int  # with a mentor to ask
    mentors: int  # to be asked
    offers: int
    agreed: int  # pairs that said yes by request already
    left: int  # IMGs who take part and get no mentor
    answer_by: dt.datetime
    changed: Sequence[OutOfDate]
    counts: bool  # it is the run that the leaders work with


def preview(session: Session, round_: Round, run: Run, *, now: dt.datetime) -> Preview:
    """Return what the leader should know before publishing, in four queries."""
    pairs = session.scalars(_pairs_of(run)).all()
    people, agreed = for_publishing(session, round_, today=now.date())
    matched = {pair.img_id for pair in pairs} | {img_id for img_id, _ in agreed.standing}
    new = [pair for pair in pairs if (pair.img_id, pair.mentor_id) not in agreed.standing]
    imgs = {one.profile_id for one in people if one.kind is ProfileKind.IMG and one.takes_part}
    return Preview(
        run=run,
        imgs=len({pair.img_id for pair in new}),
        mentors=len({pair.mentor_id for pair in new}),
        offers=len(new),
        agreed=len(pairs) - len(new),
        left=len(imgs - matched),
        answer_by=_answer_by(round_, now),
        changed=out_of_date(people, pairs, agreed),
        counts=ways(session, round_.id).current == run.id,
    )


def publish_round(
    session: Session,
    *,
    round_id: uuid.UUID,
    run_id: uuid.UUID,
    by: uuid.UUID | None,
    now: dt.datetime,
) -> Publication:
    """Ask the mentors of a run: from now on people answer. Of two who publish at once, one does.

    Raises
    ------
    NoResultFound
        The run is not of this round.
    RoundChanged
        The round is neither in review nor on its way out.
    NothingToPublish, RunOutOfDate
        The run has no pairs, or people in it have changed since.

    """
    run = session.scalars(sa.select(Run).where(Run.id == run_id, Run.round_id == round_id)).one()
    start = (RoundState.REVIEW, RoundState.PUBLISHED)
    move(session, round_id, start, RoundState.PUBLISHED)
    move(session, round_id, (RoundState.PUBLISHED,), RoundState.ANSWERING)
    round_ = session.get_one(Round, round_id, populate_existing=True)
    pairs = session.scalars(_pairs_of(run)).all()
    if not pairs:
        raise NothingToPublish(round_.name)
    _hold_people(session, run)
    people = candidates(session, round_, today=now.date())
    agreed = agreed_of(session, round_id)
    if changed := out_of_date(people, pairs, agreed):
        raise RunOutOfDate(changed)
    publication = Publication(
        round_id=round_id,
        run_id=run.id,
        published_at=now,
        published_by_id=by,
        answer_by=_answer_by(round_, now),
    )
    session.add(publication)
    _count_seats(session, run, people)
    if ways(session, round_id).current != run.id:
        take_step(session, round_id=round_id, run_id=run.id, kind=StepKind.CHOOSE, by=by, now=now)
    _join_agreed(session, pairs, agreed)
    new = [pair for pair in pairs if (pair.img_id, pair.mentor_id) not in agreed.standing]
    offers = [_offer(round_id, pair, now) for pair in new]
    _find_places(session, offers)
    session.add_all(offers)
    session.flush()
    letters.offers_waiting(session, round_, offers, answer_by=publication.answer_by, now=now)
    letters.round_published(session, round_, now=now)
    return publication


def offer_rest(
    session: Session, *, round_id: uuid.UUID, run_id: uuid.UUID, now: dt.datetime
) -> Publication:
    """Ask the mentors of a run of the rest, besides those who were asked before.

    The time to answer begins anew for everybody. Raises like ``publish_round``.
    """
    run = session.scalars(sa.select(Run).where(Run.id == run_id, Run.round_id == round_id)).one()
    move(session, round_id, (RoundState.REMATCHING,), RoundState.REMATCHING)
    round_ = session.get_one(Round, round_id, populate_existing=True)
    if not may_go_out(session, round_, run):
        raise round_changed(session, round_id)
    pairs = session.scalars(_pairs_of(run)).all()
    if not pairs:
        raise NothingToPublish(round_.name)
    _hold_people(session, run)
    people = still_free(session, round_, today=now.date())
    if changed := out_of_date(people, pairs, Agreed()):
        raise RunOutOfDate(changed)
    publication = session.get_one(Publication, round_id, populate_existing=True)
    publication.answer_by = _answer_by(round_, now)
    forget_ahead(session, round_id=round_id, answer_by=publication.answer_by, now=now)
    move(session, round_id, (RoundState.REMATCHING,), RoundState.ANSWERING)
    _count_seats(session, run, people, of_rest=True)
    offers = [_offer(round_id, pair, now) for pair in pairs]
    session.add_all(offers)
    session.flush()
    letters.offers_waiting(session, round_, offers, answer_by=publication.answer_by, now=now)
    return publication


def _offer(round_id: uuid.UUID, pair: Pair, now: dt.datetime) -> Offer:
    return Offer(
        round_id=round_id,
        pair_id=pair.id,
        img_id=pair.img_id,
        mentor_id=pair.mentor_id,
        place=pair.place,
        state=OfferState.OFFERED,
        offered_at=now,
    )


def _pairs_of(run: Run) -> sa.Select[Pair]:
    return (
        sa.select(Pair)
        .where(Pair.run_id == run.id)
        .order_by(Pair.id)
        .options(defer(Pair.parts_sealed))
    )


def _answer_by(round_: Round, now: dt.datetime) -> dt.datetime:
    return now + dt.timedelta(days=round_.answer_days)


def _hold_people(session: Session, run: Run) -> None:
    """Hold the profiles of the run's pairs, so that no other round gives away the same seats."""
    paired = sa.union(
        sa.select(Pair.mentor_id).where(Pair.run_id == run.id),
        sa.select(Pair.img_id).where(Pair.run_id == run.id),
    )
    session.execute(
        sa.select(Profile.id)
        .where(Profile.id.in_(paired))
        .order_by(Profile.id)
        .with_for_update(key_share=True)
    )


def _count_seats(
    session: Session,
    run: Run,
    people: Sequence[Candidate],
    *,
    of_rest: bool = False,
) -> None:
    """Keep the seats each mentor of the run has: no more than it could use, or than are free.

    A run of the rest leaves those alone that are counted already.
    """
    free = {person.profile_id: person.seats for person in people if person.takes_part}
    used = session.execute(
        sa.select(RunSeat.mentor_id, RunSeat.seats).where(RunSeat.run_id == run.id)
    ).all()
    counted = sa.select(SeatCount).where(SeatCount.round_id == run.round_id)
    known = {
        count.mentor_id: count
        for count in session.scalars(counted, execution_options={"populate_existing": True})
    }
    for mentor_id, seats in used:
        now_free = min(seats, free.get(mentor_id, 0))
        if mentor_id not in known:
            row = SeatCount(round_id=run.round_id, mentor_id=mentor_id, seats=now_free)
            session.add(row)
        elif not of_rest:
            known[mentor_id].seats = max(known[mentor_id].taken, now_free)
    session.flush()


def _join_agreed(session: Session, pairs: Sequence[Pair], agreed: Agreed) -> None:
    """Give each request that both agreed on the pair that the run has made of it."""
    for pair in pairs:
        offer_id = agreed.standing.get((pair.img_id, pair.mentor_id))
        if offer_id is not None:
            mine = sa.update(Offer).where(Offer.id == offer_id)
            session.execute(mine.values(pair_id=pair.id))


def _find_places(session: Session, offers: Sequence[Offer]) -> None:
    """Give an IMG who has a mentor by request the other place for the second one."""
    taken = {
        (img_id, place)
        for img_id, place in session.execute(
            sa.select(Offer.img_id, Offer.place).where(
                Offer.img_id.in_([offer.img_id for offer in offers]),
                Offer.round_id.in_({offer.round_id for offer in offers}),
                Offer.state == OfferState.CONFIRMED,
            )
        )
    }
    for offer in offers:
        if (offer.img_id, offer.place) in taken:
            offer.place = 3 - offer.place
