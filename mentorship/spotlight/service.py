"""Letters to a younger self: written in private, read by leaders, shown when both agree.

A letter moves only along these ways: draft or returned -> submitted, by its author; submitted ->
published or returned, by a leader; published <-> hidden, by a leader; and back to draft whenever
its author takes it back.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from mentorship.extensions import rows_hit
from mentorship.inbox.models import NoticeKind
from mentorship.inbox.service import Telling, tell
from mentorship.notices.letters import stationery
from mentorship.sections.belonging import sections_of
from mentorship.sections.models import Section
from mentorship.spotlight import searched
from mentorship.spotlight.models import LetterState, SpotlightLetter
from mentorship.toolkit.catalog import of_types
from mentorship.toolkit.resource_models import ResourceType
from mentorship.toolkit.shown import ResourceCard

DRAFT, SUBMITTED, RETURNED = LetterState.DRAFT, LetterState.SUBMITTED, LetterState.RETURNED
PUBLISHED, HIDDEN = LetterState.PUBLISHED, LetterState.HIDDEN
AUTHORS = (DRAFT, RETURNED)  # states in which the author writes
LEADERS = (SUBMITTED, PUBLISHED, HIDDEN)  # states in which leaders see a letter


class NotNow(ValueError):
    """The letter is not where this step starts from: somebody else moved it meanwhile."""


@dataclass(frozen=True, slots=True)
class Gallery:
    letters: Sequence[SpotlightLetter]
    videos: Sequence[ResourceCard]
    elsewhere: Sequence[ResourceCard]  # letters on other sites


def gallery(session: Session, person_id: uuid.UUID) -> Gallery:
    """Return what this person finds in the gallery."""
    letters = session.scalars(
        sa.select(SpotlightLetter)
        .where(*_readable(person_id))
        .order_by(SpotlightLetter.published_at.desc(), SpotlightLetter.id)
    ).all()
    cards = of_types(session, (ResourceType.VIDEO, ResourceType.LETTER), person_id)
    videos = [card for card in cards if card.type is ResourceType.VIDEO]
    return Gallery(letters, videos, [card for card in cards if card not in videos])


def published_letter(
    session: Session, person_id: uuid.UUID, letter_id: uuid.UUID
) -> SpotlightLetter:
    """Return a published letter of one of this person's sections; else NoResultFound."""
    return session.scalars(
        sa.select(SpotlightLetter)
        .where(SpotlightLetter.id == letter_id, *_readable(person_id))
        .options(joinedload(SpotlightLetter.section))
    ).one()


def letters_of(session: Session, author_id: uuid.UUID) -> Sequence[SpotlightLetter]:
    return session.scalars(
        sa.select(SpotlightLetter)
        .where(SpotlightLetter.author_id == author_id)
        .options(joinedload(SpotlightLetter.section))
        .order_by(SpotlightLetter.updated_at.desc())
    ).all()


def own_letter(session: Session, author_id: uuid.UUID, letter_id: uuid.UUID) -> SpotlightLetter:
    mine = SpotlightLetter.id == letter_id, SpotlightLetter.author_id == author_id
    return _one(session, *mine)


def letters_at_desk(session: Session, section_id: uuid.UUID) -> Sequence[SpotlightLetter]:
    """Return what leaders see: what waits for them first. Drafts are their authors' alone."""
    waits_first = sa.case((SpotlightLetter.state == SUBMITTED, 0), else_=1)
    return session.scalars(
        sa.select(SpotlightLetter)
        .where(SpotlightLetter.section_id == section_id, SpotlightLetter.state.in_(LEADERS))
        .options(joinedload(SpotlightLetter.author))
        .order_by(waits_first, SpotlightLetter.updated_at.desc())
    ).all()


def letter_at_desk(
    session: Session, section_id: uuid.UUID, letter_id: uuid.UUID
) -> SpotlightLetter:
    here = SpotlightLetter.id == letter_id, SpotlightLetter.section_id == section_id
    return _one(session, *here, SpotlightLetter.state.in_(LEADERS))


def write(  # noqa: PLR0913  one argument a column
    session: Session,
    letter: SpotlightLetter | None,
    *,
    section_id: uuid.UUID,
    author_id: uuid.UUID,
    title: str,
    byline: str,
    about: str,
    body: str,
    now: dt.datetime,
) -> SpotlightLetter:
    """Begin a letter, or go on with one that is still (or again) the author's own.

    Raises
    ------
    NotNow
        The leaders have it.

    """
    words = {"title": title, "byline": byline, "about": about, "body": body}
    if letter is None:
        letter = SpotlightLetter(author_id=author_id, state=DRAFT, section_id=section_id, **words)
        letter.updated_at = now
        session.add(letter)
        session.flush()
    else:
        _keep(session, letter, AUTHORS, section_id=section_id, updated_at=now, **words)
    return letter


def submit(session: Session, letter: SpotlightLetter, *, now: dt.datetime) -> None:
    _keep(session, letter, AUTHORS, state=SUBMITTED, updated_at=now)


def take_back(session: Session, letter: SpotlightLetter, *, now: dt.datetime) -> None:
    """Make a letter a private draft again; whoever wrote it may do so at any time."""
    _keep(session, letter, tuple(LetterState), state=DRAFT, updated_at=now)


def throw_away(session: Session, letter: SpotlightLetter) -> None:
    session.delete(letter)
    session.flush()
    searched.drop(session, letter.id)


def throw_away_all(session: Session, author_id: uuid.UUID) -> None:
    """Delete every letter of an author, and what the search finds of them."""
    gone = sa.delete(SpotlightLetter).where(SpotlightLetter.author_id == author_id)
    searched.drop(session, *session.scalars(gone.returning(SpotlightLetter.id)))


def edit_at_desk(session: Session, letter: SpotlightLetter, *, title: str, body: str) -> None:
    """Correct a letter before or after it is published; its author agreed to that.

    Raises
    ------
    NotNow
        Its author has taken it back.

    """
    _keep(session, letter, LEADERS, title=title, body=body)


def publish(session: Session, letter: SpotlightLetter, *, now: dt.datetime) -> None:
    """Show a letter in the gallery and tell its author."""
    tell = letter.state is SUBMITTED
    first = letter.published_at or now
    _keep(session, letter, (SUBMITTED, HIDDEN), state=PUBLISHED, updated_at=now, published_at=first)
    if tell:
        _tell(session, letter, "letter_published", f"/spotlight/letters/{letter.id}", now)


def give_back(session: Session, letter: SpotlightLetter, *, note: str, now: dt.datetime) -> None:
    """Return a letter to its author with a note on what to change."""
    _keep(session, letter, (SUBMITTED,), state=RETURNED, updated_at=now, note=note)
    _tell(session, letter, "letter_returned", "/spotlight/mine", now)


def hide(session: Session, letter: SpotlightLetter, *, now: dt.datetime) -> None:
    _keep(session, letter, (PUBLISHED,), state=HIDDEN, updated_at=now)


def _readable(person_id: uuid.UUID) -> tuple[sa.ColumnElement[bool], ...]:
    mine = SpotlightLetter.section_id.in_(sections_of(person_id))
    return SpotlightLetter.state == PUBLISHED, mine


def _one(session: Session, *which: sa.ColumnElement[bool]) -> SpotlightLetter:
    return session.scalars(
        sa.select(SpotlightLetter)
        .where(*which)
        .options(joinedload(SpotlightLetter.author), joinedload(SpotlightLetter.section))
        .execution_options(populate_existing=True)
    ).one()


def _keep(
    session: Session, letter: SpotlightLetter, start: Collection[LetterState], **values: Any
) -> None:
    """Write these values if the letter still is where it may be, whatever was read before.

    The others wait meanwhile, so that the search has what the last one wrote.
    """
    here = SpotlightLetter.id == letter.id, SpotlightLetter.state.in_(start)
    change = sa.update(SpotlightLetter).where(*here).values(values)
    if not rows_hit(session, change.execution_options(synchronize_session=False)):
        raise NotNow
    session.refresh(letter, ["state", *values])
    searched.file(session, letter)


def _tell(
    session: Session, letter: SpotlightLetter, template: str, path: str, now: dt.datetime
) -> None:
    section = session.get_one(Section, letter.section_id)
    words = {"name": letter.author.name, "title": letter.title, "section": section.name}
    mail = stationery.write(template, path=path, **words)
    telling = Telling(letter.author.id, letter.author.email, mail, path)
    tell(session, [telling], kind=NoticeKind.LETTER, now=now)
