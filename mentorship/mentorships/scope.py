"""Which mentorships a person may see: those they are half of, and those of sections they lead.

What is somebody else's looks the same as what does not exist: NoResultFound.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, contains_eager, lazyload

from mentorship.accounts.models import User
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.rounds.models import Round
from mentorship.rounds.offer_models import Offer, OfferState, Side
from mentorship.rounds.scope import Contact, contact_of
from mentorship.sections.models import Section

GOING_OR_OVER = (OfferState.CONFIRMED, OfferState.ENDED)


class MentorshipEnded(RuntimeError):
    """The mentorship is over: it can be read, and no longer changed."""


@dataclass(frozen=True, slots=True)
class Mentorship:
    """A pair seen from one side of it."""

    offer: Offer
    side: Side
    img: User
    mentor: User

    @property
    def id(self) -> uuid.UUID:
        return self.offer.id

    @property
    def going(self) -> bool:
        return self.offer.state is OfferState.CONFIRMED

    @property
    def me(self) -> User:
        return self.img if self.side is Side.IMG else self.mentor

    @property
    def other(self) -> User:
        return self.mentor if self.side is Side.IMG else self.img

    @property
    def contact(self) -> Contact | None:
        """How to reach the other one, while it goes on."""
        kind = ProfileKind.MENTOR if self.side is Side.IMG else ProfileKind.IMG
        return contact_of(self.other, kind, self.offer)

    @property
    def section(self) -> Section:
        return self.offer.round.section


def pairs() -> sa.Select[Offer, User, User]:
    """Select mentorships, going or over, with their two people, round and section."""
    img, mentor = aliased(User), aliased(User)
    img_profile, mentor_profile = aliased(Profile), aliased(Profile)
    return (
        sa.select(Offer, img, mentor)
        .join(Offer.round)
        .join(Round.section)
        .join(img_profile, img_profile.id == Offer.img_id)
        .join(img, img.id == img_profile.person_id)
        .join(mentor_profile, mentor_profile.id == Offer.mentor_id)
        .join(mentor, mentor.id == mentor_profile.person_id)
        .where(Offer.state.in_(GOING_OR_OVER))
        .options(
            contains_eager(Offer.round).contains_eager(Round.section),
            lazyload(img.roles),
            lazyload(mentor.roles),
        )
        .execution_options(populate_existing=True)
    )


def mentorship_of(session: Session, person_id: uuid.UUID, mentorship_id: uuid.UUID) -> Mentorship:
    """Return the mentorship if this person is half of it; a row at most, in one query."""
    offer, img, mentor = session.execute(pairs().where(Offer.id == mentorship_id)).one()
    if person_id not in {img.id, mentor.id}:
        raise sa.exc.NoResultFound
    return Mentorship(offer, Side.IMG if person_id == img.id else Side.MENTOR, img, mentor)


def going_mentorship(
    session: Session, person_id: uuid.UUID, mentorship_id: uuid.UUID
) -> Mentorship:
    """Return a mentorship to change, held: it cannot end meanwhile, and two clicks take turns.

    Raises
    ------
    NoResultFound
        There is no such mentorship of this person.
    MentorshipEnded
        It is over.

    """
    found = held_mentorship(session, person_id, mentorship_id)
    if not found.going:
        raise MentorshipEnded
    return found


def held_mentorship(session: Session, person_id: uuid.UUID, mentorship_id: uuid.UUID) -> Mentorship:
    """Return a mentorship, going or over, held as one to change; else NoResultFound."""
    session.execute(sa.select(Offer.id).where(Offer.id == mentorship_id).with_for_update())
    return mentorship_of(session, person_id, mentorship_id)


def led_mentorship(session: Session, section_id: uuid.UUID, mentorship_id: uuid.UUID) -> Mentorship:
    """Return a mentorship of this section, as its leader sees it."""
    mine = pairs().where(Offer.id == mentorship_id, Round.section_id == section_id)
    offer, img, mentor = session.execute(mine).one()
    return Mentorship(offer, Side.LEADER, img, mentor)
