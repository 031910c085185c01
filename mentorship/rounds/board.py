"""What a leader reads of the answers in a round: who said what, and who waits.

Before a round is published these are answers to direct requests.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship.accounts.models import User
from mentorship.profiles.models import Profile
from mentorship.rounds.candidates import agrees, belongs
from mentorship.rounds.choices import LIVE_OFFERS
from mentorship.rounds.declined import Reading
from mentorship.rounds.models import Round
from mentorship.rounds.offer_models import Offer, OfferState, Publication, Reminder, Side
from mentorship.rounds.paging import Listing, Wanted, fetch
from mentorship.rounds.scope import due_by, own_dates
from mentorship.rounds.still_waiting import without_mentor

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """The answers to a round in sum; the first three are None until it is published."""

    answer_by: dt.datetime | None
    published_at: dt.datetime | None
    published_by: str | None
    counts: Mapping[str, int]
    ended: int  # of those that were confirmed
    waiting_imgs: int

    @property
    def asked(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Board(Sums):
    overdue: int  # offers that wait though their day has come
    own_dates: Sequence[tuple[dt.datetime, int]]  # that open offers have, how many each
    listing: Listing[AnswerLine]


def board(  # noqa: PLR0913  which answers, and for whom
    session: Session,
    round_id: uuid.UUID,
    wanted: Wanted,
    *,
    reading: Reading,
    now: dt.datetime,
    finished: bool,
) -> Board:
    """Return the answers that fit what the leader looks for."""
    return Board(
        **asdict(sums(session, round_id, finished=finished)),
        overdue=0 if finished else session.scalar(_overdue(round_id, now)) or 0,
        own_dates=own_dates(session, round_id),
        listing=_answers(session, round_id, wanted, reading, late=None if finished else now),
    )


def sums(session: Session, round_id: uuid.UUID, *, finished: bool) -> Sums:
    """Return the answers in sum, in two queries."""
    without = sa.select(sa.func.count()).select_from(
        without_mentor(round_id, finished=finished).subquery()
    )
    answer_by, published_at, published_by, waiting = session.execute(
        sa.select(
            Publication.answer_by, Publication.published_at, User.name, without.scalar_subquery()
        )
        .select_from(Round)
        .outerjoin(Publication, Publication.round_id == Round.id)
        .outerjoin(User, User.id == Publication.published_by_id)
        .where(Round.id == round_id)
    ).one()
    counted = session.execute(
        sa.select(Offer.state, sa.func.count())
        .where(Offer.round_id == round_id)
        .group_by(Offer.state)
    )
    by_state = dict(counted.all())
    return Sums(
        answer_by=answer_by,
        published_at=published_at,
        published_by=published_by,
        counts={
            part: sum(by_state.get(state, 0) for state in states) for part, states in PARTS.items()
        },
        ended=by_state.get(OfferState.ENDED, 0),
        waiting_imgs=waiting,
    )


def _overdue(round_id: uuid.UUID, now: dt.datetime) -> sa.Select[int]:
    return (
        sa.select(sa.func.count(Offer.id))
        .join(Publication, Publication.round_id == Offer.round_id)
        .where(Offer.round_id == round_id, Offer.state.in_(OPEN_ANSWERS), due_by() < now)
    )


def _answers(
    session: Session,
    round_id: uuid.UUID,
    wanted: Wanted,
    reading: Reading,
    *,
    late: dt.datetime | None,
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
    found = fetch(session, query, wanted, key=Offer.id)
    rows = [
        AnswerLine(
            offer.id,
            img_name,
            mentor_name,
            offer.state,
            offer.offered_at,
            offer.mentor_answered_at,
            offer.img_answered_at,
            reading.reason(offer),
            reading.words(offer),
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
    left = [name for name, is_here in zip(names, here, strict=True) if not is_here]
    unwilling = [name for name, does in zip(names, agree, strict=True) if not does]
    return [
        *(f"{name} has left the section." for name in left),
        *(f"{name} no longer agrees to be matched." for name in unwilling),
    ]
