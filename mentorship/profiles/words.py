"""The reference table of words, kept in step with the closed lists of the vocabulary."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.profiles.models import Choice, Term

_USED = sa.select(Choice.list, Choice.term).distinct()


class WordInUse(ValueError):
    """A word that profiles use has left the vocabulary; put it back, or change those profiles."""

    def __init__(self, words: list[tuple[str, str]]) -> None:
        self.words = words
        listed = ", ".join(f"{list_name}: {word}" for list_name, word in words)
        super().__init__(f"profiles still use words that left the vocabulary ({listed})")


def sync_terms(session: Session) -> int:
    """Make the table hold exactly the words of the vocabulary; return how many rows changed.

    Raises
    ------
    WordInUse
        A word is gone from the vocabulary while profiles use it; nothing is changed.

    """
    wanted = {(name, word) for name, words in vocabulary.LISTS.items() for word in words}
    stored = {(row.list, row.id) for row in session.execute(sa.select(Term.list, Term.id))}
    gone = sorted(stored - wanted)
    if gone:
        used = {(row.list, row.term) for row in session.execute(_USED)}
        if kept := [word for word in gone if word in used]:
            raise WordInUse(kept)
        session.execute(sa.delete(Term).where(sa.tuple_(Term.list, Term.id).in_(gone)))
    new = sorted(wanted - stored)
    if new:
        session.execute(sa.insert(Term), [{"list": name, "id": word} for name, word in new])
    return len(gone) + len(new)
