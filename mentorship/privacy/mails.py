"""Taking an erased person out of the outbox.

What is theirs goes with ``Message.person_id``. Mails that the site writes about somebody say so by
``about_id``, under whatever name, and go too. What is left are words of leaders in mails to others:
a text of their section, a round, a post. There the address and the name of today are replaced,
however they are capitalised, spaced or broken into lines; never a part of a longer word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.notices.models import Message
from mentorship.notices.service import SUBJECT_LENGTH
from mentorship.privacy.emptying import carry_out

NAMELESS = "Erased member"


def leave_mails(session: Session, person: User) -> None:
    """Delete the mails to a person and about them, and take their name out of all others."""
    to_it = Message.recipient == person.email  # from before there was an account, too
    carry_out(session, sa.delete(Message).where(to_it | (Message.about_id == person.id)))
    patterns = spellings(person)
    rows = session.execute(sa.select(Message.id, Message.subject, Message.body)).all()
    for key, *texts in rows:
        subject, body = (_without(text, patterns) for text in texts)
        if [subject, body] != texts:
            named = sa.update(Message).where(Message.id == key)
            carry_out(session, named.values(subject=subject[:SUBJECT_LENGTH], body=body))


def spellings(person: User) -> Sequence[re.Pattern[str]]:
    """Return what finds a person's address and name in a text."""
    return [_spelled(words) for words in (person.email, person.name)]


def is_named(text: str, patterns: Sequence[re.Pattern[str]]) -> bool:
    composed = _composed(text)
    return any(pattern.search(composed) for pattern in patterns)


def _spelled(words: str) -> re.Pattern[str]:
    """Return what finds these words; one word alone only as it is capitalised, or in capitals.

    Somebody may be called May, or Will.
    """
    parts = _composed(words).split()
    alone = len(parts) == 1 and "@" not in words
    capitals = [part.upper() for part in parts]  # ß becomes SS, which IGNORECASE does not know
    found = "|".join(r"\s+".join(map(re.escape, way)) for way in (parts, capitals))
    return re.compile(rf"(?<!\w)(?:{found})(?!\w)", re.NOFLAG if alone else re.IGNORECASE)


def _without(text: str, patterns: Sequence[re.Pattern[str]]) -> str:
    """Return a text without the words; one that does not hold them as it is."""
    changed = _composed(text)
    for pattern in patterns:
        changed = pattern.sub(NAMELESS, changed)
    return changed if changed != _composed(text) else text


def _composed(text: str) -> str:
    """Return a text in which each letter with its marks is one character."""
    return unicodedata.normalize("NFC", text)
