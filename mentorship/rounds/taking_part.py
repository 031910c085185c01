"""Who of the IMGs takes part, chosen by what they say of themselves, not one by one.

Nobody is lost: whoever is left out stays on the list of those left out and can be put back.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.profiles.models import Choice, Profile, ProfileKind
from mentorship.rounds.candidates import Candidate, candidates
from mentorship.rounds.choices import OUT, OVER
from mentorship.rounds.enrolment import hold, mark
from mentorship.rounds.models import Offer, OfferState, Participant, Round


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What IMGs are chosen by; "" and False ask for nothing."""

    stage: str = ""
    specialty: str = ""
    state: str = ""  # where they live, or hope to train or work
    waited: bool = False

    @property
    def asks(self) -> bool:
        return bool(self.stage or self.specialty or self.state or self.waited)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The IMGs of a round, parted by whether the traits fit."""

    fit: Sequence[Candidate]  # of those who take part
    others: Sequence[Candidate]  # who take part, too
    out: Sequence[Candidate]  # who fit, but a leader left them out


def chosen(session: Session, round_: Round, traits: Traits, *, today: dt.date) -> Chosen:
    """Part the IMGs of a round by some traits, in two queries."""
    imgs = [
        each
        for each in candidates(session, round_, today=today)
        if each.kind is ProfileKind.IMG and each.joined and each.obstacle is None
    ]
    fitting = set(session.scalars(_fitting(round_, traits)))
    here = [each for each in imgs if not each.left_out]
    return Chosen(
        fit=[each for each in here if each.profile_id in fitting],
        others=[each for each in here if each.profile_id not in fitting],
        out=[each for each in imgs if each.left_out and each.profile_id in fitting],
    )


def only(session: Session, *, round_id: uuid.UUID, traits: Traits, now: dt.datetime) -> int:
    """Leave out all IMGs whom the traits do not fit; return how many.

    Raises
    ------
    RoundChanged
        The round is not open for people (any more).

    """
    found = chosen(session, hold(session, round_id), traits, today=now.date())
    mark(session, round_id, [each.profile_id for each in found.others], left_out_at=now)
    return len(found.others)


def back(session: Session, *, round_id: uuid.UUID, traits: Traits, now: dt.datetime) -> int:
    """Put back all IMGs whom the traits fit and a leader left out; return how many.

    Whoever withdrew stays away: that is theirs to undo. Raises like ``only``.
    """
    found = chosen(session, hold(session, round_id), traits, today=now.date())
    mark(session, round_id, [each.profile_id for each in found.out], left_out_at=None)
    return len(found.out)


def waited(round_: Round) -> sa.Select[uuid.UUID]:
    """Select the IMGs whom the section's last published round before this one left without."""
    last = (
        sa.select(Round.id)
        .where(
            Round.section_id == round_.section_id,
            Round.id != round_.id,
            Round.created_at <= round_.created_at,
            Round.state.in_((*OUT, *OVER)),
        )
        .order_by(Round.created_at.desc(), Round.id)
        .limit(1)
        .scalar_subquery()
    )
    found_one = sa.exists().where(
        Offer.round_id == last,
        Offer.img_id == Participant.profile_id,
        Offer.state.in_((OfferState.CONFIRMED, OfferState.ENDED)),
    )
    return (
        sa.select(Participant.profile_id)
        .join(Profile, Profile.id == Participant.profile_id)
        .where(
            Participant.round_id == last,
            Participant.left_out_at.is_(None),
            Profile.kind == ProfileKind.IMG,
            ~found_one,
        )
    )


def _fitting(round_: Round, traits: Traits) -> sa.Select[uuid.UUID]:
    query = sa.select(Participant.profile_id).where(
        Participant.round_id == round_.id, Participant.withdrew.is_(False)
    )
    for fields, term in (
        (("stage",), traits.stage),
        (("specialties",), traits.specialty),
        (("state", "states"), traits.state),
    ):
        if term:
            query = query.where(_said(fields, term))
    return query.where(Participant.profile_id.in_(waited(round_))) if traits.waited else query


def _said(fields: Collection[str], term: str) -> sa.Exists:
    return sa.exists().where(
        Choice.profile_id == Participant.profile_id, Choice.field.in_(fields), Choice.term == term
    )
