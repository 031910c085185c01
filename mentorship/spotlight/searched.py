"""What the search finds of the spotlight: published letters, for members of their section."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.search import service as search
from mentorship.search.service import Entry, Sources
from mentorship.spotlight.models import LetterState, SpotlightLetter

SOURCE = "letter"


def of_letters(session: Session) -> Iterator[Entry]:
    published = sa.select(SpotlightLetter).where(SpotlightLetter.state == LetterState.PUBLISHED)
    for letter in session.scalars(published):
        yield _entry(letter)


def file(session: Session, letter: SpotlightLetter) -> None:
    """Let the search find a letter, or no longer."""
    if letter.state is LetterState.PUBLISHED:
        search.put(session, _entry(letter))
    else:
        drop(session, letter.id)


def drop(session: Session, *letter_ids: uuid.UUID) -> None:
    search.drop(session, SOURCE, [str(key) for key in letter_ids])


def _entry(letter: SpotlightLetter) -> Entry:
    return Entry(
        source=SOURCE,
        key=str(letter.id),
        section_id=letter.section_id,
        title=letter.title,
        summary=letter.about,
        href=f"/spotlight/letters/{letter.id}",
        note=f"Letter by {letter.byline}",
        keywords="letter spotlight story",
        text=letter.body,
    )


SOURCES: Sources = MappingProxyType({SOURCE: of_letters})
