"""The goals of a pair, and the private notes of each of the two."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.mentorships.models import Goal, GoalState, Note
from mentorship.mentorships.scope import going_mentorship, mentorship_of

MOST_GOALS = 20
MOST_NOTES = 200


class TooMuch(ValueError):
    """No more of these fit into one mentorship; the message says so to whoever typed."""


class GoalThere(ValueError):
    """An open goal has this title, and says other things; the message is for whoever typed."""


def add_goal(  # noqa: PLR0913  one argument a column
    session: Session,
    *,
    person_id: uuid.UUID,
    mentorship_id: uuid.UUID,
    title: str,
    first_step: str,
    due_on: dt.date | None,
    now: dt.datetime,
) -> Goal:
    """Add a goal for the pair; the same goal twice is one.

    Raises
    ------
    GoalThere
        An open goal has this title, but another first step or date.
    TooMuch
        Twenty goals are open.
    MentorshipEnded, NoResultFound
        It is over, or not theirs.

    """
    going_mentorship(session, person_id, mentorship_id)
    goals = session.scalars(sa.select(Goal).where(Goal.offer_id == mentorship_id)).all()
    still_open = [goal for goal in goals if goal.state is GoalState.OPEN]
    same = [goal for goal in still_open if goal.words["title"] == title]
    for goal in same:  # several, if one was opened again
        if (goal.words["first_step"], goal.due_on) == (first_step, due_on):
            return goal
    if same:
        raise GoalThere(
            "An open goal has this title already, with another first step or date. Change the"
            " title, or first mark the other goal as reached or given up."
        )
    if len(still_open) >= MOST_GOALS:
        raise TooMuch("Twenty open goals are enough. Say first which are met, or drop one.")
    goal = Goal(
        offer_id=mentorship_id,
        state=GoalState.OPEN,
        due_on=due_on,
        words={"title": title, "first_step": first_step},
        created_at=now,
        changed_at=now,
    )
    session.add(goal)
    session.flush()
    return goal


def set_goal_state(  # noqa: PLR0913  who, where, which, to what
    session: Session,
    *,
    person_id: uuid.UUID,
    mentorship_id: uuid.UUID,
    goal_id: uuid.UUID,
    state: GoalState,
    now: dt.datetime,
) -> None:
    """Say that a goal is met, dropped, or open again. Raises like ``add_goal``."""
    going_mentorship(session, person_id, mentorship_id)
    mine = sa.select(Goal).where(Goal.id == goal_id, Goal.offer_id == mentorship_id)
    goal = session.scalars(mine).one()
    if goal.state is not state:
        goal.state, goal.changed_at = state, now
        session.flush()


def write_note(
    session: Session,
    *,
    person_id: uuid.UUID,
    mentorship_id: uuid.UUID,
    text: str,
    now: dt.datetime,
) -> Note:
    """Keep a note that only its author reads. Raises like ``add_goal``."""
    going_mentorship(session, person_id, mentorship_id)
    notes = notes_of(session, person_id, mentorship_id)
    if notes and notes[0].text == text:
        return notes[0]
    if len(notes) >= MOST_NOTES:
        raise TooMuch("There is no room for more notes. Delete some first.")
    note = Note(offer_id=mentorship_id, author_id=person_id, text=text, written_at=now)
    session.add(note)
    session.flush()
    return note


def delete_note(
    session: Session, *, person_id: uuid.UUID, mentorship_id: uuid.UUID, note_id: uuid.UUID
) -> None:
    """Delete one's own note, also when the mentorship is over; twice is as good as once."""
    mentorship_of(session, person_id, mentorship_id)
    session.execute(
        sa.delete(Note).where(
            Note.id == note_id, Note.offer_id == mentorship_id, Note.author_id == person_id
        )
    )


def notes_of(session: Session, person_id: uuid.UUID, mentorship_id: uuid.UUID) -> list[Note]:
    """Return a person's own notes, the newest first."""
    mine = Note.offer_id == mentorship_id, Note.author_id == person_id
    newest = sa.select(Note).where(*mine).order_by(Note.written_at.desc(), Note.id)
    return list(session.scalars(newest))


def note_of(
    session: Session, person_id: uuid.UUID, mentorship_id: uuid.UUID, note_id: uuid.UUID
) -> Note:
    """Return one's own note; NoResultFound for everybody else's."""
    mine = Note.id == note_id, Note.offer_id == mentorship_id, Note.author_id == person_id
    return session.scalars(sa.select(Note).where(*mine)).one()
