"""What a pair reads of its mentorship: one page, each side its own, in a fixed count of queries."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.mentorships.agreements import agreement_of
from mentorship.mentorships.ending import feedback_of
from mentorship.mentorships.models import (
    Agreement,
    Feedback,
    Goal,
    GoalState,
    Meeting,
    MeetingState,
    Note,
)
from mentorship.mentorships.scope import Mentorship, mentorship_of
from mentorship.mentorships.work import notes_of
from mentorship.rounds.offer_models import Ending, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A mentorship as one of its two sees it. Notes are the reader's own."""

    pair: Mentorship
    agreement: Agreement | None
    goals: Sequence[Goal]
    meetings: Sequence[Meeting]
    notes: Sequence[Note]
    feedback: Feedback | None
    ending: Ending | None
    now: dt.datetime

    @property
    def next_step(self) -> str:
        """Name what the page proposes first; "" for a mentorship that has ended."""
        if not self.pair.going:
            return ""
        if self.to_log:
            return "log"
        if not self.planned and not self.met:
            return "first_meeting"
        if self.agreement is None:
            return "write_agreement"
        if not self.accepted_by_me:
            return "read_agreement"
        return "see_meeting" if self.planned else "plan_meeting"

    @property
    def next_meeting(self) -> Meeting | None:
        return min(self.planned, key=lambda each: each.starts_at, default=None)

    @property
    def planned(self) -> Sequence[Meeting]:
        """Return the meetings to come, the next one first."""
        coming = [m for m in self.meetings if self._is_planned(m) and m.starts_at > self.now]
        return sorted(coming, key=lambda each: each.starts_at)

    @property
    def to_log(self) -> Sequence[Meeting]:
        """Return the meetings whose time has come, and of which nobody has said a word."""
        return [m for m in self.meetings if self._is_planned(m) and m.starts_at <= self.now]

    @property
    def past(self) -> Sequence[Meeting]:
        return [m for m in self.meetings if not self._is_planned(m)]

    @property
    def met(self) -> int:
        return sum(m.state is MeetingState.MET for m in self.meetings)

    @property
    def accepted_by_me(self) -> dt.datetime | None:
        return self._accepted(self.pair.side)

    @property
    def accepted_by_other(self) -> dt.datetime | None:
        return self._accepted(Side.MENTOR if self.pair.side is Side.IMG else Side.IMG)

    def _accepted(self, side: Side) -> dt.datetime | None:
        if self.agreement is None:
            return None
        img, mentor = self.agreement.img_accepted_at, self.agreement.mentor_accepted_at
        return img if side is Side.IMG else mentor

    @staticmethod
    def _is_planned(meeting: Meeting) -> bool:
        return meeting.state is MeetingState.PLANNED


def page_of(
    session: Session, person_id: uuid.UUID, mentorship_id: uuid.UUID, *, now: dt.datetime
) -> Page:
    """Return the page for one half of the pair, in seven queries; NoResultFound for others."""
    pair = mentorship_of(session, person_id, mentorship_id)
    goals = session.scalars(
        sa.select(Goal)
        .where(Goal.offer_id == mentorship_id)
        .order_by(Goal.state != GoalState.OPEN, Goal.due_on.is_(None), Goal.due_on, Goal.created_at)
    ).all()
    meetings = session.scalars(
        sa.select(Meeting)
        .where(Meeting.offer_id == mentorship_id)
        .order_by(Meeting.starts_at.desc(), Meeting.id)
    ).all()
    ending = sa.select(Ending).where(Ending.offer_id == mentorship_id)
    return Page(
        pair=pair,
        agreement=agreement_of(session, mentorship_id),
        goals=goals,
        meetings=meetings,
        notes=notes_of(session, person_id, mentorship_id),
        feedback=feedback_of(session, person_id, mentorship_id),
        ending=None if pair.going else session.scalars(ending).one_or_none(),
        now=now,
    )
