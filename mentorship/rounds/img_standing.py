"""Where an IMG stands in the rounds, for the dashboard.

What an IMG learns of an offer depends on its state: who the mentor is only after the mentor said
yes, and never who said no. Contact details are there only when both said yes.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, contains_eager, lazyload

from mentorship.accounts.models import User
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.rounds.choices import BEFORE, OUT
from mentorship.rounds.models import Participant, Round, RoundState
from mentorship.rounds.offer_models import Offer, OfferState, Publication
from mentorship.rounds.scope import Contact, contact_of, name_of, told_to_img
from mentorship.rounds.setup import SetUp
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole

_IMG = aliased(Profile)


class Standing(enum.StrEnum):
    """Where an IMG stands in one round."""

    NOT_IN = "not_in"  # the round is open, and this person is not part of it
    TAKES_PART = "takes_part"
    MAY_ASK = "may_ask"  # takes part, and may ask mentors directly
    REQUESTED = "requested"  # a mentor they asked themselves has not answered
    IN_REVIEW = "in_review"
    ASKED = "asked"  # a mentor is being asked
    ANSWER_NEEDED = "answer_needed"  # the mentor said yes; now the IMG
    CONFIRMED = "confirmed"
    ELSEWHERE = "elsewhere"  # a mentor, or an offer, of another round keeps them out of this one
    WITHDREW = "withdrew"  # by their own wish
    WAITING = "waiting"  # no mentor now; keeps the place
    NOT_MATCHED = "not_matched"  # the round finished without a mentor
    ENDED = "ended"


# What a person needs to read first.
_MATTERS = (
    Standing.ANSWER_NEEDED,
    Standing.ASKED,
    Standing.REQUESTED,
    Standing.CONFIRMED,
    Standing.IN_REVIEW,
    Standing.MAY_ASK,
    Standing.TAKES_PART,
    Standing.WAITING,
    Standing.NOT_IN,
    Standing.WITHDREW,
    Standing.NOT_MATCHED,
    Standing.ENDED,
    Standing.ELSEWHERE,
)
_LIVE = frozenset(_MATTERS[: _MATTERS.index(Standing.TAKES_PART) + 1])
_HELD = frozenset({Standing.ANSWER_NEEDED, Standing.ASKED, Standing.CONFIRMED})
_TO_COME = frozenset({Standing.MAY_ASK, Standing.TAKES_PART, Standing.IN_REVIEW})


@dataclass(frozen=True, slots=True)
class ImgMatch:
    """A match as its IMG may know it."""

    offer_id: uuid.UUID
    state: OfferState
    mentor: str
    contact: Contact | None
    since: dt.datetime | None


@dataclass(frozen=True, slots=True)
class ImgRound:
    name: str
    section: str
    standing: Standing
    answer_by: dt.datetime | None
    matches: Sequence[ImgMatch]
    round_id: uuid.UUID | None = None  # with the profile's: one's place in it, None without
    profile_id: uuid.UUID | None = None
    open: bool = False
    may_come_back: bool = False  # having withdrawn, while no offer is out
    closes_at: dt.datetime | None = None  # when the enrolment ends by itself, if that is set

    @property
    def to_answer(self) -> ImgMatch | None:
        waiting = (m for m in self.matches if m.state is OfferState.ACCEPTED)
        return next(waiting, None) if self.standing is Standing.ANSWER_NEEDED else None


@dataclass(frozen=True, slots=True)
class ImgStatus:
    """All rounds of an IMG, the newest first; empty where the person was never part of one."""

    rounds: Sequence[ImgRound]

    @property
    def current(self) -> ImgRound | None:
        """Return the round that matters most to the person now, the newest of equals."""
        return min(self.rounds, key=lambda r: _MATTERS.index(r.standing), default=None)

    @property
    def mentors(self) -> Sequence[ImgMatch]:
        return [m for r in self.rounds for m in r.matches if m.state is OfferState.CONFIRMED]


def img_status(session: Session, person_id: uuid.UUID) -> ImgStatus:
    """Return where an IMG stands, in two queries at most."""
    rows = session.execute(
        sa.select(Round, Publication.answer_by, Participant, Offer, User)
        .join(Round.section)
        .join(Participant, Participant.round_id == Round.id)
        .join(_IMG, _IMG.id == Participant.profile_id)
        .outerjoin(Publication, Publication.round_id == Round.id)
        .outerjoin(Offer, sa.and_(Offer.round_id == Round.id, Offer.img_id == _IMG.id))
        .outerjoin(Profile, Profile.id == Offer.mentor_id)
        .outerjoin(User, User.id == Profile.person_id)
        .options(contains_eager(Round.section), lazyload(User.roles))
        .where(
            _IMG.person_id == person_id,
            _IMG.kind == ProfileKind.IMG,
            sa.or_(Participant.left_out_at.is_(None), Participant.withdrew),
            Round.state != RoundState.DRAFT,
        )
        .order_by(
            Round.created_at.desc(), Round.id, Offer.state != OfferState.CONFIRMED, Offer.place
        )
    ).all()
    rounds = [
        _img_round(round_, answer_by, place, [(o, u) for *_, o, u in group if o is not None])
        for (round_, answer_by, place), group in groupby(rows, key=lambda row: tuple(row[:3]))
    ]
    if any(r.standing in _HELD for r in rounds):
        rounds = [
            dataclasses.replace(r, standing=Standing.ELSEWHERE) if r.standing in _TO_COME else r
            for r in rounds
        ]
    if any(r.standing in _LIVE for r in rounds):  # an open round is no news to them
        return ImgStatus(rounds)
    return ImgStatus([*_open_rounds_without(session, person_id), *rounds])


def _img_round(
    round_: Round,
    answer_by: dt.datetime | None,
    place: Participant,
    offers: Sequence[tuple[Offer, User]],
) -> ImgRound:
    matches = [
        ImgMatch(
            offer_id=offer.id,
            state=offer.state,
            mentor=name_of(mentor, ProfileKind.MENTOR, offer, round_.section),
            contact=contact_of(mentor, offer),
            since=offer.img_answered_at,
        )
        for offer, mentor in offers
        if told_to_img(offer)
    ]
    states = {offer.state for offer, _ in offers}
    waiting = (OfferState.OFFERED, OfferState.ACCEPTED)
    due = [o.answer_by or o.due_at or answer_by for o, _ in offers if o.state in waiting]
    standing = _standing(round_, states)
    if place.withdrew and OfferState.CONFIRMED not in states:
        standing = Standing.WITHDREW
    return ImgRound(
        round_.name,
        round_.section.name,
        standing,
        min((day for day in due if day is not None), default=answer_by),
        matches,
        round_id=round_.id,
        profile_id=place.profile_id,
        open=round_.state is RoundState.OPEN,
        may_come_back=standing is Standing.WITHDREW and round_.state in BEFORE,
        closes_at=round_.closes_at if round_.state is RoundState.OPEN else None,
    )


def _standing(round_: Round, states: set[OfferState]) -> Standing:
    if round_.state not in OUT:
        return _standing_without_answers(round_, states)
    found = {
        OfferState.ACCEPTED: Standing.ANSWER_NEEDED,
        OfferState.CONFIRMED: Standing.CONFIRMED,
        OfferState.OFFERED: Standing.ASKED,
        OfferState.ENDED: Standing.ENDED,
    }
    return next((said for state, said in found.items() if state in states), Standing.WAITING)


def _standing_without_answers(round_: Round, states: set[OfferState]) -> Standing:
    """Say where an IMG stands while no offer of a run is out; requests may be."""
    if OfferState.CONFIRMED in states:
        return Standing.CONFIRMED
    if round_.state is RoundState.OPEN and SetUp.from_json(round_.rules).direct_requests:
        return Standing.REQUESTED if OfferState.OFFERED in states else Standing.MAY_ASK
    if round_.state in {RoundState.OPEN, RoundState.CLOSED}:
        return Standing.TAKES_PART
    if round_.state in {RoundState.REVIEW, RoundState.PUBLISHED}:
        return Standing.IN_REVIEW
    return Standing.ENDED if OfferState.ENDED in states else Standing.NOT_MATCHED


def _open_rounds_without(session: Session, person_id: uuid.UUID) -> list[ImgRound]:
    """Return open rounds of the IMG's sections that they are not part of."""
    takes_part = (
        sa.exists()
        .where(
            Participant.round_id == Round.id,
            Participant.profile_id == Profile.id,
            Profile.person_id == person_id,
            Profile.kind == ProfileKind.IMG,
        )
        .correlate(Round)
    )
    rows = session.execute(
        sa.select(Round, Section.name, _IMG.id)
        .join(Section, Section.id == Round.section_id)
        .outerjoin(_IMG, sa.and_(_IMG.person_id == person_id, _IMG.kind == ProfileKind.IMG))
        .join(Membership, Membership.section_id == Section.id)
        .where(
            Membership.person_id == person_id,
            Membership.role == SectionRole.IMG,
            Membership.state == MembershipState.ACTIVE,
            Round.state == RoundState.OPEN,
            ~takes_part,
        )
        .order_by(Round.created_at.desc())
    )
    return [
        ImgRound(
            round_.name,
            section,
            Standing.NOT_IN,
            None,
            (),
            round_id=round_.id,
            profile_id=profile_id,
            open=True,
            closes_at=round_.closes_at,
        )
        for round_, section, profile_id in rows
    ]
