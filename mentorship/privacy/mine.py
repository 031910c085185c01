"""What is a person's own, as questions to the database."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

import sqlalchemy as sa

from mentorship.extensions import Model
from mentorship.profiles.models import Profile
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.rounds.scope import asked_directly, known_to_img

GOING_OR_OVER = (OfferState.CONFIRMED, OfferState.ENDED)


@dataclass(frozen=True, slots=True)
class Me:
    """A person, and what selects what is theirs."""

    id: uuid.UUID
    email: str

    @property
    def profiles(self) -> sa.Select[uuid.UUID]:
        return sa.select(Profile.id).where(Profile.person_id == self.id)

    @property
    def told(self) -> sa.ColumnElement[bool]:
        """Say which offers they know of: an IMG never learns who was asked and said no.

        Their own requests they know.
        """
        known = known_to_img() | asked_directly()
        as_img = Offer.img_id.in_(self.profiles) & known
        return as_img | Offer.mentor_id.in_(self.profiles)

    @property
    def mentorships(self) -> sa.Select[uuid.UUID]:
        either = Offer.img_id.in_(self.profiles) | Offer.mentor_id.in_(self.profiles)
        return sa.select(Offer.id).where(either, Offer.state.in_(GOING_OR_OVER))


Whose = Callable[[Me], sa.ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Holding:
    """A table of the copy: ``whose`` finds the rows, ``without`` says why a column is left out.

    ``hide`` are columns that are shown only in rows for which ``unless`` holds. ``read_as`` says
    which attribute tells a column in rows for which ``reads`` holds, as the pages tell it.
    """

    model: type[Model]
    words: str
    whose: Whose
    without: Mapping[str, str] = field(default_factory=dict)
    hide: tuple[str, ...] = ()
    unless: Whose | None = None
    read_as: Mapping[str, str] = field(default_factory=dict)
    reads: Whose | None = None

    @property
    def table(self) -> sa.Table:
        return cast("sa.Table", self.model.__table__)
