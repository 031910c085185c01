"""Which IMGs a round is for, by what they say of themselves."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.profiles.models import Choice, Profile, ProfileKind
from mentorship.rounds.candidates import Candidate, held_before
from mentorship.rounds.models import Participant, Round
from mentorship.rounds.offer_models import Offer, OfferState


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What IMGs are chosen by: of each list one word suffices; an empty one asks for nothing."""

    stages: tuple[str, ...] = ()
    specialties: tuple[str, ...] = ()
    states: tuple[str, ...] = ()  # where they live, or hope to train or work
    waited: bool = False

    @property
    def asks(self) -> bool:
        return bool(self.stages or self.specialties or self.states or self.waited)

    @property
    def in_words(self) -> str:
        """Return whom the traits fit, as words that follow "only IMGs"; "" for everybody."""
        parts = [
            f"{lead} {_any_of(list_name, terms)}"
            for lead, list_name, terms in (
                ("at the stage", "stage", self.stages),
                ("who aim at", "specialty", self.specialties),
                ("who live in or hope for", "state", self.states),
            )
            if terms
        ]
        if self.waited:
            parts.append("without a mentor after the last round")
        return ", ".join(parts)

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        lists = {name: tuple(plain[name]) for name in ("stages", "specialties", "states")}
        return cls(**lists, waited=plain["waited"])


def fitting(round_: Round, traits: Traits) -> sa.Select[uuid.UUID]:
    """Select the IMGs' profiles that the traits fit, of whatever section."""
    query = sa.select(Profile.id).where(Profile.kind == ProfileKind.IMG)
    for fields, terms in (
        (("stage",), traits.stages),
        (("specialties",), traits.specialties),
        (("state", "states"), traits.states),
    ):
        if terms:
            query = query.where(_said(fields, terms))
    return query.where(Profile.id.in_(waited(round_))) if traits.waited else query


def let_in(
    session: Session, round_: Round, traits: Traits, people: Sequence[Candidate]
) -> list[Candidate]:
    """Return, of some people, those whom a set-up lets in by itself; a leader may add anybody."""
    if not traits.asks:
        return [*people]
    fit = set(session.scalars(fitting(round_, traits)))
    return [each for each in people if each.kind is ProfileKind.MENTOR or each.profile_id in fit]


def _said(fields: Collection[str], terms: Collection[str]) -> sa.Exists:
    return sa.exists().where(
        Choice.profile_id == Profile.id, Choice.field.in_(fields), Choice.term.in_(terms)
    )


def _any_of(list_name: str, terms: Collection[str]) -> str:
    return " or ".join(vocabulary.name(list_name, term) for term in terms)


def waited(round_: Round) -> sa.Select[uuid.UUID]:
    """Select the IMGs whom the section's last published round before this one left without."""
    last = (
        sa.select(Round.id)
        .where(
            Round.section_id == round_.section_id,
            Round.id != round_.id,
            Round.created_at <= round_.created_at,
            Round.went_out,
        )
        .order_by(Round.created_at.desc(), Round.id)
        .limit(1)
        .correlate(None)
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
            ~held_before(last),
        )
    )
