"""Two of whom one does not want the other: no yes makes them a pair, and nothing waits for one.

Nobody is told by whom it came: to the other side it looks like any other end of an offer. What
somebody typed ends nothing that they know under a code before both have said yes: else whoever
types an address would see whose code it is.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from mentorship.accounts.models import User
from mentorship.profiles.choosing import name_hidden_from
from mentorship.profiles.models import Naming, NamingUse, Profile
from mentorship.rounds import letters
from mentorship.rounds.choices import OUT
from mentorship.rounds.going_on import AT_ONCE, pass_on
from mentorship.rounds.models import Round
from mentorship.rounds.offer_models import Offer, OfferState, Side
from mentorship.rounds.offer_steps import step, turn_down
from mentorship.rounds.requesting import withdraw

OFFERED, ACCEPTED = OfferState.OFFERED, OfferState.ACCEPTED

_ITS_ROUND, _ANOTHER = aliased(Round), aliased(Offer)
_OWN, _WHOM = aliased(Profile), aliased(Profile)


def parted_by(session: Session, offer: Offer, says_yes: Side) -> Side | None:
    """Return who of an offer's pair does not want the other: the IMG, if both; None for nobody.

    ``says_yes`` is whose yes it is. An address that the mentor typed counts at the yes of the IMG:
    their own opens no name yet.
    """
    by_img = avoids(Offer.img_id, Offer.mentor_id)
    by_mentor = avoids(Offer.mentor_id, Offer.img_id, told=says_yes is Side.MENTOR)
    img, mentor = session.execute(sa.select(by_img, by_mentor).where(Offer.id == offer.id)).one()
    return Side.IMG if img else Side.MENTOR if mentor else None


@contextmanager
def offers_follow(session: Session, person_id: uuid.UUID, *, now: dt.datetime) -> Iterator[None]:
    """End what somebody asks, or is asked, that can be no pair once their profile is saved.

    The rounds are held before the profile is written, in the order in which all others hold them.
    """
    own = sa.select(Profile.id).where(Profile.person_id == person_id)
    mine = sa.and_(sa.or_(Offer.img_id.in_(own), Offer.mentor_id.in_(own)), _waits())
    here = sa.exists().where(Offer.round_id == Round.id, mine).correlate(Round)
    held = sa.select(Round.id).where(here).order_by(Round.id)
    session.execute(held.with_for_update(read=True))
    yield
    _end(session, mine, now=now)


def due_partings(session: Session) -> Sequence[uuid.UUID]:
    """Return the rounds in which something waits that can be no pair by what the two say now."""
    no_pair = sa.or_(*_by_either(), _has_enough())
    here = sa.exists().where(Offer.round_id == Round.id, _waits(), no_pair).correlate(Round)
    return session.scalars(sa.select(Round.id).where(here).order_by(Round.id)).all()


def end_parted(session: Session, *, round_id: uuid.UUID, now: dt.datetime) -> int:
    """End it in one round, whoever wrote what they say: a leader's file, say.

    Returns how many offers ended: at most ``AT_ONCE``, the rest at the next look.
    """
    session.execute(sa.select(Round.id).where(Round.id == round_id).with_for_update())
    return _end(session, sa.and_(Offer.round_id == round_id, _waits()), now=now, at_most=AT_ONCE)


def _end(
    session: Session, where: sa.ColumnElement[bool], *, now: dt.datetime, at_most: int | None = None
) -> int:
    """End what waits: one of the two avoids the other, or the IMG who asks has enough mentors."""
    img, mentor, enough = *_by_either(), _has_enough()
    rows = session.execute(
        sa.select(Offer, img, enough)
        .where(where, sa.or_(img, mentor, enough))
        .options(joinedload(Offer.round).joinedload(Round.section))
        .order_by(Offer.offered_at, Offer.id)
        .limit(at_most)
        .execution_options(populate_existing=True)
    ).all()
    for offer, by_img, has_enough in rows:
        if not offer.requested:
            _part(session, offer, Side.IMG if by_img else Side.MENTOR, now)
        elif has_enough:
            if withdraw(session, offer, now):
                letters.request_passed_on(session, offer, "request_enough", now=now)
        elif step(session, offer, OFFERED, OfferState.WITHDRAWN):
            if by_img:
                letters.request_taken_back(session, offer, now=now)
            pass_on(session, offer, now=now)
    return len(rows)


def _part(session: Session, offer: Offer, side: Side, now: dt.datetime) -> None:
    """Close an offer of a run for the side that does not want the other, and tell who waits."""
    waited = turn_down(session, offer, by_mentor=side is Side.MENTOR, reason="other", now=now)
    if waited is OFFERED:
        letters.still_looking(session, offer, now=now)
        if side is Side.IMG:
            letters.no_answer_needed(session, offer, now=now)
    elif waited is ACCEPTED:
        tell = letters.img_declined if side is Side.IMG else letters.mentor_stepped_back
        tell(session, offer, now=now)


def _waits() -> sa.ColumnElement[bool]:
    """Say of an offer that an answer may come: to a request, or to one of a run that is out."""
    out = sa.exists().where(_ITS_ROUND.id == Offer.round_id, _ITS_ROUND.state.in_(OUT))
    asked = Offer.answer_by.is_not(None)
    of_a_run = sa.and_(~asked, Offer.state.in_((OFFERED, ACCEPTED)), out.correlate(Offer))
    return sa.or_(sa.and_(asked, Offer.state == OFFERED), of_a_run)


def _by_either() -> tuple[sa.Exists, sa.Exists]:
    """Say of an offer that its IMG avoids the mentor, and that its mentor avoids the IMG.

    As far as it may be seen: see the top of this module.
    """
    img, mentor = Offer.img_id, Offer.mentor_id
    return avoids(img, mentor, told=True), avoids(mentor, img, told=True)


def avoids(
    one: sa.orm.InstrumentedAttribute[uuid.UUID],
    other: sa.orm.InstrumentedAttribute[uuid.UUID],
    *,
    told: bool = False,
) -> sa.Exists:
    """Say of two profiles of a row that the first names the person of the second to avoid them.

    If ``told``, only where the first may see that it holds: they chose the second, or know their
    name. Named by an address that was nobody's then, they are found by the next run, not here.
    """
    named = (
        sa.select(Naming.person_id)
        .join(_WHOM, _WHOM.person_id == Naming.person_id)
        .where(Naming.profile_id == one, Naming.use == NamingUse.AVOID, _WHOM.id == other)
    )
    if told:
        author = sa.select(_OWN.person_id).where(_OWN.id == Naming.profile_id).correlate(Naming)
        hidden = name_hidden_from(author.scalar_subquery())
        named = named.join(User, User.id == Naming.person_id).where(
            sa.or_(Naming.line == "", ~hidden)
        )
    return named.correlate_except(Naming, _WHOM, User).exists()


def _has_enough() -> sa.ColumnElement[bool]:
    """Say of a request that its IMG has as many mentors of the round as they wish for."""
    mentors = (
        sa.select(sa.func.count())
        .where(
            _ANOTHER.round_id == Offer.round_id,
            _ANOTHER.img_id == Offer.img_id,
            _ANOTHER.state == OfferState.CONFIRMED,
        )
        .correlate(Offer)
        .scalar_subquery()
    )
    wanted = sa.select(Profile.mentors_wanted).where(Profile.id == Offer.img_id)
    enough = mentors >= sa.func.coalesce(wanted.correlate(Offer).scalar_subquery(), 1)
    return sa.and_(Offer.answer_by.is_not(None), enough)
