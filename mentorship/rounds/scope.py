"""Which rounds and offers a person may see, and whose contact details.

Every query starts here, from the person. What belongs to somebody else looks the same from outside
as what does not exist: NoResultFound.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from mentorship.accounts.models import User
from mentorship.profiles.audience import SHOWN, Audience
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.profiles.service import code_name
from mentorship.rounds.models import Pair, Round, Run
from mentorship.rounds.offer_models import Offer, OfferState, Publication
from mentorship.rounds.run_models import RunFairness
from mentorship.rounds.steps import current_run_id
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole

LARGEST = 2**31 - 1  # of a whole number in the database

# What an IMG may know of: never who was asked and said no.
# An IMG knows of an offer once its mentor said yes, also if the mentor stepped back later; not of
# one from which the IMG themself stepped back before.
_AFTER_A_YES = frozenset({OfferState.ACCEPTED, OfferState.CONFIRMED, OfferState.ENDED})
_IF_SAID_YES = frozenset({OfferState.DECLINED_BY_IMG, OfferState.EXPIRED})


@dataclass(frozen=True, slots=True)
class Contact:
    email: str | None
    phone: str | None


def rounds_of_leader(person_id: uuid.UUID) -> sa.Select[Round]:
    """Select the rounds of the sections this person leads, with their sections."""
    leads = sa.select(Membership.id).where(
        Membership.section_id == Round.section_id,
        Membership.person_id == person_id,
        Membership.role == SectionRole.LEADER,
        Membership.state == MembershipState.ACTIVE,
    )
    return (
        sa.select(Round)
        .join(Round.section)
        .options(contains_eager(Round.section))
        .where(leads.exists())
    )


def round_of_leader(
    session: Session, person_id: uuid.UUID, slug: str, round_id: uuid.UUID
) -> Round:
    """Return the round of this section, with its section, if this person leads it."""
    mine = rounds_of_leader(person_id).where(Round.id == round_id, Section.slug == slug)
    return session.scalars(mine, execution_options={"populate_existing": True}).one()


def round_and_run_of_leader(
    session: Session, person_id: uuid.UUID, slug: str, round_id: uuid.UUID, number: int | None
) -> tuple[Round, Run | None]:
    """Return the same with its run of this number, or the one that counts; None if there is none.

    In one query.
    """
    both = (
        rounds_of_leader(person_id)
        .outerjoin(Run, sa.and_(Run.round_id == Round.id, *_asked_for(round_id, number)))
        .add_columns(Run)
        .where(Round.id == round_id, Section.slug == slug)
    )
    row = session.execute(both, execution_options={"populate_existing": True}).one()
    return row[0], row[1]


def run_of_round(session: Session, round_id: uuid.UUID, number: int | None = None) -> Run:
    """Return the run with this number, or the one that counts."""
    asked = sa.select(Run).where(Run.round_id == round_id, *_asked_for(round_id, number))
    return session.scalars(asked).one()


def _asked_for(round_id: uuid.UUID, number: int | None) -> tuple[sa.ColumnElement[bool], ...]:
    """Say of a run of the round that it has this number, or counts if none is given."""
    if number is None:
        return (Run.id == current_run_id(round_id),)
    # a larger one the database would not take, not even to compare
    return (Run.number == number if abs(number) <= LARGEST else sa.false(),)


def answer_by_of(session: Session, round_: Round) -> dt.datetime:
    """Return until when the offers of a published round are answered."""
    return session.get_one(Publication, round_.id).answer_by


def fairness_of(session: Session, run: Run) -> RunFairness | None:
    """Return the tables of fairness kept with a run; runs older than these have none."""
    return session.get(RunFairness, run.id)


def number_of(session: Session, round_id: uuid.UUID, run_id: uuid.UUID) -> int:
    """Return the number of a run of this round, 0 if there is none."""
    found = sa.select(Run.number).where(Run.id == run_id, Run.round_id == round_id)
    return session.scalar(found) or 0


def pair_of_round(session: Session, round_id: uuid.UUID, pair_id: uuid.UUID) -> tuple[Run, Pair]:
    row = session.execute(
        sa.select(Run, Pair)
        .join(Pair, Pair.run_id == Run.id)
        .where(Run.round_id == round_id, Pair.id == pair_id)
    ).one()
    return row[0], row[1]


def offer_for_mentor(session: Session, person_id: uuid.UUID, offer_id: uuid.UUID) -> Offer:
    """Return the offer, with its round and pair, if this person is the mentor who is asked."""
    return session.scalars(_offer_of(Offer.mentor_id, person_id, offer_id)).one()


def offer_for_img(session: Session, person_id: uuid.UUID, offer_id: uuid.UUID) -> Offer:
    """Return the offer, with its round and pair, if it is this person's and the mentor agreed."""
    mine = _offer_of(Offer.img_id, person_id, offer_id)
    return session.scalars(mine.where(known_to_img())).one()


def due_by() -> sa.ColumnElement[dt.datetime]:
    """Say until when an offer is answered: by its own day if it has one, else as was published."""
    own = (Offer.answer_by, Offer.due_at)
    return sa.func.coalesce(*own, Publication.answer_by, type_=Offer.answer_by.type)


def own_dates(session: Session, round_id: uuid.UUID) -> Sequence[tuple[dt.datetime, int]]:
    """Return the days of their own that open offers of later runs have, and how many have each."""
    rows = session.execute(
        sa.select(Offer.due_at, sa.func.count())
        .where(
            Offer.round_id == round_id,
            Offer.due_at.is_not(None),
            Offer.state.in_((OfferState.OFFERED, OfferState.ACCEPTED)),
        )
        .group_by(Offer.due_at)
        .order_by(Offer.due_at)
    )
    return [(due, count) for due, count in rows if due is not None]


def asked_directly() -> sa.ColumnElement[bool]:
    """Say whether an offer is an IMG's own request to the mentor."""
    return Offer.answer_by.is_not(None)


def told_to_img(offer: Offer) -> bool:
    """Tell whether the IMG of an offer may know of it."""
    said_yes = offer.mentor_answered_at is not None
    over = said_yes and offer.state in _IF_SAID_YES
    return offer.state in _AFTER_A_YES or over or offer.stepped_back_at is not None


def known_to_img() -> sa.ColumnElement[bool]:
    """Say in a query what ``told_to_img`` tells."""
    said_yes = Offer.mentor_answered_at.is_not(None)
    over = sa.and_(Offer.state.in_(_IF_SAID_YES), said_yes)
    return sa.or_(Offer.state.in_(_AFTER_A_YES), over, Offer.stepped_back_at.is_not(None))


def _offer_of(
    side: sa.orm.InstrumentedAttribute[uuid.UUID], person_id: uuid.UUID, offer_id: uuid.UUID
) -> sa.Select[Offer]:
    return (
        sa.select(Offer)
        .join(Profile, Profile.id == side)
        .where(Offer.id == offer_id, Profile.person_id == person_id)
        .options(
            joinedload(Offer.round).joinedload(Round.section),
            joinedload(Offer.pair),
        )
        .execution_options(populate_existing=True)
    )


def name_of(other: User, kind: ProfileKind, offer: Offer, *, hidden: bool) -> str:
    """Return how the other side is called: if hidden, by a code until both said yes.

    ``hidden`` as ``name_hidden_from`` says it, of whatever section both are in.
    """
    known = offer.state in {OfferState.CONFIRMED, OfferState.ENDED}
    return code_name(kind, other.id) if hidden and not known else other.name


def were_a_pair(person_id: uuid.UUID) -> sa.ColumnElement[bool]:
    """Say of a user whether both said yes to a match with this person, be it over by now."""
    own, other = aliased(Profile), aliased(Profile)
    pair = sa.or_(
        sa.and_(Offer.img_id == own.id, Offer.mentor_id == other.id),
        sa.and_(Offer.mentor_id == own.id, Offer.img_id == other.id),
    )
    return (
        sa.exists()
        .where(
            pair,
            *(own.person_id == person_id, other.person_id == User.id),
            Offer.state.in_((OfferState.CONFIRMED, OfferState.ENDED)),
        )
        .correlate(User)
    )


def contact_of(other: User, kind: ProfileKind, offer: Offer) -> Contact | None:
    """Return how to reach the other side, if both said yes and it has not ended.

    ``kind`` is what they are in this pair: of it, a match sees what the table ``SHOWN`` says.
    """
    if offer.state is not OfferState.CONFIRMED:
        return None
    told = {field for field, seen_by in SHOWN[kind].items() if Audience.MATCHED in seen_by}
    return Contact(
        email=other.email if "email" in told else None,
        phone=other.phone if "phone" in told else None,
    )
