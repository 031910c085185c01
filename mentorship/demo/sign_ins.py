"""The accounts of the demo worth trying."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.rounds.models import Participant, Round, RoundState
from mentorship.rounds.offer_models import Offer, OfferState

DEMO_PASSWORD = "walk-the-road-together"  # noqa: S105  public: these accounts hold nobody's data
LEADER = ("leader@example.org", "Dr. Leila Haddad")
ADMIN = ("admin@example.org", "Sam Whitaker")


@dataclass(frozen=True, slots=True)
class SignIn:
    """An account of the demo worth trying, and what there is to see."""

    role: str
    email: str


def sign_ins(session: Session) -> list[SignIn]:
    """List the accounts worth trying, whatever has been done in the demo meanwhile."""
    answering = [
        ("IMG with a mentor", Offer.img_id, OfferState.CONFIRMED),
        ("IMG who is asked", Offer.img_id, OfferState.ACCEPTED),
        ("mentor who is asked", Offer.mentor_id, OfferState.OFFERED),
    ]
    found = [("section leader", LEADER[0]), ("administrator", ADMIN[0])]
    for words, profile, state in answering:
        found.append((words, _first(session, Offer.state == state, profile, Offer.round_id)))
    for kind in ProfileKind:
        joined = Profile.kind == kind, Participant.left_out_at.is_(None)
        ready = sa.and_(Round.state.in_([RoundState.OPEN, RoundState.REVIEW]), *joined)
        words = f"{'IMG' if kind is ProfileKind.IMG else 'mentor'} in the next round"
        found.append((words, _first(session, ready, Participant.profile_id, Participant.round_id)))
    real = set(session.scalars(sa.select(User.email).where(User.demo)))
    return [SignIn(words, email) for words, email in found if email in real]


def _first(
    session: Session,
    where: sa.ColumnElement[bool],
    profile: sa.orm.InstrumentedAttribute[uuid.UUID],
    round_: sa.orm.InstrumentedAttribute[uuid.UUID],
) -> str:
    """Return the address of the first person found, "" for nobody."""
    return (
        session.scalar(
            sa.select(sa.func.min(User.email))
            .select_from(profile.class_)
            .join(Profile, Profile.id == profile)
            .join(User, User.id == Profile.person_id)
            .join(Round, Round.id == round_)
            .where(where, Round.state.not_in([RoundState.FINISHED, RoundState.ARCHIVED]))
        )
        or ""
    )
