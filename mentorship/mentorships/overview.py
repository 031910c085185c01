"""The mentorships of a section as its leaders see them: who meets, who is stuck, who worries.

A leader reads whether and when a pair met, its reasons and its feedback; never its notes, goals,
agreement or what was said at meetings. One who is half of a pair reads nothing there that the other
told the leaders: that is for the other leaders.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.mentorships.models import Concern, Feedback, Meeting, MeetingState
from mentorship.mentorships.scope import GOING_OR_OVER, Mentorship, led_mentorship, pairs
from mentorship.profiles.models import Profile
from mentorship.rounds.choices import ENDS_TOLD, LEADER_ENDS
from mentorship.rounds.models import Round
from mentorship.rounds.offer_models import Ending, Offer, OfferState, Side

STUCK = dt.timedelta(days=21)
PARTS = ("going", "stuck", "concerns", "over")
PER_PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One mentorship in the list. ``since`` is when both had said yes."""

    id: uuid.UUID
    img: str
    mentor: str
    round: str
    going: bool
    since: dt.datetime
    met: int
    last_met: dt.datetime | None
    next_planned: dt.datetime | None
    concerns: int  # that wait
    ended: str  # the reason in words, "" while it goes on or where it is not told
    stuck: bool


@dataclass(frozen=True, slots=True)
class Listing:
    lines: Sequence[Line]
    counts: Mapping[str, int]
    page: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedPage:
    """One mentorship as a leader sees it."""

    pair: Mentorship
    line: Line
    concerns: Sequence[tuple[Concern, str]]  # with who said so
    feedback: Sequence[tuple[Feedback, str]]
    ending: Ending | None
    ended_by: str
    own: bool  # the leader is half of it
    why_told: bool  # why it ended is for this leader


def listing(  # noqa: PLR0913  which list, which page of it, and for whom
    session: Session,
    section_id: uuid.UUID,
    part: str,
    *,
    page: int,
    reader_id: uuid.UUID,
    now: dt.datetime,
) -> Listing:
    """Return the mentorships of a section, those that need a leader first, in one query."""
    lines = _lines(session, Round.section_id == section_id, reader_id, now=now)
    belongs = {
        "going": [each for each in lines if each.going],
        "stuck": [each for each in lines if each.stuck],
        "concerns": [each for each in lines if each.concerns],
        "over": [each for each in lines if not each.going],
    }
    shown = belongs.get(part, belongs["going"])
    last = max(1, -(-len(shown) // PER_PAGE))
    page = min(max(page, 1), last)
    counts = {name: len(found) for name, found in belongs.items()}
    return Listing(shown[(page - 1) * PER_PAGE : page * PER_PAGE], counts, page, last)


def led_page(
    session: Session,
    section_id: uuid.UUID,
    mentorship_id: uuid.UUID,
    *,
    reader_id: uuid.UUID,
    now: dt.datetime,
) -> LedPage:
    """Return one mentorship of the section; NoResultFound if it has none such."""
    pair = led_mentorship(session, section_id, mentorship_id)
    (line,) = _lines(session, Offer.id == mentorship_id, reader_id, now=now)
    names = {pair.img.id: pair.img.name, pair.mentor.id: pair.mentor.name}
    own = reader_id in names
    concerns = session.scalars(
        sa.select(Concern)
        .where(Concern.offer_id == mentorship_id, concern_for(reader_id))
        .order_by(Concern.handled_at.is_not(None), Concern.raised_at.desc())
    )
    said = Feedback.author_id == reader_id if own else sa.true()
    feedback = session.scalars(sa.select(Feedback).where(Feedback.offer_id == mentorship_id, said))
    ending, ender = session.execute(
        sa.select(Ending, User.name)
        .outerjoin(User, User.id == Ending.by_id)
        .where(Ending.offer_id == mentorship_id)
    ).one_or_none() or (None, None)
    return LedPage(
        pair=pair,
        line=line,
        concerns=[(each, names.get(each.author_id, "")) for each in concerns],
        feedback=[(each, names.get(each.author_id, "")) for each in feedback],
        ending=ending,
        ended_by=_who_ended(ending, ender, pair),
        own=own,
        why_told=not own or (ending is not None and ending.by_id == reader_id),
    )


def _who_ended(ending: Ending | None, name: str | None, pair: Mentorship) -> str:
    if ending is None:
        return ""
    known = {Side.IMG: pair.img.name, Side.MENTOR: pair.mentor.name}
    return known.get(ending.side) or name or "A section leader"


def concern_for(reader_id: uuid.UUID) -> sa.ColumnElement[bool]:
    """Say of a concern whether it is for this leader: not if the other of their own pair wrote."""
    own = (
        sa.select(Offer.id)
        .join(Profile, Profile.id.in_([Offer.img_id, Offer.mentor_id]))
        .where(Profile.person_id == reader_id)
    )
    return sa.or_(Concern.author_id == reader_id, Concern.offer_id.not_in(own))


def met_in(section_ids: Collection[uuid.UUID]) -> sa.Select[str, uuid.UUID, int]:
    """Select the number of pairs that have met, by section; the first column says ``met``."""
    count = sa.func.count(sa.distinct(Meeting.offer_id))
    return _in_sections("met", count, Meeting, section_ids).where(Meeting.state == MeetingState.MET)


def concerns_in(
    section_ids: Collection[uuid.UUID], *, reader_id: uuid.UUID
) -> sa.Select[str, uuid.UUID, int]:
    """Select the number of concerns that wait for this leader, likewise as ``concerns``."""
    count = sa.func.count(Concern.id)
    return _in_sections("concerns", count, Concern, section_ids).where(
        Concern.handled_at.is_(None), concern_for(reader_id)
    )


def _in_sections(
    kind: str,
    count: sa.ColumnElement[int],
    table: type[Meeting | Concern],
    section_ids: Collection[uuid.UUID],
) -> sa.Select[str, uuid.UUID, int]:
    return (
        sa.select(sa.literal(kind), Round.section_id, count)
        .select_from(table)
        .join(Offer, Offer.id == table.offer_id)
        .join(Round, Round.id == Offer.round_id)
        .where(Round.section_id.in_(section_ids), Offer.state.in_(GOING_OR_OVER))
        .group_by(Round.section_id)
    )


def _lines(
    session: Session,
    where: sa.ColumnElement[bool],
    reader_id: uuid.UUID,
    *,
    now: dt.datetime,
) -> list[Line]:
    met = Meeting.state == MeetingState.MET
    coming = sa.and_(Meeting.state == MeetingState.PLANNED, Meeting.starts_at > now)
    met_of = (
        sa.select(
            Meeting.offer_id,
            sa.func.count().filter(met).label("met"),
            sa.func.max(Meeting.starts_at).filter(met).label("last_met"),
            sa.func.min(Meeting.starts_at).filter(coming).label("coming"),
        )
        .group_by(Meeting.offer_id)
        .subquery()
    )
    concerns = (
        sa.select(Concern.offer_id, sa.func.count().label("waiting"))
        .where(Concern.handled_at.is_(None), concern_for(reader_id))
        .group_by(Concern.offer_id)
        .subquery()
    )
    query = (
        pairs()
        .where(where)
        .outerjoin(met_of, met_of.c.offer_id == Offer.id)
        .outerjoin(concerns, concerns.c.offer_id == Offer.id)
        .outerjoin(Ending, Ending.offer_id == Offer.id)
        .add_columns(
            *(met_of.c.met, met_of.c.last_met, met_of.c.coming, concerns.c.waiting),
            *(Ending.reason, Ending.by_id, Ending.side),
        )
        .order_by(sa.func.coalesce(concerns.c.waiting, 0).desc(), Offer.img_answered_at.desc())
    )
    return [_line(*row, reader_id=reader_id, now=now) for row in session.execute(query)]


def _line(  # noqa: PLR0913, PLR0917  the columns of a row
    offer: Offer,
    img: User,
    mentor: User,
    met: int | None,
    last_met: dt.datetime | None,
    coming: dt.datetime | None,
    waiting: int | None,
    reason: str | None,
    ended_by: uuid.UUID | None,
    side: Side | None,
    *,
    reader_id: uuid.UUID,
    now: dt.datetime,
) -> Line:
    since = offer.img_answered_at or offer.offered_at
    going = offer.state is OfferState.CONFIRMED
    reasons = LEADER_ENDS if side is Side.LEADER else ENDS_TOLD
    told = reader_id not in {img.id, mentor.id} or ended_by == reader_id
    return Line(
        id=offer.id,
        img=img.name,
        mentor=mentor.name,
        round=offer.round.name,
        going=going,
        since=since,
        met=met or 0,
        last_met=last_met,
        next_planned=coming,
        concerns=waiting or 0,
        ended=reasons.get(reason or "other", "") if told and not going else "",
        stuck=going and coming is None and now - (last_met or since) > STUCK,
    )
