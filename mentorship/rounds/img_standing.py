"""Where an IMG stands in the rounds, for the dashboard.

What an IMG learns of an offer depends on its state: who the mentor is only after the mentor said
yes, and never who said no. Contact details are there only when both said yes.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, contains_eager, lazyload

from mentorship.accounts.models import User
from mentorship.profiles.choosing import name_hidden_from
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.rounds.choices import BEFORE
from mentorship.rounds.models import Participant, Round, RoundState
from mentorship.rounds.offer_models import Offer, OfferState, Publication
from mentorship.rounds.scope import contact_of, name_of, told_to_img
from mentorship.rounds.setup import SetUp
from mentorship.rounds.standing_rules import (
    UNMATCHED,
    WAITS,
    again_in,
    as_told,
    holds,
    second_of,
    standing_in,
)
from mentorship.rounds.standing_shapes import ImgMatch, ImgRound, ImgStatus, Standing
from mentorship.rounds.traits import fitting
from mentorship.sections.models import Membership, MembershipState, SectionRole

_IMG = aliased(Profile)


@dataclass(frozen=True, slots=True)
class _Part:
    """An IMG's part in a round, or that they could have one; then without ``place``."""

    round: Round
    answer_by: dt.datetime | None
    published_at: dt.datetime | None
    place: Participant | None
    profile_id: uuid.UUID | None  # None before the first answer is saved
    wanted: int | None
    belongs: bool
    offers: Sequence[tuple[Offer, User, bool]]  # with its mentor, and whether a code hides them

    @property
    def held_since(self) -> Sequence[dt.datetime]:
        """Return since when offers of it keep the IMG out of other rounds."""
        return [offer.offered_at for offer, *_ in self.offers if holds(self.round, offer)]


def img_status(session: Session, person_id: uuid.UUID) -> ImgStatus:
    """Return where an IMG stands, in one query; in two if an open round is for some members only.

    Open rounds that they are not part of are told of unless another one holds them. One who was
    left out keeps what both had agreed on before.
    """
    parts = _parts(session, person_id)
    held = {part.round.id: part.held_since for part in parts if part.held_since}
    shown = [part for part in parts if part.place is not None or not held]
    others = _for_others(session, shown)
    rounds = [
        _img_round(
            part,
            [at for key, some in held.items() if key != part.round.id for at in some],
            meant=part.round.id not in others,
        )
        for part in shown
    ]
    return ImgStatus(rounds)


def _for_others(session: Session, parts: Sequence[_Part]) -> Collection[uuid.UUID]:
    """Return the rounds that the IMG is not part of, and whose set-up does not let them in."""
    asking = {
        part.round.id: fitting(part.round, traits).where(Profile.id == part.profile_id).exists()
        for part in parts
        if part.place is None and (traits := SetUp.from_json(part.round.rules).traits).asks
    }
    if not asking:
        return ()
    fits = session.execute(sa.select(*asking.values())).one()
    return [key for key, fit in zip(asking, fits, strict=True) if not fit]


def _parts(session: Session, person_id: uuid.UUID) -> Sequence[_Part]:
    belongs = sa.exists().where(
        Membership.section_id == Round.section_id,
        Membership.person_id == person_id,
        Membership.role == SectionRole.IMG,
        Membership.state == MembershipState.ACTIVE,
    )
    agreed = Offer.state.in_((OfferState.CONFIRMED, OfferState.ENDED))
    theirs = sa.and_(
        Participant.round_id.is_not(None),
        Round.state != RoundState.DRAFT,
        sa.or_(Participant.left_out_at.is_(None), Participant.withdrew, agreed),
    )
    could = sa.and_(Participant.round_id.is_(None), Round.state == RoundState.OPEN, belongs)
    part = sa.and_(Participant.round_id == Round.id, Participant.profile_id == _IMG.id)
    rows = session.execute(
        sa.select(
            *(Round, Publication.answer_by, Publication.published_at, Participant),
            *(_IMG.id, _IMG.mentors_wanted, belongs.correlate(Round)),
            *(Offer, User, name_hidden_from(person_id)),
        )
        .join(Round.section)
        .outerjoin(_IMG, sa.and_(_IMG.person_id == person_id, _IMG.kind == ProfileKind.IMG))
        .outerjoin(Participant, part)
        .outerjoin(Publication, Publication.round_id == Round.id)
        .outerjoin(Offer, sa.and_(Offer.round_id == Round.id, Offer.img_id == _IMG.id))
        .outerjoin(Profile, Profile.id == Offer.mentor_id)
        .outerjoin(User, User.id == Profile.person_id)
        .options(contains_eager(Round.section), lazyload(User.roles))
        .where(sa.or_(theirs, could))
        .order_by(
            Round.created_at.desc(), Round.id, Offer.state != OfferState.CONFIRMED, Offer.place
        )
    ).all()
    parts = []
    for _, some in groupby(rows, key=lambda row: tuple(row[:4])):
        group = list(some)
        offers = [(row[7], row[8], row[9]) for row in group if row[7] is not None]
        parts.append(_Part(*group[0][:7], offers))
    return parts


def _img_round(part: _Part, held_since: Collection[dt.datetime], *, meant: bool) -> ImgRound:
    """Return a round as its IMG reads of it; ``held_since``: since when others hold them."""
    round_, offers = part.round, [offer for offer, *_ in part.offers]
    is_open = round_.state is RoundState.OPEN
    standing, second, again = Standing.NOT_IN, None, False
    if part.place is not None:
        standing = as_told(
            standing_in(round_, part.place, offers),
            belongs=part.belongs,
            held_since=held_since,
            published_at=part.published_at,
        )
        second = second_of(round_, part.place, offers, part.wanted or 1)
        if second in UNMATCHED and (held_since or not part.belongs):
            second = None
        if standing is Standing.ENDED and part.belongs and not held_since:
            again = again_in(round_, part.place, offers)
    due = {o.id: o.answer_by or o.due_at or part.answer_by for o in offers if o.state in WAITS}
    asked = [due[offer.id] for offer in offers if offer.state is OfferState.OFFERED]
    return ImgRound(
        round_.name,
        round_.section.name,
        standing,
        min((day for day in asked if day is not None), default=part.answer_by),
        [
            _match(offer, mentor, due.get(offer.id), hidden=hidden)
            for offer, mentor, hidden in part.offers
            if told_to_img(offer)
        ],
        round_id=round_.id,
        profile_id=part.profile_id,
        state=round_.state,
        may_come_back=standing is Standing.WITHDREW and round_.state in BEFORE and not held_since,
        closes_at=round_.closes_at if is_open else None,
        meant=meant,
        again=again,
        counts_waiting=SetUp.from_json(round_.rules).weights["priority"] > 0,
        second=second,
    )


def _match(offer: Offer, mentor: User, due: dt.datetime | None, *, hidden: bool) -> ImgMatch:
    return ImgMatch(
        offer_id=offer.id,
        state=offer.state,
        mentor=name_of(mentor, ProfileKind.MENTOR, offer, hidden=hidden),
        contact=contact_of(mentor, ProfileKind.MENTOR, offer),
        since=offer.img_answered_at,
        answer_by=due,
    )
