"""Whose seats an offer takes, when a run is published."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.profiles.models import Profile
from mentorship.rounds.agreed import Agreed
from mentorship.rounds.candidates import Candidate
from mentorship.rounds.choices import LIVE_OFFERS
from mentorship.rounds.models import Pair, Run, RunSeat
from mentorship.rounds.offer_models import Offer, OfferState, SeatCount


def hold_people(session: Session, run: Run) -> None:
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


def count_seats(
    session: Session,
    run: Run,
    people: Sequence[Candidate],
    *,
    besides: Mapping[uuid.UUID, int] = MappingProxyType({}),
) -> None:
    """Keep the seats each mentor of the run has: no more than it could use, or than are free.

    The run could not use the seats of mentorships ``besides`` it, which are counted all the same.
    Who got nobody in the run keeps all that it could use: what is free is asked when somebody is to
    get them, and a break of today is over by then.
    """
    free = {person.profile_id: person.seats for person in people if person.takes_part}
    paired = sa.exists().where(Pair.run_id == RunSeat.run_id, Pair.mentor_id == RunSeat.mentor_id)
    counts = sa.select(RunSeat.mentor_id, RunSeat.seats, paired).where(RunSeat.run_id == run.id)
    used = session.execute(counts).all()
    known = _known(session, run)
    for mentor_id, usable, is_paired in used:
        seats = usable + besides.get(mentor_id, 0)
        now_free = min(seats, free.get(mentor_id, 0)) if is_paired else seats
        if mentor_id not in known:
            row = SeatCount(round_id=run.round_id, mentor_id=mentor_id, seats=now_free)
            session.add(row)
        else:
            known[mentor_id].seats = max(known[mentor_id].taken, now_free)
    session.flush()


def count_seats_of_rest(session: Session, run: Run, people: Sequence[Candidate]) -> None:
    """Let the seats of the mentors whom a run of the rest asks grow to those that it could use.

    They may have offered more since the round was published, and the leader who publishes the rest
    has seen them. Offers of before that still hold a seat keep it: those seats were not in the run.
    Nobody's become fewer, and whom the run does not ask has those that were published. ``people``
    are as ``still_free``; the mentors of the run's pairs are held, so that none says yes meanwhile.
    """
    free = {person.profile_id: person.seats for person in people if person.takes_part}
    asked = sa.exists().where(Pair.run_id == RunSeat.run_id, Pair.mentor_id == RunSeat.mentor_id)
    holding = (
        sa.select(sa.func.count())
        .where(
            Offer.round_id == run.round_id,
            Offer.mentor_id == RunSeat.mentor_id,
            Offer.state.in_(LIVE_OFFERS),
        )
        .scalar_subquery()
    )
    used = session.execute(
        sa.select(RunSeat.mentor_id, RunSeat.seats, holding).where(RunSeat.run_id == run.id, asked)
    ).all()
    known = _known(session, run)
    for mentor_id, usable, held in used:
        seats = held + min(usable, free.get(mentor_id, 0))
        if mentor_id not in known:
            session.add(SeatCount(round_id=run.round_id, mentor_id=mentor_id, seats=seats))
        else:
            known[mentor_id].seats = max(known[mentor_id].seats, seats)
    session.flush()


def _known(session: Session, run: Run) -> Mapping[uuid.UUID, SeatCount]:
    """Return the counts that the round has, by mentor, as they are in the database now."""
    counted = sa.select(SeatCount).where(SeatCount.round_id == run.round_id)
    found = session.scalars(counted, execution_options={"populate_existing": True})
    return {count.mentor_id: count for count in found}


def join_agreed(session: Session, pairs: Sequence[Pair], agreed: Agreed) -> None:
    """Give each request that both agreed on the pair that the run has made of it."""
    for pair in pairs:
        offer_id = agreed.standing.get((pair.img_id, pair.mentor_id))
        if offer_id is not None:
            mine = sa.update(Offer).where(Offer.id == offer_id)
            session.execute(mine.values(pair_id=pair.id))


def find_places(session: Session, offers: Sequence[Offer]) -> None:
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
