"""Ending a mentorship, saying how it was, and telling a leader about a worry."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.mentorships import letters
from mentorship.mentorships.models import Concern, Feedback, Meeting, MeetingState
from mentorship.mentorships.overview import concern_for
from mentorship.mentorships.scope import (
    Mentorship,
    MentorshipEnded,
    held_mentorship,
    led_mentorship,
    mentorship_of,
)
from mentorship.rounds.offer_models import Ending
from mentorship.rounds.service import end_match


class AlreadyHandled(RuntimeError):
    """Another leader closed this concern."""


def end_mentorship(  # noqa: PLR0913  an end has a reason and words
    session: Session,
    *,
    person_id: uuid.UUID,
    mentorship_id: uuid.UUID,
    reason: str,
    words: str,
    now: dt.datetime,
) -> None:
    """End a mentorship as one of its two: the seat is free and contact details disappear.

    The same end sent twice is one.

    Raises
    ------
    MentorshipEnded
        It ended otherwise before; this reason and these words are not kept.
    NoResultFound
        It is not theirs.

    """
    pair = mentorship_of(session, person_id, mentorship_id)
    if _end(session, pair, by=person_id, reason=reason, words=words, now=now):
        letters.tell_other(session, pair, "mentorship_ended", now=now)


def end_as_leader(  # noqa: PLR0913  an end has a reason and words
    session: Session,
    *,
    section_id: uuid.UUID,
    by: uuid.UUID,
    mentorship_id: uuid.UUID,
    reason: str,
    words: str,
    now: dt.datetime,
) -> None:
    """End a mentorship of a section that ``by`` leads; both are told. Raises like the one above."""
    pair = led_mentorship(session, section_id, mentorship_id)
    if _end(session, pair, by=by, reason=reason, words=words, now=now):
        letters.tell_both(session, pair, "mentorship_ended", now=now)


def _end(  # noqa: PLR0913  an end has a reason and words
    session: Session,
    pair: Mentorship,
    *,
    by: uuid.UUID,
    reason: str,
    words: str,
    now: dt.datetime,
) -> bool:
    if not end_match(
        session, offer=pair.offer, side=pair.side, by=by, reason=reason, words=words, now=now
    ):
        before = session.scalars(sa.select(Ending).where(Ending.offer_id == pair.id)).one()
        if (before.by_id, before.reason, before.words or "") != (by, reason, words):
            raise MentorshipEnded
        return False
    session.execute(  # what was planned will not take place
        sa.update(Meeting)
        .where(
            Meeting.offer_id == pair.id,
            Meeting.state == MeetingState.PLANNED,
            Meeting.starts_at > now,
        )
        .values(state=MeetingState.CANCELLED, sequence=Meeting.sequence + 1, changed_at=now)
        .execution_options(synchronize_session=False)
    )
    return True


def give_feedback(  # noqa: PLR0913  one argument a column
    session: Session,
    *,
    person_id: uuid.UUID,
    mentorship_id: uuid.UUID,
    rating: int,
    words: str,
    now: dt.datetime,
) -> None:
    """Say, for the section leaders, how the mentorship is or was; later words replace earlier."""
    held_mentorship(session, person_id, mentorship_id)  # a second click finds the first
    given = feedback_of(session, person_id, mentorship_id)
    if given is None:
        given = Feedback(offer_id=mentorship_id, author_id=person_id)
        session.add(given)
    given.rating, given.words, given.given_at = rating, words or None, now
    session.flush()


def feedback_of(
    session: Session, person_id: uuid.UUID, mentorship_id: uuid.UUID
) -> Feedback | None:
    mine = Feedback.offer_id == mentorship_id, Feedback.author_id == person_id
    return session.scalars(sa.select(Feedback).where(*mine)).one_or_none()


def raise_concern(  # noqa: PLR0913  one argument a column
    session: Session,
    *,
    person_id: uuid.UUID,
    mentorship_id: uuid.UUID,
    kind: str,
    words: str,
    now: dt.datetime,
) -> Concern:
    """Tell the section leaders but one it is about, and nobody else, of a worry; also at the end.

    The same words twice, while they wait, are one concern: of two clicks at once, too, for which
    the mentorship is held.
    """
    pair = held_mentorship(session, person_id, mentorship_id)
    waiting = sa.select(Concern).where(
        Concern.offer_id == mentorship_id,
        Concern.author_id == person_id,
        Concern.handled_at.is_(None),
    )
    for earlier in session.scalars(waiting):
        if (earlier.kind, earlier.words) == (kind, words):
            return earlier
    concern = Concern(
        offer_id=mentorship_id, author_id=person_id, kind=kind, words=words, raised_at=now
    )
    session.add(concern)
    session.flush()
    letters.tell_leaders(session, pair, "mentorship_concern", now=now)
    return concern


def close_concern(  # noqa: PLR0913  who, where, which, and what was done
    session: Session,
    *,
    section_id: uuid.UUID,
    by: uuid.UUID,
    mentorship_id: uuid.UUID,
    concern_id: uuid.UUID,
    outcome: str,
    now: dt.datetime,
) -> None:
    """Note what was done about a concern. Raises AlreadyHandled if another leader did.

    NoResultFound if it is not for this leader: see ``overview``.
    """
    led_mentorship(session, section_id, mentorship_id)
    one = sa.select(Concern).where(
        Concern.id == concern_id, Concern.offer_id == mentorship_id, concern_for(by)
    )
    concern = session.scalars(
        one.with_for_update(), execution_options={"populate_existing": True}
    ).one()
    if concern.handled_at is not None:
        if concern.handled_by_id == by:
            return
        raise AlreadyHandled
    concern.handled_at, concern.handled_by_id, concern.outcome = now, by, outcome
    session.flush()
