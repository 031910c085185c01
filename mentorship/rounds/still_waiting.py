"""Who of a published round has no mentor, and what came of the last offer they had."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.rounds.candidates import agrees, belongs, held_before
from mentorship.rounds.choices import LIVE_OFFERS
from mentorship.rounds.declined import Reading
from mentorship.rounds.models import Pair, Participant, Round, Run, Unmatched
from mentorship.rounds.offer_models import Offer, OfferState, Publication
from mentorship.rounds.paging import Listing, Wanted, fetch


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """An IMG without a mentor now. ``reason`` is what came of the last offer, if there was one."""

    name: str
    state: OfferState | None
    reason: str | None
    img_id: uuid.UUID


def waiting_imgs(
    session: Session, round_id: uuid.UUID, wanted: Wanted, *, reading: Reading, finished: bool
) -> Listing[WaitingLine]:
    """Return the IMGs of the round who have no mentor and are not being answered, by name."""
    query = without_mentor(round_id, finished=finished).order_by(
        sa.func.lower(User.name), Profile.id
    )
    if wanted.words:
        query = query.where(User.name.icontains(wanted.words, autoescape=True))
    found = fetch(session, query, wanted, key=Profile.id)
    last = _last_offers(session, round_id, [img_id for img_id, _ in found.rows])
    rows = []
    for img_id, name in found.rows:
        offer = last.get(img_id)
        reason = reading.reason(offer) if offer else None
        rows.append(WaitingLine(name, offer.state if offer else None, reason, img_id))
    return Listing(rows, found.found, found.page, found.last)


def still_here(
    section_id: uuid.UUID | sa.orm.InstrumentedAttribute[uuid.UUID],
) -> sa.ColumnElement[bool]:
    """Say of a profile and its user that they belong, agree to be matched and may sign in.

    Whoever asked to be erased agrees to nothing. To others nothing of a round is told any more,
    and they are not counted as without a mentor: they look for none.
    """
    return sa.and_(belongs(Profile, section_id), agrees(), User.active)


def was_here(
    round_id: uuid.UUID, section_id: sa.orm.InstrumentedAttribute[uuid.UUID]
) -> sa.ColumnElement[bool]:
    """Say of a profile and its user that a published round looked for somebody for them.

    They are in the run that was published, or in a later one, wherever they are now; or they are
    still here, and no run has come since they joined. Whoever had gone before is neither.
    """
    published = (
        sa.select(Run.made_at)
        .join(Publication, Publication.run_id == Run.id)
        .where(Publication.round_id == round_id)
        .scalar_subquery()
    )
    runs = sa.select(Run.id).where(Run.round_id == round_id, Run.made_at >= published)
    in_run = (
        sa.exists().where(each.img_id == Profile.id, each.run_id.in_(runs))
        for each in (Pair, Unmatched)
    )
    return sa.or_(still_here(section_id), *in_run)


def without_mentor(round_id: uuid.UUID, *, finished: bool) -> sa.Select[uuid.UUID, str]:
    """Select the IMGs of a round who have nobody; while it is not finished, nobody to wait for.

    Whose mentorship has ended has nobody while the rest can be matched again. What a finished
    round has found, or has not, stays so, whoever goes afterwards. Whoever had a mentor of another
    round when it was published is not one of them.
    """
    settled = (OfferState.CONFIRMED, OfferState.ENDED)
    live = sa.select(Offer.img_id).where(
        Offer.round_id == round_id,
        Offer.state.in_(settled if finished else LIVE_OFFERS),
    )
    return (
        sa.select(Profile.id, User.name)
        .join(Participant, Participant.profile_id == Profile.id)
        .join(Round, Round.id == Participant.round_id)
        .join(User, User.id == Profile.person_id)
        .where(
            Participant.round_id == round_id,
            was_here(round_id, Round.section_id) if finished else still_here(Round.section_id),
            Participant.left_out_at.is_(None),
            Profile.kind == ProfileKind.IMG,
            Profile.id.not_in(live),
            ~held_before(round_id),
        )
    )


def _last_offers(
    session: Session, round_id: uuid.UUID, img_ids: Sequence[uuid.UUID]
) -> Mapping[uuid.UUID, Offer]:
    offers = session.scalars(
        sa.select(Offer)
        .where(Offer.round_id == round_id, Offer.img_id.in_(img_ids))
        .where(Offer.state != OfferState.WITHDRAWN)
        .order_by(Offer.offered_at, Offer.state == OfferState.ENDED, Offer.place.desc())
    )
    return {offer.img_id: offer for offer in offers}
