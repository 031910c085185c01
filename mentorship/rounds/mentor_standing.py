"""What waits for a mentor, and whom they mentor, for the dashboard."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload, lazyload

from mentorship.accounts.models import User
from mentorship.profiles.breaks import break_of
from mentorship.profiles.choosing import name_hidden_from
from mentorship.profiles.models import Choice, Profile, ProfileKind
from mentorship.rounds.choices import BEFORE, OUT
from mentorship.rounds.models import Participant, Round, RoundState
from mentorship.rounds.offer_models import Offer, OfferState, Publication
from mentorship.rounds.scope import Contact, contact_of, due_by, name_of
from mentorship.sections.models import Membership, MembershipState, SectionRole

_MENTOR = aliased(Profile)


@dataclass(frozen=True, slots=True)
class Place:
    """A mentor's place in a round; ``coming``: its offers are not out yet."""

    round: str
    round_id: uuid.UUID
    profile_id: uuid.UUID | None  # None before the first answer is saved
    state: RoundState
    closes_at: dt.datetime | None  # when the enrolment ends by itself, if that is set
    withdrew: bool
    joined: bool  # False: the round is open, and the mentor is not part of it yet

    @property
    def coming(self) -> bool:
        return self.state in BEFORE

    @property
    def is_open(self) -> bool:
        return self.state is RoundState.OPEN


@dataclass(frozen=True, slots=True)
class MentorOffer:
    """An offer as its mentor sees it."""

    offer_id: uuid.UUID
    state: OfferState
    img: str
    round: str
    section: str
    answer_by: dt.datetime
    overdue: bool
    contact: Contact | None
    since: dt.datetime | None
    stage: str | None  # where the IMG stands in the journey today
    requested: bool  # the IMG asked this mentor directly


@dataclass(frozen=True, slots=True, kw_only=True)
class MentorStatus:
    """What waits for a mentor's answer, who is mentored, and what is over."""

    seats: int
    used: int
    paused_until: dt.date | None
    places: Sequence[Place]  # in rounds that are not finished
    waiting: Sequence[MentorOffer]
    waiting_for_img: Sequence[MentorOffer]
    mentees: Sequence[MentorOffer]
    past: Sequence[MentorOffer]

    @property
    def full(self) -> bool:
        """Tell whether no seat is left for anybody new; an offer holds one, a request does not."""
        offered = sum(not each.requested for each in self.waiting)
        return 0 < self.seats <= self.used + offered

    @property
    def taking_part(self) -> Sequence[Place]:
        """Return the rounds to come that the mentor is part of."""
        return [p for p in self.places if p.coming and p.joined and not p.withdrew]

    @property
    def open(self) -> Sequence[Place]:
        """Return the open rounds that the mentor is not part of yet."""
        return [place for place in self.places if not place.joined]


def mentor_status(session: Session, person_id: uuid.UUID, *, now: dt.datetime) -> MentorStatus:
    """Return what a mentor has to answer and whom they mentor, in two queries."""
    seats, paused_until, places = _places(session, person_id)
    of_stage = sa.and_(Choice.profile_id == Offer.img_id, Choice.field == "stage")
    rows = session.execute(
        sa.select(Offer, User, due_by(), Choice.term, name_hidden_from(person_id))
        .outerjoin(Publication, Publication.round_id == Offer.round_id)
        .join(_MENTOR, _MENTOR.id == Offer.mentor_id)
        .join(Profile, Profile.id == Offer.img_id)
        .join(User, User.id == Profile.person_id)
        .join(Choice, of_stage, isouter=True)
        .options(joinedload(Offer.round).joinedload(Round.section), lazyload(User.roles))
        .where(_MENTOR.person_id == person_id)
        .order_by(Offer.id)
    ).all()
    # By what is read of those offered at once: the order of hidden names would give them away.
    by_label = sorted(rows, key=lambda row: _label(row[0], row[1], hidden=row[4]).casefold())
    by_label.sort(key=lambda row: row[0].offered_at, reverse=True)
    offers = [
        (
            _waits(offer),
            _mentor_offer(offer, _label(offer, img, hidden=hidden), img, day, stage, now=now),
        )
        for offer, img, day, stage, hidden in by_label
    ]
    live = [each for waits, each in offers if waits]
    waiting = [each for each in live if each.state is OfferState.OFFERED]
    waiting_for_img = [each for each in live if each.state is OfferState.ACCEPTED]
    mentees = [each for _, each in offers if each.state is OfferState.CONFIRMED]
    present = {each.offer_id for each in (*waiting, *waiting_for_img, *mentees)}
    return MentorStatus(
        seats=seats,
        used=len(mentees) + len(waiting_for_img),
        paused_until=break_of(paused_until, now),
        places=places,
        waiting=waiting,
        waiting_for_img=waiting_for_img,
        mentees=mentees,
        past=[each for _, each in offers if each.offer_id not in present],
    )


def _waits(offer: Offer) -> bool:
    """Tell whether answers are taken: offers are out, or the IMG asked in an open round."""
    asked = offer.requested and offer.round.state is RoundState.OPEN
    return asked or offer.round.state in OUT


def _label(offer: Offer, img: User, *, hidden: bool) -> str:
    return name_of(img, ProfileKind.IMG, offer, hidden=hidden)


def _mentor_offer(  # noqa: PLR0913  an offer and whom it is about, as they stand now
    offer: Offer,
    label: str,
    img: User,
    answer_by: dt.datetime,
    stage: str | None,
    *,
    now: dt.datetime,
) -> MentorOffer:
    return MentorOffer(
        offer_id=offer.id,
        state=offer.state,
        img=label,
        round=offer.round.name,
        section=offer.round.section.name,
        answer_by=answer_by,
        overdue=offer.state is OfferState.OFFERED and now > answer_by,
        contact=contact_of(img, ProfileKind.IMG, offer),
        since=offer.img_answered_at,
        stage=stage,
        requested=offer.requested,
    )


def _places(session: Session, person_id: uuid.UUID) -> tuple[int, dt.date | None, Sequence[Place]]:
    """Return a mentor's seats, the end of their break, and their rounds.

    Those are the ones that they are or were part of, and the open ones that they could join; none
    of a section that they left.
    """
    part = sa.and_(Participant.profile_id == Profile.id, Participant.round_id == Round.id)
    any_part = sa.exists().where(part).correlate(Profile, Round)
    own_part = any_part.where(sa.or_(Participant.left_out_at.is_(None), Participant.withdrew))
    belongs = sa.exists().where(
        Membership.section_id == Round.section_id,
        Membership.person_id == person_id,
        Membership.role == SectionRole.MENTOR,
        Membership.state == MembershipState.ACTIVE,
    )
    theirs = sa.and_(Round.state.in_((*BEFORE, *OUT)), own_part)
    could = sa.and_(Round.state == RoundState.OPEN, ~any_part)
    rows = session.execute(
        sa.select(
            *(Profile.seats, Profile.paused_until, Profile.id, Round.name, Round.id, Round.state),
            *(Round.closes_at, Participant.withdrew, Participant.round_id),
        )
        .select_from(User)
        .outerjoin(
            Profile, sa.and_(Profile.person_id == User.id, Profile.kind == ProfileKind.MENTOR)
        )
        .outerjoin(Round, sa.and_(belongs.correlate(Round), sa.or_(theirs, could)))
        .outerjoin(Participant, part)
        .where(User.id == person_id)
        .order_by(Round.created_at)
    ).all()
    seats, paused_until = rows[0][:2] if rows else (0, None)
    places = [
        Place(name, round_id, profile_id, state, closes_at, bool(withdrew), joined is not None)
        for _, _, profile_id, name, round_id, state, closes_at, withdrew, joined in rows
        if round_id is not None
    ]
    return seats or 0, paused_until, places
