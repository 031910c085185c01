"""An IMG's ranked list as a round sees it: whom they can ask now, and what hinders the others."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from mentorship.accounts.models import User
from mentorship.profiles.choosing import name_hidden_from
from mentorship.profiles.models import Naming, NamingUse, Profile, ProfileKind
from mentorship.profiles.service import code_name
from mentorship.rounds.candidates import Candidate, candidates
from mentorship.rounds.models import Round
from mentorship.rounds.offer_models import Offer, OfferState, SeatCount
from mentorship.rounds.request_rules import NOT_HERE, Standing, standings_of

FULL = "All their seats are taken."
ASKED = "You asked them in this round already."


@dataclass(frozen=True, slots=True)
class Listed:
    """A mentor whom an IMG ranked. ``taken``: seats of theirs that are taken in the round."""

    person_id: uuid.UUID
    name: str
    hidden: bool  # the name, from this IMG
    profile_id: uuid.UUID | None  # None: no mentor any more
    taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A mentor on an IMG's ranked list, as the round sees them. ``hinders``: "" if nothing does."""

    profile_id: uuid.UUID | None
    name: str
    hinders: str
    state: OfferState | None  # of the last request to them in this round


def ranked(
    session: Session, round_: Round, img_id: uuid.UUID, *, now: dt.datetime
) -> Sequence[Chosen]:
    """Return the IMG's list, the first choice first, in a number of queries that does not grow."""
    mentors = listed(session, round_.id, img_id)
    people = candidates(session, round_, now=now, only=keys_of(mentors))
    asked = last_asked(_asked(session, round_.id, img_id))
    return as_they_stand(session, round_, img_id, mentors, people, asked, now=now)


def listed(session: Session, round_id: uuid.UUID, img_id: uuid.UUID) -> Sequence[Listed]:
    mentor = sa.and_(Profile.person_id == Naming.person_id, Profile.kind == ProfileKind.MENTOR)
    seats = sa.and_(SeatCount.mentor_id == Profile.id, SeatCount.round_id == round_id)
    own = aliased(Profile)
    reader = sa.select(own.person_id).where(own.id == img_id).scalar_subquery()
    rows = session.execute(
        sa.select(
            *(Naming.person_id, User.name, name_hidden_from(reader)),
            *(Profile.id, sa.func.coalesce(SeatCount.taken, 0)),
        )
        .join(User, User.id == Naming.person_id)
        .outerjoin(Profile, mentor)
        .outerjoin(SeatCount, seats)
        .where(Naming.profile_id == img_id, Naming.use == NamingUse.REQUEST)
        .order_by(Naming.rank, Naming.person_id)
    )
    return [Listed(*row) for row in rows]


def keys_of(mentors: Sequence[Listed]) -> list[uuid.UUID]:
    return [each.profile_id for each in mentors if each.profile_id is not None]


def as_they_stand(  # noqa: PLR0913, PLR0917  what the page of an IMG has read already
    session: Session,
    round_: Round,
    img_id: uuid.UUID,
    mentors: Sequence[Listed],
    people: Sequence[Candidate],
    asked: Mapping[uuid.UUID, OfferState],
    *,
    now: dt.datetime,
) -> Sequence[Chosen]:
    """Return those on an IMG's list with what hinders each from being asked now."""
    taken = {each.profile_id: each.taken for each in mentors if each.profile_id is not None}
    hidden = {each.person_id for each in mentors if each.hidden}
    found = standings_of(session, round_, img_id, people, taken, now, hidden=hidden)
    return [
        Chosen(
            profile_id=each.profile_id,
            name=_name(each, asked.get(each.profile_id) if each.profile_id else None),
            hinders=NOT_HERE
            if each.profile_id is None
            else _hinders(found[each.profile_id], asked.get(each.profile_id)),
            state=asked.get(each.profile_id) if each.profile_id else None,
        )
        for each in mentors
    ]


def _name(mentor: Listed, state: OfferState | None) -> str:
    known = state in {OfferState.CONFIRMED, OfferState.ENDED}
    hidden = mentor.hidden and not known
    return code_name(ProfileKind.MENTOR, mentor.person_id) if hidden else mentor.name


def _hinders(standing: Standing, asked: OfferState | None) -> str:
    if asked not in {None, OfferState.WITHDRAWN}:
        return ASKED
    return standing.hinders or ("" if standing.seats_left > 0 else FULL)


def last_asked(offers: Iterable[Offer]) -> Mapping[uuid.UUID, OfferState]:
    """Return mentor -> how an IMG reads their last request to them; one taken back counts least."""
    asked: dict[uuid.UUID, OfferState] = {}
    for offer in sorted(offers, key=lambda each: each.offered_at):
        if offer.read_by_img is not OfferState.WITHDRAWN or offer.mentor_id not in asked:
            asked[offer.mentor_id] = offer.read_by_img
    return asked


def _asked(session: Session, round_id: uuid.UUID, img_id: uuid.UUID) -> Sequence[Offer]:
    mine = sa.select(Offer).where(Offer.round_id == round_id, Offer.img_id == img_id)
    whole = mine.options(joinedload(Offer.round).joinedload(Round.section))
    return session.scalars(whole, execution_options={"populate_existing": True}).all()
