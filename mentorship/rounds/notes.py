"""Notes of leaders about a pair or an IMG of a round: written, changed with their history, removed.

Nothing is overwritten: how a note read before stays beside it until the note is removed.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mentorship.accounts.models import User
from mentorship.profiles.models import Profile
from mentorship.rounds.models import Pair, Run
from mentorship.rounds.note_models import RoundNote, RoundNoteBefore


class NoteChanged(Exception):
    """Somebody else has changed the note since it was looked at; ``words`` is what it says now."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words


@dataclass(frozen=True, slots=True)
class Wording:
    """What a note says or said, by whom (None: a leader who has left) and since when."""

    words: str
    by: str | None
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteLine:
    """A note; ``mentor`` is "" if it is about the IMG alone. ``before``: the newest first."""

    id: uuid.UUID
    img: str
    mentor: str
    now: Wording
    before: Sequence[Wording]


@dataclass(frozen=True, slots=True)
class Noted:
    """A note for a report; without a mentor (None, "") it is about the IMG alone."""

    mentor_id: uuid.UUID | None
    mentor: str
    words: str


def notes_of(
    session: Session,
    round_id: uuid.UUID,
    *,
    img_id: uuid.UUID | None = None,
    mentor_id: uuid.UUID | None = None,
) -> Sequence[NoteLine]:
    """Return the notes about an IMG, a mentor or the pair of both, the newest first.

    In at most two queries.
    """
    about = [RoundNote.round_id == round_id]
    if img_id is not None:
        about.append(RoundNote.img_id == img_id)
    if mentor_id is not None:
        about.append(RoundNote.mentor_id == mentor_id)
    writer, mentor, profile = aliased(User), aliased(User), aliased(Profile)
    img, img_profile = aliased(User), aliased(Profile)
    rows = session.execute(
        sa.select(RoundNote, writer.name, img.name, mentor.name)
        .join(img_profile, img_profile.id == RoundNote.img_id)
        .join(img, img.id == img_profile.person_id)
        .outerjoin(writer, writer.id == RoundNote.written_by_id)
        .outerjoin(profile, profile.id == RoundNote.mentor_id)
        .outerjoin(mentor, mentor.id == profile.person_id)
        .where(*about)
        .order_by(RoundNote.written_at.desc(), RoundNote.id)
    ).all()
    before = _before(session, [note.id for note, *_ in rows])
    return [
        NoteLine(
            id=note.id,
            img=about_img,
            mentor=about_mentor or "",
            now=Wording(note.words, by, note.written_at),
            before=before[note.id],
        )
        for note, by, about_img, about_mentor in rows
    ]


def _before(
    session: Session, note_ids: Sequence[uuid.UUID]
) -> Mapping[uuid.UUID, Sequence[Wording]]:
    found: dict[uuid.UUID, list[Wording]] = defaultdict(list)
    if note_ids:
        rows = session.execute(
            sa.select(RoundNoteBefore, User.name)
            .outerjoin(User, User.id == RoundNoteBefore.written_by_id)
            .where(RoundNoteBefore.note_id.in_(note_ids))
            .order_by(RoundNoteBefore.number.desc())
        )
        for row, by in rows:
            found[row.note_id].append(Wording(row.words, by, row.written_at))
    return found


def counted_for(round_id: uuid.UUID, *about: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    """Count the notes of a round that are ``about`` a row of the statement around it."""
    return (
        sa.select(sa.func.count(RoundNote.id))
        .where(RoundNote.round_id == round_id, *about)
        .correlate_except(RoundNote)
        .scalar_subquery()
    )


def note_of(session: Session, round_id: uuid.UUID, note_id: uuid.UUID) -> RoundNote:
    """Return a note of this round, held; raise ``NoResultFound`` if there is none."""
    note = sa.select(RoundNote).where(RoundNote.id == note_id, RoundNote.round_id == round_id)
    return session.scalars(note.with_for_update()).one()


def pair_noted(session: Session, note: RoundNote) -> uuid.UUID | None:
    """Return the pair that a note is about, as the newest run has it; None if about nobody else."""
    if note.mentor_id is None:
        return None
    return session.scalar(
        sa.select(Pair.id)
        .join(Run, Run.id == Pair.run_id)
        .where(
            Run.round_id == note.round_id,
            Pair.img_id == note.img_id,
            Pair.mentor_id == note.mentor_id,
        )
        .order_by(Run.number.desc())
        .limit(1)
    )


def write_note(  # noqa: PLR0913  about whom, what, who and when
    session: Session,
    round_id: uuid.UUID,
    *,
    img_id: uuid.UUID,
    mentor_id: uuid.UUID | None,
    words: str,
    by: uuid.UUID,
    now: dt.datetime,
) -> RoundNote:
    """Note something about a pair, or about an IMG alone, for the leaders of the section."""
    note = RoundNote(
        round_id=round_id,
        img_id=img_id,
        mentor_id=mentor_id,
        words=words,
        written_by_id=by,
        written_at=now,
    )
    session.add(note)
    session.flush()
    return note


def change_note(  # noqa: PLR0913  which, what, what it read, who and when
    session: Session, note: RoundNote, *, words: str, seen: str, by: uuid.UUID, now: dt.datetime
) -> None:
    """Let a note say something else, and keep what it said; ``seen`` is ``mark_of`` it.

    Raises
    ------
    NoteChanged
        Somebody else was faster.

    """
    if seen != mark_of(note):
        raise NoteChanged(note.words)
    if words == note.words:
        return
    count = sa.select(sa.func.count()).where(RoundNoteBefore.note_id == note.id)
    session.add(
        RoundNoteBefore(
            note_id=note.id,
            number=1 + (session.scalar(count.select_from(RoundNoteBefore)) or 0),
            words=note.words,
            written_at=note.written_at,
            written_by_id=note.written_by_id,
        )
    )
    note.words, note.written_by_id, note.written_at = words, by, now
    session.flush()


def mark_of(note: RoundNote) -> str:
    """Return what tells this wording of a note from later ones."""
    return note.written_at.isoformat()


def remove_note(session: Session, note: RoundNote) -> None:
    """Remove a note with all that it said before."""
    session.delete(note)
    session.flush()


def notes_of_round(session: Session, round_id: uuid.UUID) -> Mapping[uuid.UUID, Sequence[Noted]]:
    """Return IMG -> what was noted, in the order it was written."""
    mentor, profile = aliased(User), aliased(Profile)
    rows = session.execute(
        sa.select(RoundNote.img_id, RoundNote.mentor_id, mentor.name, RoundNote.words)
        .outerjoin(profile, profile.id == RoundNote.mentor_id)
        .outerjoin(mentor, mentor.id == profile.person_id)
        .where(RoundNote.round_id == round_id)
        .order_by(RoundNote.written_at, RoundNote.id)
    )
    found: dict[uuid.UUID, list[Noted]] = defaultdict(list)
    for img_id, mentor_id, name, words in rows:
        found[img_id].append(Noted(mentor_id, name or "", words))
    return found
