"""Publishing a run: seats, offers and mails in one transaction, for exactly one run of a round."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from mentorship.profiles.models import ProfileKind
from mentorship.rounds import round_letters
from mentorship.rounds.agreed import Agreed, agreed_of
from mentorship.rounds.candidates import candidates
from mentorship.rounds.due import end_of_day
from mentorship.rounds.going_on import take_back_elsewhere
from mentorship.rounds.lifecycle import move, round_changed
from mentorship.rounds.models import Pair, Round, RoundState, Run
from mentorship.rounds.offer_models import Offer, OfferState, Publication
from mentorship.rounds.out_of_date import OutOfDate, out_of_date, pairs_now
from mentorship.rounds.private_tables import tell
from mentorship.rounds.rest import for_publishing, still_free
from mentorship.rounds.rest_runs import may_go_out
from mentorship.rounds.run_models import StepKind
from mentorship.rounds.seating import (
    count_seats,
    count_seats_of_rest,
    find_places,
    hold_people,
    join_agreed,
)
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
    pairs = pairs_now(session, run.id)
    people, agreed = for_publishing(session, round_, now=now, run_id=run.id)
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
    hold_people(session, run)
    people = candidates(session, round_, now=now)
    agreed = agreed_of(session, round_id)
    if changed := out_of_date(people, pairs_now(session, run.id), agreed):
        raise RunOutOfDate(changed)
    publication = Publication(
        round_id=round_id,
        run_id=run.id,
        published_at=now,
        published_by_id=by,
        answer_by=_answer_by(round_, now),
    )
    session.add(publication)
    tell(session, run, now=now)
    count_seats(session, run, people, besides=agreed.besides_run(pairs))
    if ways(session, round_id).current != run.id:
        take_step(session, round_id=round_id, run_id=run.id, kind=StepKind.CHOOSE, by=by, now=now)
    join_agreed(session, pairs, agreed)
    new = [pair for pair in pairs if (pair.img_id, pair.mentor_id) not in agreed.standing]
    offers = [_offer(round_id, pair, now) for pair in new]
    find_places(session, offers)
    session.add_all(offers)
    session.flush()
    take_back_elsewhere(session, round_id, [offer.img_id for offer in offers], now=now)
    round_letters.offers_waiting(session, round_, offers, answer_by=publication.answer_by, now=now)
    round_letters.round_published(session, round_, now=now)
    return publication


def offer_rest(
    session: Session, *, round_id: uuid.UUID, run_id: uuid.UUID, now: dt.datetime
) -> Publication:
    """Ask the mentors of a run of the rest, besides those who were asked before.

    The new offers have a day to answer of their own: whoever was asked before gains no time.
    Raises like ``publish_round``.
    """
    run = session.scalars(sa.select(Run).where(Run.id == run_id, Run.round_id == round_id)).one()
    move(session, round_id, (RoundState.REMATCHING,), RoundState.REMATCHING)
    round_ = session.get_one(Round, round_id, populate_existing=True)
    if not may_go_out(session, round_, run):
        raise round_changed(session, round_id)
    pairs = session.scalars(_pairs_of(run)).all()
    if not pairs:
        raise NothingToPublish(round_.name)
    hold_people(session, run)
    people = still_free(session, round_, now=now)
    if changed := out_of_date(people, pairs_now(session, run.id), Agreed()):
        raise RunOutOfDate(changed)
    publication = session.get_one(Publication, round_id, populate_existing=True)
    due = _answer_by(round_, now)
    move(session, round_id, (RoundState.REMATCHING,), RoundState.ANSWERING)
    if ways(session, round_id).current != run.id:
        take_step(session, round_id=round_id, run_id=run.id, kind=StepKind.CHOOSE, by=None, now=now)
    count_seats_of_rest(session, run, people)
    offers = [_offer(round_id, pair, now, due_at=due) for pair in pairs]
    session.add_all(offers)
    session.flush()
    take_back_elsewhere(session, round_id, [offer.img_id for offer in offers], now=now)
    round_letters.offers_waiting(session, round_, offers, answer_by=due, now=now)
    return publication


def _offer(
    round_id: uuid.UUID, pair: Pair, now: dt.datetime, *, due_at: dt.datetime | None = None
) -> Offer:
    return Offer(
        round_id=round_id,
        pair_id=pair.id,
        img_id=pair.img_id,
        mentor_id=pair.mentor_id,
        place=pair.place,
        state=OfferState.OFFERED,
        offered_at=now,
        due_at=due_at,
    )


def _pairs_of(run: Run) -> sa.Select[Pair]:
    return (
        sa.select(Pair)
        .where(Pair.run_id == run.id)
        .order_by(Pair.id)
        .options(defer(Pair.parts_sealed))
    )


def _answer_by(round_: Round, now: dt.datetime) -> dt.datetime:
    return end_of_day(now, days=round_.answer_days)
