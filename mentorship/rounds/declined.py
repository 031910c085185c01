"""Why an offer was declined, as its leaders read it.

A leader may be a mentor or an IMG of the round too. Why somebody said no to them is for the other
leaders: whoever declines is promised that the other side is not told.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.profiles.choosing import name_hidden_from
from mentorship.profiles.models import Profile
from mentorship.rounds.choices import REASONS_TOLD
from mentorship.rounds.models import Round
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.sections.belonging import Readers, leading


@dataclass(frozen=True, slots=True)
class Reading:
    """The leader who reads, by their own profiles."""

    own: frozenset[uuid.UUID]

    @classmethod
    def by(cls, session: Session, reader_id: uuid.UUID) -> Reading:
        mine = sa.select(Profile.id).where(Profile.person_id == reader_id)
        return cls(frozenset(session.scalars(mine)))

    def reason(self, offer: Offer | sa.Row[*tuple[Any, ...]]) -> str | None:
        """Return the reason in words; None if there is none, or it is not for this reader.

        A row will do that has the columns ``state``, ``decline_reason``, ``img_id`` and
        ``mentor_id`` of an offer.
        """
        return REASONS_TOLD.get(offer.decline_reason or "") if self._may(offer) else None

    def words(self, offer: Offer) -> str:
        return offer.decline_words if self._may(offer) else ""

    def _may(self, offer: Offer | sa.Row[*tuple[Any, ...]]) -> bool:
        by_mentor = offer.state is OfferState.DECLINED_BY_MENTOR
        return (offer.img_id if by_mentor else offer.mentor_id) not in self.own


def who_reads(session: Session, person_id: uuid.UUID, offer_id: uuid.UUID) -> Readers:
    """Return who reads why this person, one of the two of an offer, declines it.

    Whoever stands behind a code counts as any leader: to be told that nobody else leads the
    section would be to be told who that is.
    """
    section = sa.select(Round.section_id).join(Offer, Offer.round_id == Round.id)
    two = sa.select(Profile.person_id).join(Offer, Profile.id.in_([Offer.img_id, Offer.mentor_id]))
    known = (User.id == person_id) | ~name_hidden_from(person_id)
    rows = session.execute(
        leading(section.where(Offer.id == offer_id).scalar_subquery()).add_columns(
            User.id.in_(two.where(Offer.id == offer_id)) & known
        )
    )
    return Readers.among((membership.person, of_two) for membership, of_two in rows)
