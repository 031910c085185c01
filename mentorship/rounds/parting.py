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

from mentorship.profiles.models import Naming, NamingUse, Profile, ProfileKind
from mentorship.rounds import letters
from mentorship.rounds.going_on import pass_on
from mentorship.rounds.models import Round
from mentorship.rounds.offer_models import Offer, OfferState, Side
from mentorship.rounds.offer_steps import step
from mentorship.rounds.requesting import withdraw


def parted_by(session: Session, offer: Offer) -> Side | None:
    """Return who of an offer's pair does not want the other: the IMG, if both; None for nobody."""
    img, mentor = session.execute(
        sa.select(_avoids(ProfileKind.IMG), _avoids(ProfileKind.MENTOR)).where(Offer.id == offer.id)
    ).one()
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
    img, mentor, enough = _avoids(ProfileKind.IMG), _avoids(ProfileKind.MENTOR), _has_enough()
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


def _avoids(kind: ProfileKind) -> sa.Exists:
    """Say of an offer that the profile of this kind names the other as somebody to avoid."""
    one, other = aliased(Profile), aliased(Profile)
    sides = (Offer.img_id, Offer.mentor_id)
    own, theirs = sides if kind is ProfileKind.IMG else reversed(sides)
    return (
        sa.exists()
        .where(
            *(one.id == own, other.id == theirs),
            *(Naming.profile_id == one.id, Naming.person_id == other.person_id),
            Naming.use == NamingUse.AVOID,
        )
        .correlate(Offer)
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
