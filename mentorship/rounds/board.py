"""What a leader reads of the answers to a published round: who said what, and who waits."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship.accounts.models import User
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.rounds.candidates import agrees, belongs
from mentorship.rounds.choices import LIVE_OFFERS, REASONS_TOLD
from mentorship.rounds.models import Participant, Round
from mentorship.rounds.offer_models import Offer, OfferState, Publication, Reminder, Side
from mentorship.rounds.paging import Listing, Wanted, fetch
from mentorship.rounds.scope import due_by, own_dates

OPEN_ANSWERS = (OfferState.OFFERED, OfferState.ACCEPTED)
NOES = (OfferState.DECLINED_BY_MENTOR, OfferState.DECLINED_BY_IMG, OfferState.SEAT_TAKEN)
PARTS: Mapping[str, Sequence[OfferState]] = {
    "waiting": OPEN_ANSWERS,
    "confirmed": (OfferState.CONFIRMED, OfferState.ENDED),
    "declined": NOES,
    "expired": (OfferState.EXPIRED,),
}


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One offer. ``reason`` is the kind of reason in words, ``words`` those for the leader only."""

    id: uuid.UUID
    img: str
    mentor: str
    state: OfferState
    offered_at: dt.datetime
    mentor_answered_at: dt.datetime | None
    img_answered_at: dt.datetime | None
    reason: str | None
    words: str
    overdue: bool
    requested: bool  # the IMG asked this mentor directly
    gone: Sequence[str]  # what has become of the two since, while their answers count
    owed_by: str | None  # the name of whoever is to answer now
    answer_by: dt.datetime
    reminders: int  # that whoever owes the answer has got
    reminded_at: dt.datetime | None
    img_id: uuid.UUID
    mentor_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """An IMG without a mentor now. ``reason`` is what came of the last offer, if there was one."""

    name: str
    state: OfferState | None
    reason: str | None
    img_id: uuid.UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    answer_by: dt.datetime
    published_at: dt.datetime
    published_by: str | None
    overdue: int  # offers that wait though their day has come
    own_dates: Sequence[tuple[dt.datetime, int]]  # of open offers of later runs, how many each
    counts: Mapping[str, int]
    waiting_imgs: int
    listing: Listing[AnswerLine]


def board(
    session: Session, round_id: uuid.UUID, wanted: Wanted, *, now: dt.datetime, finished: bool
) -> Board:
    """Return the answers of a published round that fit what the leader looks for."""
    published = session.execute(
        sa.select(Publication.answer_by, Publication.published_at, User.name)
        .outerjoin(User, User.id == Publication.published_by_id)
        .where(Publication.round_id == round_id)
    ).one()
    counted = session.execute(
        sa.select(Offer.state, sa.func.count())
        .where(Offer.round_id == round_id)
        .group_by(Offer.state)
    )
    by_state = dict(counted.all())
    return Board(
        answer_by=published.answer_by,
        published_at=published.published_at,
        published_by=published.name,
        overdue=0 if finished else session.scalar(_overdue(round_id, now)) or 0,
        own_dates=own_dates(session, round_id),
        counts={
            part: sum(by_state.get(state, 0) for state in states) for part, states in PARTS.items()
        },
        waiting_imgs=session.scalars(
            sa.select(sa.func.count()).select_from(_without(round_id, finished=finished).subquery())
        ).one(),
        listing=_answers(session, round_id, wanted, late=None if finished else now),
    )


def _overdue(round_id: uuid.UUID, now: dt.datetime) -> sa.Select[int]:
    return (
        sa.select(sa.func.count(Offer.id))
        .join(Publication, Publication.round_id == Offer.round_id)
        .where(Offer.round_id == round_id, Offer.state.in_(OPEN_ANSWERS), due_by() < now)
    )


def _answers(
    session: Session, round_id: uuid.UUID, wanted: Wanted, *, late: dt.datetime | None
) -> Listing[AnswerLine]:
    """Return the offers; those that wait since before ``late`` are overdue."""
    img, mentor = aliased(User), aliased(User)
    img_profile, mentor_profile = aliased(Profile), aliased(Profile)
    query = (
        sa.select(
            Offer,
            img.name.label("img"),
            mentor.name.label("mentor"),
            due_by(),
            *(belongs(each, Round.section_id) for each in (img_profile, mentor_profile)),
            *(agrees(each) for each in (img_profile, mentor_profile)),
            *_reminders(),
        )
        .join(Round, Round.id == Offer.round_id)
        .outerjoin(Publication, Publication.round_id == Offer.round_id)
        .join(img_profile, img_profile.id == Offer.img_id)
        .join(img, img.id == img_profile.person_id)
        .join(mentor_profile, mentor_profile.id == Offer.mentor_id)
        .join(mentor, mentor.id == mentor_profile.person_id)
        .where(Offer.round_id == round_id, Offer.state != OfferState.WITHDRAWN)
    )
    silent_since = sa.func.coalesce(Offer.mentor_answered_at, Offer.offered_at)
    first = (silent_since,) if wanted.show == "waiting" else ()  # whoever is silent longest
    query = query.order_by(*first, sa.func.lower(mentor.name), sa.func.lower(img.name), Offer.id)
    if states := PARTS.get(wanted.show):
        query = query.where(Offer.state.in_(states))
    if wanted.words:
        query = query.where(
            sa.or_(
                img.name.icontains(wanted.words, autoescape=True),
                mentor.name.icontains(wanted.words, autoescape=True),
            )
        )
    found = fetch(session, query, wanted)
    rows = [
        AnswerLine(
            offer.id,
            img_name,
            mentor_name,
            offer.state,
            offer.offered_at,
            offer.mentor_answered_at,
            offer.img_answered_at,
            REASONS_TOLD.get(offer.decline_reason or ""),
            offer.decline_words,
            late is not None and due < late and offer.state in OPEN_ANSWERS,
            offer.requested,
            _gone((img_name, mentor_name), stands) if offer.state in LIVE_OFFERS else (),
            {OfferState.OFFERED: mentor_name, OfferState.ACCEPTED: img_name}.get(offer.state),
            due,
            reminders,
            reminded_at,
            offer.img_id,
            offer.mentor_id,
        )
        for offer, img_name, mentor_name, due, *stands, reminders, reminded_at in found.rows
    ]
    return Listing(rows, found.found, found.page, found.last)


def _reminders() -> tuple[sa.ScalarSelect[int], sa.ScalarSelect[dt.datetime]]:
    """Count the reminders of whoever owes the answer to an offer, and say when the last was."""
    side = sa.case((Offer.state == OfferState.ACCEPTED, Side.IMG.value), else_=Side.MENTOR.value)
    theirs = (Reminder.offer_id == Offer.id, sa.cast(Reminder.side, sa.String) == side)
    return (
        sa.select(sa.func.count()).where(*theirs).correlate(Offer).scalar_subquery(),
        sa.select(sa.func.max(Reminder.sent_at)).where(*theirs).correlate(Offer).scalar_subquery(),
    )


def _gone(names: Sequence[str], stands: Sequence[bool]) -> Sequence[str]:
    """Say who has left or taken consent back since; ``stands`` are both: here, both: agree."""
    here, agree = stands[:2], stands[2:]
    return [
        *(
            f"{name} has left the section."
            for name, is_here in zip(names, here, strict=True)
            if not is_here
        ),
        *(
            f"{name} no longer agrees to be matched."
            for name, does in zip(names, agree, strict=True)
            if not does
        ),
    ]


def waiting_imgs(
    session: Session, round_id: uuid.UUID, wanted: Wanted, *, finished: bool
) -> Listing[WaitingLine]:
    """Return the IMGs of the round who have no mentor and are not being answered, by name."""
    query = _without(round_id, finished=finished).order_by(sa.func.lower(User.name), Profile.id)
    if wanted.words:
        query = query.where(User.name.icontains(wanted.words, autoescape=True))
    found = fetch(session, query, wanted)
    last = _last_offers(session, round_id, [img_id for img_id, _ in found.rows])
    rows = []
    for img_id, name in found.rows:
        offer = last.get(img_id)
        reason = REASONS_TOLD.get(offer.decline_reason or "") if offer else None
        rows.append(WaitingLine(name, offer.state if offer else None, reason, img_id))
    return Listing(rows, found.found, found.page, found.last)


def _without(round_id: uuid.UUID, *, finished: bool) -> sa.Select[uuid.UUID, str]:
    """Select the IMGs of a round who have nobody; while it is not finished, nobody to wait for."""
    settled = (OfferState.CONFIRMED, OfferState.ENDED)
    live = sa.select(Offer.img_id).where(
        Offer.round_id == round_id,
        Offer.state.in_(settled if finished else (*LIVE_OFFERS, OfferState.ENDED)),
    )
    return (
        sa.select(Profile.id, User.name)
        .join(Participant, Participant.profile_id == Profile.id)
        .join(User, User.id == Profile.person_id)
        .where(
            Participant.round_id == round_id,
            Participant.left_out_at.is_(None),
            Profile.kind == ProfileKind.IMG,
            Profile.id.not_in(live),
        )
    )


def _last_offers(
    session: Session, round_id: uuid.UUID, img_ids: Sequence[uuid.UUID]
) -> Mapping[uuid.UUID, Offer]:
    offers = session.scalars(
        sa.select(Offer)
        .where(Offer.round_id == round_id, Offer.img_id.in_(img_ids))
        .where(Offer.state != OfferState.WITHDRAWN)
        .order_by(Offer.place.desc())
    )
    return {offer.img_id: offer for offer in offers}
