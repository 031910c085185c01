"""Whom a sentence on a pair is told to, and what it needs to speak of the two."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from mentorship.matching.people import Img, Mentor
from mentorship.matching.scores.tables import Tables

Names: TypeAlias = Callable[[str, str], str]  # (list, id) -> English name


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Whom a sentence is told to: how it speaks of the IMG, the mentor and both."""

    img: str
    img_of: str
    mentor: str
    mentor_of: str
    both: str
    you: str  # which of the two is "you": "img", "mentor" or ""

    def img_verb(self, plural: str, singular: str) -> str:
        return f"{self.img} {plural if self.you == 'img' else singular}"

    def mentor_verb(self, plural: str, singular: str) -> str:
        return f"{self.mentor} {plural if self.you == 'mentor' else singular}"


TO_IMG = Voice(
    img="you",
    img_of="your",
    mentor="your mentor",
    mentor_of="your mentor's",
    both="you both",
    you="img",
)
TO_MENTOR = Voice(
    img="your mentee",
    img_of="your mentee's",
    mentor="you",
    mentor_of="your",
    both="you both",
    you="mentor",
)
TO_LEADER = Voice(
    img="the IMG", img_of="the IMG's", mentor="the mentor", mentor_of="the mentor's", both="both",
    you="",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """One IMG and one mentor, with what is needed to speak of them."""

    img: Img
    mentor: Mentor
    tables: Tables
    week: date
    names: Names
    voice: Voice

    def listed(self, list_name: str, ids: Iterable[str]) -> str:
        """Return names as a list in words: ``A, B and C``."""
        return in_words([self.names(list_name, each) for each in ids])


def in_words(parts: Sequence[str]) -> str:
    """Join as a list in words: ``A``, ``A and B``, ``A, B and C``."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def sentence(text: str) -> str:
    """Return ``text`` with its first letter in upper case."""
    return text[:1].upper() + text[1:]
