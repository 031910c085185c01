"""Withdrawing from a round, or from all of a section, and coming back while there is time.

Whoever waits for an answer of the person who withdraws, or is about to get one, is told at once.
A mentorship that both confirmed goes on: it is ended on its own page, with a reason.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from mentorship.profiles.models import Profile, ProfileKind
from mentorship.rounds import letters
from mentorship.rounds.candidates import candidates
from mentorship.rounds.choices import BEFORE, OUT, OVER
from mentorship.rounds.enrolment import CannotTakePart
from mentorship.rounds.going_on import let_go as let_go_requests
from mentorship.rounds.models import Participant, Round
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.rounds.offer_steps import turn_down
from mentorship.sections.models import SectionRole

WAITING = (OfferState.OFFERED, OfferState.ACCEPTED)


class TooLate(RuntimeError):
    """The round takes nobody in any more, or is over: what it found stays."""


@dataclass(frozen=True, slots=True)
class Participation:
    """A person's place in a round. ``waiting`` offers would be withdrawn with it."""

    round: Round
    profile_id: uuid.UUID
    kind: ProfileKind
    withdrew: bool
    waiting: int
    confirmed: int

    @property
    def may_come_back(self) -> bool:
        return self.withdrew and self.round.state in BEFORE


def kind_of_own(session: Session, person_id: uuid.UUID, profile_id: uuid.UUID) -> ProfileKind:
    """Return the role of one's own profile; NoResultFound for what is not one's own."""
    own = sa.select(Profile.kind).where(Profile.id == profile_id, Profile.person_id == person_id)
    return session.scalars(own).one()


def participation_of(
    session: Session, person_id: uuid.UUID, round_id: uuid.UUID, profile_id: uuid.UUID
) -> Participation:
    """Return the place of one's own profile in a round; NoResultFound for what is not one's own.

    A person whom the leader left out has none.
    """
    of_profile = sa.or_(Offer.img_id == profile_id, Offer.mentor_id == profile_id)
    offers = sa.select(sa.func.count()).where(Offer.round_id == round_id, of_profile)
    row = session.execute(
        sa.select(
            Round,
            Profile.kind,
            Participant.withdrew,
            offers.where(Offer.state.in_(WAITING)).scalar_subquery(),
            offers.where(Offer.state == OfferState.CONFIRMED).scalar_subquery(),
        )
        .join(Participant, Participant.round_id == Round.id)
        .join(Profile, Profile.id == Participant.profile_id)
        .where(
            Round.id == round_id,
            Profile.id == profile_id,
            Profile.person_id == person_id,
            sa.or_(Participant.left_out_at.is_(None), Participant.withdrew),
        )
        .options(joinedload(Round.section))
        .execution_options(populate_existing=True)
    ).one()
    round_, kind, withdrew, waiting, confirmed = row
    return Participation(round_, profile_id, kind, withdrew, waiting, confirmed)


def withdraw(
    session: Session,
    *,
    person_id: uuid.UUID,
    round_id: uuid.UUID,
    profile_id: uuid.UUID,
    now: dt.datetime,
) -> None:
    """Take oneself out of a round, at any step of it; twice is as good as once.

    Raises
    ------
    TooLate
        The round is over.
    NoResultFound
        The place is not this person's own.

    """
    participation_of(session, person_id, round_id, profile_id)
    if not _hold(session, Round.id == round_id):
        raise TooLate
    session.execute(
        sa.update(Participant)
        .where(Participant.round_id == round_id, Participant.profile_id == profile_id)
        .where(Participant.left_out_at.is_(None))
        .values(left_out_at=now, withdrew=True)
    )
    _withdraw_offers(session, Offer.round_id == round_id, profile_id, now)


def come_back(
    session: Session,
    *,
    person_id: uuid.UUID,
    round_id: uuid.UUID,
    profile_id: uuid.UUID,
    now: dt.datetime,
) -> None:
    """Take part again after having withdrawn.

    Raises
    ------
    TooLate
        The round is published or finished.
    CannotTakePart
        Something keeps this person out; the error says what.
    NoResultFound
        The place is not this person's own.

    """
    state = sa.select(Round.state).where(Round.id == round_id).with_for_update(read=True)
    if session.scalars(state).one_or_none() not in BEFORE:
        participation_of(session, person_id, round_id, profile_id)
        raise TooLate
    round_ = participation_of(session, person_id, round_id, profile_id).round
    (me,) = candidates(session, round_, now=now, only=[profile_id])
    if me.obstacle is not None:
        raise CannotTakePart(me.name, me.obstacle)
    session.execute(
        sa.update(Participant)
        .where(Participant.round_id == round_id, Participant.profile_id == profile_id)
        .where(Participant.withdrew)
        .values(left_out_at=None, withdrew=False)
    )


def let_go(
    session: Session,
    *,
    section_id: uuid.UUID,
    person_id: uuid.UUID,
    role: SectionRole,
    now: dt.datetime,
) -> None:
    """Withdraw what waits between somebody who leaves a section, and others of it."""
    kind = ProfileKind(role.value)
    own = sa.select(Profile.id).where(Profile.person_id == person_id, Profile.kind == kind)
    profile_id = session.scalars(own).one_or_none()
    if profile_id is not None:
        _hold(session, Round.section_id == section_id, _has([profile_id]))
        there = Offer.round_id.in_(sa.select(Round.id).where(Round.section_id == section_id))
        _withdraw_offers(session, there, profile_id, now)


def end_requests(session: Session, *, person_id: uuid.UUID, now: dt.datetime) -> None:
    """Close what somebody asked or is asked who agrees to no match now, or cannot sign in."""
    own = session.scalars(sa.select(Profile.id).where(Profile.person_id == person_id)).all()
    _hold(session, _has(own))
    let_go_requests(session, sa.true(), own, now=now)


def _hold(session: Session, *where: sa.ColumnElement[bool]) -> Sequence[uuid.UUID]:
    """Let nothing go out in these rounds, nor be asked for, until it is known who is gone.

    Returns those of them that are not over.
    """
    going = sa.select(Round.id).where(*where, Round.state.not_in(OVER)).order_by(Round.id)
    return session.scalars(going.with_for_update(key_share=True)).all()


def _has(profile_ids: Collection[uuid.UUID]) -> sa.ColumnElement[bool]:
    """Say of a round whether one of these profiles has a place in it."""
    return (
        sa.exists()
        .where(Participant.round_id == Round.id, Participant.profile_id.in_(profile_ids))
        .correlate(Round)
    )


def _withdraw_offers(
    session: Session, where: sa.ColumnElement[bool], profile_id: uuid.UUID, now: dt.datetime
) -> None:
    """Turn down every waiting offer of a profile, close its requests, and tell the other side."""
    let_go_requests(session, where, [profile_id], now=now)
    offers = session.scalars(
        sa.select(Offer)
        .join(Offer.round)
        .where(
            where,
            Round.state.in_(OUT),
            Offer.state.in_(WAITING),
            sa.or_(Offer.img_id == profile_id, Offer.mentor_id == profile_id),
        )
        .options(joinedload(Offer.round).joinedload(Round.section))
        .order_by(Offer.id)
        .execution_options(populate_existing=True)
    ).all()
    for offer in offers:
        by_mentor = offer.mentor_id == profile_id
        waited = turn_down(session, offer, by_mentor=by_mentor, now=now)
        if waited is None:
            continue
        if waited is OfferState.ACCEPTED:
            tell = letters.mentor_stepped_back if by_mentor else letters.img_declined
            tell(session, offer, now=now)
        elif by_mentor:
            letters.still_looking(session, offer, now=now)
        else:
            letters.no_answer_needed(session, offer, now=now)
