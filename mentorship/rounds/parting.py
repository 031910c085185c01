"""Two of whom one does not want the other: no yes makes them a pair, and no request waits.

Nobody is told by whom it came: to the other side it looks like any other end of an offer.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from mentorship.profiles.models import Naming, NamingUse, Profile
from mentorship.rounds import letters
from mentorship.rounds.going_on import pass_on
from mentorship.rounds.models import Round
from mentorship.rounds.offer_models import Offer, OfferState, Side
from mentorship.rounds.offer_steps import step
from mentorship.rounds.requesting import withdraw


def parted_by(session: Session, offer: Offer) -> Side | None:
    """Return who of an offer's pair does not want the other: the IMG, if both; None for nobody."""
    img, mentor = session.execute(sa.select(*_by_either()).where(Offer.id == offer.id)).one()
    return Side.IMG if img else Side.MENTOR if mentor else None


@contextmanager
def requests_follow(session: Session, person_id: uuid.UUID, *, now: dt.datetime) -> Iterator[None]:
    """End what somebody asks, or is asked, that can be no pair once their profile is saved.

    One of the two avoids the other; or the IMG has as many mentors as they wish for now. The rounds
    are held before the profile is written, in the order in which all others hold them.
    """
    own = sa.select(Profile.id).where(Profile.person_id == person_id)
    either = sa.or_(Offer.img_id.in_(own), Offer.mentor_id.in_(own))
    waits = sa.and_(either, Offer.state == OfferState.OFFERED, Offer.answer_by.is_not(None))
    here = sa.exists().where(Offer.round_id == Round.id, waits).correlate(Round)
    held = sa.select(Round.id).where(here).order_by(Round.id)
    session.execute(held.with_for_update(read=True))
    yield
    img, mentor, enough = *_by_either(), _has_enough()
    rows = session.execute(
        sa.select(Offer, img, mentor, enough)
        .where(waits, sa.or_(img, mentor, enough))
        .options(joinedload(Offer.round).joinedload(Round.section))
        .order_by(Offer.offered_at, Offer.id)
        .execution_options(populate_existing=True)
    ).all()
    for offer, by_img, _, has_enough in rows:
        if has_enough:
            if withdraw(session, offer, now):
                letters.request_passed_on(session, offer, "request_enough", now=now)
        elif step(session, offer, OfferState.OFFERED, OfferState.WITHDRAWN):
            if by_img:
                letters.request_taken_back(session, offer, now=now)
            pass_on(session, offer, now=now)


def _by_either() -> tuple[sa.Exists, sa.Exists]:
    """Say of an offer that its IMG avoids the mentor, and that its mentor avoids the IMG."""
    img, mentor = Offer.img_id, Offer.mentor_id
    return avoids(img, mentor), avoids(mentor, img)


def avoids(
    one: sa.orm.InstrumentedAttribute[uuid.UUID], other: sa.orm.InstrumentedAttribute[uuid.UUID]
) -> sa.Exists:
    """Say of two profiles of a row that the first names the person of the second to avoid them.

    Named by an address that was nobody's then, they are found by the next run, not here.
    """
    whom = aliased(Profile)
    return (
        sa.select(Naming.person_id)
        .join(whom, whom.person_id == Naming.person_id)
        .where(Naming.profile_id == one, Naming.use == NamingUse.AVOID, whom.id == other)
        .correlate_except(Naming, whom)
        .exists()
    )


def _has_enough() -> sa.ColumnElement[bool]:
    """Say of a request that its IMG has as many mentors of the round as they wish for."""
    another = aliased(Offer)
    mentors = (
        sa.select(sa.func.count())
        .where(
            another.round_id == Offer.round_id,
            another.img_id == Offer.img_id,
            another.state == OfferState.CONFIRMED,
        )
        .correlate(Offer)
        .scalar_subquery()
    )
    wanted = sa.select(Profile.mentors_wanted).where(Profile.id == Offer.img_id)
    return mentors >= sa.func.coalesce(wanted.correlate(Offer).scalar_subquery(), 1)
