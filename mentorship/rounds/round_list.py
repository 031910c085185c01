"""The rounds of sections, as leaders see them in a list."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.profiles.models import Profile, ProfileKind
from mentorship.rounds.board import PARTS
from mentorship.rounds.candidates import obstacle
from mentorship.rounds.choices import OVER
from mentorship.rounds.models import Participant, Round, RoundState, Run
from mentorship.rounds.offer_models import Offer, OfferState, Publication
from mentorship.rounds.run_models import PublishPlan, RunStep


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundLine:
    """One row of the list.

    ``matched`` are the IMGs with a mentor in the run that counts; once offers are out, in all the
    runs that were published.
    """

    id: uuid.UUID
    name: str
    state: RoundState
    given_up: bool
    imgs: int
    mentors: int
    matched: int | None
    confirmed: int  # by both, whether their mentorship goes on or has ended
    created_at: dt.datetime
    answer_by: dt.datetime | None
    goes_out_at: dt.datetime | None  # a run of it is planned to be published then
    held_up: bool  # it was, and could not


def round_lists(
    session: Session, section_ids: Collection[uuid.UUID], *, now: dt.datetime
) -> Mapping[uuid.UUID, Sequence[RoundLine]]:
    """Return the rounds of each section, the newest first, in two queries for all."""
    latest = (
        sa.select(Run.matched)
        .join(RunStep, RunStep.run_id == Run.id)
        .where(RunStep.round_id == Round.id)
        .order_by(RunStep.number.desc())
        .limit(1)
        .correlate(Round)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(
            Round,
            _imgs(Offer.pair_id.is_not(None)),
            latest,
            _imgs(Offer.state.in_(PARTS["confirmed"])),
            sa.func.coalesce(
                _latest_own(), Publication.answer_by, type_=Publication.answer_by.type
            ),
            PublishPlan.goes_out_at,
            PublishPlan.held_up_at.is_not(None),
        )
        .outerjoin(Publication, Publication.round_id == Round.id)
        .outerjoin(PublishPlan, PublishPlan.round_id == Round.id)
        .where(Round.section_id.in_(section_ids))
        .order_by(Round.created_at.desc(), Round.name)
    ).all()
    counted = _taking_part(session, section_ids, now)
    lists: dict[uuid.UUID, list[RoundLine]] = {section_id: [] for section_id in section_ids}
    for round_, offered, matched, confirmed, answer_by, goes_out_at, held_up in rows:
        line = RoundLine(
            id=round_.id,
            name=round_.name,
            state=round_.state,
            given_up=round_.given_up,
            imgs=counted[round_.id, ProfileKind.IMG],
            mentors=counted[round_.id, ProfileKind.MENTOR],
            matched=offered if round_.went_out else matched,
            confirmed=confirmed,
            created_at=round_.created_at,
            answer_by=answer_by,
            goes_out_at=goes_out_at,
            held_up=held_up,
        )
        lists[round_.section_id].append(line)
    return lists


def _imgs(which: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    """Count the IMGs of a round who have such an offer."""
    return (
        sa.select(sa.func.count(Offer.img_id.distinct()))
        .where(Offer.round_id == Round.id, which)
        .correlate(Round)
        .scalar_subquery()
    )


def _latest_own() -> sa.ScalarSelect[dt.datetime | None]:
    """Select the last day to answer that open offers of later runs of a round have."""
    waiting = Offer.state.in_((OfferState.OFFERED, OfferState.ACCEPTED))
    return (
        sa.select(sa.func.max(Offer.due_at))
        .where(Offer.round_id == Round.id, waiting)
        .correlate(Round)
        .scalar_subquery()
    )


def _taking_part(
    session: Session, section_ids: Collection[uuid.UUID], now: dt.datetime
) -> Counter[tuple[uuid.UUID, ProfileKind]]:
    """Count who takes part, by round and side: as the round's own page does while it goes on.

    Of a round that is over, whoever was in it counts: what has become of them since does not.
    """
    hindered = obstacle(Participant.round_id, Round.section_id, now=now)
    rows = session.execute(
        sa.select(Participant.round_id, Profile.kind, sa.func.count())
        .select_from(Participant)
        .join(Round, Round.id == Participant.round_id)
        .join(Profile, Profile.id == Participant.profile_id)
        .where(
            Round.section_id.in_(section_ids),
            Participant.left_out_at.is_(None),
            sa.or_(Round.state.in_(OVER), hindered.is_(None)),
        )
        .group_by(Participant.round_id, Profile.kind)
    )
    return Counter({(round_id, kind): count for round_id, kind, count in rows})
