"""Who can take part in a round and who does, worked out anew each time.

So a consent withdrawn, a pause or a seat taken in another round counts at once.
"""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship.accounts.models import User
from mentorship.consents.service import MATCHING, agrees_to
from mentorship.profiles.breaks import on_break
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.profiles.service import is_ready
from mentorship.rounds.choices import OUT
from mentorship.rounds.models import Participant, Round
from mentorship.rounds.offer_models import Offer, OfferState, Publication
from mentorship.sections.models import Membership, MembershipState

_OTHER, _ITS_ROUND = aliased(Offer), aliased(Round)  # made once: an alias costs more than a query


# some profiles: their ids, or a query that finds them
Only: TypeAlias = Collection[uuid.UUID] | sa.CompoundSelect[uuid.UUID]


class Obstacle(enum.StrEnum):
    """Why a person cannot take part now; the first that holds is named."""

    SWITCHED_OFF = "switched_off"  # an administrator keeps them from signing in
    NOT_A_MEMBER = "not_a_member"
    NO_CONSENT = "no_consent"
    NOT_READY = "not_ready"
    HAS_MENTOR = "has_mentor"  # of an IMG, like the next three
    HAS_OFFER = "has_offer"
    ASKED_HERE = "asked_here"  # has a mentor of this round, or is waiting for an answer in it
    NEEDS_NOBODY = "needs_nobody"  # said in this round that no mentor is needed any more
    PAUSED = "paused"  # of a mentor, like the next two
    NO_SEATS = "no_seats"
    SEATS_TAKEN = "seats_taken"
    SILENT = "silent"  # of whoever is matched again: let the day to answer pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A member of the section with a profile, seen from one round."""

    profile_id: uuid.UUID
    person_id: uuid.UUID
    name: str
    kind: ProfileKind
    seats: int  # a mentor's that are free for this round
    obstacle: Obstacle | None
    joined: bool
    left_out: bool
    withdrew: bool  # by their own wish; left out, too
    claimed: bool  # the person has an account of their own
    back_at: dt.datetime | None  # when a leader let them be matched again in this round

    @property
    def takes_part(self) -> bool:
        return self.joined and not self.left_out and self.obstacle is None

    @property
    def is_newcomer(self) -> bool:
        return not self.joined and self.obstacle is None

    @property
    def is_blocked(self) -> bool:
        """Tell whether something keeps this person out who is not left out on purpose."""
        return self.obstacle is not None and not self.left_out


def candidates(  # noqa: PLR0913  each narrows whom it is about
    session: Session,
    round_: Round,
    *,
    now: dt.datetime,
    only: Only | None = None,
    kind: ProfileKind | None = None,
    despite_break: bool = False,
) -> tuple[Candidate, ...]:
    """Return everybody who could take part or does, in one query.

    Or ``only`` some profiles of these, or those of a ``kind``. ``despite_break``: a mentor's break
    is no obstacle.
    """
    member = belongs(Profile, round_.section_id)
    query = (
        sa.select(
            Profile.id,
            Profile.person_id,
            User.name,
            User.confirmed_at.is_not(None).label("claimed"),
            Profile.kind,
            Profile.seats,
            obstacle(round_.id, round_.section_id, now=now, despite_break=despite_break).label(
                "obstacle"
            ),
            held(elsewhere_than=round_.id).label("held"),
            Participant.joined_at.is_not(None).label("joined"),
            Participant.left_out_at.is_not(None).label("left_out"),
            sa.func.coalesce(Participant.withdrew, sa.false()).label("withdrew"),
            Participant.back_at,
        )
        .join(User, User.id == Profile.person_id)
        .outerjoin(
            Participant,
            sa.and_(Participant.profile_id == Profile.id, Participant.round_id == round_.id),
        )
        .where(sa.or_(member, Participant.round_id.is_not(None)))
        .order_by(sa.func.lower(User.name), Profile.id)
    )
    if only is not None:
        query = query.where(Profile.id.in_(only))
    if kind is not None:
        query = query.where(Profile.kind == kind)
    return tuple(_candidate(row) for row in session.execute(query))


def belongs(
    profile: type[Profile], section_id: uuid.UUID | sa.orm.InstrumentedAttribute[uuid.UUID]
) -> sa.Exists:
    """Say whether the person of a profile is active in a section, in the role of the profile."""
    return (
        sa.exists()
        .where(
            Membership.section_id == section_id,
            Membership.person_id == profile.person_id,
            sa.cast(Membership.role, sa.String) == sa.cast(profile.kind, sa.String),
            Membership.state == MembershipState.ACTIVE,
        )
        .correlate_except(Membership)
    )


def agrees(profile: type[Profile] = Profile, *, purpose: str = MATCHING) -> sa.ColumnElement[bool]:
    """Say whether the person of a profile agrees (to be matched), to the text as it reads now."""
    return agrees_to(purpose, profile.person_id)


def held(
    *,
    elsewhere_than: uuid.UUID | sa.orm.InstrumentedAttribute[uuid.UUID] | None = None,
    said_yes: bool = False,
) -> sa.ScalarSelect[int]:
    """Count what holds a seat of a mentor, or an IMG, in rounds other than the one named.

    A mentorship holds them until it ends, an offer in between only while its round is published.
    With ``said_yes`` an offer counts only once its mentor has said so.
    """
    holding = (
        sa.select(sa.func.count())
        .select_from(_OTHER)
        .join(_ITS_ROUND, _ITS_ROUND.id == _OTHER.round_id)
        .where(
            sa.or_(_OTHER.img_id == Profile.id, _OTHER.mentor_id == Profile.id),
            _holds(_OTHER, _ITS_ROUND, said_yes=said_yes),
        )
        .correlate_except(_OTHER, _ITS_ROUND)
    )
    if elsewhere_than is not None:
        holding = holding.where(_OTHER.round_id != elsewhere_than)
    return holding.scalar_subquery()


def _holds(
    offer: type[Offer], round_: type[Round], *, said_yes: bool = False
) -> sa.ColumnElement[bool]:
    asked = () if said_yes else (OfferState.OFFERED,)
    in_between = sa.and_(offer.state.in_((*asked, OfferState.ACCEPTED)), round_.state.in_(OUT))
    return sa.or_(offer.state == OfferState.CONFIRMED, in_between)


def held_before(round_id: uuid.UUID | sa.ScalarSelect[uuid.UUID]) -> sa.Exists:
    """Say whether another round has held an IMG since before this one was published.

    They had a mentor then, or were asked about one: this round looked for none for them.
    """
    published = (
        sa.select(Publication.published_at)
        .where(Publication.round_id == round_id)
        .correlate_except(Publication)
        .scalar_subquery()
    )
    return (
        sa.exists()
        .where(
            Offer.img_id == Profile.id,
            Offer.round_id != round_id,
            Offer.offered_at <= sa.func.coalesce(published, Offer.offered_at),
            Round.id == Offer.round_id,
            _holds(Offer, Round),
        )
        .correlate_except(Offer, Round)
    )


def obstacle(
    round_id: uuid.UUID | sa.orm.InstrumentedAttribute[uuid.UUID],
    section_id: uuid.UUID | sa.orm.InstrumentedAttribute[uuid.UUID],
    *,
    now: dt.datetime,
    despite_break: bool = False,
) -> sa.Case[str | None]:
    """Say in a query what keeps the person of a profile out of a round, NULL if nothing does."""
    img, mentor = Profile.kind == ProfileKind.IMG, Profile.kind == ProfileKind.MENTOR
    has_mentor = (
        sa.exists()
        .where(
            Offer.img_id == Profile.id,
            Offer.round_id != round_id,
            Offer.state == OfferState.CONFIRMED,
        )
        .correlate_except(Offer)
    )
    elsewhere = held(elsewhere_than=round_id)
    off = sa.exists().where(User.id == Profile.person_id, ~User.active).correlate_except(User)
    first = {
        Obstacle.SWITCHED_OFF: off,
        Obstacle.NOT_A_MEMBER: ~belongs(Profile, section_id),
        Obstacle.NO_CONSENT: ~agrees(),
        Obstacle.PAUSED: on_break(now),
        Obstacle.NO_SEATS: sa.and_(mentor, Profile.seats == 0),
        Obstacle.NOT_READY: ~is_ready(),
        Obstacle.HAS_MENTOR: sa.and_(img, has_mentor),
        Obstacle.HAS_OFFER: sa.and_(img, elsewhere > 0),
        Obstacle.SEATS_TAKEN: sa.and_(mentor, elsewhere >= Profile.seats),
    }
    if despite_break:
        del first[Obstacle.PAUSED]
    return sa.case(*((holds, found.value) for found, holds in first.items()), else_=None)


def _candidate(row: sa.Row[*tuple[Any, ...]]) -> Candidate:
    return Candidate(
        profile_id=row.id,
        person_id=row.person_id,
        name=row.name,
        kind=row.kind,
        seats=max(row.seats - row.held, 0),
        obstacle=Obstacle(row.obstacle) if row.obstacle else None,
        joined=row.joined,
        left_out=row.left_out,
        withdrew=row.withdrew,
        claimed=row.claimed,
        back_at=row.back_at,
    )
